// A schedule that slows down when runs breach their SLA, and comes back in small steps: multiplicative decrease of the rate,
// additive increase.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

export interface SlaThrottle {
  /** A run that takes longer doubles the interval, in ms. */
  readonly slaMs: number;
  /** A run is good when it stays below this share of `slaMs`, such as 0.7. */
  readonly goodShare: number;
  /** So many good runs in a row … */
  readonly goodRuns: number;
  /** … shorten the interval by this, in ms. */
  readonly stepMs: number;
  /** The interval stays within these, in ms. */
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface ThrottleState {
  readonly everyMs: number;
  /** Good runs in a row so far. */
  readonly good: number;
}

/**
 * The schedule after a run of `runMs` (M12, S0.22); pass the p95 of several runs to judge those. Laws: the interval stays
 * within its bounds; a breach doubles it and forgets the good runs; it shrinks by one step at a time. A longer interval
 * lowers the load only if the slice is capped or the run has a fixed cost; otherwise it makes the next run bigger.
 */
export function throttleStep(rule: SlaThrottle, state: ThrottleState, runMs: number): ThrottleState {
  const { leastMs, mostMs } = rule;
  const within = (ms: number) => Math.min(Math.max(ms, positive(leastMs, 'leastMs')), positive(mostMs, 'mostMs'));
  if (nonNegative(runMs, 'runMs') > positive(rule.slaMs, 'slaMs'))
    return { everyMs: within(state.everyMs * 2), good: 0 };
  if (runMs >= rule.goodShare * rule.slaMs) return { everyMs: state.everyMs, good: 0 };
  const good = state.good + 1;
  if (good < positiveInteger(rule.goodRuns, 'goodRuns')) return { everyMs: state.everyMs, good };
  return { everyMs: within(state.everyMs - positive(rule.stepMs, 'stepMs')), good: 0 };
}
