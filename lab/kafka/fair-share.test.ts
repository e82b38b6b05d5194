import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShares } from './fair-share.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('fairShares', () => {
  it('meets small demands and splits the rest evenly', () => {
    expect(fairShares(10, [1, 8, 8])).toEqual([1, 4.5, 4.5]);
    expect(fairShares(10, [Infinity, 2, Infinity])).toEqual([4, 2, 4]);
    expect(fairShares(10, [3, 3])).toEqual([3, 3]);
    expect(fairShares(0, [Infinity])).toEqual([0]);
    expect(fairShares(10, [])).toEqual([]);
  });

  it('hands out all that is wanted or all that there is, and never more than is wanted', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.array(fc.nat(1_000), { maxLength: 50 }), (capacity, demands) => {
        const shares = fairShares(capacity, demands);
        expect(sum(shares)).toBeCloseTo(Math.min(capacity, sum(demands)), 6);
        for (const [i, share] of shares.entries()) {
          expect(share).toBeLessThanOrEqual(demands[i] ?? 0);
          if (share < (demands[i] ?? 0)) expect(share).toBeGreaterThanOrEqual(Math.max(...shares) - 1e-6);
        }
      }),
    );
  });
});
