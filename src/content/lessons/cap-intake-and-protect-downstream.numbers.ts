// The worked numbers of the lesson, all from the lab, with the member and the sink of its exercise.

import { base, callCost, fullSpeedPerSecond, maxPollRecords } from '#src/components/figure/intake/settings.ts';
import { busiestMemberPartitions } from '#lab/kafka/assignment.ts';
import { consumerDefaults } from '#lab/kafka/config.ts';
import { runGroupFlow } from '#lab/kafka/group-flow.ts';
import { maxQueueRecords, waterMarkCycle } from '#lab/kafka/water-marks.ts';
import { backoffCeilingMs } from '#lab/sink/backoff.ts';
import { callMs, rowsPerSecond } from '#lab/sink/call-cost.ts';
import { deadLetterRate } from '#lab/sink/dead-letters.ts';
import { crossoverPerSecond, flushRhythm } from '#lab/sink/flush.ts';
import { expectedAttempts, offeredPerSecond } from '#lab/sink/retry.ts';
import { counted, inWords, inMib, inSeconds, perSecond } from '#src/components/lesson/words.ts';
import { whole } from '#graders/checks/law.ts';

export {
  base,
  callCost,
  consumerDefaults,
  counted,
  inWords,
  fullSpeedPerSecond,
  inMib,
  inSeconds,
  maxPollRecords,
  perSecond,
  whole,
};

const { partitions, members } = base.group;
/** The whole topic, and this member's part of it. */
export const usual = { group: 20_000, member: (20_000 / partitions) * base.partitions };
export const peak = { group: 120_000, member: (120_000 / partitions) * base.partitions };
export { members, partitions };

/** The spike of the first figure: what one member leaves behind, and when it has caught up. */
export const sinkTakes = 8_000;
const flow = (seconds: number, takes: number) => {
  const toMs = 2_000 + seconds * 1000;
  const run = runGroupFlow({
    arrivals: [
      { fromMs: 0, recordsPerSecond: usual.member },
      { fromMs: 2_000, recordsPerSecond: peak.member },
      { fromMs: toMs, recordsPerSecond: usual.member },
    ],
    partitions: base.partitions,
    members: 1,
    memberCapacityPerSecond: takes,
    durationMs: 600_000,
  });
  return { backlog: run.peakLag.records, drainMs: (run.drainedAtMs(toMs) ?? Number.NaN) - toMs };
};
export const spike = flow(5, sinkTakes);
export const minute = { takes: 10_000, ...flow(60, 10_000) };

export const { connections } = base.sink;
const callOf = (rows: number) => ({
  rows,
  ms: callMs(callCost, rows),
  one: rowsPerSecond(callCost, rows),
  all: rowsPerSecond(callCost, rows, connections),
});
export const calls = [1, 20, 200, 1_000].map(callOf);
export const [single, twenty, batch, huge] = calls as [Call, Call, Call, Call];
type Call = ReturnType<typeof callOf>;

export const flushRule = { maxRecords: 200, maxDelayMs: 50 };
export const calmFlush = flushRhythm(flushRule, usual.member);
export const spikeFlush = flushRhythm(flushRule, peak.member);
export const crossover = crossoverPerSecond(flushRule);

export const marks = { highMarkRecords: 8_000, lowMarkRecords: 3_000 };
export const queueBound = maxQueueRecords(marks.highMarkRecords, maxPollRecords);
export const cycle = waterMarkCycle({ ...marks, intakePerSecond: peak.member, drainPerSecond: sinkTakes });

const fetched = Math.floor(consumerDefaults['max.partition.fetch.bytes'] / base.recordBytes);
export const prefetch = {
  perPartition: fetched,
  records: fetched * base.partitions,
  bytes: fetched * base.partitions * base.recordBytes,
};

const { limitBytes, baseBytes, bytesPerRecord } = base.process;
/** Records that fit into the heap beside the program, and how many of them are left for the queue. */
export const heapRecords = (limitBytes - baseBytes) / bytesPerRecord;
const inFlight = connections * batch.rows;
export const room = {
  records: heapRecords,
  queue: heapRecords - prefetch.records - inFlight - (maxPollRecords - 1),
  inFlight,
};

export const backoff = { baseMs: 100, capMs: 2_000 };
export const ceilings = [0, 1, 2, 3, 4, 5].map((retry) => backoffCeilingMs(backoff, retry));
export const attempts = { half: expectedAttempts(0.5, 3), outage: expectedAttempts(1, 3) };
export const budget = {
  without: offeredPerSecond({ recordsPerSecond: 900, attempts: 3 }, 1),
  within: offeredPerSecond({ recordsPerSecond: 900, attempts: 3, retryBudgetShare: 0.1 }, 1),
};

export const poisonPerDay = deadLetterRate(usual.member, 0.001).perDay;

/** What a crash makes the consumer write again: at most what was settled since the last commit. */
export const commitEveryMs = 500;
export const rewritten = (peak.member * commitEveryMs) / 1000;

/** A group at the whole topic, five minutes of spike, 5,000/s a member. */
export const groups = [8, 16, 24, 48].map((count) => {
  const run = runGroupFlow({
    arrivals: [
      { fromMs: 0, recordsPerSecond: usual.group },
      { fromMs: 1_000, recordsPerSecond: peak.group },
      { fromMs: 301_000, recordsPerSecond: usual.group },
    ],
    partitions,
    members: count,
    memberCapacityPerSecond: 5_000,
    durationMs: 3_600_000,
  });
  return {
    members: count,
    capacity: count * 5_000,
    backlog: run.peakLag.records,
    drainMs: (run.drainedAtMs(301_000) ?? Number.NaN) - 301_000,
  };
});
export const busiest = [24, 32, 47, 48].map((count) => busiestMemberPartitions(partitions, count));
/** The same with a sink that takes 50,000/s from all of them. */
export const sinkBound =
  runGroupFlow({
    arrivals: [{ fromMs: 0, recordsPerSecond: peak.group }],
    partitions,
    members: 16,
    memberCapacityPerSecond: 5_000,
    sinkLimitPerSecond: 50_000,
    durationMs: 60_000,
  }).deliveredBy(60_000) / 60;
