// The bounded way from one subtask to another: as many records as it has credits for, in their order.

import type { Item } from './element.ts';

/**
 * Law (F1): never more than `capacity` records wait in it; a sender without credit keeps its record and takes no other. Marks
 * need no credit and keep their place in the order.
 */
export class Channel {
  readonly capacity: number;
  #items: Item[] = [];
  #head = 0;
  #records = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Records that wait. */
  get records(): number {
    return this.#records;
  }
  get hasCredit(): boolean {
    return this.#records < this.capacity;
  }
  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  push(item: Item): void {
    if (item.kind === 'record') this.#records++;
    this.#items.push(item);
  }

  /** The first item, taken out; null when there is none. */
  shift(): Item | null {
    const item = this.#items[this.#head];
    if (item === undefined) return null;
    this.#head++;
    if (item.kind === 'record') this.#records--;
    if (this.#head > 256 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
