import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHpa, desiredReplicas, hpaSyncMs, scaleUpLimit } from './hpa.ts';

const cpu = { target: 70 };

describe('M9 the rule of the HPA', () => {
  it('makes 6 of 4 pods at 95 % against 70 %, leaves 4 at 74 %, makes 12 of 10 at 77.1 %, and 4 of 8 at 35 %', () => {
    expect(desiredReplicas({ ...cpu, replicas: 4, metric: 95 })).toBe(6);
    expect(desiredReplicas({ ...cpu, replicas: 4, metric: 74 })).toBe(4);
    expect(desiredReplicas({ ...cpu, replicas: 10, metric: 77.1 })).toBe(12);
    expect(desiredReplicas({ ...cpu, replicas: 8, metric: 35 })).toBe(4);
  });

  it('does nothing exactly on its tolerance: 77 % and 63 % against 70 %', () => {
    expect(desiredReplicas({ ...cpu, replicas: 10, metric: 77 })).toBe(10);
    expect(desiredReplicas({ ...cpu, replicas: 10, metric: 63 })).toBe(10);
  });

  it('never asks for none', () => {
    expect(desiredReplicas({ ...cpu, replicas: 3, metric: 0 })).toBe(1);
  });

  it('refuses what cannot be meant', () => {
    expect(() => desiredReplicas({ replicas: 0, metric: 1, target: 1 })).toThrow('replicas is 0');
    expect(() => desiredReplicas({ replicas: 1, metric: 1, target: 0 })).toThrow('target is 0');
  });
});

/** The rule as Kubernetes computes it: a list of pods and their CPU in percent, null for one that is not ready. */
function kubernetesReplicas(pods: readonly (number | null)[], target: number): number {
  const ready = pods.filter((cpu) => cpu !== null);
  if (ready.length === 0) return pods.length;
  const ratioOf = (list: readonly number[]) => list.reduce((sum, cpu) => sum + cpu, 0) / (target * list.length);
  const isWithin = (ratio: number) => Math.abs(ratio - 1) <= 0.1 + 1e-9;
  const ratio = ratioOf(ready);
  if (ratio <= 1 || ready.length === pods.length)
    return isWithin(ratio) ? pods.length : Math.max(1, Math.ceil(ratio * ready.length - 1e-9));
  const all = pods.map((cpu) => cpu ?? 0);
  const again = ratioOf(all);
  return isWithin(again) || again < 1 ? pods.length : Math.ceil(again * all.length - 1e-9);
}

describe('the HPA and pods that are not ready', () => {
  const unready = { ...cpu, replicas: 8, readyReplicas: 4 };

  it('counts them with 0 % when it scales out: 4 of 8 at 95 % against 70 % stay 8, and at 210 % become 12', () => {
    expect(desiredReplicas({ ...unready, metric: 95 })).toBe(8);
    expect(desiredReplicas({ ...unready, metric: 154 })).toBe(8);
    expect(desiredReplicas({ ...unready, metric: 210 })).toBe(12);
  });

  it('scales in by those that are ready, and not at all while none is', () => {
    expect(desiredReplicas({ ...unready, metric: 35 })).toBe(2);
    expect(desiredReplicas({ ...unready, readyReplicas: 0, metric: 0 })).toBe(8);
    expect(() => desiredReplicas({ ...unready, readyReplicas: 9, metric: 35 })).toThrow('readyReplicas is 9');
  });

  it('says what the rule of Kubernetes says, pod by pod', () => {
    const pod = fc.option(fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(fc.array(pod, { minLength: 1, maxLength: 20 }), fc.integer({ min: 10, max: 100 }), (pods, target) => {
        const ready = pods.filter((share) => share !== null);
        const metric = ready.reduce((sum, share) => sum + share, 0) / Math.max(1, ready.length);
        const wanted = desiredReplicas({ replicas: pods.length, readyReplicas: ready.length, metric, target });
        expect(wanted).toBe(kubernetesReplicas(pods, target));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('M9 the behaviour of the HPA', () => {
  it('goes from 4 to a wanted 20 in three periods: 8, 16, 20', () => {
    const hpa = createHpa({ minReplicas: 4, maxReplicas: 20 });
    let replicas = 4;
    const seen = [0, 1, 2].map((period) => (replicas = hpa.sync(period * hpaSyncMs, replicas, 20)));
    expect(seen).toEqual([8, 16, 20]);
    expect([1, 3, 4, 5].map(scaleUpLimit)).toEqual([5, 7, 8, 10]);
  });

  it('scales in the I/O-bound pods of document 4: 8 at 35 % CPU become its minimum of 4, 300 s later', () => {
    const hpa = createHpa({ minReplicas: 4, maxReplicas: 20 });
    const replicasAt = (seconds: number) =>
      hpa.sync(seconds * 1000, 8, desiredReplicas({ ...cpu, replicas: 8, metric: 35 }));
    expect([0, 15, 285].map(replicasAt)).toEqual([8, 8, 8]);
    expect(replicasAt(300)).toBe(4);
  });

  it('holds to the highest recommendation of the last 300 s when it scales in', () => {
    const hpa = createHpa({ minReplicas: 1, maxReplicas: 50 });
    expect(hpa.sync(0, 10, 10)).toBe(10);
    expect(hpa.sync(15_000, 10, 3)).toBe(10);
    expect(hpa.sync(30_000, 10, 7)).toBe(10);
    expect(hpa.sync(310_000, 10, 3)).toBe(7);
    expect(hpa.sync(330_000, 7, 3)).toBe(3);
  });

  it('may be told to wait before it scales out', () => {
    const hpa = createHpa({ minReplicas: 1, maxReplicas: 50, behavior: { scaleUpStabilizationMs: 60_000 } });
    expect([0, 15_000, 45_000].map((ms) => hpa.sync(ms, 4, 8))).toEqual([4, 4, 4]);
    expect(hpa.sync(60_000, 4, 8)).toBe(8);
  });

  it('stays within its bounds and its limit, whatever it is told', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 30 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 }),
        (minReplicas, more, recommendations) => {
          const maxReplicas = minReplicas + more;
          const hpa = createHpa({ minReplicas, maxReplicas });
          let replicas = minReplicas;
          for (const [period, recommendation] of recommendations.entries()) {
            const next = hpa.sync(period * hpaSyncMs, replicas, recommendation);
            expect(next).toBeGreaterThanOrEqual(minReplicas);
            expect(next).toBeLessThanOrEqual(Math.min(maxReplicas, scaleUpLimit(replicas)));
            replicas = next;
          }
        },
      ),
    );
  });

  it('refuses a minimum above the maximum', () => {
    expect(() => createHpa({ minReplicas: 5, maxReplicas: 4 })).toThrow('swap them');
  });
});
