// What a learner's program calls: Structured Streaming in the shape of PySpark and Scala.

import type { Aggregate, WindowColumn } from './functions.ts';
import type { StreamingQueryException } from './errors.ts';
import type { StreamingQueryProgress } from './progress.ts';

/** A row of Spark's Kafka source, key and value as text. Pass the same object on to the sink or the dead-letter queue. */
export interface KafkaRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** One JSON document as text. A bad record is one that does not parse. */
  readonly value: string;
  /** When it happened, in ms since the epoch, as its producer says: the event time. */
  readonly timestamp: number;
}

/** The column `window` of an aggregate: [start, end) in ms since the epoch. */
export interface WindowBounds {
  readonly start: number;
  readonly end: number;
}

type ColumnOf<R> = Extract<keyof R, string>;

/** A stream of rows that has not been read yet: what to do with each batch, once a query is started. */
export interface DataFrame<R extends object> {
  /** Rows for which `keep` answers true. */
  filter(keep: (row: R) => boolean): DataFrame<R>;
  /** One new row for each: an object with the columns that it should have. */
  map<S extends object>(to: (row: R) => S): DataFrame<S>;
  /** Only these columns. */
  select<K extends ColumnOf<R>>(...columns: K[]): DataFrame<Pick<R, K>>;
  /** One more column, or another value for one that is there. */
  withColumn<N extends string, V>(name: N, of: (row: R) => V): DataFrame<Omit<R, N> & { readonly [name in N]: V }>;
  /** How late rows may come, such as '10 minutes' behind the latest event time seen. `column` holds ms since the epoch. */
  withWatermark(column: ColumnOf<R>, delay: string): DataFrame<R>;
  /** Rows of both, which have the same columns. */
  union(other: DataFrame<R>): DataFrame<R>;
  /** Groups by `window(…)`, by columns, or by both, the window first. */
  groupBy<K extends ColumnOf<R> = never>(
    window: WindowColumn,
    ...columns: K[]
  ): GroupedData<R, { readonly window: WindowBounds } & Pick<R, K>>;
  groupBy<K extends ColumnOf<R>>(...columns: K[]): GroupedData<R, Pick<R, K>>;
  /** Where its rows go. */
  readonly writeStream: DataStreamWriter<R>;
}

export interface GroupedData<R extends object, G> {
  /** Rows of each group, in the column `count`. */
  count(): DataFrame<G & { readonly count: number }>;
  /** `sum('cents')`, `count()`, …; columns are named like `sum(cents)` unless `.alias('total')` says otherwise. */
  agg<const A extends readonly Aggregate<string, ColumnOf<R>>[]>(
    ...aggregates: A
  ): DataFrame<G & { readonly [N in A[number]['name']]: number }>;
}

/** Reads topics. Options are those of Spark's Kafka source; a name that it does not read is refused. */
export interface DataStreamReader {
  format(format: 'kafka'): DataStreamReader;
  /**
   * `subscribe` names the topic. `maxOffsetsPerTrigger` caps a batch; without it a batch takes all there is.
   * `startingOffsets` is 'latest' unless set, and counts only for a new checkpoint.
   */
  option(name: string, value: string | number | boolean): DataStreamReader;
  load(): DataFrame<KafkaRow>;
}

export type OutputMode = 'append' | 'update' | 'complete';

/** When batches start; without one the next begins as soon as the last has ended. */
export type TriggerSetting =
  | { readonly processingTime: string }
  | { readonly availableNow: true }
  /** Deprecated since Spark 3.4: one batch of everything, whatever the caps say. */
  | { readonly once: true };

export interface DataStreamWriter<R extends object> {
  /** 'append' (default): final rows once. 'update': rows that changed. 'complete': the whole result each time. */
  outputMode(mode: OutputMode): DataStreamWriter<R>;
  /** `checkpointLocation`: where offsets and state live; a query that is started with the same goes on where it was. */
  option(name: string, value: string | number | boolean): DataStreamWriter<R>;
  queryName(name: string): DataStreamWriter<R>;
  trigger(setting: TriggerSetting): DataStreamWriter<R>;
  /**
   * Called for each batch, one at a time. At-least-once: after a failure the same batch comes again, with the same id and
   * the same rows, even if some of them were written.
   */
  foreachBatch(write: (batch: BatchDataFrame<R>, batchId: number) => void | Promise<void>): DataStreamWriter<R>;
  start(): StreamingQuery;
}

