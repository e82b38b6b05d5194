import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFallingBehind, lookAfterIdling, nextTriggerMs, type Trigger } from './trigger.ts';

const s = 1_000;
const every = (seconds: number): Trigger => ({ kind: 'processing-time', intervalMs: seconds * s });

/** Starts, in s, of batches that take these times, the first at 0. */
function startsOf(trigger: Trigger, durations: readonly number[]): number[] {
  const starts = [0];
  for (const seconds of durations) {
    const startMs = (starts.at(-1) ?? 0) * s;
    starts.push(nextTriggerMs(trigger, startMs, startMs + seconds * s) / s);
  }
  return starts;
}

describe('M2.2 the clock of a trigger', () => {
  it('of 30 s starts batches of 40 s at 0, 40, 80, 120 and 160: late ones run without a pause', () => {
    expect(startsOf(every(30), [40, 40, 40, 40])).toEqual([0, 40, 80, 120, 160]);
  });

  it('of 30 s starts batches of 10 s at 0, 30, 60 and 90', () => {
    expect(startsOf(every(30), [10, 10, 10])).toEqual([0, 30, 60, 90]);
  });

  it('of 30 s comes back to its boundary after one of 40 s: 0, 40, 60, 90', () => {
    expect(startsOf(every(30), [40, 10, 10])).toEqual([0, 40, 60, 90]);
  });

  it('of 30 s starts batches of exactly 30 s at 0, 30 and 60', () => {
    expect(startsOf(every(30), [30, 30])).toEqual([0, 30, 60]);
  });

  it('of 20 s starts after 35, 5 and 5 s at 0, 35, 40 and 60', () => {
    expect(startsOf(every(20), [35, 5, 5])).toEqual([0, 35, 40, 60]);
  });

  it('starts at once without an interval, and never again after Once', () => {
    expect(startsOf({ kind: 'default' }, [7, 3])).toEqual([0, 7, 10]);
    expect(startsOf({ kind: 'available-now' }, [7, 3])).toEqual([0, 7, 10]);
    expect(nextTriggerMs({ kind: 'once' }, 0, s)).toBe(Infinity);
  });

  it('never lets batches overlap, and lets none wait longer than an interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), fc.nat(1e6), fc.nat(1e6), (intervalMs, startMs, tookMs) => {
        const nextMs = nextTriggerMs({ kind: 'processing-time', intervalMs }, startMs, startMs + tookMs);
        expect(nextMs).toBeGreaterThanOrEqual(startMs + tookMs);
        expect(nextMs - (startMs + tookMs)).toBeLessThanOrEqual(intervalMs);
        if (tookMs < intervalMs && nextMs > startMs + tookMs) expect(nextMs % intervalMs).toBe(0);
      }),
    );
  });

  it('refuses an interval of 0 and an end before the start', () => {
    expect(() => nextTriggerMs(every(0), 0, 0)).toThrow('intervalMs is 0');
    expect(() => nextTriggerMs(every(1), 10, 5)).toThrow('batchEndMs is 5');
  });
});

describe('the falling-behind warning', () => {
  it('comes when a batch takes longer than the interval, not when it just fits (SS12)', () => {
    expect(isFallingBehind(every(30), 30 * s)).toBe(false);
    expect(isFallingBehind(every(30), 30 * s + 1)).toBe(true);
    expect(isFallingBehind({ kind: 'default' }, 30 * s)).toBe(false);
  });
});

describe('a look after idling', () => {
  it('is the boundary at or after the data; the one before it is the previous trigger (SS27)', () => {
    expect(lookAfterIdling(every(30), 60 * s, 100 * s)).toEqual({ atMs: 120 * s, previousMs: 90 * s });
    expect(lookAfterIdling(every(30), 60 * s, 90 * s)).toEqual({ atMs: 90 * s, previousMs: 60 * s });
    expect(lookAfterIdling(every(30), 65 * s, 66 * s)).toEqual({ atMs: 90 * s, previousMs: 65 * s });
  });

  it('comes every 10 ms without an interval, which makes the input rate after idling absurdly high', () => {
    expect(lookAfterIdling({ kind: 'default' }, 0, 1_234)).toEqual({ atMs: 1_240, previousMs: 1_230 });
    expect(lookAfterIdling({ kind: 'default' }, 5, 3)).toEqual({ atMs: 15, previousMs: 5 });
  });
});
