// When the next record is offered: gaps measured in records of a rate that changes over time.

import { nonNegative } from '../argument.ts';
import type { Draw } from './draw.ts';

export interface RateFrom {
  readonly fromMs: number;
  readonly recordsPerSecond: number;
}

/** A rate that holds for a while, and the records' worth of rate that have passed before it. */
export class RateStretch {
  readonly recordsPerSecond: number;
  readonly #fromMs: number;
  readonly #recordsBefore: number;

  constructor({ fromMs, recordsPerSecond }: RateFrom, recordsBefore: number) {
    this.#fromMs = fromMs;
    this.recordsPerSecond = recordsPerSecond;
    this.#recordsBefore = recordsBefore;
  }

  /** When so many records' worth of rate have passed, should a rate above 0 hold for as long. */
  msOf(records: number): number {
    return this.#fromMs + ((records - this.#recordsBefore) * 1000) / this.recordsPerSecond;
  }

  recordsBy(ms: number): number {
    return this.#recordsBefore + ((ms - this.#fromMs) * this.recordsPerSecond) / 1000;
  }
}

/**
 * The rate's integral decides: a gap of g records ends when g more records' worth of rate have passed. Even gaps at 3/s come
 * at ⅓, ⅔, 1 s without drifting, and a spike begins in the middle of a gap. The first rate begins at 0.
 */
export class ArrivalClock {
  readonly #rates: readonly RateFrom[];
  readonly #nextGap: Draw;
  #at = 0;
  #stretch: RateStretch;
  #toMs: number;
  #records = 0;
  #nextMs = 0;

  constructor(rates: readonly RateFrom[], nextGap: Draw) {
    const first = rates[0];
    if (first?.fromMs !== 0) throw new RangeError('arrivals does not begin at 0; let the first rate have fromMs 0.');
    for (const [i, { fromMs, recordsPerSecond }] of rates.entries()) {
      nonNegative(recordsPerSecond, `arrivals[${i}].recordsPerSecond`);
      if (i > 0 && !(fromMs > (rates[i - 1]?.fromMs ?? 0)))
        throw new RangeError(`arrivals[${i}] does not begin after the one before it; sort by fromMs.`);
    }
    this.#rates = rates;
    this.#nextGap = nextGap;
    this.#stretch = new RateStretch(first, 0);
    this.#toMs = rates[1]?.fromMs ?? Infinity;
    this.advance();
  }

  /** When the next record is offered; Infinity when none will be. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** The rate that holds when the next record is offered. */
  get stretch(): RateStretch {
    return this.#stretch;
  }

  /** The records' worth of rate until then; with even gaps the number of the offer, from 1, as long as no sender was held. */
  get records(): number {
    return this.#records;
  }

  /** The record was taken at once: the gap to the next one counts from its offer. */
  advance(): void {
    this.#records += this.#nextGap();
    for (;;) {
      this.#nextMs = this.#stretch.recordsPerSecond > 0 ? this.#stretch.msOf(this.#records) : Infinity;
      if (this.#nextMs < this.#toMs || this.#toMs === Infinity) return;
      this.#moveOn();
    }
  }

  /**
   * As `advance` for each offer before `ms` at the rate that holds, `most` at most; returns how many. Only for even gaps, and
   * before any `advanceFrom`: offers then stand at whole numbers.
   */
  skipBefore(ms: number, most: number): number {
    const endMs = Math.min(ms, this.#toMs);
    if (this.#nextMs >= endMs || most < 1) return 0;
    let count = Math.floor(Math.min(most, Math.max(1, Math.ceil(this.#stretch.recordsBy(endMs) - this.#records))));
    // The integral is rounded; the times decide.
    while (this.#stretch.msOf(this.#records + count - 1) >= endMs) count -= 1;
    this.#records += count - 1;
    this.advance();
    return count;
  }

  /** Its sender was held until `ms`: the gap counts from there. */
  advanceFrom(ms: number): void {
    while (ms >= this.#toMs) this.#moveOn();
    this.#records = this.#stretch.recordsBy(ms);
    this.advance();
  }

  #moveOn(): void {
    const recordsBefore = this.#stretch.recordsBy(this.#toMs);
    this.#stretch = new RateStretch(this.#rates[++this.#at] as RateFrom, recordsBefore);
    this.#toMs = this.#rates[this.#at + 1]?.fromMs ?? Infinity;
  }
}
