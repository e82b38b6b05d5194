// It works on an ordinary day. Run it, and see what the spike makes of it.
import type { ConsumerConfig, ConsumerRecord, KafkaContext, OffsetCommit } from '@spillway/lab';

export { decision } from './decision.ts';

export const config: ConsumerConfig = {
  'max.poll.records': 5_000,
  'enable.auto.commit': false,
};

export default async function run({ consumer, sink, signal }: KafkaContext): Promise<void> {
  const queue: ConsumerRecord[] = [];

  async function writeAll(): Promise<void> {
    while (!signal.aborted || queue.length > 0) {
      const batch = queue.splice(0, 50);
      if (batch.length === 0) {
        await sleep(10);
        continue;
      }
      try {
        await sink.write(batch);
        await consumer.commitSync(endsOf(batch));
      } catch {
        // It did not work; put the batch back and try again.
        queue.unshift(...batch);
      }
    }
  }

  consumer.subscribe(['orders']);
  const writing = writeAll();

  while (!signal.aborted) {
    const records = await consumer.poll(100);
    queue.push(...records);
  }
  await writing;
}

/** What may be committed once the batch is written: in each partition, one past its last record. */
function endsOf(batch: readonly ConsumerRecord[]): OffsetCommit[] {
  const ends = new Map<number, OffsetCommit>();
  for (const { topic, partition, offset } of batch) ends.set(partition, { topic, partition, offset: offset + 1 });
  return [...ends.values()];
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
