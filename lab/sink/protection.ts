// The count engine of a fleet of clients at one sink: retries, time-outs, a queue, and what keeps them in bounds.

import { nonNegative, positive, positiveInteger, shareOfOne } from '../argument.ts';
import { backoffCeilingMs } from './backoff.ts';
import type { ProtectionEvent, ProtectionInstant, ProtectionSetup } from './protection-api.ts';
import { createFleetBreaker } from './protection-breaker.ts';
import { ProtectedQueue } from './protection-queue.ts';
import { ProtectionReadings } from './protection-readings.ts';
import { createSchedule } from './protection-schedule.ts';

export interface ProtectionRun {
  /** Of each step; the counts are those at its end. */
  readonly readings: ProtectionReadings;
  readonly events: readonly ProtectionEvent[];
  /** Requests sent for the first time: what a retry budget is a share of. */
  readonly firstAttempts: number;
}

/** Tokens of a retry budget are kept for so long (T3). */
const budgetMs = 10_000;

/**
 * Runs a fleet at a sink in steps of `stepMs` (M4.3–M4.5, M4.7). In a step, first callers stop waiting, then requests and
 * retries come, then the sink serves. A request and its attempts are amounts, not objects. A retry that falls due while the
 * breaker is open waits at the source, and is the attempt that it was when it is sent (T5).
 *
 * Laws: requests = succeeded + dead letters + given up + awaited + retrying + at the source; calls = refused + served in
 * time + served late + discarded + queued; served ≤ the sink's rate, queued ≤ its queue, retries ≤ budget · first attempts; first attempts ≤
 * requests, calls ≤ attempts · requests; an answer in time has waited and been served within the time-out.
 * Throws RangeError for input out of range, naming it.
 */
