// An operator that asks an outside service for each record, as a scenario: schema, words and trace.

import { z } from 'zod';
import { choice, duration, group, listOf, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { meansOver, rateWindow } from '../trace/rates.ts';
import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import { createProfile } from '../traffic/profile.ts';
import { runAsync } from './async-engine.ts';
import type { AsyncSample } from './async-meter.ts';
import { mostCalls } from './async-retry.ts';
import { refusalMs } from './async-service.ts';
import { asyncEventsOf, asyncPlots, asyncSeries, asyncTotals, describeAsync } from './async-words.ts';

const client = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('async'),
      capacity: whole({
        label: 'capacity',
        about: 'Calls in flight in each subtask at most; the operator is exhausted beyond. Default 100 (F24).',
        least: 1,
        most: 2_000,
        isLogarithmic: true,
      }),
      mode: choice(['unordered', 'ordered'], {
        label: 'Order of results',
        about: 'unorderedWait lets results leave as they come, orderedWait in the order of the input (F24).',
        names: { unordered: 'unorderedWait', ordered: 'orderedWait' },
      }),
    }),
    z.strictObject({ kind: z.literal('blocking') }),
  ])
  .meta({
    label: 'Client',
    about:
      'Async I/O has many calls under way in each subtask; a blocking client waits for each before the next (F24).',
  });

const maxAttempts = whole({
  label: 'maxAttempts',
  about: 'Further calls after the first has failed.',
  least: 1,
  most: 20,
});
const delayMs = duration({ label: 'Delay', about: 'Wait before each further call.', least: 1, most: 60_000 });
const retry = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('fixed'), maxAttempts, delayMs }),
    z.strictObject({
      kind: z.literal('exponential'),
      maxAttempts,
      initialDelayMs: duration({ label: 'initialDelay', least: 1, most: 60_000 }),
      maxRetryDelayMs: duration({ label: 'maxRetryDelay', about: 'No wait is longer.', least: 1, most: 60_000 }),
      multiplier: quantity({
        label: 'multiplier',
        about: 'Each wait is this many times the last.',
        least: 1,
        most: 10,
      }),
    }),
  ])
  .meta({
    label: 'Retry strategy',
    about:
      'What unorderedWaitWithRetry does with a failed call: an AsyncRetryStrategy (F24). Without one, a failure is final.',
  });

const latencyMs = duration({ label: 'Latency', least: 1, most: 60_000 });
const service = group(
  {
    latency: listOf(z.strictObject({ fromMs: duration({ label: 'From' }), latencyMs }), {
      label: 'Latency',
      about: 'How long a call takes; each entry holds until the next begins.',
      most: 24,
    }),
    jitterShare: share({ label: 'Jitter', about: 'Latency varies evenly by ± this share.' }).default(0),
    stragglerShare: share({ label: 'Stragglers', about: 'This share of calls takes much longer.' }).default(0),
    stragglerMs: duration({ label: 'A straggler takes', least: 1, most: 60_000 }).default(1_000),
    failureShare: share({ label: 'Failures', about: 'This share of calls fails after its time.' }).default(0),
    budgetPerSecond: quantity({
      label: 'Query budget',
      about:
        'Calls/s that the service answers, with a burst of a tenth of a second; more get 429. Unlimited without it.',
      unit: 'calls/s',
      isLogarithmic: true,
      least: 1,
      most: 1_000_000,
    }).exactOptional(),
    concurrency: whole({
      label: 'Concurrency',
      about: 'Calls that the service works on at once; more wait in its queue. Unlimited without it.',
      unit: 'calls',
      isLogarithmic: true,
      least: 1,
      most: 100_000,
    }).exactOptional(),
    outages: listOf(z.strictObject({ fromMs: duration({ label: 'From' }), toMs: duration({ label: 'To' }) }), {
      label: 'Outages',
      about: 'Spans in which every call gets 503.',
      least: 0,
      most: 8,
    }).default([]),
  },
  { label: 'Service' },
);

const mostMs = 120_000;
/** Limits that keep a run below a second. */
const limits = { calls: 2_500_000, places: 40_000, steps: 8_000_000 };

