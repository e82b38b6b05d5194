import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultKeyGroups, readerShares, skewedOperator, subtaskOfKey, subtaskShares } from './skew.ts';

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('M3.6 skew', () => {
  it('lets 1,250 a second through when one of eight subtasks of 500/s gets 40 % of the keys, and leaves the others at 214', () => {
    const shares = subtaskShares(8, { hotShare: 0.4 });
    const { throughputPerSecond, busyMsPerSecond } = skewedOperator({ subtaskCapacityPerSecond: 500, shares });
    expect(throughputPerSecond).toBe(1_250);
    expect(busyMsPerSecond[0]).toBe(1000);
    expect(busyMsPerSecond.slice(1).map(Math.round)).toEqual(Array.from({ length: 7 }, () => 214));
    expect(skewedOperator({ subtaskCapacityPerSecond: 500, shares: subtaskShares(8) }).throughputPerSecond).toBe(4_000);
  });

  it('is not cured by more subtasks: one key is one subtask', () => {
    const shares = subtaskShares(100, { hotShare: 0.4 });
    expect(skewedOperator({ subtaskCapacityPerSecond: 500, shares }).throughputPerSecond).toBe(1_250);
  });

  it('refuses shares of nothing', () => {
    expect(() => skewedOperator({ subtaskCapacityPerSecond: 500, shares: [] })).toThrow('the largest of shares is 0');
  });
});

describe('shares of subtasks', () => {
  it('add up to 1, whatever the keys', () => {
    const anyKeys = fc.oneof(
      fc.constant(undefined),
      fc.record({ hotShare: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ zipfKeys: fc.integer({ min: 1, max: 500 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), anyKeys, (parallelism, keys) => {
        const shares = subtaskShares(parallelism, keys);
        expect(shares.length).toBe(parallelism);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(total(shares)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('know no hot key below an even share', () => {
    expect(subtaskShares(4, { hotShare: 0.1 })).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(subtaskShares(1, { hotShare: 0.4 })).toEqual([1]);
  });

  it('give readers whole partitions, and surplus readers none (F23)', () => {
    expect(readerShares(2, 3)).toEqual([2 / 3, 1 / 3]);
    expect(readerShares(6, 4)).toEqual([0.25, 0.25, 0.25, 0.25, 0, 0]);
  });

  it('send each key to a subtask through its key group', () => {
    expect([1, 85, 86, 100, 20_000].map(defaultKeyGroups)).toEqual([128, 128, 256, 256, 32_768]);
    const counts = Array.from({ length: 8 }, () => 0);
    for (let key = 0; key < 8_000; key++) {
      const subtask = subtaskOfKey(key, 8);
      counts[subtask] = (counts[subtask] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(total(counts)).toBe(8_000);
  });
});
