// A run of the intake figure: settings in, what the picture and the charts draw out.

import type { Hop } from '#lab/clock/kernel.ts';
import { createReferenceConsumer } from '#lab/kafka/reference-consumer.ts';
import { runConsumer } from '#lab/kafka/run.ts';
import { latencyP95Ms } from '#lab/trace/call-latency.ts';
import type { Trace } from '#lab/trace/trace.ts';
import type { ChartIncident } from '../chart/LineChart.tsx';
import { fixed, scenarioOf, spikeSpan, type IntakeSettings } from './settings.ts';

const mib = 1024 * 1024;
const sampleMs = 100;

/** Everything that is drawn, one value per sample; plain data, so that a page can carry it. */
export interface IntakeRun {
  readonly sampleMs: number;
  readonly durationMs: number;
  readonly lag: readonly number[];
  readonly queue: readonly number[];
  /** MiB; 0 while the process is dead. */
  readonly memory: readonly number[];
  readonly memoryLimit: number;
  /** Of the calls that were answered in the last second, in ms; null where there were none. */
  readonly p95: readonly (number | null)[];
  /** Records per second over the last sample: into the log, into the process, into the sink. */
  readonly arriving: readonly number[];
  readonly taking: readonly number[];
  readonly writing: readonly number[];
  /** 1 while the partitions are paused. */
  readonly paused: readonly number[];
  /** Connections of the sink in use. */
  readonly busy: readonly number[];
  readonly connections: number;
  readonly incidents: readonly ChartIncident[];
  readonly pauses: number;
  readonly deaths: number;
  readonly refused: number;
  /** Rows that a death made the consumer write a second time. */
  readonly duplicates: number;
  /** When the lag was back at its usual size after the spike; null when it was not by the end. */
  readonly recoveredMs: number | null;
  /** Resumptions of the program: what the run cost. */
  readonly hops: number;
}

/** Runs the figure's consumer through its incident, as written (seed 0). */
export async function runIntake(settings: IntakeSettings, hop: Hop): Promise<IntakeRun> {
  const trace = await runConsumer(createReferenceConsumer({ ...settings, ...fixed }), scenarioOf(settings), 0, {
    hop,
    sampleMs,
    maxHops: 60_000,
  });
  return summarise(trace);
}

function summarise(trace: Trace): IntakeRun {
  const { series, scenario, events, calls } = trace;
  const count = Math.round(scenario.durationMs / sampleMs) + 1;
  const cut = (values: readonly number[]) => values.slice(0, count);
  const lag = cut(series.lagRecords);
  const ended = events.flatMap((event) => (event.kind === 'end' && event.how === 'out-of-memory' ? [event] : []));
  const polled = perSecond(
    events.flatMap((event) => (event.kind === 'poll' ? [{ atMs: event.atMs, records: event.records }] : [])),
    count,
  );
  const { connections } = scenario.sink;
  return {
    sampleMs,
    durationMs: scenario.durationMs,
    lag,
    queue: cut(series.queueRecords),
    memory: cut(series.heapBytes).map((bytes) => Math.round((bytes / mib) * 10) / 10),
    memoryLimit: scenario.process.limitBytes / mib,
    p95: latencyP95Ms(calls, sampleMs, count).map((ms) => (ms === null ? null : Math.round(ms))),
    arriving: differences(cut(series.producedRecords)),
    taking: polled,
    writing: perSecond(
      calls.flatMap(({ outcome, endMs, rows }) => (outcome === 'ok' ? [{ atMs: endMs, records: rows }] : [])),
      count,
    ),
    paused: cut(series.pausedPartitions).map((partitions) => (partitions > 0 ? 1 : 0)),
    busy: cut(series.sinkCalls).map((outstanding) => Math.min(connections, outstanding)),
    connections,
    incidents: [
      { label: 'spike', ...spikeSpan },
      ...ended.map(({ atMs }, i) => ({ label: i === 0 ? 'out of memory' : '', fromMs: atMs, toMs: atMs })),
    ],
    pauses: events.filter(({ kind }) => kind === 'pause').length,
    deaths: ended.length,
    refused: calls.filter(({ outcome }) => outcome === 'TOO_MANY_REQUESTS').length,
    duplicates: trace.totals.duplicates,
    recoveredMs: recovery(lag),
    hops: trace.hops,
  };
}

/** After the spike, the first sample from which on the lag stays at what it was before. */
function recovery(lag: readonly number[]): number | null {
  const before = Math.max(...lag.slice(5, spikeSpan.fromMs / sampleMs)) + 500;
  const lastAbove = lag.findLastIndex((records) => records > before);
  if (lastAbove === lag.length - 1) return null;
  return Math.max(spikeSpan.fromMs, (lastAbove + 1) * sampleMs);
}

function perSecond(counts: readonly { atMs: number; records: number }[], samples: number): number[] {
  const rates = Array.from({ length: samples }, () => 0);
  for (const { atMs, records } of counts) {
    const at = Math.ceil(atMs / sampleMs);
    if (at < samples) rates[at] = (rates[at] ?? 0) + (records * 1000) / sampleMs;
  }
  return rates;
}

function differences(totals: readonly number[]): number[] {
  return totals.map((total, i) => ((total - (totals[i - 1] ?? total)) * 1000) / sampleMs);
}
