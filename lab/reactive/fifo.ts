// A first-in-first-out list that stays fast when it is long: an array's own shift() moves everything behind it.

export class Fifo<T> {
  #records: T[] = [];
  #first = 0;

  get size(): number {
    return this.#records.length - this.#first;
  }

  push(record: T): void {
    this.#records.push(record);
  }

  /** The oldest, which stays; undefined when there is none. */
  peek(): T | undefined {
    return this.#records[this.#first];
  }

  /** The oldest, which leaves; undefined when there is none. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const record = this.#records[this.#first] as T;
    this.#first += 1;
    if (this.#first > 1_024 && 2 * this.#first > this.#records.length) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
    return record;
  }

  clear(): void {
    this.#records = [];
    this.#first = 0;
  }
}
