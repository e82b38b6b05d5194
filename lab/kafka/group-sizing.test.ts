import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { busiestUtilisation, fewestMembers, membersByArithmetic } from './group-sizing.ts';

const spike = { recordsPerSecond: 120_000, memberCapacityPerSecond: 5_000, targetUtilisation: 0.7 };

describe('M1.8 size of a group', () => {
  it('is 35 by arithmetic for 120,000/s at ρ ≤ 0.7', () => {
    expect(membersByArithmetic(spike)).toBe(35);
  });

  it('is 48 once every member must meet it: with 35, thirteen run at ρ = 1', () => {
    expect(busiestUtilisation({ ...spike, partitions: 48, members: 35 })).toBe(1);
    expect(busiestUtilisation({ ...spike, partitions: 48, members: 47 })).toBe(1);
    expect(busiestUtilisation({ ...spike, partitions: 48, members: 48 })).toBe(0.5);
    expect(fewestMembers({ ...spike, partitions: 48 })).toBe(48);
  });

  it('does not exist when one partition is already too much for a member', () => {
    expect(fewestMembers({ ...spike, partitions: 24 })).toBeNull();
  });

  it('never asks for one more because of rounding', () => {
    expect(membersByArithmetic({ ...spike, recordsPerSecond: 105_000 })).toBe(30);
    expect(membersByArithmetic({ recordsPerSecond: 3, memberCapacityPerSecond: 1, targetUtilisation: 0.1 })).toBe(30);
  });

  it('is never smaller than the arithmetic says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 100_000 }),
        (partitions, recordsPerSecond) => {
          const given = { ...spike, recordsPerSecond, partitions };
          expect(fewestMembers(given) ?? Infinity).toBeGreaterThanOrEqual(membersByArithmetic(given));
        },
      ),
    );
  });

  it('refuses a target that is no share', () => {
    expect(() => membersByArithmetic({ ...spike, targetUtilisation: 70 })).toThrow('such as 0.7');
  });
});
