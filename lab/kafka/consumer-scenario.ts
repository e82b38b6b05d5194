// One member of a group, its process and its database as a scenario, with a consumer whose settings are data.

import { z } from 'zod';
import { duration, flag, group, quantity, share, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import type { RunEvent, RunTrace } from '../trace/run-trace.ts';
import { latencyP95Ms } from '../trace/call-latency.ts';
import type { TraceEvent } from '../trace/trace.ts';
import { durationInWords, numberInWords } from '../trace/words.ts';
import { createReferenceConsumer } from './reference-consumer.ts';
import { runConsumer } from './run.ts';
import type { ConsumerScenario } from './scenario.ts';

const mostMs = 120_000;
const rate = { unit: 'records/s', isLogarithmic: true, most: 50_000 } as const;
const records = { unit: 'records', isLogarithmic: true } as const;
const instant = (label: string, about?: string) =>
  duration({ label, most: mostMs, ...(about !== undefined && { about }) });
const span = { fromMs: instant('From'), toMs: instant('Until') };

const schema = z
  .strictObject({
    ...scenarioFields('kafka-consumer', { mostMs }),
    traffic: group(
      {
        baseRecordsPerSecond: quantity({ label: 'Usual rate', ...rate }),
        spike: group(
          { ...span, recordsPerSecond: quantity({ label: 'Rate', ...rate }) },
          { label: 'Spike' },
        ).exactOptional(),
      },
      { label: 'Traffic', about: 'Records for this member’s partitions together.' },
    ),
    partitions: whole({ label: 'Partitions', about: 'Those that this member owns.', least: 1, most: 48 }),
    recordBytes: whole({ label: 'Record size', unit: 'bytes', least: 1, most: 1_048_576, isLogarithmic: true }),
    consumer: group(
      {
        maxPollRecords: whole({
          label: 'max.poll.records',
          about: 'Records that one poll returns at most; default 500. It bounds no memory (K11).',
          least: 1,
          most: 10_000,
          isLogarithmic: true,
        }),
        isBounded: flag({ label: 'Pause at the high mark', about: 'Off: everything polled waits in memory.' }),
        highMark: whole({
          label: 'High mark',
          about: 'Pauses its partitions at this queue.',
          ...records,
          least: 1,
          most: 200_000,
        }),
        lowMark: whole({ label: 'Low mark', about: 'Resumes them at this queue.', ...records, most: 200_000 }),
        writesAtOnce: whole({ label: 'Writes at once', least: 1, most: 64 }),
        rowsPerWrite: whole({ label: 'Rows in a write', unit: 'rows', least: 1, most: 5_000, isLogarithmic: true }),
        flushMs: instant('Flush after', 'A smaller batch is written when its oldest record has waited so long (T7).'),
        commitEveryMs: instant('Commit every', 'Offsets of settled records are committed this often.'),
        hasJitter: flag({ label: 'Jitter', about: 'Waits a random part of the back-off before a retry (T2).' }),
      },
      { label: 'Consumer' },
    ),
    broker: group(
      {
        fetchRttMs: quantity({ label: 'Fetch round trip', unit: 'ms', least: 0.5, most: 1_000 }),
        commitRttMs: quantity({ label: 'Commit round trip', unit: 'ms', least: 0.5, most: 1_000 }),
        rebalanceMs: instant('Rebalance', 'From an eviction until the member reads again.'),
      },
      { label: 'Broker' },
    ),
    maxPollIntervalMs: duration({
      label: 'max.poll.interval.ms',
      about: 'A longer gap between two polls evicts the member (K4); default 5 min.',
      least: 100,
      most: 3_600_000,
    }),
    process: group(
      {
        limitBytes: whole({
          label: 'Heap limit',
          unit: 'bytes',
          least: 1_048_576,
          most: 17_179_869_184,
          isLogarithmic: true,
        }),
        baseBytes: whole({ label: 'Heap without records', unit: 'bytes', most: 1_073_741_824, isLogarithmic: true }),
        bytesPerRecord: whole({
          label: 'Heap of a record',
          unit: 'bytes',
          least: 1,
          most: 10_485_760,
          isLogarithmic: true,
        }),
        handOverMs: quantity({ label: 'CPU per record', unit: 'ms', most: 10, step: 0.01 }),
        restartMs: instant('Restart', 'From a death to the next life.'),
        mostRestarts: whole({ label: 'Restarts at most', most: 20 }),
      },
      {
        label: 'Process',
        about: 'It dies when its live bytes pass the limit, and starts again from its committed offsets.',
      },
    ),
    sink: group(
      {
        connections: whole({ label: 'Connections', about: 'Calls that it serves at once.', least: 1, most: 256 }),
        waiting: whole({ label: 'Calls that may wait', about: 'One more is refused with 429.', most: 1_000 }),
        callMs: quantity({ label: 'Time of a call', unit: 'ms', most: 10_000, isLogarithmic: true }),
        rowMs: quantity({ label: 'Time of a row', unit: 'ms', most: 1_000, isLogarithmic: true }),
        maxRowsPerCall: whole({
          label: 'Rows in a call at most',
          unit: 'rows',
          least: 1,
          most: 100_000,
          isLogarithmic: true,
        }),
        jitterShare: share({ label: 'Spread of its times' }),
        contentionShare: share({ label: 'Slower for each waiting call' }),
        slow: group(
          { ...span, factor: quantity({ label: 'Times slower', least: 1, most: 100 }) },
          { label: 'Slow for a while' },
        ).exactOptional(),
        failover: group(
          {
            ...span,
            connectMs: quantity({
              label: 'Connect',
              about: 'Calls closer together than this fail together.',
              unit: 'ms',
              most: 1_000,
            }),
          },
          { label: 'Failover' },
        ).exactOptional(),
      },
      { label: 'Database' },
    ),
    deadLetterMs: quantity({ label: 'Dead-letter write', unit: 'ms', least: 0.5, most: 1_000 }),
    poisonShare: quantity({
      label: 'Bad records',
      about: 'Part of the records that no sink takes.',
      unit: 'share',
      most: 0.2,
      step: 0.001,
    }),
    killAtMs: instant('Kill at', 'The process is killed at this moment, as by a node that fails.').exactOptional(),
    wobbleMs: instant('Wobble', 'Seeds other than 0 move the incidents by up to this much.'),
  })
  .superRefine((scenario, context) => {
    const { traffic, durationMs, consumer, process, sink, maxPollIntervalMs, broker } = scenario;
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (consumer.lowMark >= consumer.highMark)
      say(['consumer', 'lowMark'], 'lies below the high mark; lower it, or raise the high mark');
    if (consumer.rowsPerWrite > sink.maxRowsPerCall)
      say(['consumer', 'rowsPerWrite'], 'is more than the database takes in a call; lower it, or raise that');
    if (process.baseBytes >= process.limitBytes)
      say(['process', 'baseBytes'], 'is not below the heap limit; raise the limit');
    const { spike } = traffic;
    const spikeSeconds = spike === undefined ? 0 : Math.max(0, spike.toMs - spike.fromMs) / 1000;
    const all = (traffic.baseRecordsPerSecond * durationMs) / 1000 + spikeSeconds * (spike?.recordsPerSecond ?? 0);
    if (all > mostRecords)
      say(
        ['traffic'],
        `makes ${numberInWords(Math.round(all))} records, and each is simulated; keep below ${numberInWords(mostRecords)}`,
      );
    for (const [path, part] of [
      [['traffic', 'spike'], spike],
      [['sink', 'slow'], sink.slow],
      [['sink', 'failover'], sink.failover],
    ] as const)
      if (part !== undefined && part.toMs <= part.fromMs) say([...path, 'toMs'], 'ends after it begins; raise it');
    if (broker.rebalanceMs > maxPollIntervalMs)
      say(['broker', 'rebalanceMs'], 'is not above max.poll.interval.ms; lower it');
  });

/** A run holds each record of this system, so there may not be many millions of them. */
const mostRecords = 500_000;

type Given = z.infer<typeof schema>;

/** The scenario that a learner's program would be put before. */
function programScenario(given: Given): ConsumerScenario {
  const { consumer: _, maxPollIntervalMs, covers: __, system: ___, ...rest } = given;
  return {
    ...rest,
    topic: 'orders',
    graceMs: 1,
    group: { partitions: given.partitions, members: 1 },
    maxPollInterval: { defaultMs: maxPollIntervalMs, mostMs: maxPollIntervalMs },
  };
}

async function run(given: Given, seed: number, hop: () => Promise<void>): Promise<RunTrace> {
  const sampleMs = Math.max(20, Math.ceil(given.durationMs / 600 / 10) * 10);
  const trace = await runConsumer(createReferenceConsumer(given.consumer), programScenario(given), seed, {
    hop,
    sampleMs,
    maxHops: 120_000,
  });
  const { totals, series, events, calls } = trace;
  const refused = calls.filter(({ outcome }) => outcome !== 'ok').length;
  const deaths = events.filter((event) => event.kind === 'end' && event.how !== 'stopped' && event.how !== 'returned');
  return {
    scenario: given,
    seed,
    endedMs: trace.endedMs,
    sampleMs,
    series: {
      lagRecords: series.lagRecords,
      lagMs: series.lagMs,
      queueRecords: series.queueRecords,
      inFlightRecords: series.inFlightRecords,
      bufferedRecords: series.bufferedRecords,
      heapBytes: series.heapBytes,
      gcShare: series.gcShare,
      sinkP95Ms: latencyP95Ms(calls, sampleMs, series.lagRecords.length),
      pausedPartitions: series.pausedPartitions,
    },
    events: events.filter(({ kind }) => kind !== 'poll' && kind !== 'commit'),
    totals: {
      produced: totals.produced,
      committed: totals.committed,
      written: totals.written,
      duplicates: totals.duplicates,
      deadLetters: totals.deadLettersBad + totals.deadLettersGood,
      lost: totals.lost,
      calls: calls.length,
      refusedCalls: refused,
      deaths: deaths.length,
      pauses: events.filter(({ kind }) => kind === 'pause').length,
      peakHeapBytes: Math.max(...series.heapBytes),
      peakLagRecords: Math.max(...series.lagRecords),
      finalLagRecords: totals.produced - totals.committed,
    },
  };
}

const endWords = {
  returned: 'The program returns',
  'out-of-memory': 'Out of memory: the process is killed',
  killed: 'The process is killed',
  threw: 'An error that nothing caught ends the process',
  stopped: null,
} as const;

function describeEvent(event: RunEvent): string | null {
  const given = event as TraceEvent;
  switch (given.kind) {
    case 'pause':
      return `Pauses, with ${numberInWords(given.partitions.reduce((sum, each) => sum + each.heldRecords, 0))} records in hand`;
    case 'resume':
      return 'Resumes';
    case 'evicted':
      return `Evicted: no poll for ${durationInWords(given.sinceLastMs)}`;
    case 'commit-failed':
      return 'A commit fails: the partitions are no longer its own';
    case 'assigned':
      return given.partitions === 0 ? null : `Owns ${given.partitions} partition${given.partitions === 1 ? '' : 's'}`;
    case 'start':
      return given.life === 1 ? 'The process starts' : `It starts again, life ${given.life}`;
    case 'end':
      return endWords[given.how];
    case 'poll':
    case 'commit':
      return null;
    default:
      return given satisfies never;
  }
}

export const kafkaConsumer = defineSystem<Given>({
  name: 'kafka-consumer',
  title: 'Kafka consumer process',
  summary:
    'One member of a group, record by record: its poll loop, memory and database. Does the incident end in lag, in a pause or in a dead process?',
  schema,
  series: {
    lagRecords: { label: 'Lag', unit: 'records', about: 'Log end − committed offset, over its partitions (A7).' },
    lagMs: { label: 'Time lag', unit: 'ms', about: 'Age of the oldest record that is not committed.' },
    queueRecords: { label: 'Queue', unit: 'records', about: 'Polled, and in no call to the sink.' },
    inFlightRecords: { label: 'In flight', unit: 'records', about: 'In calls to the sink that are not answered.' },
    bufferedRecords: { label: 'Fetched', unit: 'records', about: 'Fetched by the client and not yet polled (K5).' },
    heapBytes: { label: 'Heap', unit: 'bytes', about: 'Live bytes of the process; 0 while it is dead.' },
    gcShare: { label: 'GC share', unit: 'share', about: 'Part of the CPU that garbage collection takes (T10).' },
    sinkP95Ms: { label: 'Sink p95', unit: 'ms', about: '95th percentile of the calls answered in the last second.' },
    pausedPartitions: { label: 'Paused', unit: 'count', about: 'Partitions that are paused.' },
  },
  totals: {
    produced: { label: 'Produced', unit: 'records', about: 'Arrived in its partitions.' },
    committed: { label: 'Committed', unit: 'records', about: 'Below the committed offsets.' },
    written: { label: 'Written', unit: 'records', about: 'Distinct records in the sink.' },
    duplicates: { label: 'Duplicates', unit: 'rows', about: 'Rows beyond the first of each record.' },
    deadLetters: { label: 'Dead letters', unit: 'records', about: 'Parked because no sink takes them.' },
    lost: { label: 'Lost', unit: 'records', about: 'Committed, and neither written nor parked.' },
    calls: { label: 'Calls to the sink', unit: 'calls', about: 'All of them, answered or refused.' },
    refusedCalls: { label: 'Refused calls', unit: 'calls', about: 'Answered with an error, or cut off.' },
    deaths: { label: 'Deaths', unit: 'count', about: 'Ends of the process that nobody asked for.' },
    pauses: { label: 'Pauses', unit: 'count', about: 'How often it paused its partitions.' },
    peakHeapBytes: { label: 'Peak heap', unit: 'bytes', about: 'The most that was live at once.' },
    peakLagRecords: { label: 'Peak lag', unit: 'records', about: 'The most that waited at once.' },
    finalLagRecords: { label: 'Lag at the end', unit: 'records', about: 'Produced − committed.' },
  },
  plots: [
    { title: 'Lag', series: ['lagRecords'] },
    { title: 'Queue', series: ['queueRecords', 'inFlightRecords'] },
    { title: 'Heap', series: ['heapBytes'] },
    { title: 'Sink p95', series: ['sinkP95Ms'] },
  ],
  describe: describeEvent,
  run,
  broken({ series, totals }) {
    const laws: string[] = [];
    const of = (name: string) => totals[name] ?? 0;
    if (of('committed') > of('written') + of('deadLetters'))
      laws.push(`${of('committed')} records are committed, and only ${of('written')} written or parked`);
    if (of('written') > of('produced')) laws.push('more records are written than were produced');
    if (of('lost') > 0) laws.push(`${of('lost')} records are lost`);
    for (const [name, values] of Object.entries(series))
      if (values.some((value) => value !== null && value < 0)) laws.push(`${name} is negative somewhere`);
    return laws;
  },
});
