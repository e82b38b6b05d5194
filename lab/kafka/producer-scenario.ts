// A Kafka producer as a scenario: schema, words, and the trace that the count engine leaves.

import { z } from 'zod';
import { shown } from '../fluid/line.ts';
import { choice, duration, group, listOf, quantity, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import { producerEventsOf, wordsOf, type ProducerFlowEvent } from './producer-events.ts';
import {
  inFlightBytesPerSecond,
  runProducerFlow,
  type ProducerFlowSetup,
  type ProducerOverTime,
} from './producer-flow.ts';
import { plots, series, totals } from './producer-readings.ts';

const mib = 1_048_576;
const hourMs = 3_600_000;
/** A run may be this many times as long as a timeout: each that passes is a few steps of the engine. */
const mostTimeouts = 2_000;

const schema = z
  .strictObject({
    ...scenarioFields('kafka-producer', { mostMs: 24 * hourMs }),
    traffic: trafficField({
      label: 'Traffic',
      about: 'Records that the application wants to send.',
      mostPerSecond: 500_000,
    }),
    recordBytes: whole({ label: 'Size of a record', unit: 'bytes', least: 1, most: mib, isLogarithmic: true }),
    senderThreads: whole({
      label: 'Sending threads',
      about: 'Threads that call send(); when all of them wait for memory, the application waits.',
      least: 1,
      most: 10_000,
      isLogarithmic: true,
    }).default(1),
    onFailure: choice(['ignored', 'handled'], {
      label: 'Failed sends',
      about:
        'Whether anybody looks at the future or the callback; an ignored failure is a record lost in silence (P1, P5).',
      names: { ignored: 'Fire and forget', handled: 'Callback' },
    }),
    batchBytes: whole({
      label: 'batch.size',
      about: 'Bytes of a batch for one partition. Default 16,384 (P2).',
      unit: 'bytes',
      least: 1,
      most: 8 * mib,
      isLogarithmic: true,
    }).default(16_384),
    lingerMs: duration({
      label: 'linger.ms',
      about: 'How long a batch waits to fill. Default 5 since 4.0, 0 before (P3).',
      most: 60_000,
    }).default(5),
    bufferBytes: whole({
      label: 'buffer.memory',
      about: 'Memory for records that are not acknowledged. Default 32 MiB (P2).',
      unit: 'bytes',
      least: 1_024,
      most: 4_096 * mib,
      isLogarithmic: true,
    }).default(32 * mib),
    maxBlockMs: duration({
      label: 'max.block.ms',
      about: 'How long send() waits for memory; then the record fails, through its future. Default 60,000 (P1).',
      least: 1,
      most: hourMs,
    }).default(60_000),
    deliveryTimeoutMs: duration({
      label: 'delivery.timeout.ms',
      about: 'A record that is not acknowledged this long after send() fails. Default 120,000 (P5).',
      least: 1,
      most: 24 * hourMs,
    }).default(120_000),
    requestTimeoutMs: duration({
      label: 'request.timeout.ms',
      about:
        'How long one request waits for its answer before it is sent again. Kafka wants delivery.timeout.ms to hold it and linger.ms; the engine needs it for nothing else. Default 30,000 (P2).',
      least: 1,
      most: hourMs,
    }).default(30_000),
    maxInFlightRequests: whole({
      label: 'max.in.flight.requests.per.connection',
      about: 'Requests without an answer on the connection to one broker. Default 5 (P2).',
      least: 1,
      most: 100,
    }).default(5),
    cluster: group(
      {
        brokers: whole({ label: 'Brokers', least: 1, most: 100 }).default(3),
        partitions: whole({
          label: 'Partitions',
          about: 'Spread evenly over the brokers.',
          least: 1,
          most: 1_000,
        }).default(12),
        roundTripMs: quantity({
          label: 'Round trip',
          about: 'From sending a request to its answer.',
          unit: 'ms',
          least: 0.1,
          most: 10_000,
          isLogarithmic: true,
        }).default(10),
      },
      { label: 'Cluster' },
    ).default({ brokers: 3, partitions: 12, roundTripMs: 10 }),
    acknowledged: listOf(
      z.strictObject({
        fromMs: duration({ label: 'From' }),
        bytesPerSecond: quantity({ label: 'Rate', unit: 'bytes/s', most: 1e10, isLogarithmic: true }),
      }),
      { label: 'Brokers acknowledge', about: 'What all brokers together take; 0 is an outage.', most: 24 },
    ),
    quota: group(
      {
        fromMs: duration({ label: 'From', about: 'What was sent before counts towards the first window.' }),
        bytesPerSecond: quantity({
          label: 'producer_byte_rate',
          about: 'For each broker; without a quota there is no limit (Q1, Q4).',
          unit: 'bytes/s',
          least: 1_000,
          most: 1e10,
          isLogarithmic: true,
        }),
      },
      { label: 'Quota' },
    ).exactOptional(),
  })
  .superRefine((given, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const {
      maxBlockMs,
      deliveryTimeoutMs,
      lingerMs,
      requestTimeoutMs,
      recordBytes,
      bufferBytes,
      acknowledged,
      quota,
      durationMs,
    } = given;
    if (deliveryTimeoutMs < lingerMs + requestTimeoutMs)
      say(
        ['deliveryTimeoutMs'],
        `is ${deliveryTimeoutMs}, below linger.ms + request.timeout.ms, which Kafka refuses; write ${lingerMs + requestTimeoutMs} or more`,
      );
    if (recordBytes > bufferBytes)
      say(['bufferBytes'], `holds not one record of ${recordBytes} bytes; write ${recordBytes} or more`);
    for (const [i, { fromMs }] of acknowledged.entries()) {
      if (i === 0 && fromMs !== 0) say(['acknowledged', i, 'fromMs'], 'the first rate begins at 0');
      if (i > 0 && fromMs <= (acknowledged[i - 1]?.fromMs ?? 0))
        say(['acknowledged', i, 'fromMs'], 'a rate begins after the one before it');
    }
    for (const [name, timeoutMs] of [
      ['maxBlockMs', maxBlockMs],
      ['deliveryTimeoutMs', deliveryTimeoutMs],
    ] as const)
      if (durationMs > mostTimeouts * timeoutMs)
        say(
          [name],
          `passes too often in a run of ${durationMs} ms; write ${Math.ceil(durationMs / mostTimeouts)} or more, or a shorter run`,
        );
    if (quota !== undefined && durationMs > hourMs)
      say(['durationMs'], `is too long for a quota, which is looked at ten times a second; write ${hourMs} or less`);
  });

export type ProducerScenario = z.infer<typeof schema>;

function setupOf(scenario: ProducerScenario): ProducerFlowSetup {
  const { cluster, batchBytes, recordBytes, maxInFlightRequests, quota } = scenario;
  return {
    offered: scenario.traffic,
    recordBytes,
    senderThreads: scenario.senderThreads,
    bufferBytes: scenario.bufferBytes,
    maxBlockMs: scenario.maxBlockMs,
    deliveryTimeoutMs: scenario.deliveryTimeoutMs,
    inFlightBytesPerSecond: inFlightBytesPerSecond({ ...cluster, batchBytes, recordBytes, maxInFlightRequests }),
    brokers: scenario.acknowledged,
    ...(quota !== undefined && { quota: { ...quota, brokers: cluster.brokers } }),
    durationMs: scenario.durationMs,
  };
}

function run(scenario: ProducerScenario, seed: number): RunTrace {
  const flow = runProducerFlow(setupOf(scenario));
  const { application, sends, buffer } = flow;
  const { durationMs, recordBytes, bufferBytes, senderThreads } = scenario;
  const { sampleMs, samples } = samplingOf(durationMs);
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const at = (read: (ms: number) => number) => times.map(read);
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      bufferAvailableBytes: at((ms) => Math.max(0, bufferBytes - Math.round(buffer.waitingAt(ms) * recordBytes))),
      offeredPerSecond: at((ms) => application.arrivals.pieceAfter(ms).perSecond),
      sentPerSecond: at((ms) => sends.served.pieceAfter(ms).perSecond),
      ackedPerSecond: at((ms) => buffer.served.pieceAfter(ms).perSecond),
      heldBackRecords: at((ms) => application.waitingAt(ms)),
      waitingThreads: at((ms) => Math.min(senderThreads, Math.round(sends.waitingAt(ms)))),
      waitRatio: at((ms) => Math.min(1, sends.waitingAt(ms) / senderThreads)),
      recordQueueMs: at((ms) =>
        Math.max(lingeredMs(scenario, sends.served.pieceAfter(ms).perSecond), buffer.ageMsAt(ms)),
      ),
      produceThrottleMs: at((ms) => meanThrottleMs(flow, ms)),
      blockFailedRecords: at((ms) => sends.expiredAt(ms)),
      expiredRecords: at((ms) => buffer.expiredAt(ms)),
    },
    events: producerEventsOf(flow, setupOf(scenario)),
    totals: totalsOf(flow, scenario),
  };
}

