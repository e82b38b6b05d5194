import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCurve } from './curve.ts';

/** Rises to 10 by 1 s, rests for a second, rises to 20 by 3 s. */
const stairs = createCurve([
  { atMs: 0, value: 0 },
  { atMs: 1_000, value: 10 },
  { atMs: 2_000, value: 10 },
  { atMs: 3_000, value: 20 },
]);

describe('createCurve', () => {
  it('is straight between its points and level outside them', () => {
    expect([-5, 0, 500, 1_500, 2_500, 9_999].map((ms) => stairs.valueAt(ms))).toEqual([0, 0, 5, 10, 15, 20]);
  });

  it('tells when a value is reached and when it is passed', () => {
    expect([0, 5, 10, 15, 20, 21].map((value) => stairs.firstReaching(value))).toEqual([
      0,
      500,
      1_000,
      2_500,
      3_000,
      Infinity,
    ]);
    expect([0, 5, 10, 15, 20].map((value) => stairs.firstBeyond(value))).toEqual([0, 500, 2_000, 2_500, Infinity]);
  });

  it('inverts itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 1, maxLength: 20 }),
        fc.nat(100),
        (steps, percent) => {
          let atMs = 0;
          let value = 0;
          const points = steps.map(([ms, records]) => ({ atMs: (atMs += ms), value: (value += records) }));
          const curve = createCurve([{ atMs: 0, value: 0 }, ...points]);
          const target = (value * percent) / 100;
          const reachedMs = curve.firstReaching(target);
          expect(curve.valueAt(reachedMs)).toBeGreaterThanOrEqual(target - 1e-9);
          expect(curve.firstBeyond(target)).toBeGreaterThanOrEqual(reachedMs - 1e-9);
        },
      ),
    );
  });

  it('refuses a count that falls', () => {
    expect(() => createCurve([])).toThrow(RangeError);
    expect(() =>
      createCurve([
        { atMs: 0, value: 1 },
        { atMs: 1, value: 0 },
      ]),
    ).toThrow('points[1]');
    expect(() =>
      createCurve([
        { atMs: 1, value: 0 },
        { atMs: 0, value: 0 },
      ]),
    ).toThrow('in order of time');
  });
});
