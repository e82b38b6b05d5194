// A first-in-first-out line of records in flat numbers: millions may wait and no object is made for any of them.

import type { RateStretch } from './arrival-clock.ts';

/**
 * A record that waits is two numbers: since when, and how much work it is. Of the youngest, as long as they came one after
 * the other at even gaps and with the same work, only the count is kept, and a time is worked out when it is needed.
 */
export class WaitingLine {
  #sinceMs = new Float64Array(64);
  #workMs = new Float64Array(64);
  #first = 0;
  #stored = 0;
  #counted = 0;
  #countedWorkMs = 0;
  /** Where the first of those counted stands in the rate's integral; each of the others is one further. */
  #records = 0;
  #stretch: RateStretch | null = null;

  get depthRecords(): number {
    return this.#stored + this.#counted;
  }

  /** Since when the oldest one waits; the oldest there is must be. */
  get oldestSinceMs(): number {
    return this.#stored > 0
      ? (this.#sinceMs[this.#first] as number)
      : (this.#stretch as RateStretch).msOf(this.#records);
  }

  get oldestWorkMs(): number {
    return this.#stored > 0 ? (this.#workMs[this.#first] as number) : this.#countedWorkMs;
  }

  push(sinceMs: number, workMs: number): void {
    this.#store();
    this.#put(sinceMs, workMs);
  }

  /** As `push` for `count` records with this work, offered when `records`, `records + 1` … of rate have passed; whole numbers. */
  pushCounted(stretch: RateStretch, records: number, count: number, workMs: number): void {
    const isNext = stretch === this.#stretch && records === this.#records + this.#counted;
    if (!isNext) this.#store();
    if (this.#counted === 0) this.#records = records;
    this.#counted += count;
    this.#countedWorkMs = workMs;
    this.#stretch = stretch;
  }

  dropOldest(): void {
    if (this.#stored > 0) {
      this.#first = (this.#first + 1) & (this.#sinceMs.length - 1);
      this.#stored -= 1;
    } else {
      this.#records += 1;
      this.#counted -= 1;
    }
  }

  dropYoungest(): void {
    this.#store();
    this.#stored -= 1;
  }

  clear(): void {
    this.#stored = 0;
    this.#counted = 0;
  }

  #put(sinceMs: number, workMs: number): void {
    if (this.#stored === this.#sinceMs.length) this.#grow();
    const at = (this.#first + this.#stored++) & (this.#sinceMs.length - 1);
    this.#sinceMs[at] = sinceMs;
    this.#workMs[at] = workMs;
  }

  /** From now on those counted are two numbers each, as the others are. */
  #store(): void {
    for (; this.#counted > 0; this.#counted--)
      this.#put((this.#stretch as RateStretch).msOf(this.#records++), this.#countedWorkMs);
  }

  /** Twice the room: the length stays a power of two, so that a place is found with one `&`. */
  #grow(): void {
    const unrolled = (ring: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(2 * ring.length);
      grown.set(ring.subarray(this.#first));
      grown.set(ring.subarray(0, this.#first), ring.length - this.#first);
      return grown;
    };
    this.#sinceMs = unrolled(this.#sinceMs);
    this.#workMs = unrolled(this.#workMs);
    this.#first = 0;
  }
}
