// A Kinesis application's incident as data, and what a run of it leaves behind.

import type { HeapLimits } from '../process/heap.ts';
import type { EndOfLife } from '../process/process.ts';
import type { SinkCall, SinkSpec } from '../sink/sink.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import type { KinesisService, ShardEvent } from './shard-consumer.ts';

/** What is put before a Kinesis program; together with a seed it fixes everything but the program. */
export interface KinesisProgramScenario {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly durationMs: number;
  /** After `durationMs` the program's signal aborts; it has this long to finish, checkpoint and return. */
  readonly graceMs: number;
  readonly stream: string;
  /** Shards whose leases this worker holds. */
  readonly shards: number;
  readonly recordBytes: number;
  /** Accepted by this worker's shards together, spread evenly; a shard takes at most 1,000 records and 1 MB a second. */
  readonly traffic: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly service: KinesisService;
  readonly process: HeapLimits & { readonly restartMs: number; readonly mostRestarts: number };
  readonly sink: SinkSpec;
  /** Share of records that no sink will take. */
  readonly poisonShare: number;
  /** Another worker takes the lease of this shard, from 0. */
  readonly leaseLost?: { readonly atMs: number; readonly shard: number };
  /** This shard is split: it takes no record after that, and its children belong to other workers. */
  readonly shardClosed?: { readonly atMs: number; readonly shard: number };
  /** The process is killed at this time. */
  readonly killAtMs?: number;
}

export type KinesisTraceEvent = { readonly atMs: number } & (
  | ShardEvent
  | { readonly kind: 'start'; readonly life: number }
  | {
      readonly kind: 'end';
      readonly how: EndOfLife;
      readonly heapBytes: number;
      /** What ended it, when it threw. */
      readonly error: string | null;
    }
);

/** Sampled values, one for each `sampleMs`. */
export type KinesisTraceSeries = {
  /** Age of the oldest record that was not fetched, in the shards that this worker has not lost: MillisBehindLatest. */
  iteratorAgeMs: number[];
  /** Accepted and not checkpointed, in the shards that this worker has not lost: records. */
  lagRecords: number[];
  /** Fetched and not handed over: records. */
  prefetchedRecords: number[];
  /** Handed to the program and in no sink call; in sink calls: records. */
  queueRecords: number[];
  inFlightRecords: number[];
  heapBytes: number[];
  producedRecords: number[];
  settledRecords: number[];
};

/** Counts at the end of the run, in records unless named otherwise. */
export type KinesisTraceTotals = {
  produced: number;
  checkpointed: number;
  /** Handed to the program, over all its lives; a record read twice counts twice. */
  delivered: number;
  redelivered: number;
  /** Distinct records in the sink, and rows beyond the first of each. */
  written: number;
  duplicates: number;
  /** In batches that the client skipped because `processRecords` failed. */
  skipped: number;
  /** Good records below the checkpoints that are not in the sink. */
  lost: number;
  /** Time in which a shard's limits refused a call that was due, over all shards: ms. */
  throttledMs: number;
};

export interface KinesisTrace extends RunTrace {
  readonly scenario: KinesisProgramScenario;
  readonly series: KinesisTraceSeries;
  readonly events: readonly KinesisTraceEvent[];
  readonly calls: readonly SinkCall[];
  readonly totals: KinesisTraceTotals;
  /** When the program returned, in ms of the run; null when it did not. */
  readonly returnedMs: number | null;
  /** What the program stated as its decision, as plain data; undefined when it states none. */
  readonly decision: unknown;
  /** The cost of the run: resumptions of the program, and events. */
  readonly hops: number;
  readonly steps: number;
}
