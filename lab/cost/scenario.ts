// What a job costs as a scenario: a backlog, machines, an optimisation, and the bill.

import { z } from 'zod';
import { choice, duration, quantity } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunEvent, type RunTable, type RunTrace } from '../trace/run-trace.ts';
import { jobCost, unchanged, type SpeedUp } from './job-cost.ts';
import { runJob } from './job-run.ts';

const hourMs = 3_600_000;

const schema = z
  .strictObject({
    ...scenarioFields('job-cost'),
    durationMs: duration({
      label: 'Duration',
      about: 'How long we watch and pay, in virtual time.',
      least: 1,
      most: 90 * 24 * hourMs,
    }),
    backlogRecords: quantity({
      label: 'Waiting at the start',
      about: 'Records to work off: a day’s data, or more when earlier days were left behind.',
      unit: 'records',
      isLogarithmic: true,
      most: 1e12,
    }),
    recordsPerSecond: quantity({
      label: 'Arrivals',
      about: 'Records that come while the job runs; 0 for a job over data that is complete.',
      unit: 'records/s',
      isLogarithmic: true,
      most: 1e7,
    }).default(0),
    capacityPerSecond: quantity({
      label: 'Capacity today',
      about: 'What the job takes on today’s machines.',
      unit: 'records/s',
      isLogarithmic: true,
      least: 1,
      most: 1e7,
    }),
    usdPerHour: quantity({ label: 'Price today', about: 'Of an hour of today’s machines.', unit: 'USD', most: 10_000 }),
    scale: quantity({
      label: 'Machines',
      about: 'As a multiple of today’s, and the price of an hour with them; 1 changes nothing.',
      unit: 'count',
      step: 0.5,
      least: 1,
      most: 64,
    }).default(1),
    efficiencyShare: quantity({
      label: 'Scaling efficiency',
      about: 'The part of a perfect speed-up that more machines really give; it counts only above 1× (C4).',
      unit: 'share',
      step: 0.01,
      least: 0.05,
      most: 1,
    }).default(1),
    optimisationFactor: quantity({
      label: 'Optimisation',
      about: 'How many times less work a record takes after the job was improved; 1 changes nothing.',
      unit: 'count',
      step: 0.1,
      least: 1,
      most: 50,
    }).default(1),
    afterwards: choice(['end', 'go-on', 'give-back'], {
      label: 'Once caught up',
      about: 'A batch job ends and is paid no more; a stream runs on, with or without its additional machines.',
      names: { end: 'The job ends', 'go-on': 'It runs on', 'give-back': 'It gives machines back' },
    }).default('end'),
  })
  .superRefine(({ afterwards, recordsPerSecond, backlogRecords }, context) => {
    if (afterwards === 'end' && recordsPerSecond > 0) {
      context.addIssue({
        code: 'custom',
        path: ['afterwards'],
        message: 'records still arrive when the job would end; write "go-on" or "give-back", or recordsPerSecond 0',
      });
    }
    if (backlogRecords === 0 && recordsPerSecond === 0) {
      context.addIssue({
        code: 'custom',
        path: ['backlogRecords'],
        message: 'there is nothing to do; write what waits at the start, or recordsPerSecond above 0',
      });
    }
  });

export type JobCostScenario = z.infer<typeof schema>;

function speedUpOf({ scale, efficiencyShare, optimisationFactor }: JobCostScenario): SpeedUp {
  return { scale, efficiencyShare, optimisationFactor };
}

function run(scenario: JobCostScenario, seed: number): RunTrace {
  const { durationMs, backlogRecords, recordsPerSecond } = scenario;
  const job = runJob({ ...scenario, speedUp: speedUpOf(scenario) });
  const { sampleMs, samples } = samplingOf(durationMs);
  const instants = Array.from({ length: samples }, (_, i) => job.at(i * sampleMs));
  const end = job.at(durationMs);
  const { caughtUpAtMs } = job;
  const start = Math.round(backlogRecords);
  const flow = { arrived: Math.round(end.arrivedRecords), processed: Math.round(end.processedRecords) };
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      backlogRecords: instants.map((instant) => instant.backlogRecords),
      waitMs: instants.map(({ backlogRecords: left, capacityPerSecond: perSecond }) =>
        perSecond > 0 ? (left / perSecond) * 1000 : 0,
      ),
      usd: instants.map(({ usd }) => usd),
      processedPerSecond: instants.map(({ processedPerSecond }) => processedPerSecond),
      arrivedPerSecond: instants.map(({ arrivedPerSecond }) => arrivedPerSecond),
    },
    events: caughtUpAtMs === null ? [] : [{ atMs: caughtUpAtMs, kind: 'caught-up' }],
    totals: {
      hours: caughtUpAtMs === null ? null : caughtUpAtMs / hourMs,
      usd: end.usd,
      usdPerMillion: end.processedRecords >= 1 ? (end.usd / end.processedRecords) * 1e6 : null,
      arrived: flow.arrived,
      processed: flow.processed,
      backlogAtStart: start,
      finalBacklogRecords: Math.max(0, start + flow.arrived - flow.processed),
    },
    tables: recordsPerSecond === 0 ? [choicesOf(scenario)] : [],
  };
}

