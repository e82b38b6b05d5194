// The rows of a stage's partitions: even, with one that is larger, and joined together before a write.

import { nonNegativeInteger, positiveInteger, shareOfOne } from '../argument.ts';

/**
 * Splits `rows` over `partitions`: the first gets `largestShare` of them (rounded), the others the rest as evenly as whole
 * rows allow. Without a share all are even. Laws: the parts sum to `rows`; even parts differ by at most one row. Throws
 * RangeError for a share that the largest of so many partitions cannot have, below 1/partitions.
 */
export function partitionRows(rows: number, partitions: number, largestShare = 0): number[] {
  nonNegativeInteger(rows, 'rows');
  positiveInteger(partitions, 'partitions');
  if (shareOfOne(largestShare, 'largestShare') === 0) return evenly(rows, partitions);
  if (largestShare * partitions < 1 - 1e-9) {
    throw new RangeError(
      `largestShare is ${largestShare}, less than an even part of ${partitions}; pass 0 for even partitions.`,
    );
  }
  if (partitions === 1) return [rows];
  const largest = Math.round(rows * largestShare);
  return [largest, ...evenly(rows - largest, partitions - 1)];
}

/**
 * `coalesce(writers)`: neighbours become one partition, without a shuffle, so a large one stays large and the work of the
 * whole stage is done by `writers` tasks (SS25). More writers than partitions change nothing.
 */
export function coalesced(partitions: readonly number[], writers: number): number[] {
  const groups = Math.min(positiveInteger(writers, 'writers'), partitions.length);
  const joined = Array.from({ length: groups }, () => 0);
  for (const [i, rows] of partitions.entries()) {
    const group = Math.floor((i * groups) / partitions.length);
    joined[group] = (joined[group] ?? 0) + rows;
  }
  return joined;
}

function evenly(rows: number, partitions: number): number[] {
  const each = Math.floor(rows / partitions);
  const larger = rows - each * partitions;
  return Array.from({ length: partitions }, (_, i) => (i < larger ? each + 1 : each));
}
