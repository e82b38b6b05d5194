// One shard in one life of a worker: calls on the run's clock, a bounded prefetch, and a processor called batch by batch.

import { eventClass, type Kernel, type Scheduled } from '../clock/kernel.ts';
import type { PartitionLog } from '../kafka/log.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { RecordProcessorCheckpointer, ShardRecordProcessor } from './api.ts';
import { IllegalArgumentException, ShutdownException } from './errors.ts';
import { shardLimits } from './limits.ts';
import type { ResolvedPollingConfig } from './polling-config.ts';
import { mayFetch, prefetchLimits } from './prefetch.ts';
import { offsetOf, sequenceNumberOf, ShardRecord } from './record.ts';

/** How long the service's answers take, and who else polls the same shards. */
export interface KinesisService {
  readonly callMs: number;
  readonly checkpointMs: number;
  /** Other polling applications, each of which is taken to read as much as this one. */
  readonly otherPollingApplications: number;
}

export type ShardEvent =
  | { readonly kind: 'batch'; readonly shard: number; readonly records: number; readonly millisBehindLatest: number }
  | { readonly kind: 'skipped'; readonly shard: number; readonly records: number; readonly error: string }
  | { readonly kind: 'checkpoint'; readonly shard: number; readonly unsettled: number }
  | { readonly kind: 'checkpoint-refused'; readonly shard: number; readonly error: string }
  | { readonly kind: 'prefetch-full'; readonly shard: number; readonly pendingRecords: number }
  | { readonly kind: 'lease-lost'; readonly shard: number }
  | { readonly kind: 'shard-ended'; readonly shard: number; readonly isCheckpointed: boolean };

interface Batch {
  readonly records: readonly ShardRecord[];
  readonly millisBehindLatest: number;
  readonly isAtShardEnd: boolean;
}

export interface ShardConsumerOptions {
  readonly kernel: Kernel;
  readonly process: ProgramProcess;
  readonly log: PartitionLog;
  /** The shard is closed at this time: no record comes after. Infinity for an open one. */
  readonly closesAtMs: number;
  readonly recordBytes: number;
  readonly config: ResolvedPollingConfig;
  readonly service: KinesisService;
  readonly processor: ShardRecordProcessor;
  isSystemError(error: unknown): boolean;
  observe(event: ShardEvent): void;
  /** Called once, when nothing more will happen here; with what the processor threw, when that ends the worker. */
  finished(error: unknown): void;
}

/**
 * Laws: one call of the processor at a time; a call to the service only while the prefetch has room (M7, N4), not before
 * the idle time after the last one that succeeded, and not before the shard has served the bytes of that one (N1).
 */
export class ShardConsumer {
  readonly #options: ShardConsumerOptions;
  #position: number;
  #deliveredTo: number;
  #pending: Batch[] = [];
  #pendingRecords = 0;
  #nextCallMs: number;
  #call: Scheduled | null = null;
  #isCalling = false;
  #isProcessing = false;
  #isStopping = false;
  #isLeaseLost = false;
  #isEnding = false;
  #isFinished = false;
  #isFull = false;
  #isEndCheckpointed = false;
  /** Time in which a call was due and the shard's limits refused it, in ms. */
  throttledMs = 0;

  constructor(options: ShardConsumerOptions) {
    this.#options = options;
    this.#position = options.log.committed ?? 0;
    this.#deliveredTo = this.#position;
    this.#nextCallMs = options.kernel.nowMs;
  }

  get shard(): number {
    return this.#options.log.partition;
  }
  get pendingRecords(): number {
    return this.#pendingRecords;
  }
  /** Whether another worker has the shard. */
  get isLeaseLost(): boolean {
    return this.#isLeaseLost;
  }
  /** Age of the oldest record that has not been fetched, in ms: the iterator's age. */
  iteratorAgeMs(nowMs: number): number {
    const { log } = this.#options;
    return this.#position < log.endOffsetAt(nowMs) ? nowMs - log.arrivalOf(this.#position) : 0;
  }

