// One queue and its servers as a scenario: schema, words, and the trace that the record engine leaves.

import { z } from 'zod';
import { choice, group, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { ratesPerSecond, rateWindow, sharesOfTime } from '../trace/rates.ts';
import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import { percentileOfSorted } from '../trace/percentile.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import { createDraw, type Variation } from './draw.ts';
import { bufferBytes, recordsThatFit } from './overload.ts';
import { runQueue } from './queue-engine.ts';
import type { QueueReadings } from './queue-readings.ts';
import { describeQueueEvent, queueSeries, queueTotals, type QueueEvent } from './queue-words.ts';
import { mm1InsidePercentileMs } from './waiting.ts';

/** Offers in one run, so that every setting answers within a second. */
const mostOffers = 1_500_000;

const variation = choice(['even', 'uniform', 'exponential'], {
  label: 'Variation',
  about: 'Exponential is without memory, as calls from many senders come: the M of M/M/1. Even is its D.',
  names: { even: 'always the mean', uniform: 'within a span of the mean', exponential: 'exponential' },
});
const spreadShare = share({
  label: 'Span',
  about:
    'For uniform: how far a value may lie from the mean, as a part of it; 1 reaches from nothing to twice the mean.',
});

const schema = z
  .strictObject({
    ...scenarioFields('queue', { mostMs: 86_400_000 }),
    traffic: trafficField({ label: 'Traffic', about: 'What is offered to the queue.', mostPerSecond: 100_000 }),
    gaps: group(
      { variation, spreadShare: spreadShare.default(1) },
      { label: 'Gaps', about: 'How the time between two offers varies.' },
    ).default({ variation: 'even', spreadShare: 1 }),
    service: group(
      {
        ms: quantity({
          label: 'Service time',
          about: 'The mean time that one server needs for one record: 2 ms are 500 records/s.',
          unit: 'ms',
          isLogarithmic: true,
          least: 0.01,
          most: 600_000,
        }),
        variation: variation.default('even'),
        spreadShare: spreadShare.default(1),
      },
      { label: 'Service' },
    ),
    servers: whole({ label: 'Servers', about: 'They share one queue.', least: 1, most: 64 }).default(1),
    capacityRecords: whole({
      label: 'Capacity',
      about:
        'Places to wait; without it the queue is unbounded, as queue.Queue() and LinkedBlockingQueue() are by default.',
      unit: 'records',
      isLogarithmic: true,
      least: 1,
      most: 1_000_000,
    }).exactOptional(),
    overflow: choice(['block', 'drop-oldest', 'drop-newest', 'replace-youngest', 'drop-buffer', 'fail'], {
      label: 'When full',
      about:
        'Only block is backpressure: the sender is held with its record and makes nothing else. The others lose or fail.',
      names: {
        block: 'block the sender',
        'drop-oldest': 'drop the oldest (dropHead)',
        'drop-newest': 'turn the new one away',
        'replace-youngest': 'replace the youngest (dropTail)',
        'drop-buffer': 'drop all that waits (dropBuffer)',
        fail: 'fail',
      },
    }).default('block'),
    memory: group(
      {
        limitBytes: quantity({
          label: 'Limit',
          about: 'What the queue and the records in service may take before the process is killed.',
          unit: 'bytes',
          isLogarithmic: true,
          least: 1_024,
          most: 1_099_511_627_776,
        }),
        recordBytes: quantity({ label: 'Record', unit: 'bytes', isLogarithmic: true, least: 1, most: 16_777_216 }),
        overhead: quantity({
          label: 'Overhead',
          about: 'Bytes in memory for each byte of a record; 2 to 5 is a rule of thumb for objects on a JVM.',
          least: 1,
          most: 10,
        }).default(1),
      },
      { label: 'Memory' },
    ).exactOptional(),
  })
  .superRefine(({ traffic, durationMs, capacityRecords, overflow, memory }, context) => {
    const say = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', message, path });
    const offers = traffic.reduce((sum, { fromMs, recordsPerSecond }, i) => {
      const toMs = Math.min(durationMs, traffic[i + 1]?.fromMs ?? durationMs);
      return sum + (Math.max(0, toMs - fromMs) * recordsPerSecond) / 1000;
    }, 0);
    if (offers > mostOffers)
      say(
        `${Math.round(offers)} records are offered in all, at most ${mostOffers} can be; shorten the run or lower a rate`,
        'durationMs',
      );
    if (capacityRecords === undefined && overflow !== 'block')
      say(`an unbounded queue is never full; give a capacityRecords, or leave out '${overflow}'`, 'overflow');
    if (memory !== undefined && memory.limitBytes < memory.recordBytes * memory.overhead)
      say('not one record fits; raise limitBytes or lower recordBytes', 'memory', 'limitBytes');
  });

export type QueueScenario = z.infer<typeof schema>;

/** A run of the record engine; gaps and work are drawn from streams of their own, so that one does not move the other. */
export function readingsOf(scenario: QueueScenario, seed: number): QueueReadings {
  const { gaps, service, memory, durationMs } = scenario;
  const drawOf = (given: { variation: Variation['kind']; spreadShare: number }, stream: string) =>
    createDraw({ ...given, kind: given.variation }, createRng(deriveSeed(seed, stream)));
  return runQueue({
    arrivals: scenario.traffic,
    nextGap: drawOf(gaps, 'gaps'),
    nextWork: drawOf(service, 'work'),
    serviceMs: service.ms,
    servers: scenario.servers,
    capacityRecords: scenario.capacityRecords ?? Infinity,
    overflow: scenario.overflow,
    ...(memory && { mostInsideRecords: recordsThatFit(memory.limitBytes, memory.recordBytes, memory.overhead) }),
    durationMs,
    sampleMs: samplingOf(durationMs).sampleMs,
  });
}

function run(scenario: QueueScenario, seed: number): RunTrace {
  const readings = readingsOf(scenario, seed);
  const { samples, endedMs } = readings;
  const { sampleMs } = samplingOf(scenario.durationMs);
  const staysMs = readings.staysMs.slice().sort();
  const percentileMs = (p: number): number | null => (staysMs.length > 0 ? percentileOfSorted(staysMs, p) : null);
  const meanStayMs = staysMs.length > 0 ? staysMs.reduce((sum, stay) => sum + stay, 0) / staysMs.length : null;
  const window = rateWindow({ endedMs, sampleMs, records: readings.servedRecords });
  const perSecond = (counts: readonly number[]) => ratesPerSecond(counts, window, sampleMs);
  return {
    scenario,
    seed,
    endedMs,
    sampleMs,
    series: {
      waitingRecords: samples.waitingRecords,
      oldestWaitMs: samples.oldestWaitMs,
      offeredPerSecond: perSecond(samples.offeredRecords),
      servedPerSecond: perSecond(samples.servedRecords),
      lostPerSecond: perSecond(samples.lostRecords),
      busyShare: sharesOfTime(samples.busyMs, window, sampleMs, scenario.servers),
      blockedShare: sharesOfTime(samples.heldMs, window, sampleMs),
    },
    events: eventsOf(scenario, readings),
    totals: {
      offered: readings.offeredRecords,
      served: readings.servedRecords,
      lost: readings.lostRecords,
      waiting: readings.waitingRecords,
      inService: readings.inServiceRecords,
      held: readings.heldRecords,
      mostWaiting: readings.mostWaitingRecords,
      firstFullMs: readings.firstFullMs,
      meanWaitMs: readings.meanWaitMs,
      meanStayMs,
      p95StayMs: percentileMs(95),
      busyShare: Math.min(1, readings.busyServers / scenario.servers),
      blockedShare: Math.min(1, readings.heldShare),
      meanInsideRecords: readings.meanInsideRecords,
      littleRecords: endedMs > 0 && meanStayMs !== null ? (readings.servedRecords * meanStayMs) / endedMs : null,
      peakBytes: scenario.memory
        ? bufferBytes(readings.mostInsideRecords, scenario.memory.recordBytes, scenario.memory.overhead)
        : null,
    },
    tables: [
      {
        id: 'stays',
        title: 'How long records stay',
        columns: [
          { id: 'percentile', label: 'Percentile', unit: 'count' },
          { id: 'stayMs', label: 'Stay', unit: 'ms' },
          { id: 'mm1Ms', label: 'M/M/1', unit: 'ms' },
        ],
        rows: [50, 90, 95, 99].map((p) => [p, percentileMs(p), mm1Ms(scenario, p)]),
      },
    ],
  };
}

/** What the formula says, where it applies: steady random traffic, random work, one server, no bound, below 1. */
function mm1Ms({ traffic, gaps, service, servers, capacityRecords }: QueueScenario, p: number): number | null {
  const arrivalsPerSecond = traffic[0]?.recordsPerSecond ?? 0;
  const load = { arrivalsPerSecond, servicePerSecond: 1000 / service.ms };
  const isRandom = gaps.variation === 'exponential' && service.variation === 'exponential';
  const isPlain = traffic.length === 1 && servers === 1 && capacityRecords === undefined;
  return isRandom && isPlain && arrivalsPerSecond < load.servicePerSecond ? mm1InsidePercentileMs(load, p) : null;
}

function eventsOf({ traffic }: QueueScenario, { ended, endedMs, firstFullMs }: QueueReadings): QueueEvent[] {
  const events: QueueEvent[] = traffic
    .slice(1)
    .map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'traffic', to: recordsPerSecond }));
  if (firstFullMs !== null) events.push({ atMs: firstFullMs, kind: 'full' });
  if (ended === 'out of memory') events.push({ atMs: endedMs, kind: 'out-of-memory' });
  if (ended === 'failed') events.push({ atMs: endedMs, kind: 'failed' });
  return events.filter(({ atMs }) => atMs <= endedMs).sort((a, b) => a.atMs - b.atMs);
}

