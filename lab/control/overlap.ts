// A run that takes longer than its schedule's interval: what overlaps, what queues up, and what grows, by arithmetic.

import { positive, positiveInteger } from '../argument.ts';

/** A schedule, and a run that takes `runMs` whatever it reads. */
export interface FixedRun {
  readonly everyMs: number;
  readonly runMs: number;
}

/** Runs that go on at the same time when nothing limits them (M12): ceil(run ÷ interval). */
export function overlappingRuns({ everyMs, runMs }: FixedRun): number {
  return Math.ceil(positive(runMs, 'runMs') / positive(everyMs, 'everyMs'));
}

/** By how many the queue of waiting runs grows in an hour with at most `maxActiveRuns` at a time (M12): scheduled − finished. */
export function queuedRunsPerHour({ everyMs, runMs, maxActiveRuns }: FixedRun & { maxActiveRuns: number }): number {
  const hourMs = 3_600_000;
  const scheduled = hourMs / positive(everyMs, 'everyMs');
  const finished = (hourMs / positive(runMs, 'runMs')) * positiveInteger(maxActiveRuns, 'maxActiveRuns');
  return Math.max(0, scheduled - finished);
}

/** The data that each run reads, as a span of time, when one run at a time takes all that waits (M12): max(interval, run). */
export function coalescedSliceMs({ everyMs, runMs }: FixedRun): number {
  return Math.max(positive(everyMs, 'everyMs'), positive(runMs, 'runMs'));
}

/**
 * The same for a run whose time is proportional to what it reads, `runMsPerSliceMs` for each ms of data (M12): from the
 * first slice of one interval on, each slice is what came during the run before it. Above 1 they grow for ever, however runs
 * are coalesced: that is overload (A8), and only a cap on the slice, a faster run or less data help.
 */
export function proportionalSlicesMs(given: { everyMs: number; runMsPerSliceMs: number; runs: number }): number[] {
  const everyMs = positive(given.everyMs, 'everyMs');
  const factor = positive(given.runMsPerSliceMs, 'runMsPerSliceMs');
  let sliceMs = everyMs;
  return Array.from({ length: positiveInteger(given.runs, 'runs') }, (_, run) => {
    if (run > 0) sliceMs = Math.max(everyMs, sliceMs * factor);
    return sliceMs;
  });
}
