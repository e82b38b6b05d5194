// Kinesis shards and the applications that read them as a scenario: schema, words, and the trace of the count engine.

import { z } from 'zod';
import { duration, listOf, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import { eventsOf, wordsOf, type StreamEvent } from './events.ts';
import { paceOf } from './reader.ts';
import { plots, series, totals } from './readings.ts';
import { runStreamFlow, type StreamFlow, type StreamSetup } from './stream-flow.ts';

const hourMs = 3_600_000;

const processing = {
  batchMs: quantity({
    label: 'Time for a batch',
    about: 'What processRecords takes for a batch of any size, such as the call to a database.',
    unit: 'ms',
    most: 60_000,
  }).default(0),
  recordMs: quantity({ label: 'Time for a record', about: 'What each record adds.', unit: 'ms', most: 10_000 }).default(
    0,
  ),
  checkpointMs: quantity({
    label: 'Checkpoint',
    about: 'What a checkpoint after the batch takes: one write to the lease table.',
    unit: 'ms',
    most: 10_000,
  }).default(0),
  workers: whole({ label: 'Workers', about: 'Processes of the application.', least: 1, most: 100 }).default(1),
  maxLeasesForWorker: whole({
    label: 'maxLeasesForWorker',
    about: 'Shards that a worker may hold; a shard that is over is read by nobody (N5). Without it there is no limit.',
    least: 1,
    most: 100,
  }).exactOptional(),
  outages: listOf(z.strictObject({ fromMs: duration({ label: 'From' }), toMs: duration({ label: 'To' }) }), {
    label: 'Outages',
    about: 'Spans in which the application does not run.',
    least: 0,
    most: 6,
  }).default([]),
};

const polling = z
  .strictObject({
    mode: z.literal('polling').meta({ label: 'Reads by' }),
    maxRecords: whole({
      label: 'maxRecords',
      about: 'Records that one GetRecords call may bring. Default and maximum 10,000 (N3).',
      least: 1,
      most: 10_000,
      isLogarithmic: true,
    }).default(10_000),
    idleTimeBetweenReadsInMillis: duration({
      label: 'idleTimeBetweenReadsInMillis',
      about: 'From a call that succeeded to the next. Default 1,500; below 200 it is raised to 200 (N3).',
      most: 600_000,
    }).default(1_500),
    maxPendingProcessRecordsInput: whole({
      label: 'maxPendingProcessRecordsInput',
      about: 'Batches that the client reads ahead, beside 8 MiB and 30,000 records. Default 4, 3 before KCL 3.3 (N4).',
      least: 1,
      most: 5,
    }).default(4),
    callMs: quantity({ label: 'GetRecords', about: 'How long a call takes.', unit: 'ms', most: 10_000 }).default(50),
    ...processing,
  })
  .meta({ label: 'Polling' });

const fanOut = z
  .strictObject({
    mode: z.literal('enhanced-fan-out').meta({ label: 'Reads by' }),
    eventRecords: whole({
      label: 'Records of an event',
      about: 'What one pushed event holds when many records wait; the client asks for one event at a time (N2).',
      least: 1,
      most: 10_000,
      isLogarithmic: true,
    }).default(500),
    deliverMs: quantity({
      label: 'Delivery',
      about: 'From asking for an event to having it; about 70 ms is usual.',
      unit: 'ms',
      least: 1,
      most: 10_000,
    }).default(70),
    ...processing,
  })
  .meta({ label: 'Enhanced fan-out' });

const schema = z
  .strictObject({
    ...scenarioFields('kinesis-shard'),
    traffic: trafficField({
      label: 'Traffic',
      about: 'What producers write to the stream; slow readers do not slow them (A6).',
      mostPerSecond: 1_000_000,
    }),
    recordBytes: whole({ label: 'Size of a record', unit: 'bytes', least: 1, most: 1_000_000, isLogarithmic: true }),
    shards: whole({
      label: 'Shards',
      about: 'Each takes 1 MB or 1,000 records a second in, and hands 2 MB a second out (N1).',
      least: 1,
      most: 100,
    }),
    hotShardShare: share({
      label: 'Hot shard',
      about: 'The part of all traffic that one shard gets; 0 spreads it evenly.',
    }).default(0),
    retentionMs: duration({
      label: 'Retention',
      about: 'A record that is not read for this long is lost. Default 24 h, at most 8,760 h (N7).',
      least: 24 * hourMs,
      most: 8_760 * hourMs,
    }).default(24 * hourMs),
    producerTtlMs: duration({
      label: 'Producers give up after',
      about: 'How long a refused write is tried again; RecordTtl of the Kinesis Producer Library is 30 s by default.',
      least: 1,
      most: hourMs,
    }).default(30_000),
    applications: listOf(z.discriminatedUnion('mode', [polling, fanOut]).meta({ label: 'Application' }), {
      label: 'Applications',
      about: 'All that poll a shard share its 2 MB/s and 5 calls/s; fan-out has its own.',
      most: 4,
    }),
  })
  .superRefine(({ applications }, context) => {
    for (const [i, { outages }] of applications.entries())
      for (const [at, { fromMs, toMs }] of outages.entries())
        if (toMs <= fromMs)
          context.addIssue({
            code: 'custom',
            path: ['applications', i, 'outages', at, 'toMs'],
            message: `is not after fromMs; write a time after ${fromMs}`,
          });
  });

export type KinesisScenario = z.infer<typeof schema>;
type ApplicationField = KinesisScenario['applications'][number];

function setupOf(scenario: KinesisScenario): StreamSetup {
  const { traffic: offered, recordBytes, shards, hotShardShare, producerTtlMs, retentionMs, durationMs } = scenario;
  const applications = scenario.applications.map((given) => ({
    reader: given,
    leases: leasesOf(given, shards),
  }));
  return { offered, recordBytes, shards, hotShardShare, producerTtlMs, retentionMs, durationMs, applications };
}

function leasesOf({ workers, maxLeasesForWorker = Infinity }: ApplicationField, shards: number): number {
  return Math.min(shards, workers * maxLeasesForWorker);
}

function run(scenario: KinesisScenario, seed: number): RunTrace {
  const setup = setupOf(scenario);
  const flow = runStreamFlow(setup);
  const { durationMs } = scenario;
  const { sampleMs, samples } = samplingOf(durationMs);
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const all = setup.applications.map((_, i) => i);
  const readings = times.map((ms) => all.map((i) => flow.applicationAt(i, ms)));
  const worst = (pick: (reading: (typeof readings)[number][number]) => number) =>
    readings.map((each) => Math.max(...each.map(pick)));
  const total = (pick: (application: number, ms: number) => number) =>
    times.map((ms) => all.reduce((sum, i) => sum + pick(i, ms), 0));
  const stretchAt = (application: number, ms: number, pick: 'refusedShare' | 'busyShare') =>
    flow.most(application, ({ stretches }) => stretches.findLast(({ fromMs }) => fromMs <= ms)?.[pick] ?? 0);
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      iteratorAgeMs: worst(({ iteratorAgeMs }) => iteratorAgeMs),
      lagRecords: worst(({ lagRecords }) => lagRecords),
      offeredPerSecond: times.map((ms) => flow.writes(({ arrivals }) => arrivals.pieceAfter(ms).perSecond)),
      acceptedPerSecond: times.map((ms) => flow.writes(({ served }) => served.pieceAfter(ms).perSecond)),
      readPerSecond: total((i, ms) => flow.sum(i, ({ shard }) => shard.served.pieceAfter(ms).perSecond)),
      processedPerSecond: total((i, ms) => flow.sum(i, ({ processed }) => processed.pieceAfter(ms).perSecond)),
      waitingWrites: times.map((ms) => flow.writes((writes) => writes.waitingAt(ms))),
      prefetchedRecords: readings.map((each) =>
        each.reduce((sum, { readRecords, processedRecords }) => sum + Math.max(0, readRecords - processedRecords), 0),
      ),
      refusedShare: times.map((ms) => Math.max(...all.map((i) => stretchAt(i, ms, 'refusedShare')))),
      busyShare: times.map((ms) => Math.max(...all.map((i) => stretchAt(i, ms, 'busyShare')))),
      lostRecords: readings.map((each) => each.reduce((sum, { lostRecords }) => sum + lostRecords, 0)),
    },
    events: eventsOf(flow, setup),
    totals: totalsOf(flow, setup),
    tables: [applicationsTable(flow, setup)],
  };
}

