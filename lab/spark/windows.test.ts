import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowing, windowStarts } from './windows.ts';

describe('the windows of an event time', () => {
  it('are one when they tumble: its end is not part of it', () => {
    const five = windowing(5);
    expect(windowStarts(0, five)).toEqual([0]);
    expect(windowStarts(4.999, five)).toEqual([0]);
    expect(windowStarts(5, five)).toEqual([5]);
    expect(windowStarts(-1, five)).toEqual([-5]);
  });

  it('are window ÷ slide when they slide, earliest first', () => {
    expect(windowStarts(12, windowing(10, 5))).toEqual([5, 10]);
    expect(windowStarts(10, windowing(10, 5))).toEqual([5, 10]);
    expect(windowStarts(7, windowing(10, 4))).toEqual([0, 4]);
    expect(windowStarts(8, windowing(10, 4))).toEqual([0, 4, 8]);
  });

  it('hold the event, all of them, and no other does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000, max: 1_000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (eventMs, a, b) => {
          const given = windowing(Math.max(a, b), Math.min(a, b));
          const expected = [];
          for (let n = -1_100; n <= 1_100; n++) {
            const start = n * given.slideMs;
            if (start <= eventMs && eventMs < start + given.windowMs) expected.push(start);
          }
          expect(windowStarts(eventMs, given)).toEqual(expected);
        },
      ),
    );
  });

  it('may not slide by more than they are long', () => {
    expect(() => windowing(5, 6)).toThrow('longer than the window');
  });
});
