import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverflowQueue, type OverflowPolicy } from '../sink/overflow.ts';
import { mean, percentile } from '../trace/percentile.ts';
import { createRng } from '../traffic/rng.ts';
import { createDraw, even, type Variation } from './draw.ts';
import { runQueue, type QueueSetup } from './queue-engine.ts';

const policies = ['block', 'drop-oldest', 'drop-newest', 'replace-youngest', 'drop-buffer', 'fail'] as const;

/** One server of 100/s, even gaps and work, for 10 s, with changes. */
function run(changes: Partial<QueueSetup>) {
  return runQueue({
    arrivals: [{ fromMs: 0, recordsPerSecond: 50 }],
    nextGap: even,
    nextWork: even,
    serviceMs: 10,
    capacityRecords: Infinity,
    overflow: 'block',
    durationMs: 10_000,
    sampleMs: 1_000,
    ...changes,
  });
}

/** 400,000 arrivals from seed 7 at utilisation ρ of 100/s; draws alternate gap, work. */
function longRun(share: number, work: Variation['kind'] & ('even' | 'exponential')): number[] {
  const rng = createRng(7);
  const { staysMs } = run({
    arrivals: [{ fromMs: 0, recordsPerSecond: 100 * share }],
    nextGap: createDraw({ kind: 'exponential' }, rng),
    nextWork: createDraw({ kind: work }, rng),
    durationMs: (400_000 / share) * 10,
    sampleMs: 1_000_000,
  });
  return Array.from(staysMs);
}

describe('M6 the record engine after 400,000 arrivals of seed 7', () => {
  it('agrees with M/M/1 at ρ 0.8: mean W 50.6 ms, p95 150.2 ms', () => {
    const stays = longRun(0.8, 'exponential');
    expect(mean(stays).toFixed(1)).toBe('50.6');
    expect(percentile(stays, 95).toFixed(1)).toBe('150.2');
    expect(Math.abs(mean(stays) / 50 - 1)).toBeLessThan(0.05);
  });

  it('agrees with M/D/1 at ρ 0.8: mean W 30.2 ms where 30 is expected', () => {
    expect(mean(longRun(0.8, 'even')).toFixed(1)).toBe('30.2');
  });

  it('agrees with M/M/1 at ρ 0.9 within 10 %: mean W 103.6 ms', () => {
    expect(mean(longRun(0.9, 'exponential')).toFixed(1)).toBe('103.6');
  });
});

describe('M11 the producer and the consumer of document 3, without chance', () => {
  it('first hold 5 in the queue at t = 4.0 s, one later than the fluid says: one is in service; 0.667/s, 66.7 % blocked', () => {
    const readings = run({
      arrivals: [{ fromMs: 0, recordsPerSecond: 2 }],
      serviceMs: 1_500,
      capacityRecords: 5,
      durationMs: 3_600_000,
      sampleMs: 500,
    });
    expect(readings.firstFullMs).toBe(4_000);
    expect(readings.samples.waitingRecords.slice(0, 10)).toEqual([0, 0, 1, 2, 2, 3, 4, 4, 5, 5]);
    expect(readings.mostWaitingRecords).toBe(5);
    // Once it is full, one record is made for each one taken: a second of every 1.5 s is spent waiting.
    const { heldMs, servedRecords } = readings.samples;
    const overHalfAnHour = (list: readonly number[]) => (list[4_600] ?? 0) - (list[1_000] ?? 0);
    expect(((100 * overHalfAnHour(heldMs)) / 1_800_000).toFixed(1)).toBe('66.7');
    expect((overHalfAnHour(servedRecords) / 1_800).toFixed(3)).toBe('0.667');
  });
});

describe('M2.10 a queue without bound', () => {
  it('holds 1,000,000 records at 101.0 s, and there the process is out of memory', () => {
    const readings = run({
      arrivals: [{ fromMs: 0, recordsPerSecond: 10_000 }],
      mostInsideRecords: 1_000_000,
      durationMs: 200_000,
      sampleMs: 50_000,
    });
    expect(readings.ended).toBe('out of memory');
    expect((readings.endedMs / 1_000).toFixed(1)).toBe('101.0');
    expect(readings.waitingRecords + readings.inServiceRecords).toBe(1_000_001);
    expect(readings.samples.oldestWaitMs).toHaveLength(3);
  });
});

