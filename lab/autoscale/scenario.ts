// A consumer group and its autoscaler as a scenario: schema, words, and the trace of the closed loop.

import { z } from 'zod';
import { choice, duration, flag, group, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunEvent, type RunTrace } from '../trace/run-trace.ts';
import { wholeCounts } from '../trace/whole-counts.ts';
import type { ScalerKind } from './scaler.ts';
import { runScaling, type ScalingEvent, type ScalingRun } from './scaling-loop.ts';
import { drainedAtMs, instantsAt, mostChangesPer10Min, oldestAgeMs } from './scaling-readings.ts';

const replicas = (label: string, about: string, least = 0) => whole({ label, about, least, most: 200 });
const rate = (label: string, about: string, least = 0) =>
  quantity({ label, about, unit: 'records/s', isLogarithmic: true, least, most: 10_000_000 });
const records = (label: string, about: string, least = 0) =>
  quantity({ label, about, unit: 'records', isLogarithmic: true, least, most: 1e10 });

const schema = z
  .strictObject({
    ...scenarioFields('autoscaling', { mostMs: 43_200_000 }),
    traffic: trafficField({ label: 'Traffic', about: 'What producers want to write.' }),
    startLagRecords: records('Lag at the start', 'What waits at 0 ms, spread evenly over the partitions.').default(0),
    partitions: whole({ label: 'Partitions', about: 'More replicas than these are idle (K3).', least: 1, most: 200 }),
    hotPartitionShare: share({
      label: 'Hot partition',
      about: 'The part of all traffic that one partition gets; 0 spreads it evenly.',
    }).default(0),
    startReplicas: replicas('Replicas at the start', 'Ready at 0 ms.'),
    replicaPerSecond: rate('Capacity of a replica', 'Records that one replica can process.', 1),
    cpuShareAtCapacity: share({
      label: 'CPU at capacity',
      about:
        'CPU of a replica at full speed, as a share of what it requests (H3); waiting for the sink takes none (H4).',
    }).default(0.9),
    sinkLimitPerSecond: rate(
      'Sink limit',
      'What all replicas together may write; without it the sink takes everything (H9).',
    ).exactOptional(),
    slowSink: group(
      {
        fromMs: duration({ label: 'From', most: 43_200_000 }),
        toMs: duration({ label: 'Until', most: 43_200_000 }),
        recordsPerSecond: rate('Limit meanwhile', 'What the sink takes during this time.'),
      },
      { label: 'A slow sink' },
    ).exactOptional(),
    scaler: choice(['none', 'cpu', 'keda'], {
      label: 'Scaler',
      about:
        'Replicas by CPU through an HPA, or by lag through KEDA, whose HPA has the same tolerance and limits (H6).',
      names: { none: 'None', cpu: 'HPA on CPU', keda: 'KEDA on lag' },
    }),
    minReplicas: replicas('minReplicas', 'KEDA: minReplicaCount, default 0. HPA: minReplicas, default 1.'),
    maxReplicas: replicas('maxReplicas', 'KEDA: maxReplicaCount, default 100.', 1),
    tolerance: share({ label: 'tolerance', about: 'No change within it of the target; default 0.1 (H1).' }).default(
      0.1,
    ),
    scaleUpStabilizationMs: duration({
      label: 'scaleUp.stabilizationWindowSeconds',
      about: 'The lowest recommendation of this time counts; default 0 (H2).',
      most: 3_600_000,
    }).default(0),
    scaleDownStabilizationMs: duration({
      label: 'scaleDown.stabilizationWindowSeconds',
      about: 'The highest recommendation of this time counts; default 300 s (H2).',
      most: 3_600_000,
    }).default(300_000),
    cpuTargetShare: quantity({
      label: 'averageUtilization',
      about: 'HPA on CPU: the share of the requests to aim at.',
      unit: 'share',
      step: 0.01,
      least: 0.05,
      most: 1,
    }).default(0.7),
    lagThreshold: records('lagThreshold', 'KEDA: lag for each replica; default 10 (H5).', 1).default(10),
    rateThreshold: rate(
      'Rate trigger',
      'KEDA: a second trigger, arrivals for each replica; the larger answer wins (H7). None by default.',
      1,
    ).exactOptional(),
    activationLagThreshold: records('activationLagThreshold', 'KEDA: above it 0 replicas become 1; default 0.').default(
      0,
    ),
    pollingMs: duration({
      label: 'pollingInterval',
      about: 'KEDA: how often 0 replicas are looked at; default 30 s (H6).',
      least: 15_000,
      most: 3_600_000,
    }).default(30_000),
    cooldownMs: duration({
      label: 'cooldownPeriod',
      about: 'KEDA: from the last activity to 0 replicas; default 300 s (H6).',
      most: 3_600_000,
    }).default(300_000),
    commitMs: duration({
      label: 'auto.commit.interval.ms',
      about:
        'KEDA reads committed offsets: as much as arrives in this time counts as lag although it is processed; default 5 s.',
      most: 600_000,
    }).default(5_000),
    limitToPartitionsWithLag: flag({
      label: 'limitToPartitionsWithLag',
      about: 'KEDA: no more replicas than partitions that lag; default false.',
    }).default(false),
    ensureEvenDistribution: flag({
      label: 'ensureEvenDistributionOfPartitions',
      about: 'KEDA 2.18+: only numbers that divide the partitions; default false (H5).',
    }).default(false),
    podStartMs: duration({
      label: 'Pod start',
      about: 'From the decision to a replica that joins the group.',
      most: 1_800_000,
    }).default(30_000),
    rebalance: group(
      {
        kind: choice(['eager', 'cooperative'], {
          label: 'Protocol',
          about: 'Eager stops every replica, cooperative only the partitions that move (K24, K25).',
        }),
        stopMs: duration({ label: 'Stop', about: 'How long a stopped partition is read by nobody.', most: 600_000 }),
      },
      { label: 'Rebalance' },
    ).default({ kind: 'eager', stopMs: 3_000 }),
    throttle: group(
      {
        highLagRecords: records('On from', 'Producers are held to the quota from this lag on.', 1),
        lowLagRecords: records('Off at', 'And are free again at this lag, once they hold nothing back.'),
        recordsPerSecond: rate('Quota', 'What producers together may write meanwhile.'),
      },
      { label: 'Throttled producers' },
    ).exactOptional(),
  })
  .superRefine((scenario, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { scaler, minReplicas, maxReplicas, startReplicas, slowSink, throttle } = scenario;
    if (minReplicas > maxReplicas)
      refuse(['minReplicas'], `is above maxReplicas; write ${maxReplicas} or less, or raise maxReplicas`);
    if (scaler === 'cpu' && minReplicas < 1)
      refuse(['minReplicas'], 'is 0; write 1 or more, as an HPA alone never goes to 0, or scaler "keda"');
    if (startReplicas > maxReplicas || startReplicas < minReplicas)
      refuse(['startReplicas'], `write a number from minReplicas ${minReplicas} to maxReplicas ${maxReplicas}`);
    if (slowSink !== undefined && slowSink.toMs <= slowSink.fromMs)
      refuse(['slowSink', 'toMs'], 'ends before it begins; write a time after fromMs');
    if (throttle !== undefined && throttle.lowLagRecords >= throttle.highLagRecords)
      refuse(['throttle', 'lowLagRecords'], 'write less than highLagRecords, or the throttle flutters');
  });

