import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naturalLog } from './natural-log.ts';

describe('naturalLog', () => {
  it('is exactly 0 at 1 and ln 2 at 2', () => {
    expect(naturalLog(1)).toBe(0);
    expect(naturalLog(2)).toBe(Math.LN2);
  });

  it('agrees with the engine to a few units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(Math.log(x))));
      }),
    );
  });

  it('refuses what has no logarithm', () => {
    for (const x of [0, -1, Infinity, Number.NaN]) expect(() => naturalLog(x)).toThrow(RangeError);
  });
});
