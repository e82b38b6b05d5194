// What a query says about its last batch: the fields of StreamingQueryProgress, with their real names and blind spots.

import { nonNegative } from '../argument.ts';
import { isoTimestamp } from './timestamp.ts';

/** Offsets of one source: topic → partition → next offset to read; for files `{ files: { '0': n } }`. */
export type SourceOffsets = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Where the time of a batch went, in whole ms (SS29). `addBatch` is the work itself: reading, computing, writing. */
export interface DurationMs {
  readonly triggerExecution: number;
  readonly latestOffset: number;
  readonly getBatch: number;
  readonly queryPlanning: number;
  readonly walCommit: number;
  readonly addBatch: number;
  readonly commitOffsets: number;
}

/** A stateful operator after the batch (SS32). Rows dropped count after partial aggregation: look at zero or not zero. */
export interface StateOperatorProgress {
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly numRowsDroppedByWatermark: number;
  readonly memoryUsedBytes: number;
}

export interface SourceProgress {
  readonly description: string;
  readonly startOffset: SourceOffsets;
  readonly endOffset: SourceOffsets;
  /** As fetched when the batch was planned (SS31). */
  readonly latestOffset: SourceOffsets;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number | null;
  readonly processedRowsPerSecond: number | null;
  /**
   * Per partition, not in total, and text, as Spark hands them over: `Number(metrics.maxOffsetsBehindLatest)`. Empty for
   * sources that are no topic.
   */
  readonly metrics: Readonly<{
    maxOffsetsBehindLatest?: string;
    avgOffsetsBehindLatest?: string;
    minOffsetsBehindLatest?: string;
  }>;
}

/** As `query.lastProgress` in PySpark or an event of a StreamingQueryListener. */
export interface StreamingQueryProgress {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  /** Start of the trigger, ISO 8601 in UTC; the run's clock begins at 1970-01-01T00:00:00.000Z. */
  readonly timestamp: string;
  readonly batchId: number;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number | null;
  readonly processedRowsPerSecond: number | null;
  readonly durationMs: DurationMs;
  /** ISO times: `watermark`, and where the batch had rows `min`, `avg` and `max`. Empty without a watermark (SS33). */
  readonly eventTime: Readonly<{ watermark?: string; min?: string; avg?: string; max?: string }>;
  readonly stateOperators: readonly StateOperatorProgress[];
  readonly sources: readonly SourceProgress[];
  readonly sink: { readonly description: string };
}

/** One source in one batch: offsets by partition. */
export interface SourceReading {
  readonly description: string;
  /** The topic, the hub or the path. */
  readonly name: string;
  readonly startOffsets: readonly number[];
  readonly endOffsets: readonly number[];
  /** What the source had when the batch was planned; under AvailableNow, what it had at the start of the query. */
  readonly latestOffsets: readonly number[];
  readonly numInputRows: number;
  /** Whether it reports how far behind it is; topics do, files do not. True unless given. */
  readonly hasOffsetMetrics?: boolean;
}

/** Event times of a batch, in ms of the run. */
export interface EventTimeReading {
  readonly watermarkMs: number;
  readonly minMs?: number;
  readonly avgMs?: number;
  readonly maxMs?: number;
}

export interface BatchReading {
  readonly id: string;
  readonly runId: string;
  readonly name?: string | null;
  readonly batchId: number;
  readonly triggerStartMs: number;
  /** Start of the trigger before, even if it found no data (SS27); null for the first of a run, which reports 0.0. */
  readonly previousTriggerStartMs: number | null;
  /** The parts of the trigger, in ms. `addBatch` is what is left of `triggerEndMs` − `triggerStartMs`. */
  readonly triggerEndMs: number;
  readonly phases?: Partial<Omit<DurationMs, 'triggerExecution' | 'addBatch'>>;
  readonly sources: readonly SourceReading[];
  readonly eventTime?: EventTimeReading;
  readonly stateOperators?: readonly StateOperatorProgress[];
  readonly sink: string;
}

/**
 * The rows that came per second, as Spark counts them (SS27, M2.8): over the time since the previous trigger started,
 * which is not the time that the batch took. 0 for the first trigger of a run; null when two triggers start in the same
 * millisecond, where Spark leaves the field out.
 */
export function inputRowsPerSecond(
  numInputRows: number,
  triggerStartMs: number,
  previousTriggerStartMs: number | null,
): number | null {
  if (previousTriggerStartMs === null) return 0;
  const ms = nonNegative(triggerStartMs - previousTriggerStartMs, 'triggerStartMs − previousTriggerStartMs');
  return ms === 0 ? null : numInputRows / (ms / 1000);
}

