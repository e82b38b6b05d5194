// The count engine of a fleet of clients at one sink: retries, time-outs, a queue, and what keeps them in bounds.

import { nonNegative, positive, positiveInteger, shareOfOne } from '../argument.ts';
import { backoffCeilingMs } from './backoff.ts';
import type { ProtectionCounts, ProtectionEvent, ProtectionInstant, ProtectionSetup } from './protection-api.ts';
import { createFleetBreaker } from './protection-breaker.ts';
import { ProtectedQueue } from './protection-queue.ts';
import { createSchedule } from './protection-schedule.ts';

export interface ProtectionRun {
  /** One for each step; the counts are those at its end, which is `atMs`. */
  readonly instants: readonly ProtectionInstant[];
  readonly events: readonly ProtectionEvent[];
  /** Requests sent for the first time: what a retry budget is a share of. */
  readonly firstAttempts: number;
}

/** Tokens of a retry budget are kept for so long (T3). */
const budgetMs = 10_000;

/**
 * Runs a fleet at a sink in steps of `stepMs` (M4.3–M4.5, M4.7). In a step, first callers stop waiting, then requests and
 * retries come, then the sink serves. A request and its attempts are amounts, not objects.
 *
 * Laws: requests = succeeded + dead letters + given up + awaited + retrying + at the source; calls = refused + served in
 * time + served late + discarded + queued; served ≤ the sink's rate, queued ≤ its queue, retries ≤ budget · first attempts.
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
  // A kind is an attempt and whether the request is poison: 2 · attempt, + 1 for poison.
  const kinds = attempts * 2;
  const backoffSteps = Array.from({ length: attempts }, (_, retry) =>
    Math.max(1, Math.round(backoffCeilingMs(client.backoff, retry) / stepMs)),
  );
  const queue = new ProtectedQueue({ steps, kinds, timeoutSteps, discardsExpired: sink.discardsExpired });
  const retries = createSchedule(steps, kinds);
  const breaker = setup.breaker === undefined ? null : createFleetBreaker(setup.breaker);
  const bucket = setup.tokenBucket;
  positive(sink.requestsPerSecond, 'sink.requestsPerSecond');
  nonNegative(sink.queueRequests, 'sink.queueRequests');

  const instants: ProtectionInstant[] = [];
  const events: ProtectionEvent[] = [];
  /** At the source, good and poison. */
  const waiting: [number, number] = [0, 0];
  const offered = new Float64Array(kinds);
  const sum = { requests: 0, succeeded: 0, deadLettered: 0, gaveUp: 0, calls: 0, retries: 0, refused: 0, first: 0 };
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
  function fail(step: number, kind: number, amount: number): void {
    if (amount <= 0) return;
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

  for (let step = 0; step < steps; step++) {
    const fromMs = step * stepMs;
    const outage = outages.find((span) => span.fromMs <= fromMs && fromMs < span.toMs);
    if ((outage !== undefined) !== wasOut) {
      wasOut = outage !== undefined;
      events.push({ atMs: fromMs, kind: wasOut ? 'outage' : 'healed' });
    }
    let failed = 0;
    let succeeded = 0;
    queue.expire(step, (kind, amount) => {
      failed += amount;
      fail(step, kind, amount);
    });

    const isHerd = herd !== undefined && herd.atMs >= fromMs && herd.atMs < fromMs + stepMs;
    const came = rateAt(setup.traffic, fromMs) * seconds + (isHerd ? herd.requests : 0);
    sum.requests += came;
    waiting[0] += came * (1 - poisonShare);
    waiting[1] += came * poisonShare;

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
      if (admitted < Infinity) waiting[kind & 1 ? 1 : 0] += due - sent;
      else retries.at(step + 1, kind, due - sent);
    }
    const atSource = waiting[0] + waiting[1];
    const sentShare = atSource > allowed ? allowed / atSource : 1;
    for (const kind of [0, 1] as const) {
      const sent = waiting[kind] * sentShare;
      waiting[kind] = sentShare === 1 ? 0 : waiting[kind] - sent;
      offered[kind] = sent;
      calls += sent;
      sum.first += sent;
      const { retryBudgetShare } = client;
      if (retryBudgetShare !== undefined) budget += sent * retryBudgetShare;
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
      failed += refused;
      fail(step, kind, refused);
    }
    queue.serve(step, capacity, (kind, amount) => {
      if (kind & 1 && poison?.goesTo === 'retries') {
        failed += amount;
        fail(step, kind, amount);
      } else {
        succeeded += amount;
        if (kind & 1) sum.deadLettered += amount;
        else sum.succeeded += amount;
      }
    });

    const toMs = fromMs + stepMs;
    breaker?.report(toMs, succeeded, failed);
    noteState(toMs);
    const served = queue.servedInTime + queue.servedLate;
    const before = instants.at(-1);
    const counts: ProtectionCounts = {
      requests: sum.requests,
      succeeded: sum.succeeded,
      deadLettered: sum.deadLettered,
      gaveUp: sum.gaveUp,
      awaited: queue.awaited,
      retrying: retries.pending,
      atSource: waiting[0] + waiting[1],
      calls: sum.calls,
      retries: sum.retries,
      refused: sum.refused,
      servedInTime: queue.servedInTime,
      servedLate: queue.servedLate,
      discarded: queue.discarded,
      queued: queue.requests,
    };
    instants.push({
      ...counts,
      atMs: toMs,
      offeredPerSecond: came / seconds,
      callsPerSecond: calls / seconds,
      goodputPerSecond: (sum.succeeded - (before?.succeeded ?? 0)) / seconds,
      servedPerSecond: (served - (before === undefined ? 0 : before.servedInTime + before.servedLate)) / seconds,
      failedShare: succeeded + failed > 1e-9 ? failed / (succeeded + failed) : null,
      waitMs: (queue.requests / sink.requestsPerSecond) * 1000,
      breaker: breakerState,
    });
  }
  return { instants, events, firstAttempts: sum.first };
}

function rateAt(traffic: ProtectionSetup['traffic'], ms: number): number {
  return nonNegative(traffic.findLast(({ fromMs }) => fromMs <= ms)?.recordsPerSecond ?? 0, 'traffic.recordsPerSecond');
}
