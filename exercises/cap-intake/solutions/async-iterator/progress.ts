// Per partition: which offsets are settled, and how far without a gap.
import type { ConsumerRecord, OffsetCommit } from '@spillway/lab';

export class Progress {
  #partitions = new Map<number, { topic: string; next: number; ahead: Set<number>; sent: number }>();

  /** Call in the order of reading. */
  read(records: readonly ConsumerRecord[]): void {
    for (const { topic, partition, offset } of records) {
      if (!this.#partitions.has(partition)) {
        this.#partitions.set(partition, { topic, next: offset, ahead: new Set(), sent: offset });
      }
    }
  }

  settle(records: readonly ConsumerRecord[]): void {
    for (const { partition, offset } of records) {
      const at = this.#partitions.get(partition)!;
      if (offset !== at.next) {
        at.ahead.add(offset);
        continue;
      }
      at.next++;
      while (at.ahead.delete(at.next)) at.next++;
    }
  }

  commits(): OffsetCommit[] {
    const offsets: OffsetCommit[] = [];
    for (const [partition, at] of this.#partitions) {
      if (at.next === at.sent) continue;
      at.sent = at.next;
      offsets.push({ topic: at.topic, partition, offset: at.next });
    }
    return offsets;
  }
}
