// Which member of a group owns which partitions of a topic, and how many must move when the group changes.

import { nonNegative, positiveInteger } from '../argument.ts';

/** Partition numbers per member, one list per member. */
export type Assignment = readonly (readonly number[])[];

/**
 * Range assignment of one topic (M1.1, K24): member i, from 0 in the order of sorted ids, gets floor(P/n) partitions, and
 * one more when i < P mod n, as one contiguous block. Every partition has exactly one owner; members beyond P are idle.
 */
export function rangeAssignment(partitions: number, members: number): number[][] {
  let next = 0;
  return quotas(partitions, members).map((quota) => Array.from({ length: quota }, () => next++));
}

/**
 * The next assignment of a cooperative-sticky group (M1.1, K25): as balanced as a range assignment, moving as few
 * partitions as that allows. `owned[i]` is what member i of the new group holds already, empty for a newcomer; what nobody
 * holds goes to the members below their quota, in order. Throws RangeError when two members hold the same partition.
 */
export function stickyAssignment(partitions: number, owned: Assignment): number[][] {
  const holders = new Map<number, number>();
  for (const [member, list] of owned.entries()) {
    for (const partition of list) {
      if (holders.has(partition))
        throw new RangeError(`Partition ${partition} has two owners; pass each partition once.`);
      if (partition < partitions) holders.set(partition, member);
    }
  }
  // Those who hold most keep most, so the larger quotas are theirs.
  const holding = owned.map((list) => list.filter((partition) => partition < partitions).length);
  const byHolding = owned.map((_, member) => member).sort((a, b) => (holding[b] ?? 0) - (holding[a] ?? 0) || a - b);
  const quotaOf: number[] = [];
  for (const [rank, quota] of quotas(partitions, owned.length).entries()) quotaOf[byHolding[rank] ?? rank] = quota;

  const result: number[][] = owned.map(() => []);
  const homeless: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const holder = holders.get(partition);
    const kept = holder === undefined ? undefined : result[holder];
    if (kept !== undefined && kept.length < (quotaOf[holder ?? -1] ?? 0)) kept.push(partition);
    else homeless.push(partition);
  }
  for (const [member, list] of result.entries()) {
    list.push(...homeless.splice(0, (quotaOf[member] ?? 0) - list.length));
    list.sort((a, b) => a - b);
  }
  return result;
}

/**
 * The partitions that changed hands: owned by one member before and by another after, ascending. Members are compared by
 * their place in the lists, so keep the places of those who stay.
 */
export function movedPartitions(before: Assignment, after: Assignment): number[] {
  const ownerBefore = new Map(before.flatMap((list, member) => list.map((partition) => [partition, member] as const)));
  return after
    .flatMap((list, member) => list.filter((partition) => (ownerBefore.get(partition) ?? member) !== member))
    .sort((a, b) => a - b);
}

/** Partitions of the busiest member of a balanced group: ceil(P/n) (M1.1). It limits the group, not the mean. */
export function busiestMemberPartitions(partitions: number, members: number): number {
  return Math.ceil(positiveInteger(partitions, 'partitions') / positiveInteger(members, 'members'));
}

/** Each member's load in records/s: the sum of λₚ over its partitions (M1.1). A partition without a rate counts as 0. */
export function memberLoadsPerSecond(assignment: Assignment, partitionsPerSecond: readonly number[]): number[] {
  return assignment.map((list) => list.reduce((sum, partition) => sum + (partitionsPerSecond[partition] ?? 0), 0));
}

/** The members, by place, that do not keep up: a member is stable only if its load is **below** its capacity (M1.1). */
export function unstableMembers(
  assignment: Assignment,
  partitionsPerSecond: readonly number[],
  capacityPerSecond: number,
): number[] {
  nonNegative(capacityPerSecond, 'capacityPerSecond');
  return memberLoadsPerSecond(assignment, partitionsPerSecond).flatMap((load, member) =>
    load < capacityPerSecond ? [] : [member],
  );
}

function quotas(partitions: number, members: number): number[] {
  positiveInteger(partitions, 'partitions');
  positiveInteger(members, 'members');
  return Array.from(
    { length: members },
    (_, i) => Math.floor(partitions / members) + (i < partitions % members ? 1 : 0),
  );
}
