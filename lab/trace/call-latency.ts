// How long calls to a sink took, as a series.

import { percentile } from './percentile.ts';

/** A call to a sink, answered or refused. */
interface Call {
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: string;
}

const windowMs = 1_000;

/**
 * The 95th percentile of the calls answered in the second before each of `samples` samples, `sampleMs` apart, in ms; null
 * where there was none. Calls stand in the order of their ends.
 */
export function latencyP95Ms(calls: readonly Call[], sampleMs: number, samples: number): (number | null)[] {
  const served = calls.filter(({ outcome }) => outcome === 'ok');
  let [from, to] = [0, 0];
  return Array.from({ length: samples }, (_, i) => {
    const ms = i * sampleMs;
    while (to < served.length && (served[to]?.endMs ?? Infinity) <= ms) to++;
    while (from < to && (served[from]?.endMs ?? 0) <= ms - windowMs) from++;
    const latencies = served.slice(from, to).map(({ startMs, endMs }) => endMs - startMs);
    return latencies.length === 0 ? null : percentile(latencies, 95);
  });
}