/** The same work in every way that the scenario's settings allow, side by side. */
function choicesOf(scenario: JobCostScenario): RunTable {
  const { scale, efficiencyShare, optimisationFactor, usdPerHour: usdPerHourToday } = scenario;
  const hoursToday = scenario.backlogRecords / scenario.capacityPerSecond / 3600;
  const ways: [string, SpeedUp][] = [
    ['As it runs today', unchanged],
    [`${scale}× the machines, perfectly`, { ...unchanged, scale }],
    [`${scale}× the machines, as they scale`, { ...unchanged, scale, efficiencyShare }],
    [`${optimisationFactor}× less work, today’s machines`, { ...unchanged, optimisationFactor }],
    ['Both', speedUpOf(scenario)],
  ];
  return {
    id: 'choices',
    title: 'The same work in other ways',
    columns: [
      { id: 'way', label: 'How', unit: 'text' },
      { id: 'hours', label: 'Takes', unit: 'h' },
      { id: 'usdPerHour', label: 'An hour costs', unit: 'USD' },
      { id: 'usd', label: 'Costs', unit: 'USD' },
    ],
    rows: ways.map(([way, speedUp]) => {
      const { hours, usdPerHour, usd } = jobCost({ hoursToday, usdPerHourToday, speedUp });
      return [way, hours, usdPerHour, usd];
    }),
  };
}

export const jobCostSystem = defineSystem<JobCostScenario>({
  name: 'job-cost',
  title: 'Cost of a job',
  summary: 'A job with a backlog, the machines it runs on and what they cost: what do lag, scale and care each cost?',
  schema,
  series: {
    backlogRecords: { label: 'Backlog', unit: 'records', about: 'What waits to be processed.' },
    waitMs: {
      label: 'Wait',
      unit: 'ms',
      about: 'How long a record that arrives now will wait: backlog ÷ capacity. This is the price of lag (C4).',
    },
    usd: { label: 'Paid', unit: 'USD', about: 'What the machines have cost so far.' },
    processedPerSecond: { label: 'Throughput', unit: 'records/s', about: 'What the job processes.' },
    arrivedPerSecond: { label: 'Arrival rate', unit: 'records/s', about: 'What comes while the job runs.' },
  },
  totals: {
    hours: {
      label: 'Caught up after',
      unit: 'h',
      about: 'When nothing waits any more; none when the run ends before, or when nothing ever waited.',
    },
    usd: { label: 'Paid', unit: 'USD', about: 'Hours × price, over the run (M10).' },
    usdPerMillion: { label: 'Per million records', unit: 'USD', about: 'Paid ÷ processed.' },
    arrived: { label: 'Arrived', unit: 'records', about: 'While the job ran.' },
    processed: { label: 'Processed', unit: 'records', about: 'In the whole run.' },
    backlogAtStart: { label: 'Waiting at the start', unit: 'records', about: 'What the job began with.' },
    finalBacklogRecords: { label: 'Backlog at the end', unit: 'records', about: 'Start + arrived − processed.' },
  },
  plots: [
    { title: 'What waits', series: ['backlogRecords'] },
    { title: 'The bill', series: ['usd'] },
    { title: 'Price of lag', series: ['waitMs'] },
    { title: 'Rates', series: ['processedPerSecond', 'arrivedPerSecond'] },
  ],
  describe: (event: RunEvent) => (event.kind === 'caught-up' ? 'Nothing waits any more' : null),
  run,
  broken({ series, totals }) {
    const laws: string[] = [];
    const {
      arrived = 0,
      processed = 0,
      backlogAtStart = 0,
      finalBacklogRecords = 0,
    } = totals as Record<string, number>;
    const left = backlogAtStart + arrived - processed;
    if (Math.abs(left - finalBacklogRecords) > 1e-3 + 1e-9 * (backlogAtStart + arrived))
      laws.push(`waited ${backlogAtStart} + arrived ${arrived} ≠ processed ${processed} + left ${finalBacklogRecords}`);
    for (const name of ['backlogRecords', 'waitMs', 'usd'])
      if (series[name]?.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
    return laws;
  },
});
