// A bounded inbox between one reader and several writers, read as an async iterator of batches.
import type { ConsumerRecord } from '@spillway/lab';

export class Inbox {
  #records: ConsumerRecord[] = [];
  #head = 0;
  #oldest = 0;
  #isClosed = false;
  #onChange: (() => void)[] = [];

  get depth(): number {
    return this.#records.length - this.#head;
  }

  push(records: readonly ConsumerRecord[]): void {
    if (records.length === 0) return;
    if (this.depth === 0) this.#oldest = Date.now();
    for (const record of records) this.#records.push(record);
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Batches of `size`, or what is there once its first record has waited `ms`. Several may iterate. */
  async *batches(size: number, ms: number): AsyncGenerator<ConsumerRecord[]> {
    for (;;) {
      if (this.depth >= size || (this.depth > 0 && (this.#isClosed || Date.now() - this.#oldest >= ms)))
        yield this.#take(size);
      else if (this.#isClosed) return;
      else await this.#change(this.depth === 0 ? undefined : Math.max(1, this.#oldest + ms - Date.now()));
    }
  }

  #take(size: number): ConsumerRecord[] {
    const batch = this.#records.slice(this.#head, this.#head + size);
    this.#head += batch.length;
    this.#oldest = Date.now();
    if (this.#head > 4_096) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
    return batch;
  }

  #change(withinMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange.push(resolve);
      if (withinMs !== undefined) setTimeout(resolve, withinMs);
    });
  }

  #wake(): void {
    for (const resolve of this.#onChange.splice(0)) resolve();
  }
}
