// A DStreams application as a scenario: schema, words, and the trace of its batches.

import { z } from 'zod';
import { duration, flag, group, quantity, trafficField } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunEvent, type RunTrace } from '../trace/run-trace.ts';
import { durationInWords, numberInWords } from '../trace/words.ts';
import { runDStreams, type DStreamsRun } from './batches.ts';
import { defaultPidGains } from './rate-estimator.ts';
import { readDStreams } from './readings.ts';

const gain = (label: string, about: string) => quantity({ label, about, most: 10, step: 0.1 });
const ratePerSecond = { unit: 'records/s', isLogarithmic: true, least: 1, most: 1_000_000 } as const;

const schema = z
  .strictObject({
    ...scenarioFields('spark-dstreams', { mostMs: 86_400_000 }),
    traffic: trafficField({
      label: 'Traffic',
      about: 'What is written to the source, which keeps it until it is read.',
    }),
    batchIntervalMs: duration({
      label: 'Batch interval',
      about: 'A batch is cut at each multiple of it, whether the one before has ended or not.',
      least: 100,
      most: 600_000,
    }),
    batchOverheadMs: duration({
      label: 'Batch overhead',
      about: 'What a batch costs before its first record.',
      most: 60_000,
    }).default(0),
    processing: trafficField({
      label: 'Processing',
      about: 'Records/s of a running batch; a change holds for batches that start after it.',
    }),
    backpressure: group(
      {
        enabled: flag({ label: 'spark.streaming.backpressure.enabled', about: 'Default false (SS21).' }),
        proportional: gain('pid.proportional', 'Weight of the last batch’s error. Default 1.0 (SS21).').default(1),
        integral: gain('pid.integral', 'Weight of the scheduling delay. Default 0.2 (SS21).').default(0.2),
        derived: gain('pid.derived', 'Weight of the error’s change. Default 0.0 (SS21).').default(0),
        minRate: quantity({
          label: 'pid.minRate',
          about: 'The rate never falls below it. Default 100 (SS21).',
          ...ratePerSecond,
        }).default(100),
        initialRate: quantity({
          label: 'backpressure.initialRate',
          about: 'The limit until the estimator gives one. Default: receiver.maxRate (SS21).',
          ...ratePerSecond,
        }).exactOptional(),
      },
      { label: 'Rate control' },
    ).default({ enabled: false, ...defaultPidGains }),
    receiverMaxRate: quantity({
      label: 'spark.streaming.receiver.maxRate',
      about: 'The most that the receiver takes in at any time. Default: no limit.',
      ...ratePerSecond,
    }).exactOptional(),
  })
  .superRefine(({ durationMs, batchIntervalMs, backpressure, processing }, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', message, path });
    if (durationMs < 2 * batchIntervalMs)
      say(['durationMs'], `is shorter than two batches; write at least ${2 * batchIntervalMs}`);
    if (durationMs / batchIntervalMs > 20_000)
      say(
        ['durationMs'],
        `holds more than 20,000 batches; write at most ${20_000 * batchIntervalMs}, or a longer interval`,
      );
    if (backpressure.initialRate !== undefined && !backpressure.enabled)
      say(['backpressure', 'initialRate'], 'has no use without the estimator; set enabled to true or remove it');
    for (const [i, { recordsPerSecond }] of processing.entries())
      if (recordsPerSecond < 1) say(['processing', i, 'recordsPerSecond'], 'never ends a batch; write at least 1');
  });

export type DStreamsScenario = z.infer<typeof schema>;

/** The batches of a scenario. Nothing in it is left to chance, so there is no seed. */
export function batchesOf(scenario: DStreamsScenario): DStreamsRun {
  const { backpressure, receiverMaxRate } = scenario;
  const { enabled, initialRate, ...pid } = backpressure;
  return runDStreams({
    arrivals: scenario.traffic,
    batchIntervalMs: scenario.batchIntervalMs,
    batchOverheadMs: scenario.batchOverheadMs,
    processing: scenario.processing,
    ...(enabled && { pid }),
    ...(enabled && initialRate !== undefined && { initialRate }),
    ...(receiverMaxRate !== undefined && { maxRate: receiverMaxRate }),
    durationMs: scenario.durationMs,
  });
}

/** A table of more batches than this shows every second, third, … of them. */
const mostRows = 600;

