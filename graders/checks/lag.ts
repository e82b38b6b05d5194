// Laws of lag: it stops growing under the spike, and it is gone within a stated time after it.

import { slopePerSecond } from '../../lab/trace/stability.ts';
import { samplesOf } from '../../lab/trace/trace.ts';
import { diagnoseBacklog } from '../diagnose.ts';
import { clock, met, notTested, notYet, whole, type Law } from './law.ts';

/**
 * In the last half of the spike, the records produced and not yet settled grow by at most `target`
 * records/s (least squares, models M0.7). Counted to the last settled record rather than the last
 * committed one, so that the interval between commits does not blur it.
 */
export const lagFlattens: Law<{ target: number }> = (trace, { target }) => {
  const { spike } = trace.scenario.traffic;
  if (spike === undefined) return notTested('This scenario has no spike.');
  const fromMs = (spike.fromMs + spike.toMs) / 2;
  if (trace.endedMs < spike.toMs) return notTested('The run ended before the spike did.');
  const { from, to } = samplesOf(trace, { fromMs, toMs: spike.toMs });
  const unsettled = trace.series.producedRecords
    .slice(from, to)
    .map((produced, i) => produced - (trace.series.settledRecords[from + i] ?? 0));
  const slope = Math.round(slopePerSecond(unsettled, trace.sampleMs));
  if (slope <= target) return met(slope, spike.toMs, slope > 0.8 * target);
  const { cause, lever, atMs } = diagnoseBacklog(trace, fromMs, spike.toMs);
  return notYet(
    slope,
    Math.max(atMs, spike.fromMs),
    `It still grew by ${whole(slope)} records/s at the end of the spike. ${cause}`,
    lever,
  );
};

/**
 * After the last incident (spike, slow spell, failover, kill) the committed lag is back at its level
 * before it, plus one poll, within `target` seconds.
 */
export const lagDrains: Law<{ target: number }> = (trace, { target }) => {
  const { traffic, sink, killAtMs } = trace.scenario;
  const starts = [traffic.spike?.fromMs, sink.slow?.fromMs, sink.failover?.fromMs, killAtMs].filter(
    (ms) => ms !== undefined,
  );
  const ends = [traffic.spike?.toMs, sink.slow?.toMs, sink.failover?.toMs, killAtMs].filter((ms) => ms !== undefined);
  const calmMs = starts.length > 0 ? Math.min(...starts) : trace.scenario.durationMs / 2;
  const fromMs = ends.length > 0 ? Math.max(...ends) : calmMs;
  const before = samplesOf(trace, { fromMs: 1_000, toMs: calmMs });
  const normal = Math.max(...trace.series.lagRecords.slice(before.from, before.to)) + 500;
  // A program that falls behind from the start has no calm level of its own; four seconds of traffic is generous.
  const level = Math.min(normal, 4 * traffic.baseRecordsPerSecond);
  const until = samplesOf(trace, { fromMs, toMs: trace.scenario.durationMs });
  let backMs: number | null = null;
  for (let i = until.from; i < until.to && backMs === null; i++) {
    if ((trace.series.lagRecords[i] ?? 0) <= level) backMs = i * trace.sampleMs;
  }
  if (backMs !== null) {
    const seconds = Math.round((backMs - fromMs) / 100) / 10;
    if (seconds <= target) return met(seconds, backMs, seconds > 0.85 * target);
  }
  const byMs = fromMs + target * 1000;
  const { cause, lever, atMs } = diagnoseBacklog(trace, fromMs, Math.min(byMs, trace.scenario.durationMs));
  const left =
    trace.series.lagRecords[Math.min(trace.series.lagRecords.length - 1, Math.floor(byMs / trace.sampleMs))] ?? 0;
  const measured = backMs === null ? null : Math.round((backMs - fromMs) / 100) / 10;
  return notYet(
    measured,
    Math.min(atMs, byMs),
    `At ${clock(byMs)} the lag was still ${whole(left)} records, ${whole(level)} is its calm level. ${cause}`,
    lever,
  );
};