function totalsOf(flow: StreamFlow, { applications, durationMs }: StreamSetup): RunTrace['totals'] {
  const readings = applications.map((_, i) => flow.applicationAt(i, durationMs));
  const sum = (pick: (reading: (typeof readings)[number]) => number) =>
    readings.reduce((all, each) => all + pick(each), 0);
  const peaks = applications.flatMap((_, i) =>
    flow.classes.flatMap(({ flow: { readers } }) => readers[i]?.shard.peakAge ?? []),
  );
  const peak = peaks.reduce((most, each) => (each.ageMs > most.ageMs ? each : most), { atMs: 0, ageMs: 0 });
  return {
    offered: flow.writes(({ arrivals }) => arrivals.end),
    accepted: flow.writes(({ served }) => served.end),
    waitingWrites: flow.writes(({ waiting }) => waiting),
    givenUpWrites: flow.writes(({ expired }) => expired.end),
    toRead: flow.writes(({ served }) => served.end) * applications.length,
    read: sum(({ readRecords }) => readRecords),
    processed: sum(({ processedRecords }) => processedRecords),
    finalLagRecords: sum(({ lagRecords }) => lagRecords),
    lostRecords: sum(({ lostRecords }) => lostRecords),
    peakAgeMs: peak.ageMs,
    peakAgeAtMs: peak.atMs,
  };
}

