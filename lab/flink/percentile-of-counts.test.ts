import fc from 'fast-check';
import { expect, it } from 'vitest';
import { percentile } from '../trace/percentile.ts';
import { percentileOfCounts } from './percentile-of-counts.ts';

it('is the percentile of the values that were counted', () => {
  const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (list, p) => {
      const counts = Array.from({ length: 51 }, (_, value) => list.filter((seen) => seen === value).length);
      expect(percentileOfCounts(counts, p)).toBe(percentile(list, p));
    }),
  );
  expect(() => percentileOfCounts([0, 0], 50)).toThrow('Nothing was counted');
  expect(() => percentileOfCounts([1], 0)).toThrow('p is 0');
});
