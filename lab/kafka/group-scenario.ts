// A consumer group at a topic as a scenario: schema, words, and the trace that the count engine leaves.

import { z } from 'zod';
import { choice, duration, group, listOf, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunEvent, type RunTrace } from '../trace/run-trace.ts';
import { inWords } from '../trace/words.ts';
import type { GroupFlow } from './group-flow-readings.ts';
import { runGroupFlow, type Stretch } from './group-flow.ts';

const members = whole({
  label: 'Members',
  about: 'Consumers in the group; above the partition count they are idle (K3, K40).',
  least: 1,
  most: 200,
});
const memberCapacityPerSecond = quantity({
  label: 'Capacity of a member',
  unit: 'records/s',
  isLogarithmic: true,
  least: 1,
  most: 1_000_000,
});
const sinkLimitPerSecond = quantity({
  label: 'Sink limit',
  about: 'What all members together may write; without it the sink takes everything.',
  unit: 'records/s',
  isLogarithmic: true,
  most: 10_000_000,
});

const schema = z.strictObject({
  ...scenarioFields('kafka-group'),
  traffic: trafficField({
    label: 'Traffic',
    about: 'What producers write; a group that lags does not slow them (K2).',
  }),
  partitions: whole({ label: 'Partitions', least: 1, most: 200 }),
  hotPartitionShare: share({
    label: 'Hot partition',
    about: 'The part of all traffic that one partition gets; 0 spreads it evenly.',
  }).default(0),
  members,
  memberCapacityPerSecond,
  sinkLimitPerSecond: sinkLimitPerSecond.exactOptional(),
  rebalance: group(
    {
      kind: choice(['eager', 'cooperative'], {
        label: 'Protocol',
        about: 'Eager stops every member, cooperative only the partitions that move (K24, K25).',
      }),
      stopMs: duration({ label: 'Stop', about: 'How long a stopped partition is read by nobody.', most: 600_000 }),
    },
    { label: 'Rebalance' },
  ).default({ kind: 'eager', stopMs: 0 }),
  changes: listOf(
    z.strictObject({
      atMs: duration({ label: 'At' }),
      members: members.exactOptional(),
      memberCapacityPerSecond: memberCapacityPerSecond.exactOptional(),
      sinkLimitPerSecond: sinkLimitPerSecond.exactOptional(),
    }),
    { label: 'Changes', about: 'What changes during the run; other members mean a rebalance.', least: 0, most: 24 },
  ).default([]),
  retentionMs: duration({
    label: 'retention.ms',
    about: 'Kafka deletes what is this old, read or not; the run says when that begins. Default 168 h (KL1).',
    least: 1,
  }).default(604_800_000),
});

export type GroupScenario = z.infer<typeof schema>;

/** The flow of a scenario, in closed form. Nothing in it is left to chance, so there is no seed. */
export function flowOf(scenario: GroupScenario): GroupFlow {
  const { partitions, hotPartitionShare, sinkLimitPerSecond: limit } = scenario;
  const rest = (1 - hotPartitionShare) / (partitions - 1);
  return runGroupFlow({
    arrivals: scenario.traffic,
    partitions,
    ...(hotPartitionShare > 0 &&
      partitions > 1 && {
        partitionWeights: Array.from({ length: partitions }, (_, p) => (p === 0 ? hotPartitionShare : rest)),
      }),
    members: scenario.members,
    memberCapacityPerSecond: scenario.memberCapacityPerSecond,
    ...(limit !== undefined && { sinkLimitPerSecond: limit }),
    rebalance: scenario.rebalance,
    changes: scenario.changes,
    durationMs: scenario.durationMs,
  });
}

/** Amounts below this, in records or ms, come from adding fractions. */
const slack = 1e-3;
const settled = (amount: number): number => (Math.abs(amount) < slack ? 0 : amount);