export type AutoscalingScenario = z.infer<typeof schema>;

/** The closed loop of a scenario. Nothing in it is left to chance, so there is no seed. */
export function scalingOf(scenario: AutoscalingScenario): ScalingRun {
  const { traffic, throttle, sinkLimitPerSecond, slowSink } = scenario;
  const usually = sinkLimitPerSecond ?? Number.MAX_SAFE_INTEGER;
  const sinkLimits = [{ fromMs: 0, recordsPerSecond: usually }];
  if (slowSink !== undefined) {
    if (slowSink.fromMs === 0) sinkLimits.pop();
    sinkLimits.push({ fromMs: slowSink.fromMs, recordsPerSecond: slowSink.recordsPerSecond });
    sinkLimits.push({ fromMs: slowSink.toMs, recordsPerSecond: usually });
  }
  return runScaling({
    ...scenario,
    arrivals: traffic,
    ...(sinkLimitPerSecond === undefined && slowSink === undefined ? {} : { sinkLimits }),
    ...(throttle && { throttle }),
    scaler: scalerOf(scenario),
    behavior: scenario,
  });
}

function scalerOf(scenario: AutoscalingScenario): ScalerKind {
  const { scaler, rateThreshold } = scenario;
  if (scaler === 'none') return { kind: 'none' };
  if (scaler === 'cpu') return { kind: 'cpu', targetShare: scenario.cpuTargetShare };
  return {
    kind: 'keda',
    lagThreshold: scenario.lagThreshold,
    activationLagThreshold: scenario.activationLagThreshold,
    pollingMs: scenario.pollingMs,
    cooldownMs: scenario.cooldownMs,
    limitToPartitionsWithLag: scenario.limitToPartitionsWithLag,
    ensureEvenDistributionOfPartitions: scenario.ensureEvenDistribution,
    ...(rateThreshold !== undefined && { rateThreshold }),
  };
}

