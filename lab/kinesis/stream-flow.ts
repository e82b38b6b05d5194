// A stream of shards and the applications that read it. Shards of equal traffic and equal readers are run once.

import { positiveInteger, shareOfOne } from '../argument.ts';
import type { AgingQueue } from '../fluid/aging-queue.ts';
import { shown } from '../fluid/line.ts';
import type { Reader } from './reader.ts';
import { runShardFlow, type ReaderFlow, type ShardFlow, type ShardSetup } from './shard-flow.ts';

/** An application, and the leases that its workers may hold together: a shard without one is read by nobody (N5). */
export interface Application {
  readonly reader: Reader;
  readonly leases: number;
}

export interface StreamSetup extends Omit<ShardSetup, 'readers'> {
  readonly shards: number;
  /** The part of all traffic that one shard gets; 0 spreads it evenly. */
  readonly hotShardShare: number;
  readonly applications: readonly Application[];
}

/** Shards that fare alike. */
export interface ShardClass {
  readonly shards: number;
  readonly flow: ShardFlow;
}

/** What is so for one application, over all shards. */
export interface ApplicationReading {
  readonly readRecords: number;
  readonly processedRecords: number;
  readonly lagRecords: number;
  readonly lostRecords: number;
  /** GetRecords.IteratorAgeMilliseconds: the age of the oldest unread record of any shard. */
  readonly iteratorAgeMs: number;
}

export interface StreamFlow {
  readonly classes: readonly ShardClass[];
  applicationAt(application: number, ms: number): ApplicationReading;
  /** The sum over all shards of what `pick` reads from the writes of one. */
  writes(pick: (writes: AgingQueue) => number): number;
  /** The sum over all shards, and the greatest of any shard, of what `pick` reads from one application's part. */
  sum(application: number, pick: (reader: ReaderFlow) => number): number;
  most(application: number, pick: (reader: ReaderFlow) => number): number;
}

/** Runs every shard of a stream (M7). Throws RangeError for input out of range. */
export function runStreamFlow(setup: StreamSetup): StreamFlow {
  const shards = positiveInteger(setup.shards, 'shards');
  const classes = classesOf(setup, shards).map(({ count, weight, leased }) => ({
    shards: count,
    flow: runShardFlow({
      ...setup,
      offered: setup.offered.map(({ fromMs, recordsPerSecond }) => ({
        fromMs,
        recordsPerSecond: recordsPerSecond * weight,
      })),
      readers: setup.applications.map(({ reader }, i) =>
        leased[i] === true ? reader : { ...reader, outages: [{ fromMs: 0, toMs: setup.durationMs }] },
      ),
    }),
  }));
  const readersOf = (application: number) =>
    classes.flatMap(({ shards: count, flow }) => {
      const reader = flow.readers[application];
      return reader === undefined ? [] : [{ count, reader }];
    });
  const sum = (application: number, pick: (reader: ReaderFlow) => number) =>
    shown(readersOf(application).reduce((all, { count, reader }) => all + count * pick(reader), 0));
  const most = (application: number, pick: (reader: ReaderFlow) => number) =>
    readersOf(application).reduce((greatest, { reader }) => Math.max(greatest, pick(reader)), 0);
  return {
    classes,
    sum,
    most,
    writes: (pick) => shown(classes.reduce((all, { shards: count, flow }) => all + count * pick(flow.writes), 0)),
    applicationAt: (application, ms) => ({
      readRecords: sum(application, ({ shard }) => shard.servedAt(ms)),
      processedRecords: sum(application, ({ processed }) => processed.curve.valueAt(ms)),
      lagRecords: sum(application, ({ shard }) => shard.waitingAt(ms)),
      lostRecords: sum(application, ({ shard }) => shard.expiredAt(ms)),
      iteratorAgeMs: most(application, ({ shard }) => shard.ageMsAt(ms)),
    }),
  };
}

/** The hot shard first; leases go to the first shards of the list. */
function classesOf({ hotShardShare, applications }: StreamSetup, shards: number) {
  const hot = shareOfOne(hotShardShare, 'hotShardShare');
  const isEven = hot === 0 || shards === 1;
  const classes = new Map<string, { count: number; weight: number; leased: boolean[] }>();
  for (let shard = 0; shard < shards; shard++) {
    const weight = isEven ? 1 / shards : shard === 0 ? hot : (1 - hot) / (shards - 1);
    const leased = applications.map(({ leases }) => shard < leases);
    const key = [weight, ...leased].join();
    const known = classes.get(key);
    if (known === undefined) classes.set(key, { count: 1, weight, leased });
    else known.count++;
  }
  return [...classes.values()];
}