/** How long a batch waits to fill: linger.ms, or less when a partition's records fill it sooner. */
function lingeredMs({ lingerMs, batchBytes, recordBytes, cluster }: ProducerScenario, perSecond: number): number {
  if (perSecond === 0) return 0;
  const fillMs = (batchBytes / ((perSecond * recordBytes) / cluster.partitions)) * 1000;
  return Math.min(lingerMs, fillMs);
}

/** What the client's metric says: the mean over its last 30 s. */
function meanThrottleMs({ throttles }: ProducerOverTime, ms: number): number {
  const recent = throttles.filter(({ atMs }) => atMs <= ms && atMs > ms - 30_000);
  return recent.reduce((sum, { throttleMs }) => sum + throttleMs, 0) / Math.max(1, recent.length);
}

function totalsOf(flow: ProducerOverTime, { onFailure, durationMs }: ProducerScenario): RunTrace['totals'] {
  const { application, sends, buffer, throttles, firstFullMs } = flow;
  const blockFailed = shown(sends.expiredAt(durationMs));
  const expired = shown(buffer.expiredAt(durationMs));
  return {
    offered: shown(application.arrivals.end),
    heldBack: shown(application.waiting),
    blocked: shown(sends.waiting),
    blockFailed,
    buffered: shown(buffer.waiting),
    expired,
    acked: shown(buffer.servedAt(durationMs)),
    lostSilently: onFailure === 'ignored' ? shown(blockFailed + expired) : 0,
    firstFullMs,
    peakQueueMs: buffer.peakAge.ageMs,
    throttledMs: throttles.reduce((sum, { atMs, throttleMs }) => sum + Math.min(throttleMs, durationMs - atMs), 0),
    longestThrottleMs: Math.max(0, ...throttles.map(({ throttleMs }) => throttleMs)),
  };
}

