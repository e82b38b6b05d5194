// The count engine of one shard: what is written, what each application reads, processes and loses to retention, in
// closed form from one change of a rate to the next. A day of calls costs a handful of steps.

import { positive } from '../argument.ts';
import { AgingQueue, type Outflow } from '../fluid/aging-queue.ts';
import { hairOf, Line, notBefore, snap } from '../fluid/line.ts';
import { fairShares } from '../kafka/fair-share.ts';
import { readLimitPerSecond, shardLimits, writeLimitPerSecond } from './limits.ts';
import { paceOf, type Reader, type ReaderPace } from './reader.ts';

/** A span in which an application does not run: it goes on from where it was. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ShardSetup {
  /** What producers write to this shard: a rate from `fromMs` on, the first from 0. */
  readonly offered: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly recordBytes: number;
  /** How long producers try a refused write again. */
  readonly producerTtlMs: number;
  readonly retentionMs: number;
  readonly readers: readonly Reader[];
  readonly durationMs: number;
}

/** What an application does from `fromMs` until its next stretch. */
export interface ReaderStretch {
  readonly fromMs: number;
  readonly readPerSecond: number;
  readonly processedPerSecond: number;
  /** Part of the calls that it wanted to make and that the shard refused: ReadProvisionedThroughputExceeded. */
  readonly refusedShare: number;
  /** Part of its time that the processor works. */
  readonly busyShare: number;
}

export interface ReaderFlow {
  readonly pace: ReaderPace;
  /** The shard as this application sees it: waiting = behind the tip, expired = lost to retention. */
  readonly shard: AgingQueue;
  /** Records that the processor has done and checkpointed. */
  readonly processed: Line;
  readonly stretches: readonly ReaderStretch[];
}

export interface ShardFlow {
  /** Writes: waiting = refused and tried again, served = accepted, expired = given up. */
  readonly writes: AgingQueue;
  readonly readers: readonly ReaderFlow[];
}

interface ReaderState extends ReaderFlow {
  readonly stretches: ReaderStretch[];
}

interface ReaderRates extends Outflow {
  readonly processedPerSecond: number;
  readonly refusedShare: number;
}

/**
 * Runs one shard (M7, N1–N8). Producers are held to 1 MB and 1,000 records a second. Each polling application reads at
 * most a full response per cycle; all of them together share the shard's five calls and two megabytes a second, a fan-out
 * consumer has two megabytes of its own. What is read waits in a bounded prefetch; while that is full the client makes no
 * call. A record that stays unread for `retentionMs` is lost, and nobody is told.
 *
 * Laws: offered = accepted + waiting + given up; accepted = read + backlog + lost for each application, at every instant;
 * read = processed + prefetched; no limit is exceeded over any span. Records may be fractions: round for display.
 * Throws RangeError for input out of range, naming it.
 */
export function runShardFlow(setup: ShardSetup): ShardFlow {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const { recordBytes, offered } = setup;
  const writeLimit = writeLimitPerSecond(recordBytes);
  const readLimit = readLimitPerSecond(recordBytes);
  const offers = new Line();
  const writes = new AgingQueue(offers, setup.producerTtlMs);
  const readers: ReaderState[] = setup.readers.map((reader) => ({
    pace: paceOf(reader, recordBytes),
    shard: new AgingQueue(writes.served, setup.retentionMs),
    processed: new Line(),
    stretches: [],
  }));
  const fixed = [
    durationMs,
    ...offered.map(({ fromMs }) => fromMs),
    ...readers.flatMap(({ pace }) => pace.outages.flatMap(({ fromMs, toMs }) => [fromMs, toMs])),
  ].sort((a, b) => a - b);

  while (offers.endMs < durationMs) {
    const nowMs = offers.endMs;
    const inPerSecond = offered.findLast(({ fromMs }) => fromMs <= nowMs)?.recordsPerSecond ?? 0;
    const written = writes.outflow(inPerSecond, writeLimit);
    const rates = ratesOf(readers, nowMs, written.servedPerSecond, readLimit);
    const toMs = Math.min(
      fixed.find((ms) => ms > nowMs) ?? durationMs,
      writes.holdsUntilMs(inPerSecond, written),
      ...readers.map((reader, i) => holdsUntilMs(reader, written.servedPerSecond, rates[i] as ReaderRates)),
    );
    offers.extend(toMs, inPerSecond);
    writes.advance(written);
    for (const [i, reader] of readers.entries()) advance(reader, nowMs, toMs, rates[i] as ReaderRates);
  }
  return { writes, readers };
}

/** A processor that costs nothing takes what it has at once: this stands for it. */
const atOncePerSecond = 1e9;

