// Records in, batches out: `size` of them, or what is there once the first has waited `ms`.
import { Transform, type TransformCallback } from 'node:stream';
import type { ConsumerRecord } from '@spillway/lab';

export class Batches extends Transform {
  #records: ConsumerRecord[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #size: number;
  readonly #ms: number;

  constructor(size: number, ms: number) {
    // Two batches may wait for the writer; while they do, no record is taken in.
    super({ objectMode: true, readableHighWaterMark: 2 });
    this.#size = size;
    this.#ms = ms;
  }

  override _transform(record: ConsumerRecord, _: string, done: TransformCallback): void {
    this.#records.push(record);
    if (this.#records.length >= this.#size) this.#give();
    else this.#timer ??= setTimeout(() => this.#give(), this.#ms);
    done();
  }

  /** Called at the end of the stream, before it is passed on. */
  override _flush(done: TransformCallback): void {
    this.#give();
    done();
  }

  #give(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#records.length > 0) this.push(this.#records);
    this.#records = [];
  }
}