function run(scenario: DStreamsScenario, seed: number): RunTrace {
  const app = batchesOf(scenario);
  const { durationMs, batchIntervalMs } = scenario;
  const { sampleMs, samples } = samplingOf(durationMs);
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const readings = readDStreams(app, times);
  const end = readDStreams(app, [durationMs]);
  const started = app.batches.filter(({ startMs }) => startMs <= durationMs);
  const processed = app.batches
    .filter(({ endMs }) => endMs <= durationMs)
    .reduce((sum, { records }) => sum + records, 0);
  const received = app.received.valueAt(durationMs);
  const every = Math.ceil(app.batches.length / mostRows);
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      ...readings,
      arrivedPerSecond: perSecond(times, { sampleMs, durationMs }, (ms) => app.arrived.valueAt(ms)),
      receivedPerSecond: perSecond(times, { sampleMs, durationMs }, (ms) => app.received.valueAt(ms)),
    },
    events: eventsOf(scenario, app),
    totals: {
      arrived: app.arrived.valueAt(durationMs),
      received,
      processed,
      peakSchedulingDelayMs: most(started.map(({ schedulingDelayMs }) => schedulingDelayMs)),
      finalSchedulingDelayMs: end.schedulingDelayMs[0] ?? null,
      lateBatches: started.filter(({ schedulingDelayMs }) => schedulingDelayMs > 0).length,
      peakStoredRecords: most(
        readDStreams(
          app,
          app.batches.map(({ createdMs }) => createdMs),
        ).storedRecords,
      ),
      peakSourceBacklogRecords: most(app.received.points.map(({ atMs, value }) => app.arrived.valueAt(atMs) - value)),
      finalSourceBacklogRecords: end.sourceBacklogRecords[0] ?? 0,
      finalStoredRecords: end.storedRecords[0] ?? 0,
    },
    tables: [
      {
        id: 'batches',
        title: every === 1 ? 'Batches' : `One batch in ${every}`,
        columns: [
          { id: 'createdMs', label: 'Batch time', unit: 'ms' },
          { id: 'records', label: 'Records', unit: 'records' },
          { id: 'schedulingDelayMs', label: 'Scheduling delay', unit: 'ms' },
          { id: 'processingMs', label: 'Processing time', unit: 'ms' },
          { id: 'rateLimitPerSecond', label: 'Limit afterwards', unit: 'records/s' },
          { id: 'isLate', label: 'Longer than the interval', unit: 'text' },
        ],
        rows: app.batches
          .filter(({ startMs }, i) => i % every === 0 && startMs <= durationMs)
          .map((batch) => [
            batch.createdMs,
            batch.records,
            batch.schedulingDelayMs,
            batch.processingMs,
            batch.rateLimit,
            batch.processingMs > batchIntervalMs,
          ]),
      },
    ],
  };
}

function most(values: readonly number[]): number {
  return values.reduce((peak, value) => Math.max(peak, value), 0);
}

/** The mean rate of the sample that begins at each instant; of the last whole one at the end. */
function perSecond(
  times: readonly number[],
  { sampleMs, durationMs }: { sampleMs: number; durationMs: number },
  countBy: (ms: number) => number,
): number[] {
  return times.map((ms) => {
    const fromMs = Math.min(ms, durationMs - sampleMs);
    return ((countBy(fromMs + sampleMs) - countBy(fromMs)) / sampleMs) * 1000;
  });
}

interface DStreamsEvent extends RunEvent {
  readonly kind: 'traffic' | 'processing' | 'late' | 'on-time' | 'limit';
  readonly to: number;
}

function eventsOf({ traffic, processing, durationMs }: DStreamsScenario, { batches, limits }: DStreamsRun): RunEvent[] {
  const events: DStreamsEvent[] = [
    ...traffic.slice(1).map(({ fromMs, recordsPerSecond: to }) => ({ atMs: fromMs, kind: 'traffic' as const, to })),
    ...processing
      .slice(1)
      .map(({ fromMs, recordsPerSecond: to }) => ({ atMs: fromMs, kind: 'processing' as const, to })),
    ...limits
      .filter(({ fromMs }) => fromMs > 0)
      .slice(0, 1)
      .map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'limit' as const, to: recordsPerSecond ?? 0 })),
  ];
  const turns = batches.filter(
    ({ schedulingDelayMs }, i) => schedulingDelayMs > 0 !== (batches[i - 1]?.schedulingDelayMs ?? 0) > 0,
  );
  for (const { startMs, schedulingDelayMs } of turns.slice(0, 20))
    events.push({ atMs: startMs, kind: schedulingDelayMs > 0 ? 'late' : 'on-time', to: schedulingDelayMs });
  return events.filter(({ atMs }) => atMs <= durationMs).sort((a, b) => a.atMs - b.atMs);
}