function prefetched({ shard, processed }: Pick<ReaderState, 'shard' | 'processed'>): number {
  const ahead = shard.served.end - processed.end;
  return ahead < hairOf(shard.served.end) ? 0 : snap(ahead);
}

/** Who reads and processes how fast, given what is on the shard, in the prefetch, and shared. */
function ratesOf(
  readers: readonly ReaderState[],
  nowMs: number,
  writtenPerSecond: number,
  readLimit: number,
): ReaderRates[] {
  const calls = readers.map((reader) => callsWanted(reader, nowMs));
  const allowed = fairShares(
    shardLimits.callsPerSecond,
    readers.map(({ pace }, i) => (pace.isPolling ? (calls[i] ?? 0) : 0)),
  );
  const wanted = readers.map(({ pace, shard }, i) => {
    const byCalls = pace.batchRecords * ((pace.isPolling ? allowed[i] : calls[i]) ?? 0);
    return shard.hasWaiting ? byCalls : Math.min(byCalls, writtenPerSecond);
  });
  const polled = fairShares(
    readLimit,
    wanted.map((perSecond, i) => (readers[i]?.pace.isPolling === true ? perSecond : 0)),
  );
  return readers.map((reader, i) => {
    const { pace, shard } = reader;
    const wantedPerSecond = wanted[i] ?? 0;
    const readPerSecond = pace.isPolling ? (polled[i] ?? 0) : Math.min(wantedPerSecond, readLimit);
    const capacity = isUp(pace, nowMs) ? Math.min(pace.processedPerSecond, atOncePerSecond) : 0;
    const out = shard.outflow(writtenPerSecond, readPerSecond);
    const answered = readPerSecond < wantedPerSecond ? readPerSecond / pace.batchRecords : (allowed[i] ?? 0);
    return {
      ...out,
      processedPerSecond: prefetched(reader) > 0 ? capacity : Math.min(capacity, out.servedPerSecond),
      refusedShare: pace.isPolling && (calls[i] ?? 0) > 0 ? Math.max(0, 1 - answered / (calls[i] ?? 1)) : 0,
    };
  });
}

function isUp({ outages }: ReaderPace, nowMs: number): boolean {
  return !outages.some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
}

/** Calls/s that an application would make: one for each cycle, and with a full prefetch one for each batch processed. */
function callsWanted(reader: ReaderState, nowMs: number): number {
  const { pace } = reader;
  if (!isUp(pace, nowMs)) return 0;
  const isFull = prefetched(reader) >= pace.prefetchRecords - hairOf(reader.processed.end);
  return Math.min(1000 / pace.cycleMs, isFull ? pace.processedPerSecond / pace.batchRecords : Infinity);
}

/** Until when an application's rates hold: its part of the shard runs dry or too old, or its prefetch fills or empties. */
function holdsUntilMs(reader: ReaderState, writtenPerSecond: number, rates: ReaderRates): number {
  const untilMs = reader.shard.holdsUntilMs(writtenPerSecond, rates);
  const nowMs = reader.processed.endMs;
  const held = prefetched(reader);
  const rise = rates.servedPerSecond - rates.processedPerSecond;
  const room = reader.pace.prefetchRecords - held;
  if (rise > 0 && room > hairOf(reader.processed.end))
    return Math.min(untilMs, notBefore(nowMs, nowMs + (room / rise) * 1000));
  if (rise < 0 && held > 0) return Math.min(untilMs, notBefore(nowMs, nowMs + (held / -rise) * 1000));
  return untilMs;
}

function advance(reader: ReaderState, fromMs: number, toMs: number, rates: ReaderRates): void {
  const { shard, processed, pace, stretches } = reader;
  shard.advance(rates);
  processed.extend(toMs, rates.processedPerSecond);
  if (prefetched(reader) === 0) processed.end = shard.served.end;
  const last = stretches.at(-1);
  const stretch = {
    fromMs,
    readPerSecond: rates.servedPerSecond,
    processedPerSecond: rates.processedPerSecond,
    refusedShare: rates.refusedShare,
    busyShare: busyShareOf(pace, rates.processedPerSecond),
  };
  const isSame =
    last !== undefined &&
    last.readPerSecond === stretch.readPerSecond &&
    last.processedPerSecond === stretch.processedPerSecond &&
    last.refusedShare === stretch.refusedShare;
  if (!isSame) stretches.push(stretch);
}

/** A processor that keeps up gets a batch for each cycle, and pays for batches as well as for records. */
function busyShareOf({ cost, cycleMs, processedPerSecond }: ReaderPace, perSecond: number): number {
  if (perSecond === 0) return 0;
  if (perSecond >= processedPerSecond) return 1;
  return Math.min(1, (cost.batchMs + cost.checkpointMs) / cycleMs + (perSecond * cost.recordMs) / 1000);
}
