// What a run of a Spark program leaves behind: a RunTrace, with the batches, progress and counts that graders judge.

import type { EndOfLife } from '../process/process.ts';
import type { SinkCall } from '../sink/sink.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import type { SparkProgramScenario } from './program-scenario-data.ts';
import type { StreamingQueryProgress } from './progress.ts';

/** Sampled values, one per `sampleMs`; the first is at 0 ms. */
export type SparkSeries = {
  /** Log end − committed, all topics: records. */
  lagRecords: number[];
  /** Age of the oldest uncommitted record: ms. */
  lagMs: number[];
  /** Rows of the batches under way. */
  batchRecords: number[];
  /** In sink calls that have not been answered: rows. */
  inFlightRecords: number[];
  /** Rows of state, all queries. */
  stateRows: number[];
  /** The least watermark of the queries that run, in ms of the run; null before there is one. */
  watermarkMs: (number | null)[];
  /** Of the fullest heap, driver or executor. */
  heapBytes: number[];
  gcShare: number[];
  busyCores: number[];
  /** Calls in service or waiting at the sink. */
  sinkCalls: number[];
  /** p95 of the calls that were answered in the last 10 s; null without any. */
  sinkP95Ms: (number | null)[];
  producedRecords: number[];
  committedRecords: number[];
};

/** What a batch was, for the events of its beginning and its end. */
export interface BatchEvent {
  readonly query: string;
  readonly batchId: number;
  readonly records: number;
  /** Planned by an earlier attempt that did not get to its commit. */
  readonly isRepeat: boolean;
  readonly startMs: number;
}

/** Something that happened; `SparkTraceEvent` has the time. */
export type SparkEvent =
  | { readonly kind: 'query-started'; readonly query: string; readonly name: string | null }
  | ({ readonly kind: 'batch-started' } & BatchEvent)
  | ({
      readonly kind: 'batch';
      /** Records behind when it was planned, after what it took. */
      readonly behindRecords: number;
      readonly lateRows: number;
      readonly stateRows: number;
      readonly watermarkMs: number | null;
    } & BatchEvent)
  | { readonly kind: 'falling-behind'; readonly intervalMs: number; readonly tookMs: number }
  | { readonly kind: 'task-failed'; readonly task: number; readonly attempt: number; readonly error: string }
  | { readonly kind: 'query-ended'; readonly query: string; readonly error: string | null }
  | { readonly kind: 'start'; readonly life: number }
  | { readonly kind: 'end'; readonly how: EndOfLife; readonly heapBytes: number; readonly error: string | null };

export type SparkTraceEvent = { readonly atMs: number } & SparkEvent;

/** Counts at the end of the run, in records unless named otherwise. */
export type SparkTotals = {
  produced: number;
  /** Passed by the checkpoints of all queries that read them. */
  committed: number;
  /** Given to batches, over all attempts; a record of a repeated batch counts again. */
  delivered: number;
  redelivered: number;
  /** Distinct records in the sink, and rows beyond the first of each. */
  written: number;
  duplicates: number;
  /** Dropped by a filter or a watermark, or taken into an aggregate. */
  usedUp: number;
  /** Rows that came after the end of their window and were dropped; one that is late for two windows counts twice. */
  droppedLate: number;
  deadLettersBad: number;
  deadLettersGood: number;
  /** Bad records below the committed offsets, and those of them that the dead-letter queue does not hold. */
  poisonPassed: number;
  poisonMissing: number;
  /** Good records below the committed offsets that nothing has become of. */
  lost: number;
  /** Rows of results: different ones, those in the sink, rows beyond the first of each, and those that nothing became of. */
  results: number;
  resultsWritten: number;
  resultDuplicates: number;
  resultsLost: number;
  /** Batches that were committed, and attempts that repeated one. */
  batches: number;
  repeatedBatches: number;
  /** Ends of the application other than by return or at the end of the run. */
  deaths: number;
};

export interface SparkTrace extends RunTrace {
  /** The scenario as the seed made it, and as it is written. */
  readonly scenario: SparkProgramScenario;
  readonly given: SparkProgramScenario;
  readonly series: SparkSeries;
  readonly events: readonly SparkTraceEvent[];
  readonly totals: SparkTotals;
  /** Of every batch of every query, in the order in which they ended. */
  readonly progress: readonly StreamingQueryProgress[];
  readonly calls: readonly SinkCall[];
  /** When the program returned after it was told to stop, in ms of the run; null when it did not. */
  readonly returnedMs: number | null;
  /** The cost of the run: resumptions of the program, and events. */
  readonly hops: number;
  readonly steps: number;
}