describe('the record engine of a queue', () => {
  it('serves several at once, each first come first served', () => {
    const readings = run({ arrivals: [{ fromMs: 0, recordsPerSecond: 300 }], servers: 4 });
    expect(readings.servedRecords).toBe(2_997);
    expect(readings.mostWaitingRecords).toBe(0);
    expect(readings.busyServers).toBeCloseTo(3, 1);
  });

  it('drains after a spike in the time that the fluid says', () => {
    // 200/s for 10 s leave 1,000; at 50/s they are gone 20 s later.
    const readings = run({
      arrivals: [
        { fromMs: 0, recordsPerSecond: 200 },
        { fromMs: 10_000, recordsPerSecond: 50 },
      ],
      durationMs: 40_000,
    });
    const { waitingRecords } = readings.samples;
    expect(Math.max(...waitingRecords)).toBeCloseTo(1_000, -1);
    expect(waitingRecords.findIndex((depth, second) => second > 10 && depth === 0)).toBe(30);
  });

  it('gives what it serves a fresher age when it drops the oldest: 5 s instead of 20 s at four times the rate', () => {
    const of = (overflow: OverflowPolicy) =>
      run({
        arrivals: [{ fromMs: 0, recordsPerSecond: 2_000 }],
        serviceMs: 2,
        capacityRecords: 10_000,
        overflow,
        durationMs: 60_000,
      }).samples.oldestWaitMs.at(-1);
    expect(of('drop-newest')).toBeCloseTo(20_000, -2);
    expect(of('drop-oldest')).toBeCloseTo(5_000, -2);
  });

  it('fails on the offer that has no place', () => {
    const readings = run({ arrivals: [{ fromMs: 0, recordsPerSecond: 1_000 }], capacityRecords: 5, overflow: 'fail' });
    expect(readings).toMatchObject({
      ended: 'failed',
      endedMs: 7,
      offeredRecords: 7,
      lostRecords: 1,
      waitingRecords: 5,
    });
  });

  it('loses and keeps the same records as the queue of the sinks, whatever the policy', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...policies.filter((policy) => policy !== 'block' && policy !== 'fail')),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 40 }),
        (overflow, capacityRecords, offers) => {
          // One record is in service for the whole run; the others meet the full queue one after the other.
          const readings = run({
            arrivals: [{ fromMs: 0, recordsPerSecond: 1 }],
            serviceMs: 1_000_000,
            capacityRecords,
            overflow,
            durationMs: (offers + 1) * 1_000,
          });
          const queue = createOverflowQueue<number>(capacityRecords, overflow);
          for (let record = 2; record <= offers + 1; record++) queue.offer(record);
          expect(readings.waitingRecords).toBe(queue.depthRecords);
          expect(readings.lostRecords).toBe(queue.droppedRecords);
          const oldestMs = (queue.stored()[0] ?? 0) * 1_000;
          expect(readings.samples.oldestWaitMs.at(-1)).toBe((offers + 1) * 1_000 - oldestMs);
        },
      ),
    );
  });

  it('conserves records, keeps its bounds, obeys Little and leaves the same bytes twice', () => {
    const variation: fc.Arbitrary<Variation> = fc.oneof(
      fc.constant({ kind: 'even' as const }),
      fc.constant({ kind: 'exponential' as const }),
      fc.record({ kind: fc.constant('uniform' as const), spreadShare: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    const rate = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 }));
    fc.assert(
      fc.property(
        fc.record({
          overflow: fc.constantFrom(...policies),
          gaps: variation,
          work: variation,
          rates: fc.array(rate, { minLength: 1, maxLength: 4 }),
          serviceMs: fc.integer({ min: 1, max: 60 }),
          servers: fc.integer({ min: 1, max: 5 }),
          capacityRecords: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Infinity)),
          mostInsideRecords: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(Infinity)),
          seed: fc.integer(),
        }),
        ({ gaps, work, rates, seed, ...rest }) => {
          const setup = () => {
            const rng = createRng(seed);
            return run({
              ...rest,
              arrivals: rates.map((recordsPerSecond, i) => ({ fromMs: i * 1_000, recordsPerSecond })),
              nextGap: createDraw(gaps, rng),
              nextWork: createDraw(work, rng),
              durationMs: 4_000,
              sampleMs: 100,
            });
          };
          const r = setup();
          expect(r.offeredRecords).toBe(
            r.servedRecords + r.lostRecords + r.waitingRecords + r.inServiceRecords + r.heldRecords,
          );
          expect(r.mostWaitingRecords).toBeLessThanOrEqual(rest.capacityRecords);
          expect(Math.max(0, ...r.samples.inServiceRecords)).toBeLessThanOrEqual(rest.servers);
          expect(r.firstFullMs !== null).toBe(r.mostWaitingRecords === rest.capacityRecords);
          for (const [i, waiting] of r.samples.waitingRecords.entries())
            if (waiting > 0) expect(r.samples.inServiceRecords[i]).toBe(rest.servers);
          for (const list of Object.values(r.samples) as number[][]) {
            expect(list).toHaveLength(Math.floor(r.endedMs / 100) + 1);
            expect(Math.min(...list)).toBeGreaterThanOrEqual(-1e-9);
          }
          // Little, for the records that are through; those inside and those dropped add to the left side alone.
          const staysMs = r.staysMs.reduce((sum, stay) => sum + stay, 0);
          expect(r.meanInsideRecords * r.endedMs).toBeGreaterThanOrEqual(staysMs - 1e-6 * (1 + staysMs));
          if (r.lostRecords === 0 && r.waitingRecords + r.inServiceRecords === 0)
            expect(r.meanInsideRecords * r.endedMs).toBeCloseTo(staysMs, 3);
          expect(JSON.stringify(setup())).toBe(JSON.stringify(r));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses input that cannot be meant', () => {
    expect(() => run({ arrivals: [] })).toThrow('fromMs 0');
    expect(() => run({ arrivals: [{ fromMs: 0, recordsPerSecond: -1 }] })).toThrow('recordsPerSecond is -1');
    expect(() => run({ capacityRecords: 0 })).toThrow('capacityRecords is 0');
    expect(() => run({ serviceMs: 0 })).toThrow('serviceMs is 0');
  });
});
