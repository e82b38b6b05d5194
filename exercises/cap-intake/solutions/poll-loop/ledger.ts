// What may be committed: the offsets up to which every record is settled.
import type { ConsumerRecord, OffsetCommit } from '@spillway/lab';

/** The records of one poll, still unsettled; its ends are the next offsets to read. */
export interface Chunk {
  left: number;
  readonly ends: ReadonlyMap<number, OffsetCommit>;
}

/**
 * Writes finish out of order; commits must not. Polls are settled whole and in turn: a chunk's offsets
 * become committable when it and all before it have nothing left.
 */
export class Ledger {
  #open: Chunk[] = [];
  #ready = new Map<number, OffsetCommit>();

  add(records: readonly ConsumerRecord[]): Chunk {
    const ends = new Map<number, OffsetCommit>();
    for (let i = records.length - 1; i >= 0; i--) {
      const record = records[i]!;
      const { partition } = record;
      if (!ends.has(partition)) ends.set(partition, { topic: record.topic, partition, offset: record.offset + 1 });
    }
    const chunk = { left: records.length, ends };
    if (chunk.left > 0) this.#open.push(chunk);
    return chunk;
  }

  settle(chunk: Chunk, records: number): void {
    chunk.left -= records;
    while (this.#open[0]?.left === 0) {
      for (const [partition, end] of this.#open.shift()!.ends) this.#ready.set(partition, end);
    }
  }

  /** The offsets to commit now; empty when nothing new is settled. */
  take(): OffsetCommit[] {
    const offsets = [...this.#ready.values()];
    this.#ready.clear();
    return offsets;
  }

  /** The partitions are no longer ours: what was open will be read again. */
  forget(): void {
    this.#open = [];
    this.#ready.clear();
  }
}