export function runProtection(setup: ProtectionSetup, stepMs: number): ProtectionRun {
  const { sink, client, herd, poison, outages } = setup;
  const seconds = positive(stepMs, 'stepMs') / 1000;
  const steps = Math.max(1, Math.floor(positive(setup.durationMs, 'durationMs') / stepMs));
  const attempts = positiveInteger(client.attempts, 'client.attempts');
  const poisonShare = shareOfOne(poison?.share ?? 0, 'poison.share');
  const timeoutSteps = Math.round(positive(client.timeoutMs, 'client.timeoutMs') / stepMs);
  if (timeoutSteps < 1) throw new RangeError(`client.timeoutMs is below stepMs ${stepMs}; pass shorter steps.`);
  const callMs = nonNegative(sink.callMs ?? 0, 'sink.callMs');
  const waitSteps = callMs > client.timeoutMs ? 0 : Math.max(1, Math.round((client.timeoutMs - callMs) / stepMs));
  // A kind is an attempt and whether the request is poison: 2 · attempt, + 1 for poison.
  const kinds = attempts * 2;
  const backoffSteps = Array.from({ length: attempts }, (_, retry) =>
    Math.max(1, Math.round(backoffCeilingMs(client.backoff, retry) / stepMs)),
  );
  const queue = new ProtectedQueue({
    steps,
    kinds,
    waitSteps,
    timeoutSteps,
    discardsExpired: sink.discardsExpired,
  });
  const retries = createSchedule(steps, kinds);
  const breaker = setup.breaker === undefined ? null : createFleetBreaker(setup.breaker);
  const bucket = setup.tokenBucket;
  positive(sink.requestsPerSecond, 'sink.requestsPerSecond');
  nonNegative(sink.queueRequests, 'sink.queueRequests');

  for (const { recordsPerSecond } of setup.traffic) nonNegative(recordsPerSecond, 'traffic.recordsPerSecond');
  const readings = new ProtectionReadings({ steps, stepMs, sinkPerSecond: sink.requestsPerSecond });
  const events: ProtectionEvent[] = [];
  /** At the source, by kind: requests that were never sent, and retries that an open breaker has sent back. */
  const source = new Float64Array(kinds);
  const offered = new Float64Array(kinds);
  const sum = { requests: 0, succeeded: 0, deadLettered: 0, gaveUp: 0, calls: 0, retries: 0, refused: 0, first: 0 };
  /** Of the step that runs. */
  const answers = { step: 0, succeeded: 0, failed: 0 };
  let budget = 0;
  let tokens = bucket?.burst ?? Infinity;
  let wasOut = false;
  let breakerState: ProtectionInstant['breaker'] = 'closed';

  function noteState(atMs: number): void {
    const state = breaker?.state ?? 'closed';
    if (state !== breakerState) events.push({ atMs, kind: state });
    breakerState = state;
  }

  /** Sends again what has failed, as far as attempts and budget allow, and gives up the rest. */
  function fail(kind: number, amount: number): void {
    if (amount <= 0) return;
    const { step } = answers;
    answers.failed += amount;
    const attempt = kind >> 1;
    const isLast = attempt + 1 >= attempts;
    const again = isLast ? 0 : client.retryBudgetShare === undefined ? amount : Math.min(amount, budget);
    sum.gaveUp += amount - again;
    if (again <= 0) return;
    budget -= again;
    const afterSteps = backoffSteps[attempt] ?? 1;
    if (client.jitter === 'full') retries.spread(step + 1, step + afterSteps, kind + 2, again);
    else retries.at(step + afterSteps, kind + 2, again);
  }

  function answer(kind: number, amount: number): void {
    const isPoison = (kind & 1) === 1;
    if (isPoison && poison?.goesTo === 'retries') return fail(kind, amount);
    answers.succeeded += amount;
    if (isPoison) sum.deadLettered += amount;
    else sum.succeeded += amount;
  }

  for (let step = 0; step < steps; step++) {
    const fromMs = step * stepMs;
    const outage = outages.find((span) => span.fromMs <= fromMs && fromMs < span.toMs);
    if ((outage !== undefined) !== wasOut) {
      wasOut = outage !== undefined;
      events.push({ atMs: fromMs, kind: wasOut ? 'outage' : 'healed' });
    }
    answers.step = step;
    answers.succeeded = 0;
    answers.failed = 0;
    queue.expire(step, fail);

    const isHerd = herd !== undefined && herd.atMs >= fromMs && herd.atMs < fromMs + stepMs;
    const came = rateAt(setup.traffic, fromMs) * seconds + (isHerd ? herd.requests : 0);
    sum.requests += came;
    source[0] = (source[0] ?? 0) + came * (1 - poisonShare);
    source[1] = (source[1] ?? 0) + came * poisonShare;

    const admitted = breaker?.allowed(fromMs) ?? Infinity;
    noteState(fromMs);
    // What a step may send is what was saved before it and what accrues during it.
    if (bucket !== undefined) tokens += bucket.tokensPerSecond * seconds;
    let allowed = Math.min(admitted, tokens);
    offered.fill(0);
    let calls = 0;
    for (let kind = kinds - 1; kind >= 2; kind--) {
      const due = retries.take(step, kind);
      const sent = Math.min(due, allowed);
      offered[kind] = sent;
      calls += sent;
      sum.retries += sent;
      allowed -= sent;
      if (due <= sent) continue;
      // A bucket makes it wait for a token; an open breaker sends it back to the source, which is paused.
      if (admitted < Infinity) source[kind] = (source[kind] ?? 0) + due - sent;
      else retries.at(step + 1, kind, due - sent);
    }
    const atSource = total(source);
    const sentShare = atSource > allowed ? allowed / atSource : 1;
    for (let kind = 0; kind < kinds; kind++) {
      const waits = source[kind] ?? 0;
      const sent = waits * sentShare;
      source[kind] = sentShare === 1 ? 0 : waits - sent;
      offered[kind] = (offered[kind] ?? 0) + sent;
      calls += sent;
      if (kind >= 2) sum.retries += sent;
      else {
        sum.first += sent;
        if (client.retryBudgetShare !== undefined) budget += sent * client.retryBudgetShare;
      }
    }
    if (client.retryBudgetShare !== undefined) {
      const usual = Math.max(rateAt(setup.traffic, fromMs), herd?.requests ?? 0);
      budget = Math.min(budget, (usual * client.retryBudgetShare * budgetMs) / 1000);
    }
    tokens = Math.min(bucket?.burst ?? Infinity, Math.max(0, tokens - calls));
    breaker?.sent(calls);
    sum.calls += calls;

    const capacity = outage === undefined ? sink.requestsPerSecond * seconds : 0;
    const room = outage?.kind === 'refuses' ? 0 : Math.max(0, sink.queueRequests + capacity - queue.requests);
    const takenShare = calls > room ? room / calls : 1;
    for (let kind = 0; kind < kinds; kind++) {
      const amount = offered[kind] ?? 0;
      if (amount === 0) continue;
      const refused = amount * (1 - takenShare);
      queue.put(step, kind, amount - refused);
      sum.refused += refused;
      fail(kind, refused);
    }
    queue.serve(step, capacity, answer);

    const toMs = fromMs + stepMs;
    const { succeeded, failed } = answers;
    breaker?.report(toMs, succeeded, failed);
    noteState(toMs);
    const { counts } = readings;
    counts.requests[step] = sum.requests;
    counts.succeeded[step] = sum.succeeded;
    counts.deadLettered[step] = sum.deadLettered;
    counts.gaveUp[step] = sum.gaveUp;
    counts.awaited[step] = queue.awaited;
    counts.retrying[step] = retries.pending;
    counts.atSource[step] = total(source);
    counts.calls[step] = sum.calls;
    counts.retries[step] = sum.retries;
    counts.refused[step] = sum.refused;
    counts.servedInTime[step] = queue.servedInTime;
    counts.servedLate[step] = queue.servedLate;
    counts.discarded[step] = queue.discarded;
    counts.queued[step] = queue.requests;
    readings.came[step] = came;
    readings.called[step] = calls;
    readings.failedShares[step] = succeeded + failed > 1e-9 ? failed / (succeeded + failed) : NaN;
    readings.noteBreaker(step, breakerState);
  }
  return { readings, events, firstAttempts: sum.first };
}

function rateAt(traffic: ProtectionSetup['traffic'], ms: number): number {
  for (let i = traffic.length - 1; i >= 0; i--) {
    const rate = traffic[i];
    if (rate !== undefined && rate.fromMs <= ms) return rate.recordsPerSecond;
  }
  return 0;
}

function total(amounts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < amounts.length; i++) sum += amounts[i] ?? 0;
  return sum;
}
