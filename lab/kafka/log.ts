// One partition as the broker and the judge know it: how long it is, what is in it, what became of each record.

import { createRng, deriveSeed } from '../traffic/rng.ts';

/** Arrivals of one partition as a closed form: never an event per record. */
export interface Arrivals {
  /** Records produced up to and including `ms`. */
  arrivedBy(ms: number): number;
  /** The instant, in ms, at which record `index` (from 0) was produced. */
  arrivalTimeOf(index: number): number;
}

const held = 1;
const written = 2;
const parked = 4;

/** Records that a commit passed although nothing had become of them: good ones, and bad ones that were not parked. */
export interface LeftBehind {
  unsettled: number;
  unparked: number;
}

/** What became of a partition's records, counted as it happens. */
export interface LogTotals {
  /** Handed to the program and neither settled nor committed past: what it still keeps in memory. */
  held: number;
  /** Rows in the sink, first writes only. */
  written: number;
  /** Rows in the sink beyond the first of each record. */
  duplicates: number;
  /** Distinct records in the dead-letter queue. */
  parked: number;
  /** Records handed to the program; one that is read again counts again. */
  delivered: number;
}

/**
 * Law (design, conservation): each record is in one of produced → held → settled, and settled means
 * written or dead-lettered; `lostBelow` finds those that a commit left behind without either.
 */
export class PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly totals: LogTotals = { held: 0, written: 0, duplicates: 0, parked: 0, delivered: 0 };
  /** The last committed offset, or null before the first commit. */
  committed: number | null = null;
  readonly #arrivals: Arrivals;
  readonly #epochMs: number;
  readonly #poison: Set<number>;
  readonly #keySalt: number;
  readonly #fate: Uint8Array;
  #handedTo = 0;
  readonly #refusals = new Map<number, number>();

  constructor(options: {
    topic: string;
    partition: number;
    arrivals: Arrivals;
    epochMs: number;
    seed: number;
    /** Offsets of the records that no sink will take. */
    poison: Set<number>;
    /** Records that the run will produce at most: no offset reaches it. */
    capacity: number;
  }) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.#arrivals = options.arrivals;
    this.#epochMs = options.epochMs;
    this.#poison = options.poison;
    this.#keySalt = Math.floor(createRng(deriveSeed(options.seed, `keys/${options.partition}`)).next() * 2 ** 31);
    this.#fate = new Uint8Array(options.capacity);
  }

  /** Log-end offset at `ms`: the offset that the next record will get. */
  endOffsetAt(ms: number): number {
    return this.#arrivals.arrivedBy(ms);
  }
  /** When record `offset` was or will be produced, in ms of the run. */
  arrivalOf(offset: number): number {
    return this.#arrivals.arrivalTimeOf(offset);
  }
  timestampOf(offset: number): number {
    return this.#epochMs + Math.floor(this.arrivalOf(offset));
  }
  keyOf(offset: number): string {
    return `customer-${this.#hash(offset) % 5000}`;
  }
  valueOf(offset: number): string {
    const cents = 100 + (this.#hash(offset + 1) % 99_900);
    const order = `{"order":"${this.partition}-${offset}","customer":"${this.keyOf(offset)}","cents":${cents}`;
    return this.#poison.has(offset) ? order : `${order}}`;
  }
  isPoison(offset: number): boolean {
    return this.#poison.has(offset);
  }
  /** Bad records before `offset`, and how many of them are not in the dead-letter queue. */
  poisonBelow(offset: number): { bad: number; missing: number } {
    let bad = 0;
    let missing = 0;
    for (const at of this.#poison) {
      if (at >= offset) continue;
      bad++;
      if (!this.isParked(at)) missing++;
    }
    return { bad, missing };
  }

  /** Notes that the program now holds the record. */
  hold(offset: number): void {
    this.totals.delivered++;
    this.#handedTo = Math.max(this.#handedTo, offset + 1);
    const fate = this.#fate[offset] as number;
    if ((fate & held) === 0) {
      this.#fate[offset] = fate | held;
      this.totals.held++;
    }
  }
  /** Records that were handed over more than once so far. */
  get redelivered(): number {
    return this.totals.delivered - this.#handedTo;
  }
  /** Notes a row in the sink; true when it is the first of this record. */
  write(offset: number): boolean {
    const fate = this.#release(offset);
    if ((fate & written) !== 0) {
      this.totals.duplicates++;
      return false;
    }
    this.#fate[offset] = fate | written;
    this.totals.written++;
    return true;
  }
  /** Notes the record in the dead-letter queue; true when it is the first time. */
  park(offset: number): boolean {
    const fate = this.#release(offset);
    if ((fate & parked) !== 0) return false;
    this.#fate[offset] = fate | parked;
    this.totals.parked++;
    return true;
  }
  isSettled(offset: number): boolean {
    return ((this.#fate[offset] ?? 0) & (written | parked)) !== 0;
  }
  isWritten(offset: number): boolean {
    return ((this.#fate[offset] ?? 0) & written) !== 0;
  }
  isParked(offset: number): boolean {
    return ((this.#fate[offset] ?? 0) & parked) !== 0;
  }

  /**
   * Moves the committed offset; records that it passes are no longer the program's to keep. Adds to
   * `left` what a death at this instant would leave behind.
   */
  commit(offset: number, left: LeftBehind = { unsettled: 0, unparked: 0 }): void {
    const from = this.committed ?? 0;
    this.committed = offset;
    for (let at = from; at < offset; at++) {
      const fate = this.#release(at);
      if (this.#poison.has(at)) {
        if ((fate & parked) === 0) left.unparked++;
      } else if ((fate & (written | parked)) === 0) left.unsettled++;
    }
  }
  /** Notes that the sink has named a bad record as one that it will never take. */
  refuse(offset: number): void {
    this.#refusals.set(offset, (this.#refusals.get(offset) ?? 0) + 1);
  }
  /** How often the sink named the bad record that it named most. */
  get mostRefusals(): number {
    return Math.max(0, ...this.#refusals.values());
  }
  /** The record at the committed offset, when it was handed over and not settled: nothing behind it can be committed. */
  blocker(): { partition: number; offset: number; isBad: boolean } | null {
    const offset = this.committed ?? 0;
    if (offset >= this.#handedTo || this.isSettled(offset)) return null;
    return { partition: this.partition, offset, isBad: this.#poison.has(offset) };
  }
  /** One past the last record that was ever handed to the program. */
  get handedTo(): number {
    return this.#handedTo;
  }
  /** Forgets what a dead process held. */
  releaseAll(): void {
    if (this.totals.held === 0) return;
    const fate = this.#fate;
    for (let at = 0; at < fate.length; at++) fate[at] = (fate[at] as number) & ~held;
    this.totals.held = 0;
  }
  /** Good records below `offset` that were neither written nor dead-lettered; bad ones are `poisonBelow`'s. */
  lostBelow(offset: number): number {
    let lost = 0;
    for (let at = 0; at < offset; at++) if (!this.isSettled(at) && !this.#poison.has(at)) lost++;
    return lost;
  }

  #release(offset: number): number {
    const fate = this.#fate[offset] as number;
    if ((fate & held) === 0) return fate;
    this.totals.held--;
    const rest = fate & ~held;
    this.#fate[offset] = rest;
    return rest;
  }
  #hash(offset: number): number {
    let h = Math.imul(offset ^ this.#keySalt, 0x9e3779b1);
    h ^= h >>> 15;
    h = Math.imul(h, 0x85ebca6b);
    return (h ^ (h >>> 13)) >>> 0;
  }
}
