// What a run of a consumer program leaves behind: a RunTrace, with the calls and counts that graders judge.

import type { ConsumerScenario } from '../kafka/scenario.ts';
import type { EndOfLife } from '../process/process.ts';
import type { SinkCall } from '../sink/sink.ts';
import type { RunTrace } from './run-trace.ts';

/** Sampled values, one per `sampleMs`; the first is at 0 ms. */
export type TraceSeries = {
  /** Log end − committed, all partitions: records. */
  lagRecords: number[];
  /** Age of the oldest uncommitted record: ms. */
  lagMs: number[];
  /** Handed to the program and in no sink call: records. */
  queueRecords: number[];
  /** In sink calls that have not been answered: records. */
  inFlightRecords: number[];
  /** Fetched and not handed over: records. */
  bufferedRecords: number[];
  heapBytes: number[];
  /** Share of CPU time, 0 … 1. */
  gcShare: number[];
  /** Calls in service or waiting at the sink. */
  sinkCalls: number[];
  pausedPartitions: number[];
  /** Produced so far; written or dead-lettered so far: records. */
  producedRecords: number[];
  settledRecords: number[];
};

/** A partition, and how many of its records the program held. */
export interface PartitionHeld {
  readonly partition: number;
  readonly heldRecords: number;
}

/** The record that keeps a partition's commits from moving on: handed over, and not settled. */
export interface Blocker {
  readonly partition: number;
  readonly offset: number;
  readonly isBad: boolean;
}

/** Something that happened at an instant. */
export type TraceEvent = { readonly atMs: number } & (
  | { readonly kind: 'poll'; readonly records: number; readonly sinceLastMs: number }
  | { readonly kind: 'pause' | 'resume'; readonly partitions: readonly PartitionHeld[] }
  | { readonly kind: 'commit'; readonly offsets: number; readonly unsettled: number; readonly unparked: number }
  | { readonly kind: 'commit-failed' }
  | { readonly kind: 'evicted'; readonly sinceLastMs: number }
  | { readonly kind: 'assigned'; readonly partitions: number }
  | { readonly kind: 'start'; readonly life: number }
  | {
      readonly kind: 'end';
      readonly how: EndOfLife;
      readonly heapBytes: number;
      readonly lost: number;
      /** What ended it, when it threw. */ readonly error: string | null;
    }
);

/** Counts at the end of the run, in records unless named otherwise. */
export type TraceTotals = {
  produced: number;
  committed: number;
  /** Handed to the program, over all its lives; a record read twice counts twice. */
  delivered: number;
  /** Distinct records in the sink. */
  written: number;
  /** Rows in the sink beyond the first of each record. */
  duplicates: number;
  /** Records handed over again after a death or an eviction, because they were not committed. */
  redelivered: number;
  deadLettersBad: number;
  deadLettersGood: number;
  /** Bad records below the committed offsets: what the dead-letter queue should hold. */
  poisonPassed: number;
  /** Of those, the ones that it does not hold. */
  poisonMissing: number;
  /** How often the sink named the bad record that it named most. */
  mostRefusals: number;
  /** Good records below the committed offsets, neither written nor dead-lettered. */
  lost: number;
  /** Handed to the program and not committed when the run ended. */
  uncommitted: number;
};

export interface Trace extends RunTrace {
  /** The scenario as the seed made it, and as it is written. */
  readonly scenario: ConsumerScenario;
  readonly given: ConsumerScenario;
  readonly seed: number;
  readonly endedMs: number;
  readonly sampleMs: number;
  readonly series: TraceSeries;
  readonly events: readonly TraceEvent[];
  readonly calls: readonly SinkCall[];
  readonly totals: TraceTotals;
  /** When the first good record went to the dead-letter queue, in ms of the run; null when none did. */
  readonly firstGoodDeadLetterMs: number | null;
  /** When the program was told to stop: what stood in the way of commits, and when it returned (null: it did not). */
  readonly blockers: readonly Blocker[];
  readonly returnedMs: number | null;
  /** What the program stated as its decision, as plain data; undefined when it states none. */
  readonly decision: unknown;
  /** The cost of the run: resumptions of the program, and events. */
  readonly hops: number;
  readonly steps: number;
}

/** A span's samples, by index: from inclusive, to exclusive. */
export function samplesOf(trace: Trace, span: { fromMs: number; toMs: number }): { from: number; to: number } {
  return {
    from: Math.max(0, Math.ceil(span.fromMs / trace.sampleMs)),
    to: Math.min(trace.series.lagRecords.length, Math.floor(span.toMs / trace.sampleMs) + 1),
  };
}
