import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  busiestMemberPartitions,
  memberLoadsPerSecond,
  movedPartitions,
  rangeAssignment,
  stickyAssignment,
  unstableMembers,
} from './assignment.ts';

const partitions = fc.integer({ min: 1, max: 100 });
const members = fc.integer({ min: 1, max: 120 });
/** How many members own how many partitions, most first: "8×3 12×2". */
const shape = (assignment: readonly (readonly number[])[]): string => {
  const counts = new Map<number, number>();
  for (const { length } of assignment) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => b - a)
    .map(([owned, count]) => `${count}×${owned}`)
    .join(' ');
};
const grown = (assignment: readonly number[][], size: number): number[][] =>
  Array.from({ length: size }, (_, i) => assignment[i] ?? []);

describe('M1.1 rangeAssignment of 48 partitions: 6 each for 8 members, 3 for 16, 8 with 3 and 12 with 2 for 20, 13 with 2 for 35, 2 idle of 50', () => {
  it.each([
    [8, '8×6'],
    [16, '16×3'],
    [20, '8×3 12×2'],
    [32, '16×2 16×1'],
    [35, '13×2 22×1'],
    [48, '48×1'],
    [50, '48×1 2×0'],
  ])('deals 48 partitions to %i members as %s', (n, expected) => {
    expect(shape(rangeAssignment(48, n))).toBe(expected);
  });

  it('gives contiguous blocks, the larger ones first', () => {
    expect(rangeAssignment(7, 3)).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it('gives every partition to exactly one member', () => {
    fc.assert(
      fc.property(partitions, members, (p, n) => {
        const assignment = rangeAssignment(p, n);
        expect(assignment).toHaveLength(n);
        expect(assignment.flat()).toEqual(Array.from({ length: p }, (_, i) => i));
        expect(assignment[0]).toHaveLength(busiestMemberPartitions(p, n));
      }),
    );
  });

  it('leaves the busiest member where it was from 24 to 47 members', () => {
    const busiest = [24, 32, 47, 48].map((n) => busiestMemberPartitions(48, n));
    expect(busiest).toEqual([2, 2, 2, 1]);
  });

  it('refuses a group of no one', () => {
    expect(() => rangeAssignment(48, 0)).toThrow('members is 0');
  });
});

describe('M1.7 partitions that move', () => {
  it('moves 45 of 48 from 8 to 16 members under Range when the new ids sort last; 3 stay', () => {
    const moved = movedPartitions(rangeAssignment(48, 8), rangeAssignment(48, 16));
    expect(moved).toHaveLength(45);
    expect([0, 1, 2].some((partition) => moved.includes(partition))).toBe(false);
  });

  it('moves 24 of 48 from 8 to 16 members with a sticky assignor', () => {
    const before = rangeAssignment(48, 8);
    const after = stickyAssignment(48, grown(before, 16));
    expect(movedPartitions(before, after)).toHaveLength(24);
    expect(shape(after)).toBe('16×3');
  });

  it('moves nothing when nothing changed', () => {
    const before = rangeAssignment(48, 20);
    expect(stickyAssignment(48, before)).toEqual(before);
    expect(movedPartitions(before, before)).toEqual([]);
  });
});

describe('M1.1 stickyAssignment', () => {
  it('is as balanced as Range, whatever came before', () => {
    fc.assert(
      fc.property(partitions, members, members, (p, n, m) => {
        const after = stickyAssignment(p, grown(rangeAssignment(p, n), m).slice(0, m));
        expect(after.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: p }, (_, i) => i));
        expect(shape(after)).toBe(shape(rangeAssignment(p, m)));
      }),
    );
  });

  it('moves only what balance forces to move', () => {
    fc.assert(
      fc.property(partitions, members, fc.integer({ min: 0, max: 20 }), (p, n, joining) => {
        const before = rangeAssignment(p, n);
        const after = stickyAssignment(p, grown(before, n + joining));
        const surplus = before.reduce((sum, list, i) => sum + Math.max(0, list.length - (after[i]?.length ?? 0)), 0);
        expect(movedPartitions(before, after)).toHaveLength(surplus);
      }),
    );
  });

  it('hands a leaver’s partitions to the others, who keep theirs', () => {
    const after = stickyAssignment(6, [
      [0, 1],
      [4, 5],
    ]);
    expect(after).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('refuses a partition with two owners', () => {
    expect(() => stickyAssignment(2, [[0], [0]])).toThrow('Partition 0 has two owners');
  });
});

describe('M1.1 stability per member', () => {
  it('asks each member, not the group: 35 members for 120,000/s of 5,000/s each', () => {
    const even = Array.from({ length: 48 }, () => 120_000 / 48);
    const unstable = unstableMembers(rangeAssignment(48, 35), even, 5_000);
    expect(unstable).toHaveLength(13);
    expect(unstableMembers(rangeAssignment(48, 48), even, 5_000)).toEqual([]);
  });

  it('sums the rates of what a member owns', () => {
    expect(memberLoadsPerSecond([[0, 2], [1], []], [1, 2, 4])).toEqual([5, 2, 0]);
  });
});
