// Laws of the sink: it stays quick, retries stay few, and it gets the chance to come back.

import { percentile } from '../../lab/trace/percentile.ts';
import type { SinkCall } from '../../lab/sink/sink.ts';
import { recoveredAt } from '../diagnose.ts';
import { clock, met, notTested, notYet, percent, whole, type Law } from './law.ts';

const windowMs = 2_000;

/** Calls that the sink served, by tumbling windows of 2 s of their end; windows with fewer than 5 calls are left out. */
function windowsOf(calls: readonly SinkCall[]): { fromMs: number; latencies: number[] }[] {
  const byWindow = new Map<number, number[]>();
  for (const call of calls) {
    if (call.outcome !== 'ok' && call.outcome !== 'INVALID_ROWS') continue;
    const fromMs = Math.floor(call.endMs / windowMs) * windowMs;
    const list = byWindow.get(fromMs) ?? [];
    list.push(call.endMs - call.startMs);
    byWindow.set(fromMs, list);
  }
  return [...byWindow]
    .map(([fromMs, latencies]) => ({ fromMs, latencies }))
    .filter(({ latencies }) => latencies.length >= 5);
}

/** The 95th percentile (nearest rank) of served calls is at most `target` ms in every window of 2 s. */
export const sinkP95: Law<{ target: number }> = (trace, { target }) => {
  let worst: { fromMs: number; p95: number } | null = null;
  let first: number | null = null;
  for (const { fromMs, latencies } of windowsOf(trace.calls)) {
    const p95 = Math.round(percentile(latencies, 95) * 10) / 10;
    if (worst === null || p95 > worst.p95) worst = { fromMs, p95 };
    if (p95 > target && first === null) first = fromMs;
  }
  if (worst === null) return notTested('The sink served too few calls to speak of a percentile.');
  if (worst.p95 <= target) return met(worst.p95, worst.fromMs, worst.p95 > 0.9 * target);
  const at = first ?? worst.fromMs;
  const { connections, callMs, rowMs } = trace.scenario.sink;
  const { atOnce, rowsPerCall } = companyOf(trace.calls, at, at + windowMs);
  if (atOnce > connections + 0.2) {
    return notYet(
      worst.p95,
      at,
      `From ${clock(at)} a call found ${(atOnce - 1).toFixed(1)} others under way on average; the sink serves ${connections} at once, the rest wait inside it and slow it down.`,
      `Bound the writes in flight to ${connections}.`,
    );
  }
  return notYet(
    worst.p95,
    at,
    `From ${clock(at)} a call carried ${whole(rowsPerCall)} rows on average, and ${callMs} + ${rowMs}·n ms makes that ${whole(callMs + rowMs * rowsPerCall)} ms before anything waits.`,
    'Bound a write to 200 records.',
  );
};

/** Of the calls that began in a span: how many were under way when one began, itself included, and the rows of one. */
function companyOf(calls: readonly SinkCall[], fromMs: number, toMs: number): { atOnce: number; rowsPerCall: number } {
  const near = calls.filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs);
  const began = near.filter(({ startMs }) => startMs >= fromMs).slice(0, 500);
  let [company, rows] = [0, 0];
  for (const { startMs, rows: own } of began) {
    company += near.filter((other) => other.startMs <= startMs && other.endMs > startMs).length;
    rows += own;
  }
  const count = Math.max(1, began.length);
  return { atOnce: company / count, rowsPerCall: rows / count };
}

/**
 * The sink refuses (429, 503) at most `target` calls in any second. A rate rather than a share of what
 * went in: a program whose sink is down settles little, and would be blamed for that twice (T3: a retry
 * budget has a floor per second for the same reason).
 */
export const retriesBounded: Law<{ target: number }> = (trace, { target }) => {
  const refused = trace.calls.filter(({ outcome }) => outcome === 'TOO_MANY_REQUESTS' || outcome === 'UNAVAILABLE');
  if (trace.calls.length === 0) return notTested('The sink got no calls.');
  let [most, atMs] = [0, 0];
  for (let i = 0, from = 0; i < refused.length; i++) {
    while ((refused[i]?.endMs ?? 0) - (refused[from]?.endMs ?? 0) > 1_000) from++;
    if (i - from + 1 > most) [most, atMs] = [i - from + 1, refused[from]?.startMs ?? 0];
  }
  if (most <= target) return met(most, most === 0 ? null : atMs, most > 0.85 * target);
  const attempts = Math.max(...refused.map(({ attempt }) => attempt));
  return notYet(
    most,
    atMs,
    `From ${clock(atMs)} the sink refused ${whole(most)} calls within a second; one batch was sent ${whole(attempts)} times.`,
    'Back off after a refusal: double the wait each time up to a cap, and draw it at random.',
  );
};

/** After a failover the sink serves its first call within `target` seconds of being ready. */
export const sinkRecovers: Law<{ target: number }> = (trace, { target }) => {
  const { failover } = trace.scenario.sink;
  if (failover === undefined) return notTested('This scenario has no failover.');
  const { fromMs, toMs } = failover;
  const backMs = recoveredAt(trace);
  const seconds = backMs === null ? null : Math.round((backMs - toMs) / 10) / 100;
  if (seconds !== null && seconds <= target) return met(seconds, backMs, seconds > 0.9 * target);
  const tries = trace.calls.filter(({ startMs }) => startMs >= toMs && startMs < (backMs ?? trace.endedMs));
  if (tries.length === 0) {
    return notYet(
      seconds,
      toMs,
      `The sink was ready at ${clock(toMs)}, and nothing was sent to it for ${seconds ?? 'the rest of the run,'} s.`,
      'Cap the backoff, so that the next try is never far away.',
    );
  }
  const starts = tries.map(({ startMs }) => startMs).sort((x, y) => x - y);
  const isNear = (x: number, y: number | undefined) => y !== undefined && Math.abs(x - y) <= failover.connectMs;
  const together = starts.filter((ms, i) => isNear(ms, starts[i - 1]) || isNear(ms, starts[i + 1]));
  return notYet(
    seconds,
    toMs,
    `The sink was ready at ${clock(toMs)} after its failover at ${clock(fromMs)}. Of the ${tries.length} calls since, ${percent(together.length / tries.length)} came within ${failover.connectMs} ms of another and knocked it over as it warmed up.`,
    'Spread retries: wait a random time between zero and the backoff ceiling (full jitter), each write for itself.',
  );
};
