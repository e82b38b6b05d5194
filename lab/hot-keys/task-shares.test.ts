import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, tasksOfSalts } from './salts.ts';
import { taskShares, throughputBoundPerSecond } from './task-shares.ts';

describe('M5 a hot key bounds the stage', () => {
  it('60 % on one of 100 tasks of 1,000/s: 1,666.7/s, although they could take 100,000/s together', () => {
    expect(throughputBoundPerSecond(1_000, 0.6)).toBeCloseTo(1_666.67, 2);
    expect(100 * 1_000).toBe(100_000);
  });

  it('1,655.6/s when that task also carries its 1 % of the other keys', () => {
    const hottest = taskShares({ tasks: 100, hotShare: 0.6 })[0]?.share ?? 0;
    expect(hottest).toBeCloseTo(0.604, 12);
    expect(throughputBoundPerSecond(1_000, hottest)).toBeCloseTo(1_655.63, 2);
  });

  it('10 salts on 10 tasks make it 600/s each and 40/s of background: 640/s', () => {
    const shares = taskShares({ tasks: 100, hotShare: 0.6, salts: 10 });
    expect((0.6 * 10_000) / 10).toBe(600);
    expect(shares.slice(0, 10).map(({ share }) => Math.round(share * 10_000))).toEqual(Array(10).fill(640));
    expect(Math.round((shares[10]?.share ?? 0) * 10_000)).toBe(40);
  });

  it('two salts that a hash sends to one task make it 1,240/s', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `user-${i}`);
    const hottest = keys.map((hotKey) =>
      Math.max(
        ...taskShares({ tasks: 100, hotShare: 0.6, salts: 10, spread: 'hash', hotKey }).map(({ share }) => share),
      ),
    );
    expect(new Set(hottest.map((share) => Math.round(share * 10_000)))).toContain(1_240);
    // 1 − Π(1 − i/100) for i below 10 is 37 %.
    const collisions = hottest.filter((share) => share > 0.07).length;
    expect(collisions).toBeGreaterThan(25);
    expect(collisions).toBeLessThan(50);
  });
});

it('salts are even, hashes are the same everywhere, and shares sum to 1', () => {
  expect(hashOf('user-42')).toBe(hashOf('user-42'));
  expect(tasksOfSalts({ key: 'a', salts: 5, tasks: 3, spread: 'ideal' })).toEqual([0, 1, 2, 0, 1]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom('ideal' as const, 'hash' as const),
      (tasks, hotShare, salts, spread) => {
        const shares = taskShares({ tasks, hotShare, salts, spread });
        expect(shares.reduce((all, { share }) => all + share, 0)).toBeCloseTo(1, 9);
        expect(shares.reduce((all, each) => all + each.salts, 0)).toBe(salts);
      },
    ),
  );
});
