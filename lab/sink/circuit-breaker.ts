// A circuit breaker over a window of calls: it stops calling a sink that mostly fails, and tries again after a while.

import { positive, positiveInteger } from '../argument.ts';

export interface BreakerOptions {
  /** The last so many results decide. */
  readonly windowCalls: number;
  /** With fewer results than this it never opens. */
  readonly minimumCalls: number;
  /** It opens at this share of failures or more, above 0. */
  readonly failureThreshold: number;
  /** How long it stays open. */
  readonly openMs: number;
  /** Calls that are let through to decide between open and closed. */
  readonly halfOpenCalls: number;
}

/** Small numbers to learn with (M4.4). Resilience4j's defaults are 100, 100, 50 %, 60 s and 10 (T4). */
export const teachingBreaker: BreakerOptions = {
  windowCalls: 10,
  minimumCalls: 10,
  failureThreshold: 0.5,
  openMs: 30_000,
  halfOpenCalls: 3,
};

export type BreakerState = 'closed' | 'open' | 'half-open';

/** The right to make one call. Report its outcome once; later reports, and those from before a change of state, count for nothing. */
export interface CallPermit {
  succeed(nowMs: number): void;
  fail(nowMs: number): void;
  /** The call was not made: gives its place back. */
  release(): void;
}

export interface CircuitBreaker {
  readonly state: BreakerState;
  /** When an open breaker lets the next call through; null unless open. Until then the source should be paused (T5). */
  readonly retryAtMs: number | null;
  /** Share of failures in the window, 0 without results. */
  readonly failureShare: number;
  readonly rejectedCalls: number;
  /** The right to call now, or null: do not call. A rejected record is not poison and belongs in no dead-letter queue. */
  admit(nowMs: number): CallPermit | null;
}

/**
 * A count-window breaker (M4.4, T4). It has no clock: the time comes with each call, in ms.
 *
 * Laws: closed → open when at least `minimumCalls` results are in the window and their share of failures reaches the
 * threshold; open admits nothing for `openMs`; the first request after that makes it half-open, which admits
 * `halfOpenCalls` and, when all have reported, opens again at the threshold or closes with an empty window. Throws
 * RangeError for options out of range.
 */
export function createCircuitBreaker(options: BreakerOptions = teachingBreaker): CircuitBreaker {
  const windowCalls = positiveInteger(options.windowCalls, 'windowCalls');
  const minimumCalls = positiveInteger(options.minimumCalls, 'minimumCalls');
  const halfOpenCalls = positiveInteger(options.halfOpenCalls, 'halfOpenCalls');
  const openMs = positive(options.openMs, 'openMs');
  const { failureThreshold } = options;
  if (!(failureThreshold > 0 && failureThreshold <= 1)) {
    throw new RangeError(`failureThreshold is ${failureThreshold}; pass a share above 0 and up to 1, such as 0.5.`);
  }
  if (minimumCalls > windowCalls) {
    throw new RangeError(
      `minimumCalls is ${minimumCalls}, more than the window of ${windowCalls}; it could never open.`,
    );
  }

  let state: BreakerState = 'closed';
  let retryAtMs: number | null = null;
  let rejectedCalls = 0;
  /** The window's results, oldest first; true is a failure. In half-open only that trial's. */
  let failures: boolean[] = [];
  /** Calls admitted in half-open that were not released. */
  let trials = 0;
  /** Counts changes of state, so that a permit knows whether it still matters. */
  let era = 0;

  function failureShare(): number {
    return failures.length === 0 ? 0 : failures.filter(Boolean).length / failures.length;
  }

  function enter(next: BreakerState, untilMs: number | null): void {
    state = next;
    retryAtMs = untilMs;
    failures = [];
    trials = 0;
    era += 1;
  }

  function report(isFailure: boolean, nowMs: number): void {
    failures.push(isFailure);
    if (state === 'closed') {
      if (failures.length > windowCalls) failures.shift();
      if (failures.length >= minimumCalls && failureShare() >= failureThreshold) enter('open', nowMs + openMs);
    } else if (failures.length === halfOpenCalls) {
      if (failureShare() >= failureThreshold) enter('open', nowMs + openMs);
      else enter('closed', null);
    }
  }

  function permit(): CallPermit {
    const bornIn = era;
    let isSettled = false;
    const settle = (act: () => void): void => {
      if (isSettled || bornIn !== era) return;
      isSettled = true;
      act();
    };
    return {
      succeed: (nowMs) => settle(() => report(false, nowMs)),
      fail: (nowMs) => settle(() => report(true, nowMs)),
      release: () => settle(() => (trials -= 1)),
    };
  }

  return {
    get state() {
      return state;
    },
    get retryAtMs() {
      return retryAtMs;
    },
    get failureShare() {
      return failureShare();
    },
    get rejectedCalls() {
      return rejectedCalls;
    },
    admit(nowMs) {
      if (retryAtMs !== null && nowMs >= retryAtMs) enter('half-open', null);
      if (state === 'open' || (state === 'half-open' && trials === halfOpenCalls)) {
        rejectedCalls += 1;
        return null;
      }
      if (state === 'half-open') trials += 1;
      return permit();
    },
  };
}
