import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgingQueue } from './aging-queue.ts';
import { Line } from './line.ts';

/** Runs a queue through spans of arrivals and of what may be served; spans last `everyMs` each. */
function run(spans: readonly { in: number; let: number }[], maxAgeMs: number, everyMs = 1_000): AgingQueue {
  const arrivals = new Line();
  const queue = new AgingQueue(arrivals, maxAgeMs);
  for (const [i, span] of spans.entries()) {
    const untilMs = (i + 1) * everyMs;
    while (arrivals.endMs < untilMs) {
      const out = queue.outflow(span.in, span.let);
      arrivals.extend(Math.min(untilMs, queue.holdsUntilMs(span.in, out)), span.in);
      queue.advance(out);
    }
  }
  return queue;
}

describe('a queue whose records are lost at a certain age', () => {
  it('loses what is offered beyond its service once its front is as old as that', () => {
    const queue = run(
      Array.from({ length: 20 }, () => ({ in: 100, let: 60 })),
      2_000,
    );
    // The front ages by 0.4 s in each second: 2 s old after 5 s, and from then on 40 a second are lost.
    expect(queue.ageMsAt(5_000)).toBeCloseTo(2_000, 3);
    expect(queue.expiredAt(5_000)).toBeCloseTo(0, 3);
    expect(queue.expiredAt(20_000)).toBeCloseTo(15 * 40, 3);
    expect(queue.ageMsAt(20_000)).toBeCloseTo(2_000, 3);
    expect(queue.peakAge.ageMs).toBeCloseTo(2_000, 3);
  });

  it('loses nothing while records wait less', () => {
    const queue = run(
      [
        { in: 100, let: 0 },
        { in: 0, let: 100 },
        { in: 0, let: 100 },
      ],
      2_000,
    );
    expect(queue.expired.end).toBe(0);
    expect(queue.served.end).toBeCloseTo(100, 6);
    expect(queue.hasWaiting).toBe(false);
  });

  it('keeps a steady run in few pieces', () => {
    expect(
      run(
        Array.from({ length: 500 }, () => ({ in: 100, let: 60 })),
        2_000,
      ).left.points.length,
    ).toBeLessThan(10);
  });

  it('moves on through a year of a million records a second, where doubles have no grains left', () => {
    const spans = Array.from({ length: 365 }, (_, i) => ({
      in: i % 3 === 0 ? 1_000_000 / 3 : 1_000_000,
      let: 2_000_000 / 3,
    }));
    const queue = run(spans, 86_400_000 / 7, 86_400_000);
    const { arrivals, served, expired, waiting } = queue;
    expect((served.end + expired.end + waiting) / arrivals.end).toBeCloseTo(1, 9);
    expect(arrivals.points.length).toBeLessThan(10_000);
  });

  it('conserves records, keeps to the rates it is given, and lets nothing grow older', () => {
    const span = fc.record({ in: fc.nat(1_000), let: fc.nat(1_000) });
    fc.assert(
      fc.property(
        fc.array(span, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 8_000 }),
        (spans, ageMs) => {
          const queue = run(spans, ageMs);
          const endMs = spans.length * 1_000;
          for (let ms = 0; ms <= endMs; ms += 250) {
            const served = queue.served.curve.valueAt(ms);
            const waiting = queue.waitingAt(ms);
            expect(served + waiting + queue.expiredAt(ms)).toBeCloseTo(queue.arrivals.curve.valueAt(ms), 3);
            expect(queue.ageMsAt(ms)).toBeLessThanOrEqual(ageMs + 0.1);
            if (ms >= 250) {
              const limit = (spans[Math.ceil(ms / 1_000) - 1]?.let ?? 0) / 4;
              expect(served - queue.served.curve.valueAt(ms - 250)).toBeLessThanOrEqual(limit + 1e-3);
            }
          }
        },
      ),
    );
  });

  it('serves what a second-by-second count serves', () => {
    const span = fc.record({ in: fc.nat(50), let: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 6 }), (spans, ageS) => {
        const queue = run(spans, ageS * 1_000);
        // By milliseconds, each with its own cohort.
        const cohorts: { bornMs: number; records: number }[] = [];
        let [served, expired] = [0, 0];
        for (let ms = 0; ms < spans.length * 1_000; ms++) {
          const { in: inRate = 0, let: letRate = 0 } = spans[Math.floor(ms / 1_000)] ?? {};
          while ((cohorts[0]?.bornMs ?? Infinity) <= ms - ageS * 1_000) expired += cohorts.shift()?.records ?? 0;
          cohorts.push({ bornMs: ms, records: inRate / 1_000 });
          let room = letRate / 1_000;
          while (room > 1e-12 && cohorts[0] !== undefined) {
            const taken = Math.min(room, cohorts[0].records);
            cohorts[0].records -= taken;
            room -= taken;
            served += taken;
            if (cohorts[0].records < 1e-12) cohorts.shift();
          }
        }
        expect(queue.served.end).toBeCloseTo(served, 0);
        expect(Math.abs(queue.expired.end - expired)).toBeLessThan(0.5);
      }),
      { numRuns: 30 },
    );
  });
});
