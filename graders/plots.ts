// What a figure or plot draws of a trace: a few series, the incidents behind them, and nothing else.

import { percentile } from '../lab/trace/percentile.ts';
import type { Trace } from '../lab/trace/trace.ts';
import { eventsOf } from './diagnose.ts';
import type { Plot } from './exercise.ts';

/** Something that a plot shades or marks, in ms of the run. */
export interface Incident {
  readonly label: string;
  readonly fromMs: number;
  /** Equal to `fromMs` for an instant. */
  readonly toMs: number;
}

/** The drawable part of a trace; small enough to be kept with a verdict. */
export interface TracePlots {
  readonly scenario: string;
  readonly seed: number;
  readonly durationMs: number;
  readonly sampleMs: number;
  readonly series: Readonly<Record<Plot['series'], readonly (number | null)[]>>;
  readonly incidents: readonly Incident[];
}

const mib = 1024 * 1024;

/** Reduces a trace to what is drawn. p95 is that of the calls served in the last second, null where there were none. */
export function plotsOf(trace: Trace): TracePlots {
  const { series, sampleMs, scenario } = trace;
  const served = trace.calls.filter(({ outcome }) => outcome === 'ok' || outcome === 'INVALID_ROWS');
  let [from, to] = [0, 0];
  const p95 = series.lagRecords.map((_, i) => {
    const ms = i * sampleMs;
    while (to < served.length && (served[to]?.endMs ?? Infinity) <= ms) to++;
    while (from < to && (served[from]?.endMs ?? 0) <= ms - 1_000) from++;
    const latencies = served.slice(from, to).map(({ startMs, endMs }) => endMs - startMs);
    return latencies.length === 0 ? null : Math.round(percentile(latencies, 95) * 10) / 10;
  });
  return {
    scenario: scenario.name,
    seed: trace.seed,
    durationMs: (series.lagRecords.length - 1) * sampleMs,
    sampleMs,
    series: {
      lag: series.lagRecords,
      queue: series.queueRecords,
      heap: series.heapBytes.map((bytes) => Math.round((bytes / mib) * 10) / 10),
      p95,
    },
    incidents: incidentsOf(trace),
  };
}

function incidentsOf(trace: Trace): Incident[] {
  const { traffic, sink } = trace.scenario;
  const spans = [
    { label: 'spike', span: traffic.spike },
    { label: 'sink slow', span: sink.slow },
    { label: 'sink down', span: sink.failover },
  ].flatMap(({ label, span }) => (span === undefined ? [] : [{ label, fromMs: span.fromMs, toMs: span.toMs }]));
  const deaths = eventsOf(trace, 'end')
    .filter(({ how }) => how === 'killed' || how === 'out-of-memory')
    .map(({ atMs, how }) => ({ label: how === 'killed' ? 'killed' : 'out of memory', fromMs: atMs, toMs: atMs }));
  const evictions = eventsOf(trace, 'evicted').map(({ atMs }) => ({
    label: 'put out of the group',
    fromMs: atMs,
    toMs: atMs,
  }));
  return [...spans, ...deaths, ...evictions];
}
