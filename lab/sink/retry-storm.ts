// Whether retries let a sink come back after an outage, or keep it down when the cause is long gone.

import { nonNegative, positive, positiveInteger, shareOfOne } from '../argument.ts';
import { offeredPerSecond, type RetryLoad } from './retry.ts';

/**
 * Calls offered per second, round by round, to a healed sink that serves as many useful calls as it can and rejects the
 * rest at once (M4.3 a): the failures of a round are its overload, f = max(0, 1 − capacity/offered), and make the next.
 * The first round follows `failureShare`, 1 for a total outage.
 */
export function roundsAfterOutage(given: {
  load: RetryLoad;
  sinkCallsPerSecond: number;
  failureShare: number;
  rounds: number;
}): number[] {
  const capacity = positive(given.sinkCallsPerSecond, 'sinkCallsPerSecond');
  let failureShare = shareOfOne(given.failureShare, 'failureShare');
  return Array.from({ length: positiveInteger(given.rounds, 'rounds') }, () => {
    const offered = offeredPerSecond(given.load, failureShare);
    failureShare = offered > capacity ? 1 - capacity / offered : 0;
    return offered;
  });
}

export interface StaleQueue {
  /** What callers offer while every answer comes too late, calls/s. */
  readonly offeredPerSecond: number;
  /** True when that alone keeps the queue from shrinking: the sink stays down after the cause is gone. */
  readonly isMetastable: boolean;
  /** When the first call is answered in time again; Infinity when metastable. */
  readonly recoversAfterMs: number;
}

/**
 * A healed sink behind a first-in-first-out queue whose wait exceeds the callers' timeout (M4.3 b). Every answer comes too
 * late, so f stays 1 and the retries go on, until the `staleCalls` are worked off at capacity − offered. To discard expired
 * calls, or a breaker, empties the queue at once: pass 0 for what is left.
 */
export function staleQueueAfterOutage(given: {
  load: RetryLoad;
  sinkCallsPerSecond: number;
  staleCalls: number;
}): StaleQueue {
  const stale = nonNegative(given.staleCalls, 'staleCalls');
  const capacity = positive(given.sinkCallsPerSecond, 'sinkCallsPerSecond');
  const offered = offeredPerSecond(given.load, stale > 0 ? 1 : 0);
  const spare = capacity - offered;
  const isMetastable = stale > 0 && spare <= 0;
  const recoversAfterMs = stale === 0 ? 0 : (stale / spare) * 1000;
  return { offeredPerSecond: offered, isMetastable, recoversAfterMs: isMetastable ? Infinity : recoversAfterMs };
}
