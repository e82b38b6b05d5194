// One life's worker: a consumer for each shard whose lease it holds, started together and stopped together.

import type { ProgramProcess } from '../process/process.ts';
import type { KinesisWorker, ShardRecordProcessor, ShardRecordProcessorFactory } from './api.ts';
import { ShardConsumer, type ShardConsumerOptions } from './shard-consumer.ts';

/** What the run knows of a worker beyond what the program sees. */
export interface WorkerProbe {
  readonly pendingRecords: number;
  readonly throttledMs: number;
  /** The greatest over the shards that it has not lost, in ms; null while it does not run. */
  iteratorAgeMs(nowMs: number): number | null;
  loseLease(shard: number): void;
  die(): void;
}

type ShardOptions = Omit<ShardConsumerOptions, 'processor' | 'finished'>;

/**
 * A worker for these shards. Laws: `run` may be called once; it resolves when every shard is finished, and rejects with
 * the first error that no simulated system has thrown.
 */
export function createWorker(
  process: ProgramProcess,
  shards: readonly ShardOptions[],
): { worker: KinesisWorker; probe: WorkerProbe } {
  const consumers: ShardConsumer[] = [];
  let isRunning = false;
  let open = shards.length;
  let settle: { resolve(): void; reject(error: unknown): void } | null = null;
  const stopped: (() => void)[] = [];

  function finished(error: unknown): void {
    if (error !== null) return settle?.reject(error);
    open--;
    if (open > 0) return;
    settle?.resolve();
    for (const tell of stopped) tell();
  }

  const worker: KinesisWorker = Object.freeze({
    run(factory: ShardRecordProcessorFactory): Promise<void> {
      if (isRunning) throw new TypeError('worker.run() was called before; call it once.');
      if (typeof factory?.shardRecordProcessor !== 'function')
        throw new TypeError(
          'worker.run() takes a factory: { shardRecordProcessor: () => ({ initialize, processRecords, … }) }.',
        );
      isRunning = true;
      return process.promise((resolve, reject) => {
        settle = { resolve, reject };
        if (open === 0) return resolve();
        for (const options of shards) {
          const processor = checkProcessor(factory.shardRecordProcessor());
          consumers.push(new ShardConsumer({ ...options, processor, finished }));
        }
        for (const consumer of consumers) consumer.start();
      });
    },
    startGracefulShutdown(): Promise<boolean> {
      return process.promise((resolve) => {
        if (!isRunning || open === 0) return resolve(true);
        stopped.push(() => resolve(true));
        for (const consumer of consumers) consumer.stop();
      });
    },
  });

  return {
    worker,
    probe: {
      get pendingRecords() {
        return consumers.reduce((sum, { pendingRecords }) => sum + pendingRecords, 0);
      },
      get throttledMs() {
        return consumers.reduce((sum, { throttledMs }) => sum + throttledMs, 0);
      },
      iteratorAgeMs(nowMs) {
        if (!isRunning) return null;
        const own = consumers.filter(({ isLeaseLost }) => !isLeaseLost);
        return Math.max(0, ...own.map((consumer) => consumer.iteratorAgeMs(nowMs)));
      },
      loseLease: (shard) => consumers.find((consumer) => consumer.shard === shard)?.loseLease(),
      die() {
        for (const consumer of consumers) consumer.die();
      },
    },
  };
}

function checkProcessor(processor: unknown): ShardRecordProcessor {
  const given = processor as Partial<Record<keyof ShardRecordProcessor, unknown>> | null;
  for (const name of ['initialize', 'processRecords'] as const)
    if (typeof given?.[name] !== 'function')
      throw new TypeError(`shardRecordProcessor() must return a processor with a method ${name}(input).`);
  return processor as ShardRecordProcessor;
}
