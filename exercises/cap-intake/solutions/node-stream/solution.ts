// Node.js streams: a Readable that polls, a Transform that gathers batches, a Writable with four writes at once.
import { pipeline } from 'node:stream/promises';
import type { ConsumerConfig, KafkaContext } from '@spillway/lab';
import { Batches } from './batches.ts';
import { Intake } from './intake.ts';
import { Settled } from './settled.ts';
import { Writer } from './writer.ts';

export { decision } from './decision.ts';

export const config: ConsumerConfig = { 'max.poll.records': 500, 'enable.auto.commit': false };

export default async function run(context: KafkaContext): Promise<void> {
  const settled = new Settled();
  // Each stage holds as much as its highWaterMark says, and then lets the one before it wait: the batches for the
  // writer, the intake for the batches. The intake cannot let Kafka wait, so it pauses the partitions.
  // When the intake ends, the rest follows in turn, and pipeline() resolves when the last write is done.
  await pipeline(new Intake(context, settled), new Batches(200, 50), new Writer(context, settled, 4));
  await context.consumer.commitSync(settled.take());
}
