// How far the records are settled: batches finish out of order, and a commit must not pass one that is open.
import type { ConsumerRecord, OffsetCommit } from '@spillway/lab';

export class Settled {
  #batches: { records: readonly ConsumerRecord[]; isOpen: boolean }[] = [];

  /** Call it in the order of reading; the function that it returns, when the batch is done. */
  expect(records: readonly ConsumerRecord[]): () => void {
    const batch = { records, isOpen: true };
    this.#batches.push(batch);
    return () => {
      batch.isOpen = false;
    };
  }

  /** What may be committed now: in each partition, one past the last record before the first open batch. */
  take(): OffsetCommit[] {
    const ends = new Map<number, OffsetCommit>();
    const open = this.#batches.findIndex(({ isOpen }) => isOpen);
    const done = this.#batches.splice(0, open < 0 ? this.#batches.length : open);
    for (const { records } of done) {
      for (const { topic, partition, offset } of records) ends.set(partition, { topic, partition, offset: offset + 1 });
    }
    return [...ends.values()];
  }
}
