// What a streaming query is run with: its source, trigger, cluster, costs, sink, memory, state, and what changes meanwhile.

import type { ProfileSegment } from '../traffic/profile.ts';
import type { SinkModel } from './batch-cost.ts';
import type { ReaderOptions } from './options.ts';
import type { Trigger } from './trigger.ts';

/** A Kafka topic, or an event hub through its connector. */
export interface TopicSource {
  readonly format: 'kafka' | 'eventhubs';
  readonly partitions: number;
  /** The partitions' parts of the traffic, in any unit; even unless given. */
  readonly partitionWeights?: readonly number[];
  /** Records there before the query starts; it reads them when `startingOffsets` is earliest. */
  readonly backlogRecords?: number;
  /** After this long a record is deleted, read or not; never unless given. */
  readonly retentionMs?: number;
  /** Size of a record on the wire; only throughput units ask for it. */
  readonly recordBytes?: number;
  /** Event hubs only: units that the namespace has bought; without limit unless given (E1). */
  readonly throughputUnits?: number;
  readonly options: ReaderOptions;
}

/** A Delta table to which equal files are appended, each when its rows have come (D1). */
export interface FileSource {
  readonly format: 'delta';
  readonly rowsPerFile: number;
  readonly fileBytes: number;
  /** Rows in the table before the query starts; its first batches read them. */
  readonly backlogRecords?: number;
  readonly options: ReaderOptions;
}

export interface ClusterSetup {
  readonly executors: number;
  readonly coresPerExecutor: number;
}

/** What a batch costs; see `batchCost`. */
export interface WorkSetup {
  readonly batchOverheadMs: number;
  readonly taskOverheadMs: number;
  readonly rowMs: number;
  /** With a seed other than 0 a batch takes up to this part longer or shorter. */
  readonly jitterShare?: number;
}

export interface MemorySetup {
  /** What an executor has for rows and state; a batch that needs more kills it. */
  readonly executorBytes: number;
  readonly rowBytes: number;
  /** spark.task.maxFailures: so often a task is tried before the query fails. */
  readonly taskMaxFailures: number;
  /** From the failure until the query runs again from its checkpoint. */
  readonly restartMs: number;
}

/** A windowed aggregate by key, in tumbling windows of event time; a record's event time is its arrival. */
export interface StateSetup {
  readonly windowMs: number;
  /** Without it no window is ever removed (M2.9). */
  readonly watermarkDelayMs?: number;
  /** Keys with rows in every window. */
  readonly keys: number;
  readonly stateRowBytes: number;
}

/** From `atMs` on these values hold instead; a batch under way goes on at the new pace. */
export interface QueryChange {
  readonly atMs: number;
  readonly executors?: number;
  readonly rowMs?: number;
  readonly executorBytes?: number;
  readonly sinkLimitPerSecond?: number;
  readonly sinkSlowdown?: number;
}

export interface QuerySetup {
  readonly traffic: readonly ProfileSegment[];
  readonly source: TopicSource | FileSource;
  readonly trigger: Trigger;
  readonly cluster: ClusterSetup;
  readonly work: WorkSetup;
  /** Takes everything at once unless given. */
  readonly sink?: SinkModel;
  /** Without limit unless given. */
  readonly memory?: MemorySetup;
  readonly state?: StateSetup;
  readonly changes?: readonly QueryChange[];
  readonly durationMs: number;
  /** 0, as it is unless given, runs the setup exactly. */
  readonly seed?: number;
}
