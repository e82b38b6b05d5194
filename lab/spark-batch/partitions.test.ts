import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coalesced, partitionRows } from './partitions.ts';

describe('SS25 partitions and writers', () => {
  it('are even to within a row, or have one that is larger', () => {
    expect(partitionRows(10, 4)).toEqual([3, 3, 2, 2]);
    expect(partitionRows(1_000, 5, 0.6)).toEqual([600, 100, 100, 100, 100]);
    expect(partitionRows(7, 1, 1)).toEqual([7]);
  });

  it('coalesce joins neighbours and leaves a large one large', () => {
    expect(coalesced([600, 100, 100, 100, 100], 2)).toEqual([800, 200]);
    expect(coalesced([1, 2], 10)).toEqual([1, 2]);
  });

  it('neither loses a row', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        (rows, partitions, share, writers) => {
          const parts = partitionRows(rows, partitions, share * partitions < 1 ? 0 : share);
          expect(parts).toHaveLength(partitions);
          expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
          const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
          expect(sum(parts)).toBe(rows);
          expect(sum(coalesced(parts, writers))).toBe(rows);
        },
      ),
    );
  });

  it('refuses a largest partition that is below the average', () => {
    expect(() => partitionRows(100, 4, 0.1)).toThrow('pass 0 for even partitions');
  });
});
