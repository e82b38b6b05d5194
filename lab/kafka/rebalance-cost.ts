// What a rebalance costs: the lag that a stop adds, and the records that are delivered again.

import { nonNegative, nonNegativeInteger } from '../argument.ts';

/** Records of lag that a stop of `stopMs` adds at `recordsPerSecond`, while nobody consumes: λ·R (M1.7). */
export function lagOfStopRecords(given: { recordsPerSecond: number; stopMs: number }): number {
  return (nonNegative(given.recordsPerSecond, 'recordsPerSecond') * nonNegative(given.stopMs, 'stopMs')) / 1000;
}

/** A partition that a member must give up. */
export interface RevokedPartition {
  /** Next offset that the member would read. */
  readonly positionOffset: number;
  readonly committedOffset: number;
  /** Whether the member commits its position while it gives the partition up. */
  readonly isCommittedOnRevoke: boolean;
}

/**
 * Records that the new owners read again: Σ (position − committed) over the revoked partitions that were not committed on
 * revoke (M1.7). Throws RangeError for an offset below 0 and a position below what is committed.
 */
export function redeliveredRecords(revoked: readonly RevokedPartition[]): number {
  return revoked.reduce((sum, partition) => {
    const position = nonNegativeInteger(partition.positionOffset, 'positionOffset');
    const committed = nonNegativeInteger(partition.committedOffset, 'committedOffset');
    if (position < committed) {
      throw new RangeError(
        `positionOffset ${position} lies below committedOffset ${committed}; pass the offset to read next.`,
      );
    }
    return sum + (partition.isCommittedOnRevoke ? 0 : position - committed);
  }, 0);
}
