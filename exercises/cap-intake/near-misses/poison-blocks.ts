// dead-letters-exact: an error is an error; with backoff and jitter it will succeed some day.
import { SinkError, type ConsumerConfig, type ConsumerRecord, type KafkaContext } from '@spillway/lab';
import { Ledger } from '../solutions/poll-loop/ledger.ts';
import { BatchQueue } from '../solutions/poll-loop/queue.ts';

export { decision } from '../solutions/poll-loop/decision.ts';

export const config: ConsumerConfig = {
  'max.poll.records': 500,
  'enable.auto.commit': false,
};

const highMark = 8_000; // records in the queue: pause
const lowMark = 3_000; // … and resume
const writesAtOnce = 4; // the sink's connections for this process
const commitEveryMs = 500;

const baseMs = 100;
const capMs = 2_000;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when every record is in the sink. */
async function settle(batch: readonly ConsumerRecord[], { sink }: KafkaContext): Promise<void> {
  const rows = batch;
  for (let attempt = 0; rows.length > 0;) {
    try {
      await sink.write(rows);
      return;
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      await sleep(Math.random() * Math.min(capMs, baseMs * 2 ** attempt));
      attempt++;
    }
  }
}

export default async function run(context: KafkaContext): Promise<void> {
  const { consumer, signal } = context;
  const queue = new BatchQueue(200, 50);
  const ledger = new Ledger();
  let writing = 0;
  let isPaused = false;
  let lastCommit = Date.now();

  consumer.subscribe(['orders'], {
    onPartitionsLost() {
      queue.clear();
      ledger.forget();
    },
    onPartitionsAssigned() {
      isPaused = false;
    },
  });

  /** Starts as many writes as the sink has room for. */
  function pump(): void {
    while (writing < writesAtOnce && (queue.isDue || (signal.aborted && queue.depth > 0))) void write();
  }

  async function write(): Promise<void> {
    const { rows, parts } = queue.take();
    writing++;
    await settle(rows, context);
    writing--;
    for (const [chunk, records] of parts) ledger.settle(chunk, records);
    pump();
  }

  async function commit(): Promise<void> {
    await consumer.commitSync(ledger.take());
    lastCommit = Date.now();
  }

  while (!signal.aborted) {
    const records = await consumer.poll(20);
    queue.push(records, ledger.add(records));
    if (!isPaused && queue.depth >= highMark) {
      consumer.pause(consumer.assignment());
      isPaused = true;
    } else if (isPaused && queue.depth <= lowMark) {
      consumer.resume(consumer.assignment());
      isPaused = false;
    }
    pump();
    if (Date.now() - lastCommit >= commitEveryMs) await commit();
  }

  // Asked to stop: read no more, finish what is here, commit it.
  consumer.pause(consumer.assignment());
  while (queue.depth > 0 || writing > 0) {
    pump();
    await consumer.poll(20);
  }
  await commit();
}
