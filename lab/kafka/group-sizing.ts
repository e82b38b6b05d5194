// How many members a group needs: by arithmetic on the total, and by what the busiest member really owns.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { busiestMemberPartitions } from './assignment.ts';

export interface GroupSizing {
  readonly recordsPerSecond: number;
  readonly memberCapacityPerSecond: number;
  /** Highest utilisation ρ that is wanted, such as 0.7. */
  readonly targetUtilisation: number;
}

/** Quotients such as 105,000 / (5,000 · 0.7) must not ask for one more because of their last bit. */
const roundingSlack = 1e-9;

/** Members by arithmetic: ceil(λ / (capacity · ρ)) (M1.8). Right only if the load divides evenly over the members. */
export function membersByArithmetic(given: GroupSizing): number {
  const usable = positive(given.memberCapacityPerSecond, 'memberCapacityPerSecond') * utilisationOf(given);
  return Math.ceil(nonNegative(given.recordsPerSecond, 'recordsPerSecond') / usable - roundingSlack);
}

/** Utilisation ρ of the busiest member, with λ spread evenly over the partitions: ceil(P/n) · λ/P ÷ capacity (M1.1, M1.8). */
export function busiestUtilisation(
  given: Omit<GroupSizing, 'targetUtilisation'> & { readonly partitions: number; readonly members: number },
): number {
  const perPartition =
    nonNegative(given.recordsPerSecond, 'recordsPerSecond') / positiveInteger(given.partitions, 'partitions');
  const load = busiestMemberPartitions(given.partitions, given.members) * perPartition;
  return load / positive(given.memberCapacityPerSecond, 'memberCapacityPerSecond');
}

/** The smallest group in which **every** member stays at or below the target (M1.8); null when even P members do not. */
export function fewestMembers(given: GroupSizing & { readonly partitions: number }): number | null {
  const target = utilisationOf(given);
  for (let members = 1; members <= positiveInteger(given.partitions, 'partitions'); members++) {
    if (busiestUtilisation({ ...given, members }) <= target + roundingSlack) return members;
  }
  return null;
}

function utilisationOf({ targetUtilisation }: GroupSizing): number {
  if (targetUtilisation > 0 && targetUtilisation <= 1) return targetUtilisation;
  throw new RangeError(`targetUtilisation is ${targetUtilisation}; pass a share above 0 and up to 1, such as 0.7.`);
}
