// The figure's consumer: a poll loop with two water marks, bounded writes in batches, commits of what is settled.

import type { ConsumerRecord, OffsetCommit } from '#lab/kafka/api.ts';
import type { KafkaContext, Program, ProgramEnvironment } from '#lab/program.ts';
import { SinkError } from '#lab/sink/errors.ts';
import { maxPollRecords, type IntakeSettings } from './settings.ts';

const flushMs = 50;
const commitEveryMs = 50;

/** The records of one poll; `left` of them are not settled yet. */
interface Poll {
  readonly records: readonly ConsumerRecord[];
  readonly atMs: number;
  taken: number;
  left: number;
}

/** A program of the lab, as a learner might write it, with the numbers of the figure's controls. */
export function createConsumerProgram(settings: IntakeSettings): Program {
  return {
    start: (environment) =>
      Promise.resolve({
        config: { 'max.poll.records': maxPollRecords, 'enable.auto.commit': false },
        decision: undefined,
        run: (context: KafkaContext) => consume(context, settings, environment),
      }),
  };
}

async function consume(
  { consumer, sink, signal }: KafkaContext,
  { highMark, lowMark, isBounded, writesAtOnce, rowsPerWrite }: IntakeSettings,
  { timers, random }: ProgramEnvironment,
): Promise<void> {
  const polls: Poll[] = [];
  let queued = 0;
  let writing = 0;
  let isPaused = false;
  let committedAtMs = 0;

  const isDue = () => {
    const oldest = polls.find(({ records, taken }) => taken < records.length);
    return queued >= rowsPerWrite || (oldest !== undefined && timers.elapsedMs() - oldest.atMs >= flushMs);
  };

  function pump(): void {
    while (writing < writesAtOnce && isDue()) void write();
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

  /** Tries again after a random part of a growing ceiling: full jitter. */
  async function untilWritten(rows: readonly ConsumerRecord[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await sink.write(rows);
      } catch (error) {
        if (!(error instanceof SinkError)) throw error;
        const ceilingMs = Math.min(2_000, 100 * 2 ** attempt);
        await new Promise<void>((resolve) => timers.setTimeout(() => resolve(), random() * ceilingMs));
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