function run(scenario: AutoscalingScenario, seed: number): RunTrace {
  const { durationMs, traffic, startLagRecords } = scenario;
  const loop = scalingOf(scenario);
  const { sampleMs, samples } = samplingOf(durationMs);
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const spans = instantsAt(loop, times);
  const instants = spans.map(({ instant }) => instant);
  const series = (pick: (instant: NonNullable<(typeof instants)[number]>) => number) =>
    instants.map((instant) => (instant === undefined ? 0 : pick(instant)));
  const lagAt = (ms: number) => Math.max(0, loop.arrived.valueAt(ms) - loop.delivered.valueAt(ms));
  const peak = loop.instants.reduce((most, { lagRecords }) => Math.max(most, lagRecords), startLagRecords);
  const peakInstant = loop.instants.find(({ lagRecords }) => lagRecords === peak);
  const end = loop.instants.at(-1);
  const arrived = (loop.arrived.points.at(-1)?.value ?? 0) - startLagRecords;
  const producers = wholeCounts({ arrived, heldBack: end?.heldBackRecords ?? 0 });
  const topic = wholeCounts({ delivered: loop.delivered.points.at(-1)?.value ?? 0, lag: end?.lagRecords ?? 0 });
  const ages = loop.instants.map((instant) => oldestAgeMs(loop, instant.atMs, instant.worstLagRecords));
  const changes = loop.events.filter(({ kind }) => kind === 'scale').length;
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      lagRecords: times.map(lagAt),
      lagMs: spans.map(({ atMs, worstLagRecords }) => oldestAgeMs(loop, atMs, worstLagRecords)),
      replicas: series((instant) => instant.replicas),
      readyReplicas: series((instant) => instant.readyReplicas),
      cpuShare: series((instant) => instant.cpuShare),
      offeredPerSecond: series((instant) => instant.offeredPerSecond),
      arrivedPerSecond: series((instant) => instant.arrivedPerSecond),
      deliveredPerSecond: series((instant) => instant.deliveredPerSecond),
      heldBackRecords: series((instant) => instant.heldBackRecords),
    },
    events: loop.events,
    totals: {
      peakLagRecords: Math.round(peak),
      peakLagAtMs: peak < 1 ? null : (peakInstant?.atMs ?? 0),
      maxLagMs: ages.reduce((most, age) => Math.max(most, age), 0),
      drainedAtMs: peak < 1 ? null : drainedAtMs(loop, traffic.at(-1)?.fromMs ?? 0),
      finalLagRecords: topic.lag,
      mostReplicas: loop.instants.reduce((most, instant) => Math.max(most, instant.replicas), 0),
      changes,
      mostChangesPer10Min: mostChangesPer10Min(loop.events),
      rebalances: loop.rebalances,
      replicaHours: loop.replicaHours,
      startLagRecords,
      offered: Math.round(loop.offeredRecords),
      arrived: producers.arrived,
      delivered: topic.delivered,
      finalHeldBackRecords: producers.heldBack,
    },
  };
}

function describe(event: RunEvent): string {
  const it = event as ScalingEvent;
  if (it.kind === 'scale') return `${it.from} ${it.from === 1 ? 'replica becomes' : 'replicas become'} ${it.to}`;
  return it.kind === 'throttle' ? 'Producers are held to their quota' : 'Producers are free again';
}

