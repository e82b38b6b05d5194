// Batches into the sink, several at once. A Writable asks for the next chunk when `done` is called: so call it early
// while there is room for one more write, and keep it back while there is none.
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { SinkError, type ConsumerRecord, type KafkaContext } from '@spillway/lab';
import type { Settled } from './settled.ts';

type Done = (error?: Error | null) => void;

export class Writer extends Writable {
  #writing = 0;
  #next: Done | undefined;
  readonly #context: KafkaContext;
  readonly #settled: Settled;
  readonly #most: number;

  constructor(context: KafkaContext, settled: Settled, most: number) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#context = context;
    this.#settled = settled;
    this.#most = most;
  }

  override _write(batch: ConsumerRecord[], _: string, done: Done): void {
    this.#settle(batch).catch((error: Error) => this.destroy(error));
    if (this.#writing < this.#most) done();
    else this.#next = done;
  }

  /** Called when there will be no more chunks; 'finish', and with it pipeline(), waits for `done`. */
  override _final(done: Done): void {
    if (this.#writing === 0) done();
    else this.#next = () => this._final(done);
  }

  async #settle(batch: ConsumerRecord[]): Promise<void> {
    const settle = this.#settled.expect(batch);
    this.#writing++;
    await this.#writeAll(batch);
    this.#writing--;
    settle();
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }

  /** Resolves when every record is in the sink or in the dead-letter queue. */
  async #writeAll(rows: ConsumerRecord[]): Promise<void> {
    const { sink, deadLetters } = this.#context;
    for (let attempt = 0; rows.length > 0;) {
      try {
        return await sink.write(rows);
      } catch (error) {
        if (!(error instanceof SinkError)) throw error;
        if (error.code === 'INVALID_ROWS') {
          const bad = new Set(error.rowIndexes);
          const parked = rows.filter((_, index) => bad.has(index));
          await deadLetters.send(parked, error.message);
          rows = rows.filter((_, index) => !bad.has(index));
        } else {
          // Full jitter: writes that failed together do not come back together.
          await sleep(Math.random() * Math.min(2_000, 100 * 2 ** attempt++));
        }
      }
    }
  }
}