  start(): void {
    const { log, processor } = this.#options;
    const sequenceNumber = log.committed === null ? 'TRIM_HORIZON' : sequenceNumberOf(log.partition, log.committed - 1);
    this.#step(
      () => processor.initialize({ shardId: shardIdOf(log.partition), sequenceNumber }),
      () => {
        this.#fetch();
        this.#next();
      },
    );
  }

  /** The worker stops in good order. */
  stop(): void {
    this.#isStopping = true;
    this.#call?.cancel();
    this.#drop();
    if (!this.#isProcessing) this.#next();
  }

  /** Another worker has taken the lease. */
  loseLease(): void {
    if (this.#isFinished) return;
    this.#isLeaseLost = true;
    this.#options.observe({ kind: 'lease-lost', shard: this.#options.log.partition });
    this.stop();
  }

  /** The process has died. */
  die(): void {
    this.#isFinished = true;
    this.#call?.cancel();
    this.#drop();
  }

  #drop(): void {
    this.#pending = [];
    this.#pendingRecords = 0;
  }

  /** Makes the next call when it is due and the prefetch has room. */
  #fetch(): void {
    const { kernel, log, recordBytes, config, service } = this.#options;
    if (this.#isStopping || this.#isFinished || this.#isCalling || this.#isAtEnd()) return;
    const records = this.#pendingRecords;
    const pending = { inputs: this.#pending.length, records, bytes: records * recordBytes };
    if (!mayFetch(pending, { ...prefetchLimits, inputs: config.maxPendingProcessRecordsInput })) {
      if (!this.#isFull)
        this.#options.observe({ kind: 'prefetch-full', shard: log.partition, pendingRecords: records });
      this.#isFull = true;
      return;
    }
    this.#isFull = false;
    this.#isCalling = true;
    const startMs = Math.max(kernel.nowMs, this.#nextCallMs);
    this.#call = kernel.at(startMs + service.callMs, eventClass.completion, () => this.#answer());
  }

  #answer(): void {
    const { kernel, process, log, recordBytes, config, service } = this.#options;
    if (!process.isAlive || this.#isStopping) return;
    const nowMs = kernel.nowMs;
    const most = Math.max(1, Math.min(config.maxRecords, Math.floor(shardLimits.bytesPerCall / recordBytes)));
    const from = this.#position;
    const to = Math.min(from + most, log.endOffsetAt(nowMs));
    this.#position = to;
    const sharers = 1 + service.otherPollingApplications;
    const idleMs = Math.max(config.idleTimeBetweenReadsInMillis, service.callMs);
    const servedMs = (((to - from) * recordBytes * sharers) / shardLimits.readBytesPerSecond) * 1000;
    const limitMs = Math.max(servedMs, (sharers * 1000) / shardLimits.callsPerSecond);
    this.throttledMs += Math.max(0, limitMs - idleMs);
    // The call itself runs within the time until the next one.
    this.#nextCallMs = nowMs + Math.max(idleMs, limitMs) - service.callMs;
    this.#isCalling = false;
    if (to > from) {
      const records = Array.from({ length: to - from }, (_, i) => new ShardRecord(log, from + i));
      this.#pending.push({ records, millisBehindLatest: this.iteratorAgeMs(nowMs), isAtShardEnd: this.#isAtEnd() });
      this.#pendingRecords += records.length;
      process.checkHeap();
    }
    this.#fetch();
    if (!this.#isProcessing) this.#next();
  }

  /** Hands over the next batch, or the end. */
  #next(): void {
    const { process, processor, log } = this.#options;
    if (this.#isFinished || this.#isEnding || !process.isAlive) return;
    if (this.#isStopping) return this.#end();
    const batch = this.#pending.shift();
    if (batch === undefined) {
      if (this.#isAtEnd()) this.#endShard();
      return;
    }
    const { records, millisBehindLatest, isAtShardEnd } = batch;
    this.#pendingRecords -= records.length;
    for (const record of records) log.hold(record.offset);
    this.#deliveredTo = this.#position - this.#pendingRecords;
    this.#options.observe({ kind: 'batch', shard: log.partition, records: records.length, millisBehindLatest });
    this.#fetch();
    const input = { records, millisBehindLatest, checkpointer: this.#checkpointer, isAtShardEnd };
    this.#step(
      () => processor.processRecords(Object.freeze(input)),
      () => this.#next(),
      records.length,
    );
  }

  #endShard(): void {
    const { processor, log, observe } = this.#options;
    this.#isEnding = true;
    this.#step(
      () => processor.shardEnded?.({ checkpointer: this.#endCheckpointer }),
      () => {
        observe({ kind: 'shard-ended', shard: log.partition, isCheckpointed: this.#isEndCheckpointed });
        this.#finish(null);
      },
    );
  }

  #end(): void {
    const { processor } = this.#options;
    this.#isEnding = true;
    const last = this.#isLeaseLost
      ? () => processor.leaseLost?.()
      : () => processor.shutdownRequested?.({ checkpointer: this.#checkpointer });
    this.#step(last, () => this.#finish(null));
  }

  /** Runs a method of the processor, then `after`; what a simulated system has thrown costs the batch, no more (KCL). */
  #step(method: () => unknown, after: () => void, records = 0): void {
    const { kernel, process, log, observe, isSystemError } = this.#options;
    this.#isProcessing = true;
    const done = (): void => {
      this.#isProcessing = false;
      if (!process.isAlive || this.#isFinished) return;
      if (this.#isStopping && !this.#isEnding) this.#end();
      else after();
    };
    process.callAt(kernel.nowMs, eventClass.dispatch, () => {
      const running = new Promise((resolve) => {
        resolve(method());
      });
      running.then(done, (error: unknown) => {
        if (!isSystemError(error)) return this.#finish(error);
        observe({ kind: 'skipped', shard: log.partition, records, error: (error as Error).name });
        done();
      });
    });
  }

  #finish(error: unknown): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#options.finished(error);
  }

  #isAtEnd(): boolean {
    const { kernel, log, closesAtMs } = this.#options;
    return kernel.nowMs >= closesAtMs && this.#position >= log.endOffsetAt(kernel.nowMs);
  }

  readonly #checkpointer: RecordProcessorCheckpointer = Object.freeze({
    checkpoint: (sequenceNumber?: string) => this.#checkpoint(sequenceNumber),
  });
  readonly #endCheckpointer: RecordProcessorCheckpointer = Object.freeze({
    checkpoint: async (sequenceNumber?: string) => {
      await this.#checkpoint(sequenceNumber);
      this.#isEndCheckpointed = true;
    },
  });

  #checkpoint(sequenceNumber: string | undefined): Promise<void> {
    const { kernel, process, log, service, observe } = this.#options;
    return process.promise((resolve, reject) => {
      const refuse = (error: Error): void => {
        observe({ kind: 'checkpoint-refused', shard: log.partition, error: error.name });
        reject(error);
      };
      if (sequenceNumber !== undefined && typeof sequenceNumber !== 'string')
        return refuse(
          new IllegalArgumentException(
            'checkpoint() takes the sequenceNumber of a record, which is text: checkpoint(record.sequenceNumber).',
          ),
        );
      const offset = sequenceNumber === undefined ? this.#deliveredTo - 1 : offsetOf(log.partition, sequenceNumber);
      if (offset === null || offset >= this.#deliveredTo || offset < (log.committed ?? 0) - 1)
        return refuse(
          new IllegalArgumentException(
            `checkpoint(): ${JSON.stringify(sequenceNumber)} is not between the last checkpoint and the last record that the processor was given. Pass the sequenceNumber of one of its records.`,
          ),
        );
      kernel.after(service.checkpointMs, eventClass.completion, () => {
        if (!process.isAlive) return;
        if (this.#isLeaseLost || this.#isFinished)
          return refuse(new ShutdownException('The lease of this shard is gone; another worker reads it.'));
        const left = { unsettled: 0, unparked: 0 };
        if (offset + 1 > (log.committed ?? 0)) log.commit(offset + 1, left);
        observe({ kind: 'checkpoint', shard: log.partition, unsettled: left.unsettled });
        resolve();
      });
    });
  }
}

export function shardIdOf(shard: number): string {
  return `shardId-${String(shard).padStart(12, '0')}`;
}
