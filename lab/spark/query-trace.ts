// A query's run on an even grid of time: the series, totals and batches that figures draw and graders judge.

import type { RunTable, RunTrace } from '../trace/run-trace.ts';
import { inputRowsPerSecond, processedRowsPerSecond } from './progress.ts';
import type { QueryRun } from './query-readings.ts';
import type { QuerySetup } from './query-setup.ts';
import type { BatchRun } from './query.ts';

type Series = RunTrace['series'];
type Totals = RunTrace['totals'];

/** The series at multiples of `sampleMs`. Rates and behind are those of the last batch that had ended, as Spark shows them. */
export function seriesOf(run: QueryRun, setup: QuerySetup, grid: { sampleMs: number; samples: number }): Series {
  const times = Array.from({ length: grid.samples }, (_, i) => i * grid.sampleMs);
  const last = times.map((ms) => run.lastBatchAt(ms));
  const reports = new Map<BatchRun, ReturnType<typeof reportOf>>();
  const ofLast = (pick: (report: ReturnType<typeof reportOf>) => number | null) =>
    last.map((batch) => {
      if (batch === null) return null;
      const report = reports.get(batch) ?? reportOf(batch, setup);
      reports.set(batch, report);
      return pick(report);
    });
  const arrived = [...times, times.length * grid.sampleMs].map((ms) => run.arrivedBy(Math.min(ms, setup.durationMs)));
  const executorBytes = setup.memory === undefined ? null : limitsOf(setup);
  return {
    lagRecords: times.map((ms) => run.lagRecordsAt(ms)),
    maxOffsetsBehindLatest: ofLast(({ behind }) => behind),
    lagMs: times.map((ms) => run.headOfLineAgeMsAt(ms)),
    arrivedPerSecond: times.map((ms, i) => {
      const spanMs = Math.min(grid.sampleMs, setup.durationMs - ms);
      const count = (arrived[i + 1] ?? 0) - (arrived[i] ?? 0);
      return spanMs > 0 ? (count / spanMs) * 1000 : null;
    }),
    inputRowsPerSecond: ofLast(({ inputRowsPerSecond }) => inputRowsPerSecond),
    processedRowsPerSecond: ofLast(({ processedRowsPerSecond }) => processedRowsPerSecond),
    batchMs: last.map((batch) => (batch === null ? null : batch.endMs - batch.startMs)),
    numInputRows: last.map((batch) => batch?.numInputRows ?? null),
    memoryShare: times.map((ms) => {
      const batch = run.batchUnderWayAt(ms);
      return executorBytes === null ? null : batch === null ? 0 : Math.min(1, batch.heldBytes / executorBytes(ms));
    }),
    stateRows: last.map((batch) => batch?.state?.rows ?? (setup.state === undefined ? null : 0)),
  };
}

export function totalsOf(run: QueryRun, setup: QuerySetup): Totals {
  const { durationMs } = setup;
  const done = run.batches.filter(({ outcome }) => outcome === 'committed');
  const count = (kind: string) => run.events.filter((event) => event.kind === kind).length;
  const most = (pick: (batch: BatchRun) => number) => done.reduce((peak, batch) => Math.max(peak, pick(batch)), 0);
  return {
    arrived: run.arrivedBy(durationMs),
    processed: run.processedBy(durationMs),
    finalLagRecords: run.lagRecordsAt(durationMs),
    peakLagRecords: peakLagRecords(run, durationMs),
    lostRecords: run.lostBy(durationMs),
    batches: done.length,
    longestBatchMs: most(({ startMs, endMs }) => endMs - startMs),
    largestBatchRows: most(({ numInputRows }) => numInputRows),
    lateBatches: count('falling-behind'),
    restarts: count('restart'),
    peakStateRows: setup.state === undefined ? null : most(({ state }) => state?.rows ?? 0),
    caughtUpAtMs: caughtUpAtMs(run, setup),
    endedAtMs: run.events.find(({ kind }) => kind === 'finished')?.atMs ?? null,
  };
}

/**
 * End of the first batch, planned after all changes and deaths, that left nothing and was done in time: within the
 * interval, or without one no later than its rows had taken to come. Null for a query that fails at last, and for triggers
 * that end: they wait for nothing that comes.
 */
