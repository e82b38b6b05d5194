// A queue with a bound between two concurrent loops: put waits while it is full, get while it is empty.

import { positiveInteger } from '../argument.ts';
import { Fifo } from './fifo.ts';

/**
 * What Python's `queue.Queue(maxsize)` and Java's `ArrayBlockingQueue` are to threads, for `async` functions.
 *
 * Laws: at most `capacityRecords` wait inside; records leave in the order in which they were put; waiting puts and gets are
 * served in order. Nothing is lost and nothing spins: whoever waits costs nothing until its turn.
 */
export class BoundedQueue<T> {
  readonly capacityRecords: number;
  readonly #records = new Fifo<{ record: T }>();
  readonly #puts = new Fifo<{ record: T; admit: () => void }>();
  readonly #gets = new Fifo<(record: T) => void>();
  #mostRecords = 0;

  /** Throws RangeError unless `capacityRecords` is a whole number of 1 or more: a queue always has a bound here. */
  constructor(capacityRecords: number) {
    this.capacityRecords = positiveInteger(capacityRecords, 'capacityRecords');
  }

  /** Records inside, those of waiting puts not counted. */
  get depthRecords(): number {
    return this.#records.size;
  }

  /** The most that were ever inside. */
  get mostRecords(): number {
    return this.#mostRecords;
  }

  /** How many puts wait for a place, and gets for a record: never both. */
  get waitingPuts(): number {
    return this.#puts.size;
  }
  get waitingGets(): number {
    return this.#gets.size;
  }

  /** True as of now. After an `await` it may be false: to wait for a place, await `put`; do not ask again and again. */
  get isFull(): boolean {
    return this.depthRecords >= this.capacityRecords;
  }
  get isEmpty(): boolean {
    return this.depthRecords === 0;
  }

  /** Puts a record in; resolves once it is inside, at once when there is a place. */
  put(record: T): Promise<void> {
    const get = this.#gets.shift();
    if (get !== undefined) {
      get(record);
      return Promise.resolve();
    }
    if (!this.isFull) {
      this.#push(record);
      return Promise.resolve();
    }
    return new Promise((admit) => {
      this.#puts.push({ record, admit });
    });
  }

  /** Takes the oldest record out; resolves once there is one. */
  get(): Promise<T> {
    const oldest = this.#records.shift();
    if (oldest === undefined) {
      return new Promise((resolve) => {
        this.#gets.push(resolve);
      });
    }
    const put = this.#puts.shift();
    if (put !== undefined) {
      this.#push(put.record);
      put.admit();
    }
    return Promise.resolve(oldest.record);
  }

  #push(record: T): void {
    this.#records.push({ record });
    this.#mostRecords = Math.max(this.#mostRecords, this.depthRecords);
  }
}
