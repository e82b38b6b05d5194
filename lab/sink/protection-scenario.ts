// A fleet of clients at one sink as a scenario: load, outage, retries, and what keeps them from making it worse.

import { z } from 'zod';
import { choice, duration, flag, group, listOf, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunEvent, type RunTrace } from '../trace/run-trace.ts';
import { wholeCounts } from '../trace/whole-counts.ts';
import { callMs, rowsPerSecond } from './call-cost.ts';
import { flushRhythm } from './flush.ts';
import type { ProtectionEvent } from './protection-api.ts';
import type { ProtectionReadings } from './protection-readings.ts';
import { protectionSeries, protectionTotals } from './protection-words.ts';
import { runProtection, type ProtectionRun } from './protection.ts';

const hourMs = 3_600_000;
const span = (label: string, about: string, least = 0) => duration({ label, about, least, most: hourMs });
const requests = (label: string, about: string, least = 0, most = 1e8) =>
  quantity({ label, about, unit: 'records', isLogarithmic: true, least, most });

const schema = z
  .strictObject({
    ...scenarioFields('sink-protection', { mostMs: hourMs }),
    traffic: trafficField({ label: 'Requests', about: 'Records that clients want to write, one request each.' }),
    herd: group(
      { atMs: span('At', 'When they all come.'), requests: whole({ label: 'Clients', least: 1, most: 1_000_000 }) },
      { label: 'A herd', about: 'Clients that all send at the same instant.' },
    ).exactOptional(),
    sink: group(
      {
        connections: whole({ label: 'Connections', about: 'Calls that it serves at once.', least: 1, most: 1_000 }),
        callMs: duration({ label: 'A call takes', about: 'Whatever it brings (M4.1).', least: 1, most: 60_000 }),
        rowMs: quantity({ label: 'and for each row', unit: 'ms', step: 0.01, most: 1_000 }),
        queueRecords: requests('Queue', 'What may wait in it, first in, first out; beyond that it refuses at once.'),
        discardsExpired: flag({
          label: 'Discards what has expired',
          about: 'Drops a request that can no longer be answered in time, instead of serving it in vain.',
        }),
      },
      { label: 'Sink' },
    ),
    outages: listOf(
      z.strictObject({
        fromMs: span('From', 'When it begins.'),
        toMs: span('Until', 'When the sink has healed.'),
        kind: choice(['refuses', 'hangs'], {
          label: 'The sink',
          about: 'Refuses everything at once, or serves nothing and lets everybody wait.',
          names: { refuses: 'Refuses', hangs: 'Hangs' },
        }),
      }),
      { label: 'Outages', least: 0, most: 12 },
    ).default([]),
    timeoutMs: span(
      'Time-out',
      'How long a caller waits for its answer: in the queue and for the call itself, so a longer call is always late (T1).',
      1,
    ),
    attempts: whole({
      label: 'Attempts',
      about: 'Of a request, the first among them (M4.3); 3 at most (T3).',
      least: 1,
      most: 10,
    }),
    backoff: group(
      {
        baseMs: span('Base', 'Ceiling before the first retry; it doubles each time (T2).', 1),
        capMs: span('Cap', 'It is never longer.', 1),
      },
      { label: 'Back-off' },
    ).default({ baseMs: 100, capMs: 10_000 }),
    jitter: choice(['none', 'full'], {
      label: 'Jitter',
      about: 'Full: a wait anywhere below the ceiling (T2). None: exactly the ceiling, for all at once.',
      names: { none: 'None', full: 'Full' },
    }).default('full'),
    retryBudgetShare: share({
      label: 'Retry budget',
      about: 'Retries as a share of requests; about 0.1 in practice (T3). Without it there is no limit.',
    }).exactOptional(),
    breaker: group(
      {
        windowMs: span(
          'slidingWindowSize',
          'Answers of this time decide (TIME_BASED); Resilience4j: the last 100 calls, COUNT_BASED.',
          1,
        ),
        minimumCalls: whole({
          label: 'minimumNumberOfCalls',
          about: 'With fewer answers it never opens; Resilience4j: 100 (T4).',
          least: 1,
          most: 1_000_000,
        }),
        failureThreshold: quantity({
          label: 'failureRateThreshold',
          about: 'It opens from this share of failures on; Resilience4j: 50 %.',
          unit: 'share',
          step: 0.01,
          least: 0.01,
          most: 1,
        }),
        openMs: span('waitDurationInOpenState', 'The source is paused meanwhile (T5); Resilience4j: 60 s.', 1),
        halfOpenCalls: whole({
          label: 'permittedNumberOfCallsInHalfOpenState',
          about: 'They decide between open and closed; Resilience4j: 10.',
          least: 1,
          most: 10_000,
        }),
      },
      { label: 'Circuit breaker' },
    ).exactOptional(),
    tokenBucket: group(
      {
        tokensPerSecond: quantity({
          label: 'Rate',
          about: 'Requests that may be sent, retries among them (M4.7).',
          unit: 'records/s',
          isLogarithmic: true,
          least: 1,
          most: 1e7,
        }),
        burst: requests('Burst', 'And so many at once.', 1, 1e7),
      },
      { label: 'Token bucket', about: 'What exceeds it waits at the source.' },
    ).exactOptional(),
    batching: group(
      {
        maxRecords: whole({ label: 'Records', about: 'A call is made with so many …', least: 1, most: 100_000 }),
        maxDelayMs: span('or after', '… or when its first record has waited for so long (M4.2).', 1),
      },
      { label: 'Batching', about: 'Without it each record is a call of its own (T7).' },
    ).exactOptional(),
    poisonShare: share({ label: 'Poison', about: 'Records that can never be written (M4.5).' }).default(0),
    poisonGoesTo: choice(['dead-letters', 'retries'], {
      label: 'Poison goes',
      about: 'To the dead-letter queue at its first refusal, or the way of every failure.',
      names: { 'dead-letters': 'To the dead letters', retries: 'Through the retries' },
    }).default('dead-letters'),
    isIdempotent: flag({
      label: 'Idempotent writes',
      about: 'Writing a record again changes nothing (T6); otherwise an answer that came too late leaves a second row.',
    }).default(true),
  })
  .superRefine((scenario, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { durationMs, timeoutMs, backoff, outages, breaker, batching, traffic } = scenario;
    const { stepMs } = stepsOf(durationMs);
    if (timeoutMs < 2 * stepMs)
      refuse(
        ['timeoutMs'],
        `is too short to see in a run of this length; write ${2 * stepMs} or more, or a shorter run`,
      );
    if (backoff.capMs < backoff.baseMs)
      refuse(['backoff', 'capMs'], `is below the base; write ${backoff.baseMs} or more`);
    if (breaker !== undefined && breaker.windowMs < stepMs)
      refuse(['breaker', 'windowMs'], `write ${stepMs} or more, or a shorter run`);
    const rates = new Set(traffic.map(({ recordsPerSecond }) => recordsPerSecond).filter((rate) => rate > 0));
    if (batching !== undefined && rates.size > 1)
      refuse(
        ['batching'],
        'makes calls of one size here, and their rows follow from the rate; write one rate above 0 in traffic, or remove batching',
      );
    for (const [i, { fromMs, toMs }] of outages.entries())
      if (toMs <= fromMs) refuse(['outages', i, 'toMs'], 'ends before it begins; write a time after fromMs');
  });

