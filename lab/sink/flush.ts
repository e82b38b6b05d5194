// Batching in front of a sink: flush at N records or after T ms, whichever comes first.

import { positive, positiveInteger } from '../argument.ts';

/** The timer starts with the first record of a batch. */
export interface FlushRule {
  readonly maxRecords: number;
  readonly maxDelayMs: number;
}

export type FlushTrigger = 'size' | 'time';

export interface FlushRhythm {
  readonly trigger: FlushTrigger;
  readonly recordsPerFlush: number;
  readonly flushesPerSecond: number;
  /** How long the first record of a batch waits; no other waits longer. */
  readonly maxDelayMs: number;
}

/**
 * The rhythm that evenly spaced arrivals settle into (M4.2): ceil(T · λ) of them come before the timer, which at its own
 * instant runs before an arrival (M0.2), so a batch is flushed by size when that is at least N. No record is lost:
 * recordsPerFlush · flushesPerSecond = λ.
 */
export function flushRhythm(rule: FlushRule, recordsPerSecond: number): FlushRhythm {
  const maxRecords = positiveInteger(rule.maxRecords, 'maxRecords');
  const timerMs = positive(rule.maxDelayMs, 'maxDelayMs');
  positive(recordsPerSecond, 'recordsPerSecond');
  const beforeTimer = Math.ceil((timerMs * recordsPerSecond) / 1000);
  const trigger = beforeTimer >= maxRecords ? 'size' : 'time';
  const recordsPerFlush = Math.min(maxRecords, beforeTimer);
  return {
    trigger,
    recordsPerFlush,
    flushesPerSecond: recordsPerSecond / recordsPerFlush,
    maxDelayMs: trigger === 'size' ? ((maxRecords - 1) / recordsPerSecond) * 1000 : timerMs,
  };
}

/**
 * The rate from which on batches are flushed by size rather than by time, records/s: N/T (M4.2). As a batch's first record
 * starts its timer, evenly spaced arrivals cross over a little earlier, just above (N − 1)/T.
 */
export function crossoverPerSecond(rule: FlushRule): number {
  return (positiveInteger(rule.maxRecords, 'maxRecords') / positive(rule.maxDelayMs, 'maxDelayMs')) * 1000;
}

export interface Flush {
  readonly atMs: number;
  readonly records: number;
  readonly trigger: FlushTrigger;
}

/**
 * The flushes that these arrivals cause (M4.2, M0.2), the last one by its timer. Laws: the records of all flushes are the
 * arrivals; no flush holds more than N; no record waits longer than T. Throws RangeError for arrivals out of order.
 */
export function flushesOf(rule: FlushRule, arrivalsMs: readonly number[]): Flush[] {
  const maxRecords = positiveInteger(rule.maxRecords, 'maxRecords');
  const timerMs = positive(rule.maxDelayMs, 'maxDelayMs');
  const flushes: Flush[] = [];
  let records = 0;
  let dueMs = Infinity;
  let lastMs = -Infinity;

  function flush(atMs: number, trigger: FlushTrigger): void {
    flushes.push({ atMs, records, trigger });
    records = 0;
    dueMs = Infinity;
  }

  for (const atMs of arrivalsMs) {
    if (!(atMs >= lastMs))
      throw new RangeError(`An arrival at ${atMs} ms follows one at ${lastMs} ms; sort the arrivals.`);
    lastMs = atMs;
    if (dueMs <= atMs) flush(dueMs, 'time');
    if (records === 0) dueMs = atMs + timerMs;
    records += 1;
    if (records === maxRecords) flush(atMs, 'size');
  }
  if (records > 0) flush(dueMs, 'time');
  return flushes;
}
