// A policy made of settings: the control plane that a team configures, with the names that its orchestrator has for them.

import { positiveInteger } from '../argument.ts';
import { createCircuitBreaker, type CallPermit } from '../sink/circuit-breaker.ts';
import type { ControlDecision, ControlState, FailedRun } from './api.ts';
import { closedConditions, createHysteresis, waitsFor } from './gate.ts';
import { throttleStep, type SlaThrottle, type ThrottleState } from './throttle.ts';

export interface PolicySettings {
  /** Airflow's `max_active_runs`, 16 by default there; a run that waits to be retried is active, too. */
  readonly maxActiveRuns: number;
  /**
   * What becomes of a scheduled time that comes too early: it waits for its own run (`catchup=True`), it falls out and its
   * data waits for the next one, or one run reads all that waits as soon as it may. The last takes a task that reads since its
   * last success: `catchup=False` alone would leave the missed intervals out.
   */
  readonly whenBusy: 'queue' | 'skip' | 'coalesce';
  /** `depends_on_past`: no run while an earlier one has not succeeded; one that was given up holds all later ones. */
  readonly dependsOnPast: boolean;
  /** From a scheduled time to the earliest start, in ms: the guess of those who check no marker. */
  readonly startAfterMs: number;
  /** The most rows of a run; without it a run takes all of its slice. */
  readonly sliceRows?: number;
  /** Whether a run waits for `_SUCCESS`, and whether for one that is younger than the slice (O1–O3). */
  readonly marker: 'not checked' | 'exists' | 'is fresh';
  /**
   * After this the slice is left out, as by a sensor with `soft_fail=True` (without it, the timeout fails the task; Airflow's
   * default is 7 days). Without a time a missing marker is waited for as long as it takes.
   */
  readonly markerTimeoutMs?: number;
  /** No run from this backlog of the database on, until it is at `reopenShare` of it. */
  readonly backlog?: { readonly limitRows: number; readonly reopenShare: number };
  /** So many failed attempts in a row hold everything back for a while; then one attempt decides. */
  readonly breaker?: { readonly failures: number; readonly openMs: number };
  readonly retry: {
    /** Airflow's `retries`: attempts after the first. */
    readonly retries: number;
    /** Airflow's `retry_delay`, 300 s by default there. */
    readonly delayMs: number;
    /** Whether a retry must pass the breaker and the budget, or is made whatever they say. */
    readonly isGated: boolean;
    /** Retries in any 24 hours; without it as many as come. */
    readonly perDay?: number;
  };
  readonly throttle?: SlaThrottle;
  /** A larger slice than this needs the owner's approval; what happens when the question expires, if it does (O9). */
  readonly approval?: {
    readonly aboveRows: number;
    readonly expiresAfterMs?: number;
    readonly onExpiry: 'start' | 'start-capped';
  };
}

export type Policy = (state: ControlState) => ControlDecision;

const dayMs = 86_400_000;

/**
 * The policy of these settings (M12, O4–O9). It remembers what it has seen, so make a new one for each run. Laws: it never
 * starts a run while a condition of its gate is closed; it makes at most `retries` retries of a run and `perDay` in a day.
 */
