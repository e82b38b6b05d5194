// Rows that reach each task of a keyed stage at a given input rate, and the input rate at which the first task is full.

import { positive, positiveInteger, shareOfOne } from '../argument.ts';
import { taskShares, type KeySkew } from './task-shares.ts';

/** Each input partition sends one row for each key and salt that it has seen, once in `everyMs`, instead of every record. */
export interface MapSideCombine {
  readonly inputPartitions: number;
  /** Keys besides the hot one. */
  readonly otherKeys: number;
  readonly everyMs: number;
}

/** Tasks that have the same number of salts, and therefore the same load. */
export interface TaskClass {
  readonly salts: number;
  readonly tasks: number;
  /** Rows/s that reach each of its tasks when the stage takes `recordsPerSecond` in. */
  rowsPerSecond(recordsPerSecond: number): number;
  /** The most records/s at which a task of `capacityPerSecond` rows/s keeps up; Infinity when it always does. */
  boundPerSecond(capacityPerSecond: number): number;
}

/**
 * The classes of tasks, most salts first (M5). Without map-side combine a task's rows are its part of the records; with it
 * they stop growing once every input partition sends all its keys every time. So a class's rows are two straight lines that
 * level off: the hot key's and the others'. Throws RangeError for input out of range.
 */
export function taskClasses(skew: KeySkew, combine?: MapSideCombine): TaskClass[] {
  const hotShare = shareOfOne(skew.hotShare, 'hotShare');
  const sendsPerSecond =
    combine === undefined
      ? Infinity
      : (positiveInteger(combine.inputPartitions, 'inputPartitions') * 1000) / positive(combine.everyMs, 'everyMs');
  const counts = new Map<number, number>();
  for (const { salts } of taskShares(skew)) counts.set(salts, (counts.get(salts) ?? 0) + 1);

  return [...counts]
    .sort(([a], [b]) => b - a)
    .map(([salts, tasks]) => {
      const parts = [
        { share: (hotShare * salts) / (skew.salts ?? 1), mostPerSecond: salts * sendsPerSecond },
        {
          share: (1 - hotShare) / skew.tasks,
          mostPerSecond: ((combine?.otherKeys ?? 1) / skew.tasks) * sendsPerSecond,
        },
      ].filter(({ share }) => share > 0);
      return {
        salts,
        tasks,
        rowsPerSecond: (recordsPerSecond) =>
          parts.reduce((rows, part) => rows + Math.min(part.share * recordsPerSecond, part.mostPerSecond), 0),
        boundPerSecond: (capacityPerSecond) => {
          // Where a part levels off, it takes its most and the rest of the capacity is for the other.
          let left = positive(capacityPerSecond, 'capacityPerSecond');
          let rising = parts.reduce((sum, { share }) => sum + share, 0);
          for (const { share, mostPerSecond } of parts.toSorted(
            (a, b) => a.mostPerSecond / a.share - b.mostPerSecond / b.share,
          )) {
            if (left / rising <= mostPerSecond / share) return left / rising;
            left -= mostPerSecond;
            rising -= share;
          }
          return Infinity;
        },
      };
    });
}