function run(scenario: GroupScenario, seed: number): RunTrace {
  const flow = flowOf(scenario);
  const { sampleMs, samples } = samplingOf(scenario.durationMs);
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const bends = flow.stretches.map(({ toMs }) => toMs);
  const most = mostSince(times, bends);
  const stretches = times.map((ms) => flow.stretches.findLast(({ fromMs }) => fromMs <= ms) ?? flow.stretches[0]);
  const meanOf = (pick: (member: { busyShare: number; blockedShare: number }) => number) =>
    stretches.map((stretch) => {
      const list = stretch?.members ?? [];
      return list.reduce((sum, member) => sum + pick(member), 0) / Math.max(1, list.length);
    });
  const rateOf = (countBy: (ms: number) => number, at: (stretch: Stretch) => number) =>
    times.map((ms, i) => {
      const stretch = stretches[i];
      if (i === 0) return stretch === undefined ? 0 : at(stretch);
      return settled(((countBy(ms) - countBy(ms - sampleMs)) / sampleMs) * 1000);
    });
  const isBehind = flow.peakLag.records >= slack;
  const lossMs = firstLossMs(flow, scenario, times);
  const last = flow.stretches.at(-1);
  return {
    scenario,
    seed,
    endedMs: scenario.durationMs,
    sampleMs,
    series: {
      lagRecords: most(flow.lagRecordsAt),
      lagMs: most(flow.headOfLineAgeMsAt),
      arrivedPerSecond: rateOf(flow.arrivedBy, (stretch) => stretch.arrivedPerSecond),
      deliveredPerSecond: rateOf(flow.deliveredBy, (stretch) => stretch.deliveredPerSecond),
      busyShare: meanOf(({ busyShare }) => busyShare),
      blockedShare: meanOf(({ blockedShare }) => blockedShare),
      members: stretches.map((stretch) => stretch?.members.length ?? 0),
    },
    events: eventsOf(scenario, lossMs),
    totals: {
      arrived: flow.arrivedBy(scenario.durationMs),
      delivered: flow.deliveredBy(scenario.durationMs),
      finalLagRecords: settled(flow.lagRecordsAt(scenario.durationMs)),
      peakLagRecords: settled(flow.peakLag.records),
      peakLagAtMs: isBehind ? flow.peakLag.atMs : null,
      maxWaitMs: settled(flow.maxWaitMs),
      drainedAtMs: isBehind ? flow.drainedAtMs(flow.peakLag.atMs) : null,
      lossFromMs: lossMs,
    },
    tables: [
      {
        id: 'members',
        title: 'Members at the end',
        columns: [
          { id: 'member', label: 'Member', unit: 'count' },
          { id: 'partitions', label: 'Partitions', unit: 'count' },
          { id: 'arrivedPerSecond', label: 'Arrives', unit: 'records/s' },
          { id: 'deliveredPerSecond', label: 'Delivers', unit: 'records/s' },
          { id: 'busyShare', label: 'Busy', unit: 'share' },
          { id: 'blockedShare', label: 'Blocked', unit: 'share' },
        ],
        rows: (last?.members ?? []).map((member, i) => [
          i,
          member.partitions.length,
          member.arrivedPerSecond,
          member.deliveredPerSecond,
          member.busyShare,
          member.blockedShare,
        ]),
      },
    ],
  };
}

/** The most of a reading since the sample before, so that a peak between two samples is not lost. */
function mostSince(times: readonly number[], bends: readonly number[]) {
  return (at: (ms: number) => number): number[] => {
    let next = 0;
    return times.map((ms) => {
      let most = at(ms);
      for (; (bends[next] ?? Infinity) <= ms; next++) most = Math.max(most, at(bends[next] ?? ms));
      return settled(most);
    });
  };
}

/** When the oldest waiting record first reaches the retention, to a sample; null when none does. */
function firstLossMs(flow: GroupFlow, { retentionMs }: GroupScenario, times: readonly number[]): number | null {
  if (flow.isWithinRetention(retentionMs)) return null;
  return times.find((ms) => flow.headOfLineAgeMsAt(ms) >= retentionMs) ?? times.at(-1) ?? 0;
}

interface GroupEvent extends RunEvent {
  readonly kind: 'traffic' | 'rebalance' | 'capacity' | 'sink' | 'loss';
  readonly to: number;
}

