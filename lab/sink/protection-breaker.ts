// A circuit breaker for a fleet: it counts calls by the step, where circuit-breaker.ts counts them one by one.

import { positive, positiveInteger } from '../argument.ts';
import type { FleetBreaker } from './protection-api.ts';

export interface FleetBreakerState {
  readonly state: 'closed' | 'open' | 'half-open';
  /** How many calls may be made now; Infinity while it is closed. */
  allowed(nowMs: number): number;
  /** Takes note of calls that were made. */
  sent(calls: number): void;
  /** Takes note of answers, of time-outs and of refusals. */
  report(nowMs: number, succeeded: number, failed: number): void;
}

/**
 * A breaker over the answers of the last `windowMs` (M4.4, T4). Laws: closed → open when at least `minimumCalls` answers
 * are in the window and their share of failures reaches the threshold; open allows nothing for `openMs`, then
 * `halfOpenCalls`; when they have been answered it closes with an empty window, or opens again.
 */
export function createFleetBreaker(options: FleetBreaker): FleetBreakerState {
  const windowMs = positive(options.windowMs, 'windowMs');
  const openMs = positive(options.openMs, 'openMs');
  positiveInteger(options.minimumCalls, 'minimumCalls');
  positiveInteger(options.halfOpenCalls, 'halfOpenCalls');
  let state: FleetBreakerState['state'] = 'closed';
  let untilMs = 0;
  let trials = 0;
  let window: { readonly atMs: number; readonly succeeded: number; readonly failed: number }[] = [];
  let succeeded = 0;
  let failed = 0;

  function enter(next: FleetBreakerState['state'], nowMs: number): void {
    state = next;
    untilMs = nowMs + openMs;
    trials = 0;
    window = [];
    succeeded = 0;
    failed = 0;
  }

  return {
    get state() {
      return state;
    },
    allowed(nowMs) {
      if (state === 'open' && nowMs >= untilMs) enter('half-open', nowMs);
      if (state === 'closed') return Infinity;
      return state === 'open' ? 0 : Math.max(0, options.halfOpenCalls - trials);
    },
    sent(calls) {
      trials += calls;
    },
    report(nowMs, good, bad) {
      if (state === 'open' || good + bad === 0) return;
      succeeded += good;
      failed += bad;
      window.push({ atMs: nowMs, succeeded: good, failed: bad });
      for (let first = window[0]; first !== undefined && first.atMs <= nowMs - windowMs; first = window[0]) {
        succeeded -= first.succeeded;
        failed -= first.failed;
        window.shift();
      }
      const isHalfOpen = state === 'half-open';
      const needed = isHalfOpen ? options.halfOpenCalls : options.minimumCalls;
      // Answers are fractions of calls here; a last one of them must not be waited for in vain.
      if (succeeded + failed < needed - 1e-6) return;
      const isBad = failed / (succeeded + failed) >= options.failureThreshold;
      if (isBad) enter('open', nowMs);
      else if (isHalfOpen) enter('closed', nowMs);
    },
  };
}
