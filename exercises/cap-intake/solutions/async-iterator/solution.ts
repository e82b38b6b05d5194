// A stream style: one reader fills a bounded inbox, four writers each run `for await` over its batches.
import { SinkError, type ConsumerConfig, type ConsumerRecord, type KafkaContext } from '@spillway/lab';
import { Inbox } from './inbox.ts';
import { Progress } from './progress.ts';

export { decision } from './decision.ts';

export const config: ConsumerConfig = { 'max.poll.records': 500, 'enable.auto.commit': false };

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export default async function run(context: KafkaContext): Promise<void> {
  const inbox = new Inbox();
  const progress = new Progress();
  const writers = Array.from({ length: 4 }, async () => {
    for await (const batch of inbox.batches(200, 50)) {
      await settle(batch, context);
      progress.settle(batch);
    }
  });

  await read(context, inbox, progress);
  inbox.close();
  await Promise.all(writers);
  await context.consumer.commitSync(progress.commits());
}

async function read({ consumer, signal }: KafkaContext, inbox: Inbox, progress: Progress): Promise<void> {
  consumer.subscribe(['orders']);
  let lastCommit = Date.now();
  while (!signal.aborted) {
    const records = await consumer.poll(30);
    progress.read(records);
    inbox.push(records);
    if (inbox.depth > 7_000) consumer.pause(consumer.assignment());
    else if (inbox.depth < 2_500 && consumer.paused().length > 0) consumer.resume(consumer.paused());
    if (Date.now() - lastCommit > 500) {
      await consumer.commitSync(progress.commits());
      lastCommit = Date.now();
    }
  }
}

/** Writes a batch; halves nothing, drops nothing: refused rows are parked, a refused call waits its turn. */
async function settle(batch: readonly ConsumerRecord[], { sink, deadLetters }: KafkaContext): Promise<void> {
  let waitMs = 100;
  let rows = [...batch];
  while (rows.length > 0) {
    try {
      await sink.write(rows);
      rows = [];
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      if (error.code === 'INVALID_ROWS') {
        for (const index of error.rowIndexes) await deadLetters.send(rows[index]!, error.code);
        rows = rows.filter((_, index) => !error.rowIndexes.includes(index));
      } else {
        // Decorrelated jitter: each wait is drawn between the base and three times the last.
        waitMs = Math.min(1_500, 100 + Math.random() * (waitMs * 3 - 100));
        await sleep(waitMs);
      }
    }
  }
}