function caughtUpAtMs({ batches, events }: QueryRun, { traffic, changes = [], trigger }: QuerySetup): number | null {
  const isDead = events.some((event) => event.kind === 'data-loss' && event.isFatal);
  if (isDead || trigger.kind === 'once' || trigger.kind === 'available-now') return null;
  const died = batches.findLast(({ outcome }) => outcome === 'out-of-memory');
  const settledMs = Math.max(died?.endMs ?? 0, traffic.at(-1)?.fromMs ?? 0, ...changes.map(({ atMs }) => atMs));
  const found = batches.find(({ batchId, outcome, startMs, endMs, previousStartMs, behind }) => {
    const inTimeMs = trigger.kind === 'processing-time' ? trigger.intervalMs : startMs - (previousStartMs ?? startMs);
    // One that comes again was planned before it died.
    const isNew = outcome === 'committed' && startMs >= settledMs && batchId !== died?.batchId;
    return isNew && behind.max === 0 && endMs - startMs <= inTimeMs;
  });
  return found?.endMs ?? null;
}

/** Lag is highest just before a batch commits, just before a loss, or at the end. */
function peakLagRecords(run: QueryRun, durationMs: number): number {
  const before = (atMs: number) => run.arrivedBy(atMs) - run.arrivedBy(Math.max(0, atMs - 1));
  let peak = run.lagRecordsAt(durationMs);
  for (const { endMs, outcome } of run.batches) {
    if (outcome !== 'committed') continue;
    peak = Math.max(peak, run.lagRecordsAt(Math.max(0, endMs - 1)) + before(endMs));
  }
  for (const { atMs, kind } of run.events) {
    if (kind === 'data-loss') peak = Math.max(peak, run.lagRecordsAt(Math.max(0, atMs - 1)) + before(atMs));
  }
  return peak;
}

/** A table of more batches than this shows every second, third, … of them. */
const mostRows = 600;

export function batchTable(run: QueryRun, setup: QuerySetup): RunTable {
  const every = Math.max(1, Math.ceil(run.batches.length / mostRows));
  return {
    id: 'batches',
    title: every === 1 ? 'Batches' : `One batch in ${every}`,
    columns: [
      { id: 'batchId', label: 'batchId', unit: 'count' },
      { id: 'startMs', label: 'Start', unit: 'ms' },
      { id: 'durationMs', label: 'triggerExecution', unit: 'ms' },
      { id: 'numInputRows', label: 'numInputRows', unit: 'rows' },
      { id: 'inputRowsPerSecond', label: 'inputRowsPerSecond', unit: 'rows/s' },
      { id: 'processedRowsPerSecond', label: 'processedRowsPerSecond', unit: 'rows/s' },
      { id: 'maxOffsetsBehindLatest', label: 'maxOffsetsBehindLatest', unit: 'records' },
      { id: 'stateRows', label: 'numRowsTotal', unit: 'rows' },
      { id: 'tasks', label: 'Tasks', unit: 'count' },
      { id: 'bottleneck', label: 'Held up by', unit: 'text' },
      { id: 'outcome', label: 'Outcome', unit: 'text' },
    ],
    rows: run.batches
      .filter((_, i) => i % every === 0)
      .map((batch) => {
        const isDone = batch.outcome === 'committed';
        const report = reportOf(batch, setup);
        return [
          batch.batchId,
          batch.startMs,
          batch.outcome === 'running' ? null : batch.endMs - batch.startMs,
          batch.numInputRows,
          isDone ? report.inputRowsPerSecond : null,
          isDone ? report.processedRowsPerSecond : null,
          isDone ? report.behind : null,
          batch.state?.rows ?? null,
          batch.tasks,
          batch.bottleneck,
          batch.outcome === 'out-of-memory' ? 'out of memory' : batch.outcome,
        ];
      }),
  };
}

/** The numbers of a batch's progress, without the objects around them; behind only where the source reports it (SS31). */
function reportOf(batch: BatchRun, { source }: QuerySetup) {
  const { numInputRows, startMs, endMs, previousStartMs, behind } = batch;
  return {
    inputRowsPerSecond: inputRowsPerSecond(numInputRows, startMs, previousStartMs),
    processedRowsPerSecond: processedRowsPerSecond(numInputRows, endMs - startMs),
    behind: source.format === 'kafka' ? behind.max : null,
  };
}

/** An executor's memory over time. */
function limitsOf({ memory, changes = [] }: QuerySetup): (ms: number) => number {
  const steps = changes.filter(({ executorBytes }) => executorBytes !== undefined).toSorted((a, b) => a.atMs - b.atMs);
  return (ms) => steps.findLast(({ atMs }) => atMs <= ms)?.executorBytes ?? memory?.executorBytes ?? 1;
}