export function createPolicy(settings: PolicySettings): Policy {
  const { retry, approval, throttle, breaker: breakerSettings } = settings;
  positiveInteger(settings.maxActiveRuns, 'maxActiveRuns');
  const backlog =
    settings.backlog &&
    createHysteresis({ limit: settings.backlog.limitRows, reopenShare: settings.backlog.reopenShare });
  const breaker =
    breakerSettings &&
    createCircuitBreaker({
      windowCalls: breakerSettings.failures,
      minimumCalls: breakerSettings.failures,
      failureThreshold: 1,
      openMs: breakerSettings.openMs,
      halfOpenCalls: 1,
    });
  /** What the breaker has admitted and not heard of yet. */
  const permits: CallPermit[] = [];
  const retriedAtMs: number[] = [];
  let seenUntilMs = -1;
  let throttled: ThrottleState | null = null;

  function learn({ recentAttempts, everyMs, nowMs }: ControlState): void {
    throttled ??= { everyMs, good: 0 };
    for (const { endedAtMs, isSuccess, runMs } of recentAttempts) {
      if (endedAtMs <= seenUntilMs) continue;
      const permit = permits.shift();
      if (isSuccess) permit?.succeed(nowMs);
      else permit?.fail(nowMs);
      if (throttle !== undefined && isSuccess) throttled = throttleStep(throttle, throttled, runMs);
    }
    seenUntilMs = nowMs;
  }

  /** Lets an attempt through the breaker, or not. */
  function admit(nowMs: number): boolean {
    if (breaker === undefined) return true;
    const permit = breaker.admit(nowMs);
    if (permit !== null) permits.push(permit);
    return permit !== null;
  }

  function retriesLeft(nowMs: number): number {
    if (retry.perDay === undefined) return Infinity;
    return retry.perDay - retriedAtMs.filter((atMs) => atMs > nowMs - dayMs).length;
  }

  const isBudgetSpent = (nowMs: number) => retry.isGated && retriesLeft(nowMs) <= 0;

  /** What a failed run waits for that could be tried again by now, in words. */
  function heldUp(run: FailedRun | undefined, nowMs: number): ControlDecision {
    const isHeld = run !== undefined && nowMs >= run.failedAtMs + retry.delayMs && isBudgetSpent(nowMs);
    return isHeld ? { because: `run ${run.id} waits for the retry budget` } : {};
  }

  function retryOf(run: FailedRun, nowMs: number): ControlDecision | null {
    if (run.attempts > retry.retries) return { retry: 'give up' };
    if (nowMs < run.failedAtMs + retry.delayMs) return null;
    if (isBudgetSpent(nowMs) || (retry.isGated && !admit(nowMs))) return null;
    retriedAtMs.push(nowMs);
    return { retry: 'start' };
  }

  function isMarked({ nextSlice }: ControlState): boolean {
    if (settings.marker === 'not checked' || nextSlice === null) return true;
    const { marker, scheduledAtMs } = nextSlice;
    return marker !== null && (settings.marker === 'exists' || marker.writtenAtMs >= scheduledAtMs);
  }

  function startOf(state: ControlState): ControlDecision {
    const { nowMs, nextSlice, waitingRows, activeRuns, failedRuns, givenUpRuns, database } = state;
    const { sliceRows, whenBusy, dependsOnPast, markerTimeoutMs } = settings;
    const isBacklogLow = backlog?.isOpen(database.backlogRows) ?? true;
    // What a capped run has left needs no further scheduled time once it is a slice of its own, unless those are throttled.
    const isLeft =
      whenBusy === 'coalesce' && throttle === undefined && sliceRows !== undefined && waitingRows >= sliceRows;
    const scheduledAtMs = nextSlice?.scheduledAtMs ?? (isLeft ? nowMs - settings.startAfterMs : Infinity);
    if (nowMs < scheduledAtMs + settings.startAfterMs) return {};

    const busy = activeRuns.length + failedRuns.length;
    const isMarkerThere = isMarked(state);
    const closed = closedConditions({
      isMarkerThere,
      activeRuns: busy,
      maxActiveRuns: dependsOnPast ? 1 : settings.maxActiveRuns,
      isPastClear: !dependsOnPast || givenUpRuns === 0,
      isBacklogLow,
      isBreakerClosed: true,
      retryBudget: retry.isGated ? Math.max(0, retriesLeft(nowMs)) : 1,
    });
    const isTooLate = markerTimeoutMs !== undefined && nowMs - scheduledAtMs >= markerTimeoutMs;
    if (!isMarkerThere && isTooLate) return { skip: 'data', because: 'the marker has not come in time' };
    const isBusy = closed.includes('active runs');
    if (isBusy && whenBusy === 'skip') return { skip: 'run' };
    // That a run is at work is no reason that anybody need read.
    if (closed.length > 0) return isBusy ? {} : { because: waitsFor(closed) };

    const isWhole = settings.marker !== 'not checked' || whenBusy === 'queue';
    const start = isWhole ? 'interval' : 'all';
    const rows = isWhole ? (nextSlice?.rows ?? 0) : waitingRows;
    const asked = approvalOf(state, Math.min(rows, sliceRows ?? Infinity));
    if (asked.decision !== null) return asked.decision;
    if (!admit(nowMs)) return { because: waitsFor(['breaker']) };
    const most = Math.min(sliceRows ?? Infinity, asked.mostRows);
    return { start, ...(most < Infinity && { sliceRows: most }) };
  }

  /** What a large slice needs: a decision to make instead of starting, or the most rows to start with. */
  function approvalOf(state: ControlState, rows: number): { decision: ControlDecision | null; mostRows: number } {
    if (approval === undefined || rows <= approval.aboveRows) return { decision: null, mostRows: Infinity };
    const { expiresAfterMs, aboveRows, onExpiry } = approval;
    if (state.approval === null) {
      const ask = expiresAfterMs === undefined ? {} : { expiresAfterMs };
      return { decision: { ask, because: waitsFor(['approval']) }, mostRows: 0 };
    }
    if (state.approval.status === 'waiting') return { decision: { because: waitsFor(['approval']) }, mostRows: 0 };
    const isCapped = state.approval.status === 'expired' && onExpiry === 'start-capped';
    return { decision: null, mostRows: isCapped ? aboveRows : Infinity };
  }

  return (state) => {
    learn(state);
    const [failed] = state.failedRuns;
    const again = failed === undefined ? null : retryOf(failed, state.nowMs);
    const decision = again ?? { ...startOf(state), ...heldUp(failed, state.nowMs) };
    const everyMs = throttled?.everyMs ?? state.everyMs;
    return throttle !== undefined && everyMs !== state.everyMs ? { ...decision, everyMs } : decision;
  };
}