export const autoscaling = defineSystem<AutoscalingScenario>({
  name: 'autoscaling',
  title: 'Autoscaled consumer group',
  summary:
    'A group that an HPA or KEDA scales while it lags: does it get more replicas when it needs them, and what does each change cost?',
  schema,
  series: {
    lagRecords: {
      label: 'Lag',
      unit: 'records',
      about: 'Not processed yet, over all partitions (A7); KEDA also counts what is not committed yet.',
    },
    lagMs: { label: 'Time lag', unit: 'ms', about: 'Age of the oldest record that waits, in any partition (M0.5).' },
    replicas: { label: 'Replicas', unit: 'count', about: 'Pods that the scaler asks for, ready or not.' },
    readyReplicas: { label: 'Ready', unit: 'count', about: 'Pods that have joined the group.' },
    cpuShare: { label: 'CPU', unit: 'share', about: 'Mean of the ready pods, as a share of what they request (H3).' },
    offeredPerSecond: { label: 'Offered', unit: 'records/s', about: 'What producers want to write.' },
    arrivedPerSecond: { label: 'Arrival rate', unit: 'records/s', about: 'What they write; less while throttled.' },
    deliveredPerSecond: { label: 'Throughput', unit: 'records/s', about: 'What all replicas together process.' },
    heldBackRecords: { label: 'Held back', unit: 'records', about: 'What throttled producers still hold.' },
  },
  totals: {
    peakLagRecords: { label: 'Peak lag', unit: 'records', about: 'The most that waited at once.' },
    peakLagAtMs: { label: 'Peak lag at', unit: 'ms', about: 'When that was; none when nothing ever waited.' },
    maxLagMs: { label: 'Longest time lag', unit: 'ms', about: 'The greatest age of a record that waited.' },
    drainedAtMs: {
      label: 'Lag gone at',
      unit: 'ms',
      about:
        'First moment after the last change of traffic at which nothing waits or is held back; none when the run ends before, or nothing ever waited.',
    },
    finalLagRecords: { label: 'Lag at the end', unit: 'records', about: 'At the start + arrived − delivered.' },
    mostReplicas: { label: 'Most replicas', unit: 'count', about: 'The most that were asked for at once.' },
    changes: { label: 'Changes', unit: 'count', about: 'How often the number of replicas was changed.' },
    mostChangesPer10Min: {
      label: 'Changes in 10 min',
      unit: 'count',
      about: 'The most within any ten minutes; more than three is flapping (M9).',
    },
    rebalances: { label: 'Rebalances', unit: 'count', about: 'Each costs a stop (H8).' },
    replicaHours: { label: 'Replica hours', unit: 'h', about: 'What is paid: replicas × time.' },
    startLagRecords: { label: 'Lag at the start', unit: 'records', about: 'What waited at 0 ms.' },
    offered: { label: 'Offered', unit: 'records', about: 'What producers wanted to write.' },
    arrived: { label: 'Arrived', unit: 'records', about: 'Written to the topic during the run.' },
    delivered: { label: 'Delivered', unit: 'records', about: 'Processed during the run.' },
    finalHeldBackRecords: { label: 'Held back at the end', unit: 'records', about: 'Offered − arrived.' },
  },
  plots: [
    { title: 'What waits', series: ['lagRecords', 'heldBackRecords'] },
    { title: 'Pods', series: ['replicas', 'readyReplicas'] },
    { title: 'Rates', series: ['deliveredPerSecond', 'arrivedPerSecond', 'offeredPerSecond'] },
    { title: 'Use of the pods', series: ['cpuShare'] },
  ],
  describe,
  run,
  broken({ series, totals }, scenario) {
    const laws: string[] = [];
    const count = totals as Record<string, number>;
    const { startLagRecords = 0, offered = 0, arrived = 0, delivered = 0 } = count;
    const { finalLagRecords = 0, finalHeldBackRecords = 0 } = count;
    // Totals are whole records, each sum rounded for itself.
    const slack = 2 + 1e-9 * (offered + startLagRecords);
    if (Math.abs(startLagRecords + arrived - delivered - finalLagRecords) > slack)
      laws.push(
        `${startLagRecords} at the start + arrived ${arrived} ≠ delivered ${delivered} + lag ${finalLagRecords}`,
      );
    if (Math.abs(offered - arrived - finalHeldBackRecords) > slack)
      laws.push(`offered ${offered} ≠ arrived ${arrived} + held back ${finalHeldBackRecords}`);
    for (const [i, ready] of (series.readyReplicas ?? []).entries()) {
      const most = (ready ?? 0) * scenario.replicaPerSecond * (1 + 1e-9);
      if ((series.deliveredPerSecond?.[i] ?? 0) > most) laws.push(`delivered above the capacity in sample ${i}`);
    }
    for (const value of series.replicas ?? [])
      if ((value ?? -1) < scenario.minReplicas || (value ?? Infinity) > scenario.maxReplicas)
        laws.push(`${value} replicas are out of bounds`);
    for (const name of ['lagRecords', 'lagMs', 'heldBackRecords'])
      if (series[name]?.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
    return laws;
  },
});
