// A topic as a Spark query reads it: its partitions' logs, with event times that may lag behind or run ahead.

import type { Arrivals } from '../kafka/log.ts';
import type { Span } from '../kafka/scenario.ts';
import { runEpochMs } from '../process/host.ts';
import { createProfile, type ProfileSegment } from '../traffic/profile.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import type { EventTimes, TopicScenario } from './program-scenario-data.ts';
import { QueryLog } from './query-log.ts';

/** The next offset to read, by partition. */
export type Offsets = readonly number[];

/** A query's way through a topic, as its checkpoint has it. */
export interface TopicReader {
  /** Everything before these is done. */
  readonly offsets: Offsets;
  /** Whether a query runs on it. */
  readonly isActive: boolean;
}

/** A topic, and how far the queries have come with it: its logs count as committed what all that run now have passed. */
export class Topic {
  readonly name: string;
  readonly logs: readonly TopicLog[];
  readonly #readers = new Set<TopicReader>();

  constructor(name: string, logs: readonly TopicLog[]) {
    this.name = name;
    this.logs = logs;
  }

  /** One past the last record of each partition. */
  latestAt(ms: number): Offsets {
    return this.logs.map((log) => log.endOffsetAt(ms));
  }
  addReader(reader: TopicReader): void {
    this.#readers.add(reader);
    this.commit();
  }
  /** Moves the logs' committed offsets on to where the slowest active reader is; never back. */
  commit(): void {
    const active = [...this.#readers].filter(({ isActive }) => isActive);
    for (const [partition, log] of this.logs.entries()) {
      const least = Math.min(...active.map(({ offsets }) => offsets[partition] ?? 0));
      if (least < Infinity && least > (log.committed ?? 0)) log.commit(least);
    }
  }
  /** When the next record comes after `ms`, in ms of the run; Infinity when none does. */
  nextArrivalMs(ms: number): number {
    return Math.min(...this.logs.map((log) => log.arrivalOf(log.endOffsetAt(ms))));
  }
}

/** One partition of a topic. */
export class TopicLog extends QueryLog {
  readonly #eventTime: EventTimes;
  readonly #salt: number;
  readonly #futureOffset: number | null;
  readonly #keys: number;

  constructor(
    options: ConstructorParameters<typeof QueryLog>[0] & { eventTime: EventTimes; keys: number; keySeed: number },
  ) {
    super(options);
    const { eventTime, partition, keys, keySeed } = options;
    this.#eventTime = eventTime;
    this.#keys = keys;
    this.#salt = deriveSeed(keySeed, `events/${options.topic}/${partition}`);
    const { future } = eventTime;
    this.#futureOffset = future?.partition === partition ? this.#firstFrom(future.atMs) : null;
  }

  /** When the record happened, in whole ms since the epoch. */
  override timestampOf(offset: number): number {
    const { lagMs = 0, spreadMs = 0, late, slow, future } = this.#eventTime;
    const arrivalMs = this.arrivalOf(offset);
    if (offset === this.#futureOffset) return runEpochMs + Math.floor(arrivalMs + (future?.aheadMs ?? 0));
    let eventMs = arrivalMs - lagMs - spreadMs * share(offset, this.#salt);
    if (slow?.partition === this.partition) eventMs -= slow.byMs;
    if (late !== undefined && share(offset, ~this.#salt) < late.share) eventMs -= late.byMs;
    return runEpochMs + Math.floor(eventMs);
  }
  override keyOf(offset: number): string {
    return `customer-${Math.floor(share(offset, this.#salt ^ 0x51ab) * this.#keys)}`;
  }

  #firstFrom(ms: number): number {
    const before = this.endOffsetAt(ms);
    return before > 0 && this.arrivalOf(before - 1) >= ms ? before - 1 : before;
  }
}

/** A number in [0, 1) that depends on both and looks like chance. */
function share(offset: number, salt: number): number {
  let h = Math.imul(offset ^ salt, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

/** A topic for a seed, long enough for a run of `lengthMs`. */
export function createTopic(scenario: TopicScenario, lengthMs: number, seed: number): Topic {
  const weights = weightsOf(scenario, seed);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const logs = weights.map((weight, partition) => {
    const part = all === 0 ? 0 : weight / all;
    const arrivals = arrivalsOf(scenario, partition, part);
    const capacity = arrivals.arrivedBy(lengthMs);
    const log = new TopicLog({
      topic: scenario.topic,
      partition,
      arrivals,
      epochMs: runEpochMs,
      seed,
      poison: poisonOf(scenario, partition, capacity, seed),
      capacity,
      eventTime: scenario.eventTime ?? {},
      keys: scenario.keys,
      keySeed: seed,
    });
    log.committed = 0;
    return log;
  });
  return new Topic(scenario.topic, logs);
}

function weightsOf({ topic, partitions, partitionWeights }: TopicScenario, seed: number): readonly number[] {
  if (partitionWeights !== undefined) {
    if (partitionWeights.length === partitions) return partitionWeights;
    throw new RangeError(`partitionWeights has ${partitionWeights.length} values for ${partitions} partitions.`);
  }
  const rng = createRng(deriveSeed(seed, `partitions/${topic}`));
  return Array.from({ length: partitions }, () => 1 + 0.06 * (rng.next() - 0.5));
}

function arrivalsOf(scenario: TopicScenario, partition: number, part: number): Arrivals {
  const { spike, silent = [], baseRecordsPerSecond, backlogRecords = 0 } = scenario;
  const quiet = silent.filter((span) => span.partition === undefined || span.partition === partition);
  const holds = ({ fromMs, toMs }: Span, ms: number) => fromMs <= ms && ms < toMs;
  const bounds = [spike, ...quiet].flatMap((span) => (span === undefined ? [] : [span.fromMs, span.toMs]));
  const segments: ProfileSegment[] = [...new Set([0, ...bounds.filter((ms) => ms > 0)])]
    .sort((a, b) => a - b)
    .map((fromMs) => {
      const rate = spike !== undefined && holds(spike, fromMs) ? spike.recordsPerSecond : baseRecordsPerSecond;
      return { fromMs, recordsPerSecond: quiet.some((span) => holds(span, fromMs)) ? 0 : Math.round(rate * part) };
    });
  const profile = createProfile(segments);
  const before = Math.round(backlogRecords * part);
  // The backlog has come at the base rate before the run began.
  const apartMs = 1_000 / Math.max(1, baseRecordsPerSecond * part);
  return {
    arrivedBy: (ms) => before + profile.arrivedBy(ms),
    arrivalTimeOf: (index) => (index < before ? (index - before) * apartMs : profile.arrivalTimeOf(index - before)),
  };
}

function poisonOf(
  { topic, poisonShare }: TopicScenario,
  partition: number,
  capacity: number,
  seed: number,
): Set<number> {
  const poison = new Set<number>();
  if (poisonShare === 0) return poison;
  const dice = createRng(deriveSeed(seed, `poison/${topic}/${partition}`));
  let at = Math.floor(dice.exponential(poisonShare));
  while (at < capacity) {
    poison.add(at);
    at += 1 + Math.floor(dice.exponential(poisonShare));
  }
  return poison;
}
