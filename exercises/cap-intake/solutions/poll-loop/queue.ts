// Records that have been read and not yet sent, in order, given out in batches.
import type { ConsumerRecord } from '@spillway/lab';
import type { Chunk } from './ledger.ts';

interface Segment {
  readonly records: readonly ConsumerRecord[];
  readonly chunk: Chunk;
  readonly since: number;
  from: number;
}

/** A batch, and how many records of which polls are in it. */
export interface Batch {
  readonly rows: ConsumerRecord[];
  readonly parts: [Chunk, number][];
}

export class BatchQueue {
  #segments: Segment[] = [];
  #depth = 0;
  readonly #size: number;
  readonly #ms: number;

  /** Batches of `size` records, or of what is there once the oldest has waited `ms`. */
  constructor(size: number, ms: number) {
    this.#size = size;
    this.#ms = ms;
  }

  get depth(): number {
    return this.#depth;
  }

  get isDue(): boolean {
    return this.#depth >= this.#size || (this.#depth > 0 && Date.now() - this.#segments[0]!.since >= this.#ms);
  }

  push(records: readonly ConsumerRecord[], chunk: Chunk): void {
    if (records.length === 0) return;
    this.#segments.push({ records, chunk, since: Date.now(), from: 0 });
    this.#depth += records.length;
  }

  take(): Batch {
    const rows: ConsumerRecord[] = [];
    const parts: [Chunk, number][] = [];
    while (rows.length < this.#size && this.#segments.length > 0) {
      const segment = this.#segments[0]!;
      const to = Math.min(segment.records.length, segment.from + this.#size - rows.length);
      for (let i = segment.from; i < to; i++) rows.push(segment.records[i]!);
      parts.push([segment.chunk, to - segment.from]);
      segment.from = to;
      if (to === segment.records.length) this.#segments.shift();
    }
    this.#depth -= rows.length;
    return { rows, parts };
  }

  clear(): void {
    this.#segments = [];
    this.#depth = 0;
  }
}