export type ProtectionScenario = z.infer<typeof schema>;

/** Steps of a run: a round part of the distance between two samples. */
function stepsOf(durationMs: number): { sampleMs: number; samples: number; stepMs: number; perSample: number } {
  const { sampleMs, samples } = samplingOf(durationMs);
  const perSample = [20, 10, 5, 4, 2].find((parts) => sampleMs % parts === 0) ?? 1;
  return { sampleMs, samples, stepMs: sampleMs / perSample, perSample };
}

/** Rows in a call and the time that the first of them waits, at the one rate above 0 that a scenario with batches has. */
function batchOf({ batching, traffic, herd }: ProtectionScenario): { rows: number; delayMs: number } {
  const peak = Math.max(...traffic.map(({ recordsPerSecond }) => recordsPerSecond));
  if (batching === undefined) return { rows: 1, delayMs: 0 };
  if (peak === 0) return { rows: Math.min(batching.maxRecords, herd?.requests ?? 1), delayMs: batching.maxDelayMs };
  const { recordsPerFlush, maxDelayMs } = flushRhythm(batching, peak);
  return { rows: Math.max(1, recordsPerFlush), delayMs: maxDelayMs };
}

export function protectionOf(scenario: ProtectionScenario): ProtectionRun {
  const { sink, herd, retryBudgetShare, breaker, tokenBucket, poisonShare, durationMs } = scenario;
  const cost = { callOverheadMs: sink.callMs, rowMs: sink.rowMs };
  const { rows } = batchOf(scenario);
  return runProtection(
    {
      traffic: scenario.traffic,
      ...(herd && { herd }),
      sink: {
        requestsPerSecond: rowsPerSecond(cost, rows, sink.connections),
        callMs: callMs(cost, rows),
        queueRequests: sink.queueRecords,
        discardsExpired: sink.discardsExpired,
      },
      outages: scenario.outages,
      client: {
        timeoutMs: scenario.timeoutMs,
        attempts: scenario.attempts,
        backoff: scenario.backoff,
        jitter: scenario.jitter,
        ...(retryBudgetShare !== undefined && { retryBudgetShare }),
      },
      ...(breaker && { breaker }),
      ...(tokenBucket && { tokenBucket }),
      poison: { share: poisonShare, goesTo: scenario.poisonGoesTo },
      durationMs,
    },
    stepsOf(durationMs).stepMs,
  );
}

