// What a figure or a check reads off a query's run: real lag and age, what Spark reports about each batch, and the sums.

import { progressOf, type StreamingQueryProgress } from './progress.ts';
import type { QuerySetup } from './query-setup.ts';
import type { PlannedSource } from './query-source.ts';
import type { BatchRun, QueryEvent } from './query.ts';

/** From `atMs` on the query has committed `offsets`, and of those below them `lostRecords` were deleted unread. */
export interface CommittedOffsets {
  readonly atMs: number;
  readonly offsets: readonly number[];
  readonly lostRecords: number;
}

export interface QueryRun {
  /** In order of time; the last may still be running when the simulation ends. */
  readonly batches: readonly BatchRun[];
  readonly events: readonly QueryEvent[];
  /** Records that came after the query's first offset, by `ms`. For a table: rows of complete files. */
  arrivedBy(ms: number): number;
  /** Records of committed batches by `ms`. */
  processedBy(ms: number): number;
  /** Records deleted by retention before they were read, by `ms`. */
  lostBy(ms: number): number;
  /** Arrived − processed − lost: what a monitor outside Spark sees. It includes the batch under way. */
  lagRecordsAt(ms: number): number;
  /** Age of the oldest record that is not committed, in ms (M0.5); 0 without lag. */
  headOfLineAgeMsAt(ms: number): number;
  /** The last batch that had ended by `ms`, which is what `lastProgress` tells about; null before the first (SS40). */
  lastBatchAt(ms: number): BatchRun | null;
  /** The batch under way at `ms`; null while the query waits or is down. */
  batchUnderWayAt(ms: number): BatchRun | null;
  /** A batch as Spark reports it. */
  progressOf(batch: BatchRun): StreamingQueryProgress;
}

/** Shares of the fixed overhead of a batch that its phases take: an ordinary split, to have the fields filled. */
const overheadShares = { latestOffset: 0.1, queryPlanning: 0.2, walCommit: 0.35, commitOffsets: 0.35 };

export function readRun(given: {
  setup: QuerySetup;
  source: PlannedSource;
  batches: readonly BatchRun[];
  events: readonly QueryEvent[];
  committed: readonly CommittedOffsets[];
}): QueryRun {
  const { setup, source, batches, committed } = given;
  const { rowsPerOffset, startOffsets } = source;
  const started = total(startOffsets);
  const done = batches.filter(({ outcome }) => outcome === 'committed');
  const heads = new Map<CommittedOffsets, number>();

  const committedAt = (ms: number) => committed[lastIndex(committed, ({ atMs }) => atMs <= ms)] as CommittedOffsets;
  const rowsUpTo = (offsets: readonly number[]) => (total(offsets) - started) * rowsPerOffset;
  const arrivedBy = (ms: number) => rowsUpTo(source.offsetsAt(ms));

  function headArrivalMs(step: CommittedOffsets): number {
    const known = heads.get(step) ?? source.firstArrivalMs(step.offsets);
    heads.set(step, known);
    return known;
  }

  return {
    batches,
    events: given.events,
    arrivedBy,
    processedBy(ms) {
      const { offsets, lostRecords } = committedAt(ms);
      return rowsUpTo(offsets) - lostRecords;
    },
    lostBy: (ms) => committedAt(ms).lostRecords,
    lagRecordsAt: (ms) => arrivedBy(ms) - rowsUpTo(committedAt(ms).offsets),
    headOfLineAgeMsAt: (ms) => Math.max(0, ms - headArrivalMs(committedAt(ms))),
    lastBatchAt: (ms) => done[lastIndex(done, ({ endMs }) => endMs <= ms)] ?? null,
    batchUnderWayAt(ms) {
      const batch = batches[lastIndex(batches, ({ startMs }) => startMs <= ms)];
      return batch !== undefined && batch.endMs > ms ? batch : null;
    },
    progressOf: (batch) => reportOf(batch, setup, source),
  };
}

function reportOf(batch: BatchRun, setup: QuerySetup, source: PlannedSource): StreamingQueryProgress {
  const { startMs, endMs, state, watermarkMs } = batch;
  const overheadMs = Math.min(endMs - startMs, setup.work.batchOverheadMs);
  const phases = Object.fromEntries(
    Object.entries(overheadShares).map(([phase, share]) => [phase, Math.floor(overheadMs * share)]),
  );
  return progressOf({
    id: '00000000-0000-4000-8000-000000000000',
    runId: `00000000-0000-4000-8000-${String(batch.queryRun + 1).padStart(12, '0')}`,
    batchId: batch.batchId,
    triggerStartMs: startMs,
    triggerEndMs: endMs,
    previousTriggerStartMs: batch.previousStartMs,
    phases,
    sources: [
      {
        description: source.description,
        name: source.name,
        startOffsets: batch.startOffsets,
        endOffsets: batch.endOffsets,
        latestOffsets: batch.latestOffsets,
        numInputRows: batch.numInputRows,
        hasOffsetMetrics: source.hasOffsetMetrics,
      },
    ],
    ...(watermarkMs !== null && { eventTime: { watermarkMs } }),
    ...(state !== null && {
      stateOperators: [
        {
          numRowsTotal: state.rows,
          numRowsUpdated: Math.min(batch.numInputRows, state.rows),
          numRowsDroppedByWatermark: 0,
          memoryUsedBytes: state.rows * (setup.state?.stateRowBytes ?? 0),
        },
      ],
    }),
    sink: 'ForeachBatchSink',
  });
}

/** The last index for which `holds`, given that it holds for all before; −1 for none. */
function lastIndex<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
