// One batch into the sink: bounded retries in time, poison set aside.
import { SinkError, type ConsumerRecord, type KafkaContext } from '@spillway/lab';

const baseMs = 100;
const capMs = 2_000;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when every record is in the sink or in the dead-letter queue. */
export async function settle(batch: readonly ConsumerRecord[], { sink, deadLetters }: KafkaContext): Promise<void> {
  let rows = batch;
  for (let attempt = 0; rows.length > 0;) {
    try {
      await sink.write(rows);
      return;
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      if (error.code === 'INVALID_ROWS') {
        // These can never succeed, now or later: park them, and write the rest at once.
        const bad = new Set(error.rowIndexes);
        await deadLetters.send(
          rows.filter((_, i) => bad.has(i)),
          error.message,
        );
        rows = rows.filter((_, i) => !bad.has(i));
        continue;
      }
      // An outage is no reason to give a good record up. Full jitter spreads the herd.
      await sleep(Math.random() * Math.min(capMs, baseMs * 2 ** attempt));
      attempt++;
    }
  }
}