export const kafkaProducer = defineSystem<ProducerScenario>({
  name: 'kafka-producer',
  title: 'Kafka producer',
  summary:
    'An application, its producer’s buffer and the brokers: when does send() wait, and which records are lost without a word?',
  schema,
  series,
  totals,
  plots,
  describe: (event) => wordsOf(event as ProducerFlowEvent),
  run,
  broken,
});

function broken(trace: RunTrace, { bufferBytes, deliveryTimeoutMs }: ProducerScenario): string[] {
  const laws: string[] = [];
  const { offered = 0, heldBack = 0, blocked = 0, blockFailed = 0 } = trace.totals as Record<string, number>;
  const { buffered = 0, expired = 0, acked = 0, peakQueueMs = 0 } = trace.totals as Record<string, number>;
  const found = heldBack + blocked + blockFailed + buffered + expired + acked;
  if (Math.abs(offered - found) > 1 + 1e-9 * offered)
    laws.push(`offered ${offered} ≠ held back + blocked + failed + buffered + acknowledged, ${found}`);
  if (trace.series['bufferAvailableBytes']?.some((free) => free === null || free > bufferBytes))
    laws.push('the buffer has more room than memory');
  if (peakQueueMs > deliveryTimeoutMs + 1) laws.push(`a record was ${peakQueueMs} ms in the buffer`);
  for (const [name, values] of Object.entries(trace.series))
    if (values.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
  return laws;
}