const schema = z
  .strictObject({
    ...scenarioFields('flink-async', { mostMs }),
    traffic: trafficField({ label: 'Traffic', about: 'What the source has to read.', mostPerSecond: 100_000 }),
    parallelism: whole({ label: 'Parallelism', about: 'Subtasks of the operator.', least: 1, most: 200 }),
    client,
    service,
    timeoutMs: duration({
      label: 'timeout',
      about: 'From the first call of a record to its result, with all retries (F24).',
      least: 1,
      most: 600_000,
    }),
    onFailure: choice(['fail-job', 'tag'], {
      label: 'When a call fails for good',
      about:
        'By default the job fails and restarts from its last checkpoint; a tagged result goes to a dead-letter queue (F24, F27).',
      names: { 'fail-job': 'the job fails', tag: 'a tagged result' },
    }).default('fail-job'),
    retry: retry.default({ kind: 'none' }),
    watermarkIntervalMs: duration({
      label: 'pipeline.auto-watermark-interval',
      about: 'A watermark comes each such span, and no result passes it (F24); 0 for none. Default 200 ms.',
      most: 60_000,
    }).default(200),
    checkpointIntervalMs: duration({
      label: 'execution.checkpointing.interval',
      about: 'What leaves after a checkpoint leaves again when the job fails. Off by default in Flink; 10 s here.',
      least: 100,
      most: 600_000,
    }).default(10_000),
    restartMs: duration({
      label: 'Restart',
      about: 'From a failure of the job to its restart.',
      least: 100,
      most: 600_000,
    }).default(2_000),
    bufferRecords: whole({
      label: 'Network buffers',
      about: 'Records that fit between the source and one subtask; (2 + 8) buffers of 32 KiB hold 320 of 1 KiB (F2).',
      unit: 'records',
      most: 100_000,
      isLogarithmic: true,
    }).default(320),
  })
  .superRefine((scenario, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', message, path });
    const { latency, outages } = scenario.service;
    for (const [i, { fromMs }] of latency.entries()) {
      if (i === 0 && fromMs !== 0) say(['service', 'latency', i, 'fromMs'], 'the first latency begins at 0');
      if (i > 0 && fromMs <= (latency[i - 1]?.fromMs ?? 0))
        say(['service', 'latency', i, 'fromMs'], 'a latency begins after the one before it');
    }
    for (const [i, { fromMs, toMs }] of outages.entries())
      if (toMs <= fromMs) say(['service', 'outages', i, 'toMs'], 'an outage ends after it begins');
    const capacity = scenario.client.kind === 'async' ? scenario.client.capacity : 1;
    const places = scenario.parallelism * capacity;
    if (places > limits.places)
      say(['client', 'capacity'], `parallelism · capacity is ${places}; keep it at ${limits.places} or below`);
    if (scenario.parallelism * scenario.durationMs > limits.steps)
      say(
        ['durationMs'],
        `with ${scenario.parallelism} subtasks, write at most ${Math.floor(limits.steps / scenario.parallelism)} ms`,
      );
    if (latency[0]?.fromMs === 0 && scenario.traffic[0]?.fromMs === 0 && callsOf(scenario) > limits.calls)
      say(
        ['durationMs'],
        `this would be more than ${limits.calls} calls; lower the traffic, the retries or the duration`,
      );
  });

export type AsyncScenario = z.infer<typeof schema>;

/** The most calls that a run may make: what arrives, with all retries and restarts, or what the places let through. */
function callsOf(scenario: Omit<AsyncScenario, 'client'> & { client: { kind: string; capacity?: number } }): number {
  const { traffic, durationMs, retry: strategy, onFailure, restartMs, parallelism } = scenario;
  let arrived = 0;
  try {
    arrived = createProfile(traffic).arrivedBy(durationMs);
  } catch {
    return 0; // The traffic's own check names what is wrong with it.
  }
  const lives = onFailure === 'fail-job' ? 1 + durationMs / restartMs : 1;
  const { latency, jitterShare, budgetPerSecond, outages } = scenario.service;
  const isRefused = budgetPerSecond !== undefined || outages.length > 0;
  const shortestMs = Math.min(
    isRefused ? refusalMs : Infinity,
    ...latency.map((entry) => entry.latencyMs * (1 - jitterShare)),
  );
  const through = (parallelism * (scenario.client.capacity ?? 1) * durationMs) / Math.max(1, shortestMs);
  return Math.min(arrived * mostCalls(strategy) * lives, through);
}

