// Pausing and resuming between a high and a low water mark: the closed form of one cycle, and its count engine.

import { nonNegative, nonNegativeInteger, positive, positiveInteger } from '../argument.ts';

/** Depths of the program's queue, in records: pause at or above the high mark, resume at or below the low mark. */
export interface WaterMarks {
  readonly highMarkRecords: number;
  readonly lowMarkRecords: number;
}

/** The deepest a queue can get that is checked after each poll: H − 1 + one batch (M1.6). */
export function maxQueueRecords(highMarkRecords: number, batchRecords: number): number {
  return positiveInteger(highMarkRecords, 'highMarkRecords') - 1 + positiveInteger(batchRecords, 'batchRecords');
}

export interface WaterMarkCycle {
  /** Time to fill from the low to the high mark; Infinity when the drain keeps up, and then it never pauses. */
  readonly fillMs: number;
  /** Time to drain from the high to the low mark while paused; Infinity without a drain. */
  readonly drainMs: number;
  /** Part of the time in which the partitions are not paused, 0 … 1. */
  readonly dutyShare: number;
  /** Mean intake over whole cycles, records/s: the drain rate, or the intake itself when it is lower. */
  readonly meanIntakePerSecond: number;
}

/** One cycle between the marks as a fluid (M1.6): fill (H − L)/(in − out), drain (H − L)/out. */
export function waterMarkCycle(
  marks: WaterMarks & { intakePerSecond: number; drainPerSecond: number },
): WaterMarkCycle {
  const gapRecords = gapOf(marks);
  const intake = nonNegative(marks.intakePerSecond, 'intakePerSecond');
  const drain = nonNegative(marks.drainPerSecond, 'drainPerSecond');
  const drainMs = drain > 0 ? (gapRecords / drain) * 1000 : Infinity;
  if (intake <= drain) return { fillMs: Infinity, drainMs, dutyShare: 1, meanIntakePerSecond: intake };
  const fillMs = (gapRecords / (intake - drain)) * 1000;
  return { fillMs, drainMs, dutyShare: drain / intake, meanIntakePerSecond: drain };
}

/** The instant at which a pause begins or ends, and the counts just after it. */
export interface WaterMarkTurn {
  readonly atMs: number;
  readonly isPaused: boolean;
  readonly queuedRecords: number;
  readonly takenRecords: number;
}

export interface WaterMarkRun {
  /** Polled into the queue, finished from it, and still in it: taken = drained + queued. */
  readonly takenRecords: number;
  readonly drainedRecords: number;
  readonly queuedRecords: number;
  readonly maxQueueRecords: number;
  /** Every pause and every resumption, in order. */
  readonly turns: readonly WaterMarkTurn[];
}

/**
 * The count engine (M1.6): while not paused a poll brings a whole batch every b/intake seconds, the first after one such
 * wait; the drain finishes whole records one after another. Depth is checked after each poll (pause) and each record
 * (resume). A record that is done at the instant of a poll leaves first (M0.2).
 *
 * Laws: the queue never exceeds H − 1 + b; taken = drained + queued. Throws RangeError for marks out of order.
 */
export function runWaterMarks(
  given: WaterMarks & { batchRecords: number; intakePerSecond: number; drainPerSecond: number; durationMs: number },
): WaterMarkRun {
  gapOf(given);
  const { highMarkRecords, lowMarkRecords } = given;
  const batchRecords = positiveInteger(given.batchRecords, 'batchRecords');
  const drainPerSecond = nonNegative(given.drainPerSecond, 'drainPerSecond');
  const durationMs = positive(given.durationMs, 'durationMs');
  const pollMs = (batchRecords / positive(given.intakePerSecond, 'intakePerSecond')) * 1000;

  let nowMs = 0;
  let queued = 0;
  let taken = 0;
  let drained = 0;
  let deepest = 0;
  const turns: WaterMarkTurn[] = [];
  /** Thousandths of a record that are done of the one in work. */
  let milliDone = 0;

  function drainUntil(toMs: number): void {
    const milli = milliDone + (toMs - nowMs) * drainPerSecond;
    const finished = Math.min(queued, Math.floor(milli / 1000));
    queued -= finished;
    drained += finished;
    milliDone = queued > 0 ? milli - finished * 1000 : 0;
    nowMs = toMs;
  }

  for (;;) {
    const nextPollMs = nowMs + pollMs;
    if (nextPollMs > durationMs) break;
    drainUntil(nextPollMs);
    queued += batchRecords;
    taken += batchRecords;
    deepest = Math.max(deepest, queued);
    if (queued < highMarkRecords) continue;
    turns.push({ atMs: nowMs, isPaused: true, queuedRecords: queued, takenRecords: taken });
    const resumeMs = nowMs + ((queued - lowMarkRecords) * 1000 - milliDone) / drainPerSecond;
    if (resumeMs > durationMs) break;
    drained += queued - lowMarkRecords;
    queued = lowMarkRecords;
    milliDone = 0;
    nowMs = resumeMs;
    turns.push({ atMs: nowMs, isPaused: false, queuedRecords: queued, takenRecords: taken });
  }
  drainUntil(durationMs);
  return {
    takenRecords: taken,
    drainedRecords: drained,
    queuedRecords: queued,
    maxQueueRecords: deepest,
    turns,
  };
}

function gapOf({ highMarkRecords, lowMarkRecords }: WaterMarks): number {
  const high = positiveInteger(highMarkRecords, 'highMarkRecords');
  const low = nonNegativeInteger(lowMarkRecords, 'lowMarkRecords');
  if (low >= high) throw new RangeError(`lowMarkRecords is ${low}; put it below highMarkRecords, ${high}.`);
  return high - low;
}