/** The rows that the batch got done per second (SS28): over its own duration, at least 1 ms. */
export function processedRowsPerSecond(numInputRows: number, triggerExecutionMs: number): number {
  return numInputRows / (Math.max(1, nonNegative(triggerExecutionMs, 'triggerExecutionMs')) / 1000);
}

/** How far the end of a batch lies behind what there was when it was planned, per partition (SS31). */
export interface OffsetsBehind {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
}

/**
 * min, avg and max over the partitions of latest − end (SS31). Always 0 for a batch that took everything, whatever has
 * arrived since (SS35b); avg · partitions is the backlog as of the planning. All 0 without partitions.
 */
export function offsetsBehindLatest(latest: ArrayLike<number>, end: ArrayLike<number>): OffsetsBehind {
  const { length } = latest;
  if (length === 0) return { min: 0, avg: 0, max: 0 };
  let min = Infinity;
  let max = 0;
  let sum = 0;
  for (let partition = 0; partition < length; partition += 1) {
    const behind = (latest[partition] ?? 0) - (end[partition] ?? 0);
    if (behind < min) min = behind;
    if (behind > max) max = behind;
    sum += behind;
  }
  return { min, avg: sum / length, max };
}

/**
 * The progress of one batch (SS26–SS35b, M2.5–M2.8). It knows only what Spark knows: the latest offsets are those fetched
 * when the batch was planned, so an uncapped query is never behind by its own account.
 */
export function progressOf(reading: BatchReading): StreamingQueryProgress {
  const { triggerStartMs, previousTriggerStartMs } = reading;
  const triggerExecution = nonNegative(reading.triggerEndMs - triggerStartMs, 'triggerEndMs − triggerStartMs');
  const rates = (rows: number) => ({
    numInputRows: rows,
    inputRowsPerSecond: inputRowsPerSecond(rows, triggerStartMs, previousTriggerStartMs),
    processedRowsPerSecond: processedRowsPerSecond(rows, triggerExecution),
  });
  const phases = { latestOffset: 0, getBatch: 0, queryPlanning: 0, walCommit: 0, commitOffsets: 0, ...reading.phases };
  const apart = Object.values(phases).reduce((sum, ms) => sum + ms, 0);
  return {
    id: reading.id,
    runId: reading.runId,
    name: reading.name ?? null,
    timestamp: isoTimestamp(triggerStartMs),
    batchId: reading.batchId,
    ...rates(reading.sources.reduce((sum, source) => sum + source.numInputRows, 0)),
    durationMs: { triggerExecution, ...phases, addBatch: nonNegative(triggerExecution - apart, 'addBatch') },
    eventTime: eventTimeOf(reading.eventTime),
    stateOperators: reading.stateOperators ?? [],
    sources: reading.sources.map((source) => ({
      description: source.description,
      startOffset: offsetsOf(source.name, source.startOffsets),
      endOffset: offsetsOf(source.name, source.endOffsets),
      latestOffset: offsetsOf(source.name, source.latestOffsets),
      ...rates(source.numInputRows),
      metrics: source.hasOffsetMetrics === false ? {} : metricsOf(source),
    })),
    sink: { description: reading.sink },
  };
}

function offsetsOf(name: string, offsets: readonly number[]): SourceOffsets {
  return { [name]: Object.fromEntries(offsets.map((offset, partition) => [String(partition), offset])) };
}

function metricsOf({ latestOffsets, endOffsets }: SourceReading): SourceProgress['metrics'] {
  const { min, avg, max } = offsetsBehindLatest(latestOffsets, endOffsets);
  return {
    avgOffsetsBehindLatest: Number.isInteger(avg) ? `${avg}.0` : String(avg),
    maxOffsetsBehindLatest: String(max),
    minOffsetsBehindLatest: String(min),
  };
}

function eventTimeOf(reading: EventTimeReading | undefined): StreamingQueryProgress['eventTime'] {
  if (reading === undefined) return {};
  const { watermarkMs, minMs, avgMs, maxMs } = reading;
  return {
    watermark: isoTimestamp(watermarkMs),
    ...(minMs !== undefined && { min: isoTimestamp(minMs) }),
    ...(avgMs !== undefined && { avg: isoTimestamp(avgMs) }),
    ...(maxMs !== undefined && { max: isoTimestamp(maxMs) }),
  };
}