function run(scenario: AsyncScenario, seed: number): RunTrace {
  const { sampleMs } = samplingOf(scenario.durationMs, 300);
  const setup = { ...scenario, arrivals: scenario.traffic };
  const result = runAsync(setup, seed, sampleMs);
  const { samples, end, totals } = result;
  const { durationMs: endedMs } = scenario;
  const window = rateWindow({ endedMs, sampleMs, records: totals.results + totals.tagged });
  const meanOf = (pick: (sample: AsyncSample) => number | null) => meansOver(samples.map(pick), window);
  const callsPerSecond = meanOf((sample) => sample.callsPerSecond);
  return {
    scenario,
    seed,
    endedMs,
    sampleMs,
    series: {
      lagRecords: samples.map(({ state }) => state.lag),
      lagMs: samples.map(({ lagMs }) => Math.round(lagMs)),
      arrivedPerSecond: meanOf((sample) => sample.arrivedPerSecond),
      resultsPerSecond: meanOf((sample) => sample.resultsPerSecond),
      callsPerSecond,
      refusedPerSecond: meanOf((sample) => sample.refusedPerSecond),
      inFlightRecords: samples.map(({ state }) => state.inFlight),
      bufferedRecords: samples.map(({ state }) => state.buffered),
      resultMs: samples.map(({ resultMs }) => resultMs),
      busyMsPerSecond: meanOf((sample) => sample.busyMsPerSecond),
      sourceBackPressuredMsPerSecond: meanOf((sample) => sample.sourceBackPressuredMsPerSecond),
    },
    events: asyncEventsOf(setup, result),
    totals: {
      arrived: end.arrived,
      results: totals.results,
      tagged: totals.tagged,
      duplicates: totals.duplicates,
      lagRecords: end.lag,
      bufferedRecords: end.buffered,
      inFlightRecords: end.inFlight,
      resultP50Ms: totals.resultP50Ms,
      resultP99Ms: totals.resultP99Ms,
      resultMostMs: totals.resultMostMs,
      calls: totals.calls,
      retries: totals.retries,
      overBudget: totals.overBudget,
      unavailable: totals.unavailable,
      failedCalls: totals.failedCalls,
      timeouts: totals.timeouts,
      jobFailures: result.failures.length,
      mostInFlightRecords: totals.mostInFlight,
      mostCallsPerSecond: callsPerSecond.reduce<number>((most, rate) => Math.max(most, rate ?? 0), 0),
    },
    tables: [
      {
        id: 'subtasks',
        title: 'Subtasks over the run',
        columns: [
          { id: 'subtask', label: 'Subtask', unit: 'count' },
          { id: 'busyTimeMsPerSecond', label: 'busyTimeMsPerSecond', unit: 'ms/s' },
          { id: 'idleTimeMsPerSecond', label: 'idleTimeMsPerSecond', unit: 'ms/s' },
        ],
        rows: result.busyShares.map((busyShare, i) => {
          const busyMs = Math.round(busyShare * 1000);
          return [i, busyMs, 1000 - busyMs];
        }),
      },
    ],
  };
}

export const flinkAsync = defineSystem<AsyncScenario>({
  name: 'flink-async',
  title: 'Flink async I/O',
  summary:
    'An operator asks an outside service for each record: how much gets through, and what does the service have to bear?',
  schema,
  series: asyncSeries,
  totals: asyncTotals,
  plots: asyncPlots,
  describe: describeAsync,
  run,
  broken({ series, totals }, { parallelism, client: { kind, ...rest } }) {
    const laws: string[] = [];
    const count = (name: string) => totals[name] ?? 0;
    const settled = count('results') + count('tagged') - count('duplicates');
    const open = count('lagRecords') + count('bufferedRecords') + count('inFlightRecords');
    if (count('arrived') !== settled + open)
      laws.push(
        `arrived ${count('arrived')} ≠ results and tagged, once each, ${settled} + waiting and in flight ${open}`,
      );
    const places = parallelism * (kind === 'async' ? (rest as { capacity: number }).capacity : 1);
    if (count('mostInFlightRecords') > places)
      laws.push(`${count('mostInFlightRecords')} records are in ${places} places`);
    for (const [name, values] of Object.entries(series))
      if (values.some((value) => value !== null && value < 0)) laws.push(`${name} is negative somewhere`);
    for (const name of ['busyMsPerSecond', 'sourceBackPressuredMsPerSecond'])
      if (series[name]?.some((value) => value !== null && value > 1000)) laws.push(`${name} is above 1,000 somewhere`);
    return laws;
  },
});