function run(scenario: ProtectionScenario, seed: number): RunTrace {
  const { durationMs, sink, isIdempotent, outages } = scenario;
  const { sampleMs, samples, perSample } = stepsOf(durationMs);
  const { readings, events, firstAttempts } = protectionOf(scenario);
  const { rows, delayMs } = batchOf(scenario);
  const cost = { callOverheadMs: sink.callMs, rowMs: sink.rowMs };
  const seconds = sampleMs / 1000;
  const { counts, steps } = readings;
  const ofSample = (column: ArrayLike<number>, sample: number) => column[Math.min(sample * perSample, steps) - 1] ?? 0;
  const indexes = Array.from({ length: samples }, (_, i) => i);
  const level = (column: ArrayLike<number>) => indexes.map((i) => ofSample(column, i));
  // A rate is the mean of the span before its sample, so that nothing falls between two samples.
  const rate = (column: ArrayLike<number>) => {
    const values = level(column);
    return values.map((value, i) => (i === 0 ? 0 : (value - (values[i - 1] ?? 0)) / seconds));
  };
  const waitsMs = Float64Array.from({ length: steps }, (_, step) => readings.waitMs(step));
  const served = Float64Array.from(counts.servedInTime, (inTime, step) => inTime + (counts.servedLate[step] ?? 0));
  const end = steps > 0 ? readings.at(steps - 1) : undefined;
  const fates = wholeCounts({
    succeeded: end?.succeeded ?? 0,
    deadLettered: end?.deadLettered ?? 0,
    gaveUp: end?.gaveUp ?? 0,
    unsettled: (end?.awaited ?? 0) + (end?.retrying ?? 0) + (end?.atSource ?? 0),
  });
  const answers = wholeCounts({
    servedInTime: end?.servedInTime ?? 0,
    refused: end?.refused ?? 0,
    servedLate: end?.servedLate ?? 0,
    discarded: end?.discarded ?? 0,
    queuedAtEnd: end?.queued ?? 0,
  });
  const sent = wholeCounts({ firstAttempts, retries: end?.retries ?? 0 });
  const attemptsPerSecond = rate(counts.calls);
  const healedMs = outages.reduce((latest, { toMs }) => Math.max(latest, toMs), 0);
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      offeredPerSecond: rate(counts.requests),
      attemptsPerSecond,
      goodputPerSecond: rate(counts.succeeded),
      servedPerSecond: rate(served),
      queuedRecords: level(counts.queued),
      waitMs: level(waitsMs),
      sourceRecords: level(counts.atSource),
      retryingRecords: level(counts.retrying),
      openShare: openShares(readings, indexes, perSample),
    },
    events: events.filter(({ atMs }) => atMs <= durationMs),
    totals: {
      requests: total(fates),
      succeeded: fates.succeeded,
      deadLettered: fates.deadLettered,
      gaveUp: fates.gaveUp,
      unsettled: fates.unsettled,
      attempts: total(answers),
      retries: sent.retries,
      firstAttempts: sent.firstAttempts,
      refused: answers.refused,
      servedInTime: answers.servedInTime,
      servedLate: answers.servedLate,
      discarded: answers.discarded,
      queuedAtEnd: answers.queuedAtEnd,
      duplicates: isIdempotent ? 0 : answers.servedLate,
      amplification: end === undefined || end.requests === 0 ? null : end.calls / end.requests,
      peakAttemptsPerSecond: Math.max(...attemptsPerSecond),
      maxWaitMs: waitsMs.reduce((most, ms) => Math.max(most, ms), 0),
      recoveredAtMs: healedMs === 0 ? null : recoveredAtMs(readings, healedMs),
      deadLettersPerDay: Math.round(((end?.deadLettered ?? 0) / durationMs) * 86_400_000),
      rowsPerCall: Math.round(rows),
      batchDelayMs: delayMs,
      sinkRecordsPerSecond: rowsPerSecond(cost, rows, sink.connections),
      callMs: callMs(cost, rows),
    },
  };
}

