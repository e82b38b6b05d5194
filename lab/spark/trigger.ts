// When the next micro-batch may begin.

import { nonNegative } from '../argument.ts';

/** A query's trigger, as `.trigger(…)` sets it; 'default' is the one that a query has when nothing sets it (SS10). */
export type Trigger =
  | { readonly kind: 'processing-time'; readonly intervalMs: number }
  | { readonly kind: 'default' }
  | { readonly kind: 'once' }
  | { readonly kind: 'available-now' };

/**
 * The earliest start of the batch after one that ran from `batchStartMs` to `batchEndMs`, in ms (M2.2, SS9–SS11).
 *
 * Processing time: the first multiple of the interval after the start of this batch, or at once when the batch took
 * longer than that; batches never overlap (SS2). Default and available-now: at once. Once: Infinity, there is no other.
 * Throws RangeError for times out of order and for an interval that is not above 0.
 */
export function nextTriggerMs(trigger: Trigger, batchStartMs: number, batchEndMs: number): number {
  nonNegative(batchStartMs, 'batchStartMs');
  if (!(batchEndMs >= batchStartMs && batchEndMs < Infinity)) {
    throw new RangeError(`batchEndMs is ${batchEndMs}; pass a time at or after batchStartMs, ${batchStartMs}.`);
  }
  switch (trigger.kind) {
    case 'processing-time':
      return Math.max(batchEndMs, boundaryAfterMs(trigger.intervalMs, batchStartMs));
    case 'default':
    case 'available-now':
      return batchEndMs;
    case 'once':
      return Infinity;
  }
}

/** spark.sql.streaming.pollingDelay: how often a query without an interval looks for data while it has none. */
const pollingDelayMs = 10;

/** A look for data: when, and when the look before it was. */
export interface Look {
  readonly atMs: number;
  readonly previousMs: number;
}

/**
 * The look that finds data which comes at `dataMs`, after one at `lookMs` that found none, and the fruitless look just
 * before it, which counts as the previous trigger (SS9, SS27, M2.2). Skips all others, so idling costs nothing. Never
 * before the next boundary, or the next poll where there is no interval.
 */
export function lookAfterIdling(trigger: Trigger, lookMs: number, dataMs: number): Look {
  if (trigger.kind === 'processing-time') {
    const { intervalMs } = trigger;
    const atMs = Math.max(boundaryAfterMs(intervalMs, lookMs), Math.ceil(dataMs / intervalMs) * intervalMs);
    return { atMs, previousMs: Math.max(lookMs, atMs - intervalMs) };
  }
  const polls = Math.max(1, Math.ceil((dataMs - lookMs) / pollingDelayMs));
  return { atMs: lookMs + polls * pollingDelayMs, previousMs: lookMs + (polls - 1) * pollingDelayMs };
}

/** The first multiple of `intervalMs` after `ms`. Boundaries lie on the clock, wherever the query began (SS9). */
function boundaryAfterMs(intervalMs: number, ms: number): number {
  if (!(intervalMs > 0 && intervalMs < Infinity)) {
    throw new RangeError(
      `intervalMs is ${intervalMs}; pass ms above 0, or the default trigger to run without a pause.`,
    );
  }
  return Math.floor(ms / intervalMs) * intervalMs + intervalMs;
}

/**
 * Whether Spark warns after a batch of `batchMs` that the query is falling behind (SS12): only when it took longer than
 * the interval. A query that just fits says nothing, however far behind it is.
 */
export function isFallingBehind(trigger: Trigger, batchMs: number): boolean {
  return trigger.kind === 'processing-time' && batchMs > trigger.intervalMs;
}