function eventsOf(scenario: GroupScenario, lossMs: number | null): GroupEvent[] {
  const { traffic, changes, durationMs } = scenario;
  const events: GroupEvent[] = traffic
    .slice(1)
    .map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'traffic', to: recordsPerSecond }));
  for (const { atMs, ...change } of changes) {
    if (change.members !== undefined) events.push({ atMs, kind: 'rebalance', to: change.members });
    if (change.memberCapacityPerSecond !== undefined)
      events.push({ atMs, kind: 'capacity', to: change.memberCapacityPerSecond });
    if (change.sinkLimitPerSecond !== undefined) events.push({ atMs, kind: 'sink', to: change.sinkLimitPerSecond });
  }
  if (lossMs !== null) events.push({ atMs: lossMs, kind: 'loss', to: scenario.retentionMs });
  return events.filter(({ atMs }) => atMs <= durationMs).sort((a, b) => a.atMs - b.atMs);
}

const wordsOf: Record<GroupEvent['kind'], (to: number) => string> = {
  traffic: (to) => `Traffic goes to ${inWords(to, 'records/s')}`,
  rebalance: (to) => `The group has ${to} member${to === 1 ? '' : 's'}`,
  capacity: (to) => `A member takes ${inWords(to, 'records/s')}`,
  sink: (to) => `The sink takes ${inWords(to, 'records/s')}`,
  loss: (to) => `The oldest record is ${inWords(to, 'ms')} old: from here on Kafka deletes what nobody has read`,
};

export const kafkaGroup = defineSystem<GroupScenario>({
  name: 'kafka-group',
  title: 'Kafka consumer group',
  summary: 'A topic, its partitions and the group that reads them: how far does it fall behind, and when is it back?',
  schema,
  series: {
    lagRecords: {
      label: 'Lag',
      unit: 'records',
      about: 'Log end − committed offset, over all partitions: the most since the last sample (A7).',
    },
    lagMs: { label: 'Time lag', unit: 'ms', about: 'Age of the oldest record that waits, in any partition (M0.5).' },
    arrivedPerSecond: { label: 'Arrival rate', unit: 'records/s', about: 'What producers write.' },
    deliveredPerSecond: { label: 'Throughput', unit: 'records/s', about: 'What all members together process.' },
    busyShare: { label: 'Busy', unit: 'share', about: 'Part of their capacity that the members use, on average.' },
    blockedShare: {
      label: 'Blocked by the sink',
      unit: 'share',
      about: 'Part of their capacity that the sink refuses.',
    },
    members: { label: 'Members', unit: 'count', about: 'Consumers in the group.' },
  },
  totals: {
    arrived: { label: 'Arrived', unit: 'records', about: 'Written to the topic during the run.' },
    delivered: { label: 'Delivered', unit: 'records', about: 'Read and processed during the run.' },
    finalLagRecords: { label: 'Lag at the end', unit: 'records', about: 'Arrived − delivered.' },
    peakLagRecords: { label: 'Peak lag', unit: 'records', about: 'The most that waited at once.' },
    peakLagAtMs: { label: 'Peak lag at', unit: 'ms', about: 'When that was.' },
    maxWaitMs: { label: 'Longest wait', unit: 'ms', about: 'The longest time that any record waited.' },
    drainedAtMs: {
      label: 'Lag gone at',
      unit: 'ms',
      about: 'First moment without lag after its peak; none when there was no lag, or the run ends before.',
    },
    lossFromMs: {
      label: 'First loss to retention',
      unit: 'ms',
      about: 'When the oldest waiting record reaches retention.ms; from then on records are deleted unread (KL1).',
    },
  },
  plots: [
    { title: 'Lag', series: ['lagRecords'] },
    { title: 'Time lag', series: ['lagMs'] },
    { title: 'Rates', series: ['deliveredPerSecond', 'arrivedPerSecond'] },
    { title: 'Members’ time', series: ['busyShare', 'blockedShare'] },
  ],
  describe: (event) => wordsOf[(event as GroupEvent).kind]((event as GroupEvent).to),
  run,
  broken({ series, totals }) {
    const laws: string[] = [];
    const { arrived = 0, delivered = 0, finalLagRecords = 0 } = totals as Record<string, number>;
    if (Math.abs(arrived - delivered - finalLagRecords) > slack + 1e-9 * arrived)
      laws.push(`arrived ${arrived} ≠ delivered ${delivered} + lag ${finalLagRecords}`);
    for (const name of ['lagRecords', 'lagMs', 'deliveredPerSecond'])
      if (series[name]?.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
    return laws;
  },
});
