// How a hot key loads the tasks of a keyed stage, and what the whole stage can take therefore.

import { positive, positiveInteger, shareOfOne } from '../argument.ts';
import { tasksOfSalts, type Spread } from './salts.ts';

export interface KeySkew {
  readonly tasks: number;
  /** The hot key's part of all records. The rest is spread evenly over all tasks. */
  readonly hotShare: number;
  /** Keys that the hot one is split into; 1 leaves it as it is. */
  readonly salts?: number;
  /** Ideal by default. */
  readonly spread?: Spread;
  /** What is hashed when the spread is by hash. */
  readonly hotKey?: string;
}

export interface TaskShare {
  /** Salts of the hot key on this task. */
  readonly salts: number;
  /** The task's part of all records: those of its salts, and its part of the rest. */
  readonly share: number;
}

/** Each task's part of the records (M5): its salts' parts of the hot share, and 1/tasks of the rest. The parts sum to 1. */
export function taskShares({ tasks, hotShare, salts = 1, spread = 'ideal', hotKey = 'hot' }: KeySkew): TaskShare[] {
  shareOfOne(hotShare, 'hotShare');
  const counts = Array.from({ length: positiveInteger(tasks, 'tasks') }, () => 0);
  for (const task of tasksOfSalts({ key: hotKey, salts, tasks, spread })) counts[task] = (counts[task] ?? 0) + 1;
  return counts.map((count) => ({ salts: count, share: (hotShare * count) / salts + (1 - hotShare) / tasks }));
}

/** The most records/s of a stage whose one task of `capacityPerSecond` gets `share` of all of them: c/h (M5, M3.6). */
export function throughputBoundPerSecond(capacityPerSecond: number, share: number): number {
  return positive(capacityPerSecond, 'capacityPerSecond') / positive(shareOfOne(share, 'share'), 'share');
}
