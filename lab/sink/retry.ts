// How many calls retries make of a request, and how many requests fail all the same.

import { nonNegative, positiveInteger, shareOfOne } from '../argument.ts';

/**
 * Calls per request with up to `attempts` of them, each failing with probability f (M4.3): 1 + f + … + f^(A−1), which is
 * (1 − f^A)/(1 − f). Between 1 and A.
 */
export function expectedAttempts(failureShare: number, attempts: number): number {
  shareOfOne(failureShare, 'failureShare');
  let expected = 0;
  let reach = 1;
  for (let attempt = 0; attempt < positiveInteger(attempts, 'attempts'); attempt++) {
    expected += reach;
    reach *= failureShare;
  }
  return expected;
}

/** The share of requests that fail on every attempt: f^A (M4.3). */
export function giveUpShare(failureShare: number, attempts: number): number {
  shareOfOne(failureShare, 'failureShare');
  let share = 1;
  for (let attempt = 0; attempt < positiveInteger(attempts, 'attempts'); attempt++) share *= failureShare;
  return share;
}

/** The most calls that one request can become when every layer retries what the layer below gave up (M4.3): their product. */
export function callsThroughLayers(attemptsOfLayers: readonly number[]): number {
  return attemptsOfLayers.reduce((calls, attempts) => calls * positiveInteger(attempts, 'attempts of a layer'), 1);
}

export interface RetryLoad {
  readonly recordsPerSecond: number;
  readonly attempts: number;
  /** Retries allowed on top of the requests, as a share of them, such as 0.1 (T3); without limit by default. */
  readonly retryBudgetShare?: number;
}

/** Calls per second that reach the sink while each fails with probability f (M4.3): λ · expected attempts, within the budget. */
export function offeredPerSecond(load: RetryLoad, failureShare: number): number {
  const requests = nonNegative(load.recordsPerSecond, 'recordsPerSecond');
  const retries = requests * (expectedAttempts(failureShare, load.attempts) - 1);
  const allowed =
    load.retryBudgetShare === undefined ? Infinity : requests * nonNegative(load.retryBudgetShare, 'retryBudgetShare');
  return requests + Math.min(retries, allowed);
}
