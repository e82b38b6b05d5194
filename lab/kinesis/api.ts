// What a learner's Kinesis application calls and implements: the names and rules of the Kinesis Client Library 3.x.

/** A record as `processRecords` is given it. Pass the same object on to the sink. */
export interface KinesisClientRecord {
  /** Its place in the shard. Opaque: compare and checkpoint it, do not compute with it. */
  readonly sequenceNumber: string;
  /** Records of one key are on one shard, in order. */
  readonly partitionKey: string;
  /** The payload: one JSON document as text. A bad record is one that does not parse. */
  readonly data: string;
  /** When the stream took it, in ms since the epoch, on the same clock as `Date.now()`. */
  readonly approximateArrivalTimestamp: number;
}

/** Notes how far a shard has been processed: where the next worker begins. */
export interface RecordProcessorCheckpointer {
  /**
   * Checkpoints up to and including this sequence number, or without an argument up to the last record that the
   * processor was given, processed or not. Rejects with ShutdownException once the lease is gone, and with
   * IllegalArgumentException for a number that is not between the last checkpoint and that record.
   */
  checkpoint(sequenceNumber?: string): Promise<void>;
}

export interface InitializationInput {
  readonly shardId: string;
  /** The last checkpoint, or TRIM_HORIZON for the oldest record. */
  readonly sequenceNumber: string;
}

export interface ProcessRecordsInput {
  /** What one GetRecords call brought: never empty, at most `maxRecords`. */
  readonly records: readonly KinesisClientRecord[];
  /** How far the response was behind the tip of the shard, in ms; 0 when it reached it. */
  readonly millisBehindLatest: number;
  readonly checkpointer: RecordProcessorCheckpointer;
  /** Whether these are the last records of a shard that was split or merged. */
  readonly isAtShardEnd: boolean;
}

/**
 * Your processor: one for each shard, its methods called one after the other. While `processRecords` runs, the client
 * reads a few batches ahead and then waits: its bounded prefetch is the backpressure.
 *
 * When `processRecords` fails, the client **skips the batch** and goes on with the next: handle errors inside.
 */
export interface ShardRecordProcessor {
  initialize(input: InitializationInput): void | Promise<void>;
  processRecords(input: ProcessRecordsInput): void | Promise<void>;
  /** Another worker has the shard: do not checkpoint, let go of what is in hand. */
  leaseLost?(): void | Promise<void>;
  /** Every record of a closed shard has been processed. Checkpoint here, or its children are never read. */
  shardEnded?(input: { readonly checkpointer: RecordProcessorCheckpointer }): void | Promise<void>;
  /** The worker is being stopped in good order: the last chance to checkpoint. */
  shutdownRequested?(input: { readonly checkpointer: RecordProcessorCheckpointer }): void | Promise<void>;
}

/** Makes a processor for each shard that the worker holds the lease of. */
export interface ShardRecordProcessorFactory {
  shardRecordProcessor(): ShardRecordProcessor;
}

/** This process's worker (the KCL's Scheduler). */
export interface KinesisWorker {
  /**
   * Reads every shard of its leases until it is stopped or they have all ended. Call it once, with the factory of your
   * processors. Rejects with what a processor throws that no simulated system has thrown.
   */
  run(factory: ShardRecordProcessorFactory): Promise<void>;
  /** Lets the batches in hand finish, calls `shutdownRequested`, and lets `run` return. True when all came to an end. */
  startGracefulShutdown(): Promise<boolean>;
}

/** The database. A call takes a fixed time plus a time per row, and is all or nothing. */
export interface KinesisSink {
  /** Writes the records as rows. Rejects with SinkError: look at `retryable` before you try again. */
  write(records: readonly KinesisClientRecord[]): Promise<void>;
}

/** What a Kinesis program is given. */
export interface KinesisContext {
  readonly worker: KinesisWorker;
  readonly sink: KinesisSink;
  /** Aborts when the process is asked to stop: call `worker.startGracefulShutdown()`. */
  readonly signal: AbortSignal;
}

/** The settings that your program may export as `config`, with the names of the KCL's `PollingConfig`. */
export interface PollingConfig {
  /** Records that one GetRecords call may bring: 1 to 10,000. Default 10,000. */
  maxRecords?: number;
  /** From one call that succeeded to the next, in ms. Default 1,500; less than 200 is raised to 200. */
  idleTimeBetweenReadsInMillis?: number;
  /** Batches that are read ahead, beside 8 MiB and 30,000 records: 1 to 5. Default 4. */
  maxPendingProcessRecordsInput?: number;
}