/** The rows of one batch. Each action reads and computes them anew, unless they are persisted. */
export interface BatchDataFrame<R extends object> {
  /**
   * Rows for which `keep` answers true. The others still belong to the batch: write or dead-letter them through another
   * filter, or they count as lost. Rows that nobody wants are for the filter of the stream.
   */
  filter(keep: (row: R) => boolean): BatchDataFrame<R>;
  map<S extends object>(to: (row: R) => S): BatchDataFrame<S>;
  /** Fewer partitions, without a shuffle: fewer tasks, and so fewer writers at once. */
  coalesce(partitions: number): BatchDataFrame<R>;
  /** So many even partitions, through a shuffle. */
  repartition(partitions: number): BatchDataFrame<R>;
  /** Keeps the rows in the executors' memory from the first action on, until `unpersist()` or the end of the batch. */
  persist(): BatchDataFrame<R>;
  unpersist(): BatchDataFrame<R>;
  getNumPartitions(): number;
  count(): Promise<number>;
  isEmpty(): Promise<boolean>;
  /** All rows, in the driver's memory. */
  collect(): Promise<R[]>;
  /**
   * Calls `write` for each partition, as a task on the executors' cores: as many at once as there are cores. A task that
   * fails is tried again, `spark.task.maxFailures` times in all (4), at once; then the action rejects with SparkException.
   */
  foreachPartition(write: (rows: readonly R[], partitionId: number) => void | Promise<void>): Promise<void>;
}

export interface StreamingQuery {
  /** The same in every run from the same checkpoint. */
  readonly id: string;
  /** Another one in each run. */
  readonly runId: string;
  readonly name: string | null;
  readonly isActive: boolean;
  /** Of the last batch that ended; null before the first. */
  readonly lastProgress: StreamingQueryProgress | null;
  /** Of the last 100 batches. */
  readonly recentProgress: readonly StreamingQueryProgress[];
  readonly status: { readonly message: string; readonly isDataAvailable: boolean; readonly isTriggerActive: boolean };
  /** Ends the query at once; a batch under way is not committed, and comes again when the query is started again. */
  stop(): Promise<void>;
  /**
   * Resolves with true when the query has ended, or with false after `timeoutMs`. Rejects with StreamingQueryException
   * when it has failed.
   */
  awaitTermination(timeoutMs?: number): Promise<boolean>;
  /** Why it failed; null when it did not. */
  exception(): StreamingQueryException | null;
}

export interface RuntimeConfig {
  set(name: string, value: string | number | boolean): void;
  get(name: string): string | undefined;
}

export interface SparkSession {
  readonly readStream: DataStreamReader;
  /** Settings such as `spark.sql.shuffle.partitions`; they count for queries that are started after. */
  readonly conf: RuntimeConfig;
  readonly streams: {
    /** The queries that run now. */
    readonly active: readonly StreamingQuery[];
    /** The active query with this id, or null. */
    get(id: string): StreamingQuery | null;
  };
}

/** A transaction of a table that remembers it, under the names of Delta's writer options. */
export interface WriteTransaction {
  /** Who writes: one name for each writer that counts versions of its own, such as a partition of a batch. */
  readonly txnAppId: string;
  /** Rising: the batch id. A version at or below the last one written under the name is skipped. */
  readonly txnVersion: number;
}

/** The table behind the query. A call is all or nothing; see `SinkError` for what it answers when it refuses. */
export interface SparkSink {
  /**
   * Writes rows of a batch. Writing a row again makes a second one, unless both calls carry the same `transaction`: then
   * the second does nothing.
   */
  write(rows: readonly object[], transaction?: WriteTransaction): Promise<void>;
}

/** The topic where rows that can never succeed are parked, with the reason. */
export interface SparkDeadLetters {
  send(rows: object | readonly object[], reason: string): Promise<void>;
}

/** What a Spark program is given. */
export interface SparkSessionContext {
  readonly spark: SparkSession;
  readonly sink: SparkSink;
  readonly deadLetters: SparkDeadLetters;
  /** Aborts when the application is asked to stop. */
  readonly signal: AbortSignal;
}
