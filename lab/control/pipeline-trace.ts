// The trace of a pipeline's run: totals, the table of attempts, and the laws that they keep.

import type { RunTable } from '../trace/run-trace.ts';
import { wholeCounts } from '../trace/whole-counts.ts';
import type { Pipeline } from './pipeline.ts';
import type { AttemptRecord } from './setup.ts';

/** The most rows of the table; a run that has more shows its first. */
const mostRows = 500;

export function totalsOf(pipeline: Pipeline): Record<string, number | null> {
  const attempts = pipeline.allAttempts();
  const ended = attempts.filter(({ endedAtMs }) => endedAtMs !== null);
  const counts = pipeline.counts();
  const { peaks } = pipeline;
  const failed = ended.filter(({ outcome }) => outcome === 'failed');
  const runMs = ended.map(({ startedAtMs, endedAtMs }) => (endedAtMs ?? 0) - startedAtMs);
  const { committedRows, missedRows, failedRows, skippedRows, inRunsRows, waitingRows, appliedRows, backlogRows } =
    counts;
  const fates = wholeCounts({ committedRows, missedRows, failedRows, skippedRows, inRunsRows, waitingRows });
  const database = wholeCounts({ appliedRows, backlogRows });
  const held = pipeline.events.filter(({ kind }) => kind === 'asked').length;
  return {
    runs: new Set(attempts.map(({ runId }) => runId)).size,
    failedAttempts: failed.length,
    retries: pipeline.events.filter(({ kind }) => kind === 'retry').length,
    mostActiveRuns: mostAtOnce(attempts, pipeline.nowMs),
    mostDueRuns: peaks.dueRuns,
    longestRunMs: runMs.length === 0 ? null : mostOf(runMs),
    largestSliceMs: attempts.length === 0 ? null : mostOf(attempts.map(({ sliceMs }) => sliceMs)),
    longestIntervalMs: peaks.everyMs,
    // Whole microseconds, as instants are.
    maxDataAgeMs: Math.round(peaks.dataAgeMs * 1000) / 1000,
    // A part of a row is none.
    peakBacklogRows: Math.floor(peaks.backlogRows + 1e-6),
    questions: held,
    mostCallsInVain: mostCallsInVain(failed),
    produced: Math.round(counts.producedRows),
    committed: fates.committedRows,
    missed: fates.missedRows,
    failed: fates.failedRows,
    skipped: fates.skippedRows,
    duplicates: Math.round(counts.duplicateRows),
    inRuns: fates.inRunsRows,
    waiting: fates.waitingRows,
    accepted: Math.round(counts.acceptedRows),
    applied: database.appliedRows,
    finalBacklogRows: database.backlogRows,
    calls: Math.round(counts.calls),
  };
}

/** The most runs at work at once; one that ends when another starts leaves its place first. */
function mostAtOnce(attempts: readonly AttemptRecord[], untilMs: number): number {
  const changes = attempts.flatMap(({ startedAtMs, endedAtMs }) => [
    { atMs: startedAtMs, change: 1 },
    { atMs: endedAtMs ?? untilMs, change: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { change } of changes.sort((a, b) => a.atMs - b.atMs || a.change - b.change)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

/**
 * The most calls that one row was sent with by attempts that failed (M12, O8). Runs over the same rows add up, attempts of
 * one run do, and so do the client's: a sweep over the rows, from where a slice begins to where it ends.
 */
function mostCallsInVain(failed: readonly AttemptRecord[]): number {
  const changes = failed
    .filter(({ rows }) => rows > 0)
    .flatMap(({ fromRow, toRow, calls, rows }) => [
      { atRow: fromRow, change: calls / rows },
      { atRow: toRow, change: -calls / rows },
    ]);
  let now = 0;
  let most = 0;
  for (const { change } of changes.sort((x, y) => x.atRow - y.atRow || x.change - y.change)) {
    now += change;
    most = Math.max(most, now);
  }
  // Whole calls, where nothing but rounding is between.
  return Math.round(most * 1e6) / 1e6;
}

function mostOf(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

export function attemptsTable(pipeline: Pipeline): RunTable {
  return {
    id: 'attempts',
    title: 'Runs and their attempts',
    columns: [
      { id: 'run', label: 'Run', unit: 'count' },
      { id: 'attempt', label: 'Attempt', unit: 'count' },
      { id: 'scheduledAtMs', label: 'Scheduled', unit: 'ms' },
      { id: 'startedAtMs', label: 'Started', unit: 'ms' },
      { id: 'runMs', label: 'Took', unit: 'ms' },
      { id: 'sliceMs', label: 'Data of', unit: 'ms' },
      { id: 'rows', label: 'Read', unit: 'rows' },
      { id: 'missedRows', label: 'Not there yet', unit: 'rows' },
      { id: 'calls', label: 'Calls', unit: 'calls' },
      { id: 'outcome', label: 'Outcome', unit: 'text' },
    ],
    rows: pipeline
      .allAttempts()
      .slice(0, mostRows)
      .map((attempt) => [
        attempt.runId,
        attempt.attempt,
        attempt.scheduledAtMs,
        attempt.startedAtMs,
        attempt.endedAtMs === null ? null : attempt.endedAtMs - attempt.startedAtMs,
        attempt.sliceMs,
        Math.round(attempt.rows),
        Math.round(attempt.missedRows),
        Math.round(attempt.calls),
        attempt.outcome,
      ]),
  };
}

/** The laws of a pipeline that these totals break, in words. */
export function brokenTotals(totals: Readonly<Record<string, number | null>>): string[] {
  const of = (name: string) => totals[name] ?? 0;
  const laws: string[] = [];
  const settled = of('committed') + of('missed') + of('failed') + of('skipped');
  const open = of('inRuns') + of('waiting');
  // Totals are whole rows, each sum rounded for itself.
  const slack = 1 + 1e-9 * of('produced');
  if (Math.abs(of('produced') - settled - open) > slack)
    laws.push(`produced ${of('produced')} ≠ settled ${settled} + in runs and waiting ${open}`);
  if (Math.abs(of('accepted') - of('applied') - of('finalBacklogRows')) > 1 + 1e-9 * of('accepted'))
    laws.push(`accepted ${of('accepted')} ≠ applied ${of('applied')} + backlog ${of('finalBacklogRows')}`);
  if (of('committed') > of('accepted') + slack)
    laws.push(`committed ${of('committed')} rows, and the database accepted only ${of('accepted')}`);
  return laws;
}
