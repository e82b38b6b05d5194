import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalClock } from './arrival-clock.ts';
import { even, type Draw } from './draw.ts';
import { runQueue, type QueueSetup } from './queue-engine.ts';

/** As even as `even`, but the engine cannot know it: it takes every offer as a step of its own. */
const evenStepByStep: Draw = () => 1;

const policies = ['block', 'drop-oldest', 'drop-newest', 'replace-youngest', 'drop-buffer', 'fail'] as const;
const decimal = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** Round numbers, which meet on the same instant, and others, which are rounded at every step. */
const number = (min: number, max: number) => fc.oneof(fc.integer({ min, max }), decimal(min, max));

const arrivals = fc
  .array(fc.record({ forMs: number(1, 2_000), recordsPerSecond: fc.oneof(fc.constant(0), number(1, 2_000)) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((rates) => {
    let toMs = 0;
    return rates.map(({ forMs, recordsPerSecond }) => {
      const fromMs = toMs;
      toMs += forMs;
      return { fromMs, recordsPerSecond };
    });
  });

describe('offers at even gaps', () => {
  it('leave the same readings, to the last bit, when they join the line all at once and when they join one by one', () => {
    const setups: fc.Arbitrary<Omit<QueueSetup, 'nextGap' | 'nextWork'>> = fc.record({
      arrivals,
      serviceMs: number(1, 200),
      servers: fc.integer({ min: 1, max: 4 }),
      capacityRecords: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(Infinity)),
      overflow: fc.constantFrom(...policies),
      mostInsideRecords: fc.oneof(number(1, 3_000), fc.constant(Infinity)),
      durationMs: number(1, 4_000),
      sampleMs: number(10, 500),
    });
    fc.assert(
      fc.property(setups, (setup) => {
        const atOnce = runQueue({ ...setup, nextGap: even, nextWork: even });
        const oneByOne = runQueue({ ...setup, nextGap: evenStepByStep, nextWork: evenStepByStep });
        expect(JSON.stringify(atOnce)).toBe(JSON.stringify(oneByOne));
      }),
      { numRuns: 500 },
    );
  });

  it('are skipped up to an instant or a number, and the clock stands where it would after one step for each', () => {
    fc.assert(
      fc.property(arrivals, fc.array(fc.tuple(number(1, 1_000), number(0, 300)), { maxLength: 10 }), (rates, skips) => {
        const skipping = new ArrivalClock(rates, even);
        const stepping = new ArrivalClock(rates, even);
        let ms = 0;
        for (const [moreMs, most] of skips) {
          ms += moreMs;
          const skipped = skipping.skipBefore(ms, most);
          expect(skipped).toBeLessThanOrEqual(most);
          for (let i = 0; i < skipped; i++) {
            expect(stepping.nextMs).toBeLessThan(ms);
            stepping.advance();
          }
          expect(skipping.nextMs).toBe(stepping.nextMs);
          expect(skipping.records).toBe(stepping.records);
        }
      }),
    );
    const clock = new ArrivalClock([{ fromMs: 0, recordsPerSecond: 10_000 }], even);
    expect(clock.skipBefore(10, Infinity)).toBe(99);
    expect(clock.nextMs).toBe(10);
  });
});
