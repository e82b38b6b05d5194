// An async pipeline: every batch is a task of its own, and a semaphore says how many may write at once.
import {
  SinkError,
  type ConsumerConfig,
  type ConsumerRecord,
  type KafkaContext,
  type OffsetCommit,
} from '@spillway/lab';

export { decision } from './decision.ts';

export const config: ConsumerConfig = { 'max.poll.records': 1_000, 'enable.auto.commit': false };

const marks = { high: 6_000, low: 2_000 };
const batch = { records: 200, ms: 50 };

class Semaphore {
  #free: number;
  #waiting: (() => void)[] = [];
  constructor(permits: number) {
    this.#free = permits;
  }
  async acquire(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export default async function run({ consumer, sink, deadLetters, signal }: KafkaContext): Promise<void> {
  const writes = new Semaphore(4);
  /** Batches in the order they were read; a finished one stays until all before it are finished. */
  const tasks: { records: ConsumerRecord[]; isSettled: boolean }[] = [];
  const gathering: ConsumerRecord[] = [];
  let outstanding = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function write(records: ConsumerRecord[]): Promise<void> {
    for (let attempt = 0; records.length > 0; attempt++) {
      try {
        return await sink.write(records);
      } catch (error) {
        if (!(error instanceof SinkError)) throw error;
        if (error.retryable) {
          await sleep(Math.random() * Math.min(1_500, 50 * 2 ** attempt));
        } else {
          const bad = new Set(error.rowIndexes.map((index) => records[index]!));
          await deadLetters.send([...bad], 'the sink refuses this row for good');
          records = records.filter((record) => !bad.has(record));
        }
      }
    }
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const records = gathering.splice(0, batch.records);
    if (records.length === 0) return;
    const task = { records, isSettled: false };
    tasks.push(task);
    void (async () => {
      await writes.acquire();
      await write(records);
      writes.release();
      task.isSettled = true;
      outstanding -= records.length;
    })();
  }

  async function commit(): Promise<void> {
    const ends = new Map<number, OffsetCommit>();
    while (tasks[0]?.isSettled) {
      for (const { topic, partition, offset } of tasks.shift()!.records) {
        ends.set(partition, { topic, partition, offset: offset + 1 });
      }
    }
    if (ends.size > 0) await consumer.commitSync([...ends.values()]);
  }

  consumer.subscribe(['orders']);
  let committed = performance.now();
  while (!signal.aborted) {
    for (const record of await consumer.poll(25)) {
      gathering.push(record);
      outstanding++;
      if (gathering.length >= batch.records) flush();
    }
    if (gathering.length > 0) timer ??= setTimeout(flush, batch.ms);

    const isPaused = consumer.paused().length > 0;
    if (!isPaused && outstanding >= marks.high) consumer.pause(consumer.assignment());
    if (isPaused && outstanding <= marks.low) consumer.resume(consumer.paused());

    if (performance.now() - committed >= 400) {
      await commit();
      committed = performance.now();
    }
  }

  flush();
  while (outstanding > 0) await sleep(10);
  await commit();
}
