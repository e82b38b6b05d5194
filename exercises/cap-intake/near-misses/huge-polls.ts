// no-eviction: large polls amortise everything, and each is written in full before the next is read.
import type { ConsumerConfig, KafkaContext } from '@spillway/lab';
import { settle } from '../solutions/poll-loop/writer.ts';

export { decision } from '../solutions/poll-loop/decision.ts';

export const config: ConsumerConfig = {
  'max.poll.records': 50_000,
  'max.partition.fetch.bytes': 4 * 1024 * 1024,
  'enable.auto.commit': false,
};

export default async function run(context: KafkaContext): Promise<void> {
  const { consumer, signal } = context;
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(50);
    const writers = [0, 1, 2, 3].map(async (first) => {
      for (let at = first * 200; at < records.length; at += 800) await settle(records.slice(at, at + 200), context);
    });
    await Promise.all(writers);
    try {
      await consumer.commitSync();
    } catch (error) {
      console.warn(String(error));
    }
  }
}