const wordsOf: Record<DStreamsEvent['kind'], (to: number) => string> = {
  traffic: (to) => `Traffic goes to ${numberInWords(to)}/s`,
  processing: (to) => `A batch is processed at ${numberInWords(to)}/s`,
  late: (to) => `A batch waits ${durationInWords(to)} for the one before it`,
  'on-time': () => 'Batches start on time again',
  limit: (to) => `The estimator limits the receiver for the first time, to ${numberInWords(to)}/s`,
};

export const sparkDStreams = defineSystem<DStreamsScenario>({
  name: 'spark-dstreams',
  title: 'Spark DStreams: contrast only, deprecated since 3.4',
  summary:
    'The old streaming API of Spark, whose receivers can follow a PID rate estimator: what closed-loop control looks like, and what it is not in Structured Streaming.',
  schema,
  series: {
    schedulingDelayMs: {
      label: 'Scheduling delay',
      unit: 'ms',
      about: 'How long the batch that started last had waited for the one before it (SS23).',
    },
    processingMs: { label: 'Processing time', unit: 'ms', about: 'How long that batch takes.' },
    waitingBatches: { label: 'Waiting batches', unit: 'count', about: 'Batches that are cut and not started.' },
    storedRecords: {
      label: 'Stored in executors',
      unit: 'records',
      about: 'Received and not yet processed: they take the executors’ memory and disk.',
    },
    sourceBacklogRecords: {
      label: 'Backlog in the source',
      unit: 'records',
      about: 'Written and not yet received. Only a source that keeps its records can hold them.',
    },
    arrivedPerSecond: { label: 'Arrival rate', unit: 'records/s', about: 'What is written to the source.' },
    receivedPerSecond: { label: 'Receiver', unit: 'records/s', about: 'What the receiver takes in.' },
    rateLimitPerSecond: {
      label: 'Rate limit',
      unit: 'records/s',
      about: 'What the receiver may take: the estimator’s rate, or receiver.maxRate; none without both.',
    },
  },
  totals: {
    arrived: { label: 'Arrived', unit: 'records', about: 'Written to the source during the run.' },
    received: { label: 'Received', unit: 'records', about: 'Taken in by the receiver during the run.' },
    processed: { label: 'Processed', unit: 'records', about: 'In batches that have ended.' },
    peakSchedulingDelayMs: { label: 'Longest delay', unit: 'ms', about: 'The longest wait of any batch that started.' },
    finalSchedulingDelayMs: { label: 'Delay at the end', unit: 'ms', about: 'Wait of the batch that started last.' },
    lateBatches: { label: 'Late batches', unit: 'count', about: 'Batches that had to wait for the one before.' },
    peakStoredRecords: { label: 'Most in executors', unit: 'records', about: 'The most that executors held at once.' },
    peakSourceBacklogRecords: {
      label: 'Most in the source',
      unit: 'records',
      about: 'The most that waited in the source at once.',
    },
    finalSourceBacklogRecords: { label: 'Left in the source', unit: 'records', about: 'Arrived − received.' },
    finalStoredRecords: { label: 'Left in executors', unit: 'records', about: 'Received − processed.' },
  },
  plots: [
    { title: 'A batch’s time', series: ['schedulingDelayMs', 'processingMs'] },
    { title: 'Where records wait', series: ['storedRecords', 'sourceBacklogRecords'] },
    { title: 'Rates', series: ['receivedPerSecond', 'arrivedPerSecond', 'rateLimitPerSecond'] },
    { title: 'The queue of batches', series: ['waitingBatches'] },
  ],
  describe: (event) => wordsOf[(event as DStreamsEvent).kind]((event as DStreamsEvent).to),
  run,
  broken({ series, totals }, scenario) {
    const laws: string[] = [];
    const count = (name: string) => totals[name] ?? 0;
    const slack = 1e-3 + 1e-9 * count('arrived');
    if (Math.abs(count('arrived') - count('received') - count('finalSourceBacklogRecords')) > slack)
      laws.push(`arrived ${count('arrived')} ≠ received ${count('received')} + left in the source`);
    if (Math.abs(count('received') - count('processed') - count('finalStoredRecords')) > slack)
      laws.push(`received ${count('received')} ≠ processed ${count('processed')} + left in executors`);
    for (const name of ['schedulingDelayMs', 'storedRecords', 'sourceBacklogRecords', 'waitingBatches'])
      if (series[name]?.some((value) => value !== null && value < 0)) laws.push(`${name} is negative somewhere`);
    const limit = scenario.receiverMaxRate ?? Infinity;
    if (series['receivedPerSecond']?.some((value) => (value ?? 0) > limit * (1 + 1e-9) + slack))
      laws.push(`the receiver takes more than its limit of ${limit}/s`);
    return laws;
  },
});
