// A partition's log behind a query: besides what a sink took, it knows what the query itself has used up.

import { PartitionLog } from '../kafka/log.ts';

const usedUp = 1;
const handed = 2;

/**
 * A record is used up when a filter or a watermark dropped it, or when it has gone into an aggregate: it is then nobody's
 * loss that no sink holds it.
 */
export class QueryLog extends PartitionLog {
  readonly #marks: Uint8Array;
  #redelivered = 0;

  constructor(options: ConstructorParameters<typeof PartitionLog>[0]) {
    super(options);
    this.#marks = new Uint8Array(options.capacity);
  }

  override hold(offset: number): void {
    super.hold(offset);
    if (this.#has(offset, handed)) this.#redelivered++;
    this.#mark(offset, handed);
  }
  override get redelivered(): number {
    return this.#redelivered;
  }
  useUp(offset: number): void {
    this.#mark(offset, usedUp);
  }
  isUsedUp(offset: number): boolean {
    return this.#has(offset, usedUp);
  }
  /** Records below `offset` that were used up, and are neither in the sink nor dead-lettered. */
  usedUpBelow(offset: number): number {
    let count = 0;
    for (let at = 0; at < offset; at++) if (this.isUsedUp(at) && !this.isSettled(at)) count++;
    return count;
  }
  /** Good records below `offset` that were neither written, nor dead-lettered, nor used up. */
  override lostBelow(offset: number): number {
    let lost = 0;
    for (let at = 0; at < offset; at++) {
      if (!this.isUsedUp(at) && !this.isSettled(at) && !this.isPoison(at)) lost++;
    }
    return lost;
  }

  #mark(offset: number, mark: number): void {
    this.#marks[offset] = (this.#marks[offset] as number) | mark;
  }
  #has(offset: number, mark: number): boolean {
    return ((this.#marks[offset] ?? 0) & mark) !== 0;
  }
}
