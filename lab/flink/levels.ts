// How Flink grades backpressure: a word for the part of its time that a task is held back.

import { nonNegative } from '../argument.ts';

export type BackPressureLevel = 'ok' | 'low' | 'high';

/** The levels from calm to severe. */
export const backPressureLevels: readonly BackPressureLevel[] = ['ok', 'low', 'high'];

/**
 * The level of one subtask (F10, M3.1): `ratio` is backPressuredTimeMsPerSecond / 1000. Up to and with 0.10 it is ok, up to
 * and with 0.50 low, above that high. Throws RangeError for a negative ratio.
 */
export function levelOf(ratio: number): BackPressureLevel {
  nonNegative(ratio, 'ratio');
  if (ratio <= 0.1) return 'ok';
  return ratio <= 0.5 ? 'low' : 'high';
}

/**
 * The level of a task (F10): that of its worst subtask, as in the web UI and the REST answer. One blocked subtask of a
 * hundred makes the task high. Throws RangeError for a task without subtasks.
 */
export function taskLevelOf(ratios: readonly number[]): BackPressureLevel {
  if (ratios.length === 0) throw new RangeError('ratios is empty; pass one ratio for each subtask.');
  return levelOf(ratios.reduce((worst, ratio) => Math.max(worst, nonNegative(ratio, 'ratio')), 0));
}
