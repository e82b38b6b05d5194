// Rescaling a job: what more TaskManagers change, what a restart repeats, and how long the job needs to catch up.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** Who decides how parallel a job runs (F33). */
export type Scheduler = 'default' | 'adaptive' | 'reactive';

/** Slots that a job needs: subtasks of different operators share one, so the widest operator counts. */
export function slotsNeeded(parallelisms: readonly number[]): number {
  return parallelisms.reduce((most, parallelism) => Math.max(most, parallelism), 0);
}

/**
 * The parallelism at which an operator runs (F33). Default: what is configured, and not at all without enough slots;
 * adaptive: up to what is configured, as slots allow; reactive: every slot there is, up to `maxParallelism`.
 * Throws RangeError when the default scheduler lacks slots.
 */
export function effectiveParallelism(given: {
  scheduler: Scheduler;
  configured: number;
  slots: number;
  maxParallelism?: number;
}): number {
  const configured = positiveInteger(given.configured, 'configured');
  const slots = positiveInteger(given.slots, 'slots');
  if (given.scheduler === 'reactive') return Math.min(slots, given.maxParallelism ?? 128);
  if (given.scheduler === 'adaptive') return Math.min(slots, configured);
  if (slots >= configured) return configured;
  throw new RangeError(`slots is ${slots}; parallelism ${configured} needs as many with the default scheduler.`);
}

/**
 * Records that a restart from the last completed checkpoint reads again: those read since that checkpoint began. A
 * savepoint that stops the job repeats none.
 */
export function replayRecords(given: { readPerSecond: number; sinceCheckpointMs: number }): number {
  const { readPerSecond, sinceCheckpointMs } = given;
  return (nonNegative(readPerSecond, 'readPerSecond') * nonNegative(sinceCheckpointMs, 'sinceCheckpointMs')) / 1000;
}

/** Time until a lag is gone, in ms: lag/(capacity − λ); null when the capacity leaves nothing to catch up with. */
export function catchUpMs(given: {
  lagRecords: number;
  capacityPerSecond: number;
  offeredPerSecond: number;
}): number | null {
  const lagRecords = nonNegative(given.lagRecords, 'lagRecords');
  const spare =
    positive(given.capacityPerSecond, 'capacityPerSecond') - nonNegative(given.offeredPerSecond, 'offeredPerSecond');
  if (lagRecords === 0) return 0;
  return spare > 0 ? (lagRecords / spare) * 1000 : null;
}
