// How much an async operator lets through, and the capacity that a rate needs or an outside budget allows.

import { nonNegative, positive, positiveInteger, shareOfOne } from '../argument.ts';

/** An operator of calls to an outside service: subtasks, calls in flight in each, and how long one takes. */
export interface AsyncOperator {
  readonly parallelism: number;
  /** Calls in flight in each subtask at most: the `capacity` of `AsyncDataStream.unorderedWait`, 100 by default (F24). */
  readonly capacity: number;
  readonly latencyMs: number;
}

const msPerSecond = 1000;

/** The most records/s that an async operator lets through (M3.4, F25): p · C / W. */
export function asyncRecordsPerSecond({ parallelism, capacity, latencyMs }: AsyncOperator): number {
  const calls = positiveInteger(parallelism, 'parallelism') * positiveInteger(capacity, 'capacity');
  return (calls * msPerSecond) / positive(latencyMs, 'latencyMs');
}

/** The same for a client that blocks (M3.4, F24): each subtask waits for one call at a time, whatever the capacity says. */
export function blockingRecordsPerSecond(operator: Omit<AsyncOperator, 'capacity'>): number {
  return asyncRecordsPerSecond({ ...operator, capacity: 1 });
}

/** Calls in flight at a rate, over all subtasks (M3.4, Little's law): X · W. */
export function inFlightCalls(recordsPerSecond: number, latencyMs: number): number {
  return (nonNegative(recordsPerSecond, 'recordsPerSecond') * positive(latencyMs, 'latencyMs')) / msPerSecond;
}

/**
 * The smallest capacity per subtask that carries a rate (M3.4, F25): λ · W / p, rounded up. With a `utilisationShare` below 1
 * (0.7 keeps 30 % in reserve) it leaves slots free for slower moments. Size it with the **highest** latency to keep up.
 */
export function capacityFor(load: {
  readonly recordsPerSecond: number;
  readonly parallelism: number;
  readonly latencyMs: number;
  readonly utilisationShare?: number;
}): number {
  const calls = inFlightCalls(load.recordsPerSecond, load.latencyMs);
  const share = positive(shareOfOne(load.utilisationShare ?? 1, 'utilisationShare'), 'utilisationShare');
  return Math.max(1, Math.ceil(calls / (positiveInteger(load.parallelism, 'parallelism') * share)));
}

/**
 * The largest capacity per subtask that stays within an outside budget of calls/s (M3.4, F25): Q · W / p, rounded down; 0 when
 * even one call in each subtask is too much. A capacity bounds calls in flight and not their rate, so take the **lowest**
 * latency that the service ever shows; only a rate limiter holds a budget at any latency.
 */
export function capacityWithin(budget: {
  readonly callsPerSecond: number;
  readonly parallelism: number;
  readonly lowestLatencyMs: number;
}): number {
  const calls = inFlightCalls(budget.callsPerSecond, budget.lowestLatencyMs);
  return Math.floor(calls / positiveInteger(budget.parallelism, 'parallelism'));
}
