// A run of writers as a trace: the table over time, totals, and a line for each writer and each of the last commits.

import { samplingOf, type RunEvent, type RunTable, type RunTrace } from '../trace/run-trace.ts';
import { numberInWords } from '../trace/words.ts';
import type { DeltaOperation } from './conflicts.ts';
import { dueBatches, type TableEventKind, type WritersRun } from './writers.ts';

interface Watched {
  readonly durationMs: number;
  readonly writers: readonly {
    readonly operation: DeltaOperation;
    readonly partition: number;
    readonly startMs: number;
    readonly everyMs: number;
  }[];
}

const mostEvents = 300;
const mostCommits = 300;

export function writersTrace(run: WritersRun, watched: Watched): Omit<RunTrace, 'scenario' | 'seed'> {
  const { durationMs, writers } = watched;
  const { tallies, table, events } = run;
  const { sampleMs, samples } = samplingOf(durationMs);
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const sum = (pick: (tally: (typeof tallies)[number], i: number) => number) =>
    tallies.reduce((all, tally, i) => all + pick(tally, i), 0);
  const adds = (i: number) => (writers[i]?.operation === 'append' || writers[i]?.operation === 'merge' ? 1 : 0);
  const rowsOf = (pick: (tally: (typeof tallies)[number]) => number) =>
    sum((tally, i) => adds(i) * tally.rowsPerBatch * pick(tally));
  return {
    endedMs: durationMs,
    sampleMs,
    series: seriesOf(run, watched, times),
    events: events
      .filter(({ kind }) => kind !== 'commit')
      .slice(0, mostEvents)
      .map(({ atMs, kind, writer, exception, version }): WriterEvent => ({ atMs, kind, writer, exception, version })),
    totals: {
      commits: sum(({ commits }) => commits),
      conflicts: sum(({ conflicts }) => conflicts),
      retries: sum(({ retries }) => retries),
      failedWrites: sum(({ failedBatches }) => failedBatches),
      lostRaces: sum(({ lostRaces }) => lostRaces),
      pendingWrites: sum(({ pendingBatches }) => pendingBatches),
      longestWriteMs: Math.max(...tallies.map(({ longestWriteMs }) => longestWriteMs)),
      longestCheckpointMs: Math.max(...tallies.map(({ longestCheckpointMs }) => longestCheckpointMs)),
      offeredRows: rowsOf((tally) => tally.dueBatches),
      writtenRows: rowsOf((tally) => tally.writtenBatches),
      duplicateRows: sum((tally, i) =>
        writers[i]?.operation === 'append' ? tally.rowsPerBatch * tally.writtenReplays : 0,
      ),
      lostRows: rowsOf((tally) => tally.lostBatches),
      failedRows: rowsOf((tally) => tally.failedBatches),
      pendingRows: rowsOf((tally) => tally.pendingBatches),
      deletedRows: table.history.reduce((all, { rowsRemoved }) => all + rowsRemoved, 0),
      finalRows: table.size().rows,
      finalFiles: table.size().files,
    },
    tables: [writersTable(run, watched), commitsTable(run)],
  };
}

function seriesOf({ events, initial }: WritersRun, { writers }: Watched, times: readonly number[]): RunTrace['series'] {
  let at = 0;
  let commits = 0;
  let conflicts = 0;
  let over = 0;
  let writeMs: number | null = null;
  let size = initial;
  const rows = times.map((ms) => {
    for (let next = events[at]; next !== undefined && next.atMs <= ms; next = events[++at]) {
      if (next.kind === 'commit') {
        commits++;
        ({ writeMs } = next);
      }
      if (next.kind === 'conflict') conflicts++;
      if (!next.isReplay && isOver(next.kind)) over++;
      size = next;
    }
    const due = writers.reduce((sum, writer) => sum + dueBatches(writer, ms), 0);
    return {
      files: size.files,
      smallFiles: size.smallFiles,
      averageFileBytes: size.files === 0 ? null : size.bytes / size.files,
      commits,
      conflicts,
      pendingWrites: due - over,
      writeMs,
      rows: size.rows,
    };
  });
  return {
    files: rows.map((row) => row.files),
    smallFiles: rows.map((row) => row.smallFiles),
    averageFileBytes: rows.map((row) => row.averageFileBytes),
    commits: rows.map((row) => row.commits),
    conflicts: rows.map((row) => row.conflicts),
    pendingWrites: rows.map((row) => row.pendingWrites),
    writeMs: rows.map((row) => row.writeMs),
    rows: rows.map((row) => row.rows),
  };
}

