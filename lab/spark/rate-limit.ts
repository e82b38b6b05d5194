// How a limit per trigger is dealt out to the partitions of a topic: by backlog, as Spark's Kafka source does it.

import { nonNegativeInteger, positiveInteger } from '../argument.ts';

/**
 * Offsets that a batch takes from each partition under a limit (M2.1, SS6): the partition's part of the whole backlog,
 * rounded down, except that a part below one becomes one, so that a small partition never starves. Never more than
 * there is. The sum may therefore lie a little below the limit, or above it with many small partitions.
 *
 * The order of the arithmetic is Spark's own, `limit · (backlog / total)` in doubles; it decides about single offsets.
 * One backlog for each partition, whole offsets; 0 where there is nothing. Throws RangeError for a limit below 1 and for
 * a backlog that is not a whole number of 0 or more.
 */
export function splitRateLimit(limit: number, backlogs: readonly number[]): number[] {
  positiveInteger(limit, 'limit');
  let total = 0;
  for (const [partition, backlog] of backlogs.entries()) {
    total += nonNegativeInteger(backlog, `backlogs[${partition}]`);
  }
  return backlogs.map((backlog) => {
    if (backlog === 0) return 0;
    const part = limit * (backlog / total);
    return Math.min(backlog, part < 1 ? Math.ceil(part) : Math.floor(part));
  });
}
