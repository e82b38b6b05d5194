// The topic of a run: what is in each partition, when it came, and what became of each record.

import { positiveInteger } from '../../argument.ts';
import type { ConsumerRecord } from '../../kafka/api.ts';
import { createProfile, type Profile } from '../../traffic/profile.ts';
import { deriveSeed } from '../../traffic/rng.ts';

export interface SourceSpec {
  readonly topic: string;
  readonly partitions: number;
  /** The partitions' parts of the traffic, in any unit; evenly spread by default. */
  readonly partitionWeights?: readonly number[];
  /** Arrivals of all partitions together. */
  readonly arrivals: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  /** From this time on the last partitions get nothing more. */
  readonly silence?: { readonly fromMs: number; readonly partitions: number };
  readonly customers: number;
  /** The part of all records that belongs to one customer. */
  readonly hotCustomerShare?: number;
  /** Event times lie evenly up to this far before the arrival. */
  readonly disorderMs?: number;
  /** Records that are much older than that. */
  readonly late?: { readonly share: number; readonly byMs: number };
  /** Records whose value is no JSON. */
  readonly unreadableShare?: number;
  /** Records of guests, whom the service does not know. */
  readonly guestShare?: number;
}

/** What became of a record; several may hold. */
export const fate = {
  written: 1,
  parked: 2,
  /** A filter or flatMap gave nothing out for it. */
  filtered: 4,
  /** An async function completed it with no result. */
  emptied: 8,
  late: 16,
  /** It went into the state of a window or a process function. */
  folded: 32,
} as const;
export type Fate = (typeof fate)[keyof typeof fate];

/** A record's number in its whole topic is partition · span + offset. */
const span = 1_000_000_000;

/**
 * A topic in closed form: values, keys and times are computed when they are read. Law: a record's content and event time
 * depend on (seed, partition, offset) alone.
 */
export class SourceLog {
  readonly spec: SourceSpec;
  readonly #epochMs: number;
  readonly #profiles: readonly Profile[];
  readonly #salts: readonly number[];
  readonly #fates: readonly Uint8Array[];

