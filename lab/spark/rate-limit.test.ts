import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitRateLimit } from './rate-limit.ts';

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

describe('M2.1 the split of a limit', () => {
  it('of 10,000 gives backlogs of 90,000, 9,000, 1,000 and 0 their parts: 9,000, 900, 100 and 0', () => {
    expect(splitRateLimit(10_000, [90_000, 9_000, 1_000, 0])).toEqual([9_000, 900, 100, 0]);
  });

  it('of 10,000 takes all of 3,000 and 2,000', () => {
    expect(splitRateLimit(10_000, [3_000, 2_000])).toEqual([3_000, 2_000]);
  });

  it('of 100 takes 99, 1 and 1 of 1,000, 1 and 1, together 101: above the limit', () => {
    expect(splitRateLimit(100, [1_000, 1, 1])).toEqual([99, 1, 1]);
  });

  it('of 100 takes 33 of each of 333, 333 and 334, together 99: below it', () => {
    expect(splitRateLimit(100, [333, 333, 334])).toEqual([33, 33, 33]);
  });

  it('of 10 takes 1 of each of twelve partitions of 5, together 12', () => {
    expect(
      splitRateLimit(
        10,
        Array.from({ length: 12 }, () => 5),
      ),
    ).toEqual(Array.from({ length: 12 }, () => 1));
  });

  it('of 100 takes 28 and 71 of 29 and 71: a double rounds 29 down to 28.999…', () => {
    expect(splitRateLimit(100, [29, 71])).toEqual([28, 71]);
  });
});

describe('the split of a limit', () => {
  const backlogs = fc.array(fc.nat(1_000_000), { maxLength: 60 });
  const limit = fc.integer({ min: 1, max: 1_000_000 });

  it('never takes more than there is, never starves a partition, and stays within one per partition of the limit', () => {
    fc.assert(
      fc.property(limit, backlogs, (most, list) => {
        const taken = splitRateLimit(most, list);
        for (const [p, count] of taken.entries()) {
          expect(count).toBeLessThanOrEqual(list[p] ?? 0);
          expect(count > 0).toBe((list[p] ?? 0) > 0);
        }
        expect(sum(taken)).toBeLessThanOrEqual(Math.min(most, sum(list)) + list.length);
        expect(sum(taken)).toBeGreaterThanOrEqual(Math.min(most, sum(list)) - list.length);
      }),
    );
  });

  it('takes everything that lies below the limit', () => {
    fc.assert(
      fc.property(backlogs, (list) => {
        expect(splitRateLimit(sum(list) + list.length + 1, list)).toEqual(list);
      }),
    );
  });

  it('refuses a limit of nothing and half a record', () => {
    expect(() => splitRateLimit(0, [1])).toThrow('limit is 0');
    expect(() => splitRateLimit(1, [0.5])).toThrow('backlogs[0] is 0.5');
  });
});