function applicationsTable(flow: StreamFlow, { applications, recordBytes, durationMs }: StreamSetup) {
  return {
    id: 'applications',
    title: 'Applications at the end',
    columns: [
      { id: 'mode', label: 'Reads by', unit: 'text' },
      { id: 'leases', label: 'Shards', unit: 'count' },
      { id: 'cycleMs', label: 'Cycle', unit: 'ms' },
      { id: 'batchRecords', label: 'Full batch', unit: 'records' },
      { id: 'processedPerSecond', label: 'Processor at most', unit: 'records/s' },
      { id: 'read', label: 'Read', unit: 'records' },
      { id: 'lagRecords', label: 'Lag', unit: 'records' },
      { id: 'lostRecords', label: 'Lost', unit: 'records' },
      { id: 'iteratorAgeMs', label: 'Iterator age', unit: 'ms' },
    ] as const,
    rows: applications.map(({ reader, leases }, i) => {
      const { cycleMs, batchRecords, processedPerSecond } = paceOf(reader, recordBytes);
      const { readRecords, lagRecords, lostRecords, iteratorAgeMs } = flow.applicationAt(i, durationMs);
      const most = processedPerSecond === Infinity ? null : processedPerSecond;
      return [reader.mode, leases, cycleMs, batchRecords, most, readRecords, lagRecords, lostRecords, iteratorAgeMs];
    }),
  };
}

export const kinesisShard = defineSystem<KinesisScenario>({
  name: 'kinesis-shard',
  title: 'Kinesis shards and the KCL',
  summary:
    'Shards with their limits and the applications that read them: how old does the oldest unread record get, and is any lost to retention?',
  schema,
  series,
  totals,
  plots,
  describe: (event) => wordsOf(event as StreamEvent),
  run,
  broken,
});

function broken(trace: RunTrace, scenario: KinesisScenario): string[] {
  const laws: string[] = [];
  const t = trace.totals as Record<string, number>;
  const isOff = (left: number, right: number) => Math.abs(left - right) > 1 + 1e-9 * Math.abs(left);
  const { offered = 0, accepted = 0, waitingWrites = 0, givenUpWrites = 0 } = t;
  const { toRead = 0, read = 0, processed = 0, finalLagRecords = 0, lostRecords = 0, peakAgeMs = 0 } = t;
  if (isOff(offered, accepted + waitingWrites + givenUpWrites))
    laws.push(`offered ${offered} ≠ accepted ${accepted} + waiting ${waitingWrites} + given up ${givenUpWrites}`);
  if (isOff(toRead, read + finalLagRecords + lostRecords))
    laws.push(`to read ${toRead} ≠ read ${read} + lag ${finalLagRecords} + lost ${lostRecords}`);
  if (processed > read + 1) laws.push(`processed ${processed} is more than read ${read}`);
  if (peakAgeMs > scenario.retentionMs + 1) laws.push(`a record of ${peakAgeMs} ms outlived the retention`);
  for (const [name, values] of Object.entries(trace.series))
    if (values.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
  return laws;
}