  constructor(options: { spec: SourceSpec; seed: number; epochMs: number; untilMs: number }) {
    const { spec, seed, epochMs, untilMs } = options;
    this.spec = spec;
    this.#epochMs = epochMs;
    positiveInteger(spec.partitions, 'source.partitions');
    positiveInteger(spec.customers, 'source.customers');
    const weights = spec.partitionWeights ?? Array.from({ length: spec.partitions }, () => 1);
    if (weights.length !== spec.partitions)
      throw new RangeError(
        `source.partitionWeights holds ${weights.length} weights; pass one for each of the ${spec.partitions} partitions.`,
      );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const firstSilent = spec.partitions - (spec.silence?.partitions ?? 0);
    this.#profiles = Array.from({ length: spec.partitions }, (_, partition) => {
      const silentMs = partition >= firstSilent ? (spec.silence?.fromMs ?? Infinity) : Infinity;
      const share = (weights[partition] ?? 0) / sum;
      const segments = spec.arrivals
        .filter(({ fromMs }) => fromMs < silentMs || fromMs === 0)
        .map(({ fromMs, recordsPerSecond }) => ({
          fromMs,
          recordsPerSecond: silentMs === 0 ? 0 : recordsPerSecond * share,
        }));
      return createProfile(
        silentMs > 0 && silentMs < Infinity ? [...segments, { fromMs: silentMs, recordsPerSecond: 0 }] : segments,
      );
    });
    this.#salts = this.#profiles.map((_, partition) => deriveSeed(seed, `topic/${partition}`));
    this.#fates = this.#profiles.map((profile) => new Uint8Array(profile.arrivedBy(untilMs) + 1));
  }

  get partitions(): number {
    return this.#profiles.length;
  }
  /** Records of a partition that have arrived by `ms`. */
  endOffset(partition: number, ms: number): number {
    return this.#profiles[partition]?.arrivedBy(ms) ?? 0;
  }
  arrivedBy(ms: number): number {
    return this.#profiles.reduce((sum, profile) => sum + profile.arrivedBy(ms), 0);
  }
  /** When a record arrives, in ms of the run; Infinity when it never does. */
  arrivalMs(partition: number, offset: number): number {
    return this.#profiles[partition]?.arrivalTimeOf(offset) ?? Infinity;
  }
  numberOf(partition: number, offset: number): number {
    return partition * span + offset;
  }

  record(partition: number, offset: number): ConsumerRecord {
    const customer = this.#customerOf(partition, offset);
    const cents = 100 + (this.#hash(partition, offset, 3) % 99_900);
    const value = `{"order":"${partition}-${offset}","customer":"${customer}","cents":${cents}`;
    return Object.freeze({
      topic: this.spec.topic,
      partition,
      offset,
      key: customer,
      value: this.#isUnreadable(partition, offset) ? value : `${value}}`,
      timestamp: this.timestampOf(partition, offset),
    });
  }

  /** Event time in ms since the epoch. */
  timestampOf(partition: number, offset: number): number {
    const { disorderMs = 0, late } = this.spec;
    let beforeMs = disorderMs === 0 ? 0 : this.#share(partition, offset, 4) * disorderMs;
    if (late !== undefined && this.#share(partition, offset, 5) < late.share) beforeMs += late.byMs;
    return this.#epochMs + Math.floor(this.arrivalMs(partition, offset) - beforeMs);
  }

  /** Whether a record can never succeed: its value is broken, or nobody knows its customer. */
  isBad(origin: number): boolean {
    const partition = Math.floor(origin / span);
    const offset = origin % span;
    return this.#isUnreadable(partition, offset) || this.#isGuest(partition, offset);
  }

  /** Notes what became of a record; true when it is news. */
  mark(origin: number, what: Fate): boolean {
    const fates = this.#fates[Math.floor(origin / span)];
    const offset = origin % span;
    if (origin < 0 || fates === undefined || offset >= fates.length) return false;
    const before = fates[offset] as number;
    fates[offset] = before | what;
    return (before & what) === 0;
  }

  /** How many of the records below these offsets have, by `is`, a fate. */
  count(offsets: readonly number[], is: (fates: number, isBad: () => boolean) => boolean): number {
    let count = 0;
    for (const [partition, end] of offsets.entries()) {
      const fates = this.#fates[partition] as Uint8Array;
      for (let offset = 0; offset < end; offset++)
        if (is(fates[offset] as number, () => this.isBad(this.numberOf(partition, offset)))) count++;
    }
    return count;
  }

  #customerOf(partition: number, offset: number): string {
    const { customers, hotCustomerShare = 0 } = this.spec;
    if (this.#isGuest(partition, offset)) return `guest-${this.#hash(partition, offset, 1) % 1_000}`;
    if (hotCustomerShare > 0 && this.#share(partition, offset, 2) < hotCustomerShare) return 'customer-0';
    const rest = hotCustomerShare > 0 ? 1 : 0;
    return `customer-${rest + (this.#hash(partition, offset, 1) % Math.max(1, customers - rest))}`;
  }
  #isUnreadable(partition: number, offset: number): boolean {
    const { unreadableShare = 0 } = this.spec;
    return unreadableShare > 0 && this.#share(partition, offset, 6) < unreadableShare;
  }
  #isGuest(partition: number, offset: number): boolean {
    const { guestShare = 0 } = this.spec;
    return guestShare > 0 && this.#share(partition, offset, 7) < guestShare;
  }
  #share(partition: number, offset: number, what: number): number {
    return this.#hash(partition, offset, what) / 4294967296;
  }
  #hash(partition: number, offset: number, what: number): number {
    let h = Math.imul(offset ^ (this.#salts[partition] ?? 0), 0x9e3779b1) + Math.imul(what, 0x7f4a7c15);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }
}
