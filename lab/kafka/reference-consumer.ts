// The consumer behind figures and the playground: a poll loop with two water marks, bounded writes in batches, bad rows to
// the dead-letter queue, commits of what is settled. A program of the lab like any learner's.

import type { KafkaContext, Program, ProgramEnvironment } from '../program.ts';
import { SinkError } from '../sink/errors.ts';
import type { ConsumerRecord, OffsetCommit } from './api.ts';

/** What may be set of it; marks and rows in records, times in ms. */
export interface ReferenceConsumerSettings {
  readonly maxPollRecords: number;
  /** Whether it pauses its partitions at the high mark, until the queue is down to the low one. */
  readonly isBounded: boolean;
  readonly highMark: number;
  readonly lowMark: number;
  readonly writesAtOnce: number;
  /** A write begins at so many rows, or when its oldest has waited for `flushMs`. */
  readonly rowsPerWrite: number;
  readonly flushMs: number;
  readonly commitEveryMs: number;
  /** A failed write is tried again after a part of a growing ceiling: a random one, or all of it. */
  readonly hasJitter: boolean;
}

/** The records of one poll; `left` of them are not settled yet. */
interface Poll {
  readonly records: readonly ConsumerRecord[];
  readonly atMs: number;
  taken: number;
  left: number;
}

/** A program for runConsumer, with these settings. */
export function createReferenceConsumer(settings: ReferenceConsumerSettings): Program {
  return {
    start: (environment) =>
      Promise.resolve({
        config: { 'max.poll.records': settings.maxPollRecords, 'enable.auto.commit': false },
        decision: undefined,
        run: (context: KafkaContext) => consume(context, settings, environment),
      }),
  };
}

async function consume(
  { consumer, sink, deadLetters, signal }: KafkaContext,
  settings: ReferenceConsumerSettings,
  { timers, random }: ProgramEnvironment,
): Promise<void> {
  const { highMark, lowMark, isBounded, writesAtOnce, rowsPerWrite, flushMs, commitEveryMs, hasJitter } = settings;
  const polls: Poll[] = [];
  const failures: unknown[] = [];
  let queued = 0;
  let writing = 0;
  let isPaused = false;
  let committedAtMs = 0;

  const isDue = () => {
    const oldest = polls.find(({ records, taken }) => taken < records.length);
    return queued >= rowsPerWrite || (oldest !== undefined && timers.elapsedMs() - oldest.atMs >= flushMs);
  };

  function pump(): void {
    while (writing < writesAtOnce && isDue()) write().catch((error: unknown) => failures.push(error));
  }

  async function write(): Promise<void> {
    const rows: ConsumerRecord[] = [];
    const parts: [Poll, number][] = [];
    for (const poll of polls) {
      const count = Math.min(poll.records.length - poll.taken, rowsPerWrite - rows.length);
      if (count === 0) continue;
      for (let i = poll.taken; i < poll.taken + count; i++) rows.push(poll.records[i] as ConsumerRecord);
      poll.taken += count;
      parts.push([poll, count]);
      if (rows.length === rowsPerWrite) break;
    }
    queued -= rows.length;
    writing++;
    await untilWritten(rows);
    writing--;
    for (const [poll, count] of parts) poll.left -= count;
    pump();
  }

  /** Tries again what may succeed later, and parks what never will. */
  async function untilWritten(rows: readonly ConsumerRecord[]): Promise<void> {
    let left = rows;
    for (let attempt = 0; left.length > 0; attempt++) {
      try {
        return await sink.write(left);
      } catch (error) {
        if (!(error instanceof SinkError)) throw error;
        if (!error.retryable) {
          const bad = new Set(error.rowIndexes);
          const parked = left.filter((_, i) => bad.has(i));
          left = left.filter((_, i) => !bad.has(i));
          await deadLetters.send(parked, error.code);
          continue;
        }
        const ceilingMs = Math.min(2_000, 100 * 2 ** attempt);
        const waitMs = hasJitter ? random() * ceilingMs : ceilingMs;
        await new Promise<void>((resolve) => timers.setTimeout(() => resolve(), waitMs));
      }
    }
  }

  /** Whole polls from the front whose records are all settled: everything before their ends may be committed. */
  function settled(): OffsetCommit[] {
    const ends = new Map<number, OffsetCommit>();
    while (polls[0]?.left === 0) {
      for (const { topic, partition, offset } of (polls.shift() as Poll).records) {
        ends.set(partition, { topic, partition, offset: offset + 1 });
      }
    }
    return [...ends.values()];
  }

  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    if (failures.length > 0) throw failures[0];
    const records = await consumer.poll(20);
    if (records.length > 0) {
      polls.push({ records, atMs: timers.elapsedMs(), taken: 0, left: records.length });
      queued += records.length;
    }
    if (isBounded && !isPaused && queued >= highMark) {
      consumer.pause(consumer.assignment());
      isPaused = true;
    } else if (isPaused && queued <= lowMark) {
      consumer.resume(consumer.assignment());
      isPaused = false;
    }
    pump();
    if (timers.elapsedMs() - committedAtMs >= commitEveryMs) {
      committedAtMs = timers.elapsedMs();
      const offsets = settled();
      if (offsets.length > 0) await consumer.commitSync(offsets);
    }
  }
}
