import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WatermarkTracker } from './watermark.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** A batch of event times, by input. */
function afterBatch(tracker: WatermarkTracker, ...inputs: number[][]): number {
  for (const [input, times] of inputs.entries()) for (const eventMs of times) tracker.observe(input, eventMs);
  return tracker.advance();
}

describe('M2.9 watermark', () => {
  it('takes the latest event time of any partition: one idle partition of a single input does not stall it', () => {
    const tracker = new WatermarkTracker([10 * minute]);
    // Both partitions speak, then only one of them.
    expect(afterBatch(tracker, [20 * minute, 19 * minute])).toBe(10 * minute);
    expect(afterBatch(tracker, [40 * minute])).toBe(30 * minute);
  });

  it('follows the slowest of two inputs: one idle input stalls it, from the start or later', () => {
    const tracker = new WatermarkTracker([minute, minute]);
    expect(afterBatch(tracker, [40 * minute], [])).toBe(0);
    expect(afterBatch(tracker, [50 * minute], [30 * minute])).toBe(29 * minute);
    expect(afterBatch(tracker, [90 * minute], [])).toBe(29 * minute);
    const fastest = new WatermarkTracker([minute, minute], 'max');
    expect(afterBatch(fastest, [40 * minute], [])).toBe(39 * minute);
  });

  it('moves 1 day ahead with a single row that is dated 1 day ahead, and does not come back', () => {
    const tracker = new WatermarkTracker([10 * minute]);
    expect(afterBatch(tracker, [30 * minute, 30 * minute + day])).toBe(20 * minute + day);
    expect(afterBatch(tracker, [31 * minute])).toBe(20 * minute + day);
  });

  it('stays where it is while a batch runs', () => {
    const tracker = new WatermarkTracker([0]);
    tracker.observe(0, 5);
    expect(tracker.watermarkMs).toBe(0);
    expect(tracker.advance()).toBe(5);
  });

  it('goes on from a checkpoint', () => {
    const tracker = new WatermarkTracker([0, 0], 'min', 700);
    expect(afterBatch(tracker, [900], [])).toBe(700);
    expect(afterBatch(tracker, [900], [800])).toBe(800);
  });

  it('never falls, and never drops what lies within the delay of a single input', () => {
    const batches = fc.array(fc.array(fc.integer({ min: 0, max: 10_000 })), { maxLength: 20 });
    fc.assert(
      fc.property(batches, fc.integer({ min: 0, max: 3_000 }), (given, delayMs) => {
        const tracker = new WatermarkTracker([delayMs]);
        let latestMs = 0;
        let watermarkMs = 0;
        for (const times of given) {
          const next = afterBatch(tracker, times);
          expect(next).toBeGreaterThanOrEqual(watermarkMs);
          watermarkMs = next;
          latestMs = Math.max(latestMs, ...times);
          expect(watermarkMs).toBe(Math.max(0, latestMs - delayMs));
        }
      }),
    );
  });

  it('names an input that is not there', () => {
    expect(() => new WatermarkTracker([0]).observe(1, 5)).toThrow('There is no input 1');
  });
});