function isOver(kind: TableEventKind): boolean {
  return kind === 'commit' || kind === 'failed' || kind === 'skipped' || kind === 'nothing-to-do';
}

function writersTable({ tallies }: WritersRun, { writers }: Watched): RunTable {
  return {
    id: 'writers',
    title: 'Writers',
    columns: [
      { id: 'writer', label: 'Writer', unit: 'count' },
      { id: 'operation', label: 'Operation', unit: 'text' },
      { id: 'partition', label: 'Partition', unit: 'count' },
      { id: 'due', label: 'Due', unit: 'count' },
      { id: 'commits', label: 'Commits', unit: 'count' },
      { id: 'conflicts', label: 'Conflicts', unit: 'count' },
      { id: 'retries', label: 'Retries', unit: 'count' },
      { id: 'failed', label: 'Given up', unit: 'count' },
      { id: 'skipped', label: 'Skipped', unit: 'count' },
      { id: 'pending', label: 'Pending', unit: 'count' },
      { id: 'lostRaces', label: 'Lost races', unit: 'count' },
      { id: 'meanWriteMs', label: 'Mean write', unit: 'ms' },
      { id: 'longestWriteMs', label: 'Longest write', unit: 'ms' },
    ],
    rows: tallies.map((tally, i) => [
      i + 1,
      writers[i]?.operation ?? '',
      writers[i]?.partition ?? 0,
      tally.dueBatches,
      tally.commits,
      tally.conflicts,
      tally.retries,
      tally.failedBatches,
      tally.lostBatches + tally.skippedReplays,
      tally.pendingBatches,
      tally.lostRaces,
      tally.meanWriteMs,
      tally.longestWriteMs,
    ]),
  };
}

function commitsTable({ events, table }: WritersRun): RunTable {
  const commits = events.filter(({ kind }) => kind === 'commit');
  return {
    id: 'commits',
    title: commits.length > mostCommits ? `The last ${mostCommits} commits` : 'Commits',
    columns: [
      { id: 'version', label: 'Version', unit: 'count' },
      { id: 'atMs', label: 'At', unit: 'ms' },
      { id: 'writer', label: 'Writer', unit: 'count' },
      { id: 'operation', label: 'Operation', unit: 'text' },
      { id: 'addedFiles', label: 'Files added', unit: 'count' },
      { id: 'removedFiles', label: 'Files removed', unit: 'count' },
      { id: 'writeMs', label: 'Write took', unit: 'ms' },
    ],
    rows: commits.slice(-mostCommits).map(({ version, atMs, writer, writeMs }) => {
      const commit = table.history[version];
      return [
        version,
        atMs,
        writer + 1,
        commit?.operation ?? '',
        commit?.addedFiles ?? 0,
        commit?.removedFiles ?? 0,
        writeMs,
      ];
    }),
  };
}

interface WriterEvent extends RunEvent {
  readonly kind: TableEventKind;
  readonly writer: number;
  readonly exception: string | null;
  readonly version: number;
}

/** An event in words; null for a commit, which the table of commits shows. */
export function describeTableEvent(event: RunEvent): string | null {
  const { kind, writer, exception, version } = event as WriterEvent;
  const who = `Writer ${writer + 1}`;
  switch (kind) {
    case 'commit':
    case 'nothing-to-do':
      return null;
    case 'conflict':
      return `${who} is refused: ${exception ?? 'a conflict'}, version ${numberInWords(version)} came before it`;
    case 'failed':
      return `${who} gives up its write`;
    case 'skipped':
      return `The write of writer ${writer + 1} is skipped: its txnVersion is in the table already`;
    case 'replay':
      return `${who} fails before its checkpoint and writes the batch again`;
    case 'checkpoint-deleted':
      return `${who} has lost its checkpoint: batch ids begin at 0`;
    default:
      return kind satisfies never;
  }
}