export const queue = defineSystem<QueueScenario>({
  name: 'queue',
  title: 'One queue',
  summary:
    'Records wait in one queue for its servers: how long, how many, and what happens when there is no place left?',
  schema,
  series: queueSeries,
  totals: queueTotals,
  plots: [
    { title: 'The queue', series: ['waitingRecords'] },
    { title: 'Age at the head', series: ['oldestWaitMs'] },
    { title: 'Rates', series: ['servedPerSecond', 'offeredPerSecond', 'lostPerSecond'] },
    { title: 'Use of time', series: ['busyShare', 'blockedShare'] },
  ],
  describe: describeQueueEvent,
  run,
  broken({ series, totals }, { capacityRecords = Infinity, servers }) {
    const laws: string[] = [];
    const {
      offered = 0,
      served = 0,
      lost = 0,
      waiting = 0,
      inService = 0,
      held = 0,
    } = totals as Record<string, number>;
    const known = served + lost + waiting + inService + held;
    if (offered !== known) laws.push(`offered ${offered} ≠ served + lost + waiting + in service + held, ${known}`);
    if ((totals['mostWaiting'] ?? 0) > capacityRecords) laws.push('more records waited than there are places');
    if (inService > servers) laws.push('more records were in service than there are servers');
    for (const [name, values] of Object.entries(series))
      if (values.some((value) => value !== null && value < 0)) laws.push(`${name} is negative somewhere`);
    for (const name of ['busyShare', 'blockedShare'])
      if (series[name]?.some((value) => value !== null && value > 1)) laws.push(`${name} is above 1 somewhere`);
    return laws;
  },
});