/** The part of each sample's span in which the breaker was open. */
function openShares(readings: ProtectionReadings, samples: readonly number[], perSample: number): number[] {
  return samples.map((sample) => {
    const from = Math.max(0, sample - 1) * perSample;
    const to = Math.min(sample * perSample, readings.steps);
    let open = 0;
    for (let step = from; step < to; step++) if (readings.isOpen(step)) open++;
    return to > from ? open / (to - from) : 0;
  });
}

function total(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}

/** When, after the outage, requests succeed as fast as they come and nobody waits at the source; null when they never do. */
function recoveredAtMs(readings: ProtectionReadings, healedMs: number): number | null {
  const { stepMs, steps, counts } = readings;
  for (let step = Math.floor(healedMs / stepMs); step < steps; step++) {
    const offeredPerSecond = (readings.came[step] ?? 0) / (stepMs / 1000);
    const nobodyWaits = (counts.atSource[step] ?? 0) < 1 && (counts.retrying[step] ?? 0) < 1;
    if (nobodyWaits && readings.perSecond('succeeded', step) >= offeredPerSecond * 0.99) return (step + 1) * stepMs;
  }
  return null;
}

const wordsOf: Record<ProtectionEvent['kind'], string> = {
  outage: 'The sink is down',
  healed: 'The sink is up again',
  open: 'The breaker opens; the source is paused',
  'half-open': 'The breaker lets a few calls through',
  closed: 'The breaker closes; requests flow again',
};

/** Differences below this come from adding fractions. */
const slack = 1e-3;

export const sinkProtection = defineSystem<ProtectionScenario>({
  name: 'sink-protection',
  title: 'Clients at a sink',
  summary:
    'Many clients, one sink, and an outage: do their retries let it come back, and what do budget, breaker, jitter and batching change?',
  schema,
  series: protectionSeries,
  totals: protectionTotals,
  plots: [
    {
      title: 'Load and goodput',
      series: ['attemptsPerSecond', 'goodputPerSecond', 'offeredPerSecond', 'servedPerSecond'],
    },
    { title: 'Where records wait', series: ['queuedRecords', 'sourceRecords', 'retryingRecords'] },
    { title: 'Delay at the sink', series: ['waitMs'] },
    { title: 'Circuit breaker', series: ['openShare'] },
  ],
  describe: (event: RunEvent) => wordsOf[(event as ProtectionEvent).kind],
  run,
  broken({ series, totals }, scenario) {
    const laws: string[] = [];
    const of = (name: string) => totals[name] ?? 0;
    // Totals are rounded to whole records, each to its own sum.
    const bound = 1 + 1e-9 * of('attempts');
    const settled = of('succeeded') + of('deadLettered') + of('gaveUp');
    if (Math.abs(of('requests') - settled - of('unsettled')) > bound)
      laws.push(`requests ${of('requests')} ≠ settled ${settled} + unsettled ${of('unsettled')}`);
    const answered = of('refused') + of('servedInTime') + of('servedLate') + of('discarded');
    if (Math.abs(of('attempts') - answered - of('queuedAtEnd')) > bound)
      laws.push(`attempts ${of('attempts')} ≠ answered ${answered} + queued ${of('queuedAtEnd')}`);
    if (of('firstAttempts') > of('requests') + bound)
      laws.push(`${of('firstAttempts')} first attempts of ${of('requests')} requests`);
    if (of('attempts') > scenario.attempts * of('requests') + bound)
      laws.push(`${of('attempts')} attempts, more than ${scenario.attempts} for each request`);
    const { retryBudgetShare } = scenario;
    if (retryBudgetShare !== undefined && of('retries') > retryBudgetShare * of('firstAttempts') + bound)
      laws.push('more retries than the budget allows');
    for (const value of series.servedPerSecond ?? [])
      if ((value ?? 0) > of('sinkRecordsPerSecond') * (1 + 1e-6) + slack)
        laws.push(`served ${value}/s, above the sink`);
    for (const value of series.queuedRecords ?? [])
      if ((value ?? 0) > scenario.sink.queueRecords + slack)
        laws.push(`${value} wait in the queue, more than it holds`);
    for (const name of ['queuedRecords', 'sourceRecords', 'retryingRecords', 'goodputPerSecond'])
      if (series[name]?.some((value) => value === null || value < -slack)) laws.push(`${name} is negative somewhere`);
    return laws;
  },
});
