// An orchestrated pipeline as a scenario: what lands, what a run costs, the policy that starts runs, and what goes wrong.

import { z } from 'zod';
import { choice, duration, flag, group, listOf, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import { drive } from './drive.ts';
import { attemptsTable, brokenTotals, totalsOf } from './pipeline-trace.ts';
import { createPolicy, type PolicySettings } from './policy.ts';
import { moveFaults } from './moved-faults.ts';
import type { PipelineFault, PipelineSetup } from './setup.ts';
import { describePipelineEvent, pipelineSeries, pipelineTotals } from './words.ts';

const dayMs = 86_400_000;
const rows = (label: string, about: string, least = 0) =>
  quantity({ label, about, unit: 'rows', isLogarithmic: true, least, most: 1e12 });
const rowsPerSecond = (label: string, about: string, least = 0) =>
  quantity({ label, about, unit: 'rows/s', isLogarithmic: true, least, most: 1e7 });
const span = (label: string, about: string, least = 0) => duration({ label, about, least, most: 7 * dayMs });

const pipeline = {
  traffic: trafficField({ label: 'Rows that land', about: 'What upstream produces, in rows/s.' }),
  everyMs: span('Schedule', 'From one scheduled time to the next, and the data of one directory.', 60_000),
  directories: group(
    { writeMs: span('Written for', 'From the end of the interval until all files and the marker are there.') },
    { label: 'Directories', about: 'One for each interval; without them a table that is readable up to the last row.' },
  ).exactOptional(),
  reads: choice(['own-slice', 'since-last-success'], {
    label: 'A run reads',
    about: 'Its own slice, or all rows since the last success: then runs that overlap read the same rows.',
    names: { 'own-slice': 'Its own slice', 'since-last-success': 'All since the last success' },
  }).default('own-slice'),
  run: group(
    {
      fixedMs: span('Fixed part', 'What a run takes whatever it reads: start-up, planning, commit.'),
      rowsPerSecond: rowsPerSecond('Rate', 'What one run writes when the database keeps up.', 1),
    },
    { label: 'A run' },
  ),
  clientAttempts: whole({
    label: 'Client attempts',
    about: 'Calls that the client library makes for a row that is refused.',
    least: 1,
    most: 10,
  }).default(3),
  database: group(
    {
      rowsPerSecond: rowsPerSecond('Applies', 'What it really gets done.', 1),
      queueRows: rows('Accepts ahead', 'Beyond these rows it holds the writers back.'),
    },
    { label: 'Database', about: 'Without it everything is applied at once.' },
  ).exactOptional(),
  ownerAnswersAfterMs: span(
    'The owner answers after',
    'From a question to its answer, yes; without it nobody answers (O9).',
  ).exactOptional(),
};

const policy = {
  maxActiveRuns: whole({
    label: 'max_active_runs',
    about: 'Runs at a time; a run that waits for its retry counts (O4). Airflow: 16. A pool does the same across DAGs.',
    least: 1,
    most: 32,
  }).default(16),
  whenBusy: choice(['queue', 'skip', 'coalesce'], {
    label: 'A scheduled time that comes too early',
    about:
      'Waits for its own run (catchup=True), falls out, or one run reads all that waits (a task that reads since its last success; catchup=False alone would leave the missed intervals out). Default catchup: True before Airflow 3, False from 3.0.',
    names: { queue: 'Waits', skip: 'Falls out', coalesce: 'Coalesces' },
  }).default('queue'),
  dependsOnPast: flag({
    label: 'depends_on_past',
    about: 'No run while an earlier one has not succeeded, nor after one that was given up (O4); default false.',
  }).default(false),
  startAfterMs: span('Earliest start', 'After the scheduled time: the guess of those who check no marker.').default(0),
  sliceRows: rows('Slice cap', 'The most rows of one run; without it a run takes its whole slice.', 1).exactOptional(),
  marker: choice(['not checked', 'exists', 'is fresh'], {
    label: '_SUCCESS',
    about: 'Whether a run waits for the marker of its directory, and looks at its age (O1–O3).',
    names: { 'not checked': 'Not checked', exists: 'Must exist', 'is fresh': 'Must be fresh' },
  }).default('not checked'),
  markerTimeoutMs: span(
    'Sensor timeout',
    'After this the slice is left out, as by soft_fail=True; otherwise Airflow fails the task, by default after 7 days. Without it a missing marker is waited for as long as it takes.',
    60_000,
  ).exactOptional(),
  backlogGate: group(
    {
      limitRows: rows('Closed from', 'No run starts from this backlog of the database on.', 1),
      reopenShare: share({ label: 'Open again at', about: 'This share of the limit; 0.6 does not flutter (M12).' }),
    },
    { label: 'Backlog gate' },
  ).exactOptional(),
  breaker: group(
    {
      failures: whole({ label: 'Failures in a row', about: 'Attempts that open it.', least: 1, most: 20 }),
      openMs: span('Open for', 'Then one attempt decides.', 60_000),
    },
    { label: 'Circuit breaker' },
  ).exactOptional(),
  retry: group(
    {
      retries: whole({ label: 'retries', about: 'Attempts after the first (O8); Airflow: 0.', most: 10 }),
      delayMs: span('retry_delay', 'From a failure to the next attempt; Airflow: 300 s.'),
      isGated: flag({
        label: 'Gated',
        about: 'A retry must pass the breaker and the budget; otherwise it ignores them.',
      }),
      perDay: whole({ label: 'Budget', about: 'Retries in any 24 hours, when gated.', most: 1_000 }).exactOptional(),
    },
    { label: 'Retries' },
  ).default({ retries: 0, delayMs: 300_000, isGated: false }),
  throttle: group(
    {
      slaMs: span('SLA', 'A run that takes longer doubles the interval.', 1),
      goodShare: share({ label: 'Good below', about: 'This share of the SLA; 0.7 in this course.' }),
      goodRuns: whole({ label: 'Good runs', about: 'So many in a row shorten the interval.', least: 1, most: 20 }),
      stepMs: span('Step', 'By which it is shortened.', 60_000),
      mostMs: span('Longest interval', 'It is never longer.', 60_000),
    },
    { label: 'SLA throttle', about: 'Nothing does this by itself: an SLA miss only reports (O5).' },
  ).exactOptional(),
  approval: group(
    {
      aboveRows: rows('Asked above', 'A larger slice needs the owner’s approval.', 1),
      expiresAfterMs: span('Expires after', 'Without it the question stays open for ever.', 60_000).exactOptional(),
      onExpiry: choice(['start', 'start-capped'], {
        label: 'When it expires',
        about: 'The run starts, whole or with as many rows as need no approval.',
        names: { start: 'Start', 'start-capped': 'Start with a capped slice' },
      }),
    },
    { label: 'Human gate' },
  ).exactOptional(),
};

const faultKinds = ['slow-database', 'failing-runs', 'late-marker', 'missing-marker', 'stale-marker'] as const;

const schema = z
  .strictObject({
    ...scenarioFields('orchestration', { mostMs: 7 * dayMs }),
    ...pipeline,
    ...policy,
    faults: listOf(
      z.strictObject({
        kind: choice(faultKinds, {
          label: 'What',
          names: {
            'slow-database': 'Slow database',
            'failing-runs': 'Database refuses everything',
            'late-marker': 'Late directory and marker',
            'missing-marker': 'Missing marker',
            'stale-marker': 'Stale marker',
          },
        }),
        fromMs: span('From', 'When it begins; a marker’s fault hits directories that close meanwhile.'),
        toMs: span('Until', 'When it ends.'),
        capacityShare: share({ label: 'Capacity left', about: 'Of a slow database.' }).exactOptional(),
        delayMs: span('Delay', 'Of a late directory.').exactOptional(),
      }),
      { label: 'Faults', least: 0, most: 24 },
    ).default([]),
    wobbleMs: duration({
      label: 'Wobble',
      about: 'By how much another seed moves each fault at most; seed 0 leaves them as written.',
      most: dayMs,
    }).default(0),
  })
  .superRefine((scenario, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { faults, directories, marker, everyMs, durationMs, throttle, approval, sliceRows, traffic } = scenario;
    if (durationMs / everyMs > 2_500)
      refuse(['everyMs'], 'makes more than 2,500 runs; write a longer interval or a shorter duration');
    if (marker !== 'not checked' && directories === undefined)
      refuse(['marker'], 'a table has no markers; write "not checked", or give directories');
    if (sliceRows !== undefined && directories !== undefined)
      refuse(['sliceRows'], 'a directory is read whole; remove the cap or the directories');
    if (throttle !== undefined && throttle.mostMs < everyMs)
      refuse(['throttle', 'mostMs'], `is shorter than the schedule; write ${everyMs} or more`);
    if (approval !== undefined && directories !== undefined && approval.onExpiry === 'start-capped')
      refuse(['approval', 'onExpiry'], 'a directory is read whole; write "start"');
    const producedRows = traffic.reduce((rows, { fromMs, recordsPerSecond }, i) => {
      const untilMs = Math.min(traffic[i + 1]?.fromMs ?? durationMs, durationMs);
      return rows + (recordsPerSecond * Math.max(0, untilMs - fromMs)) / 1000;
    }, 0);
    if (sliceRows !== undefined && producedRows / sliceRows > 2_500)
      refuse(['sliceRows'], `makes more than 2,500 runs; write ${Math.ceil(producedRows / 2_500)} or more`);
    for (const [i, { kind, fromMs, toMs, capacityShare, delayMs }] of faults.entries()) {
      if (toMs <= fromMs) refuse(['faults', i, 'toMs'], 'ends before it begins; write a time after fromMs');
      if ((kind === 'slow-database') !== (capacityShare !== undefined))
        refuse(['faults', i, 'capacityShare'], 'belongs to a slow database, and only to it; add or remove it');
      if ((kind === 'late-marker') !== (delayMs !== undefined))
        refuse(['faults', i, 'delayMs'], 'belongs to a late marker, and only to it; add or remove it');
      if (kind.endsWith('marker') && directories === undefined)
        refuse(['faults', i, 'kind'], 'a table has no markers; remove the fault, or give directories');
      if (kind === 'slow-database' && scenario.database === undefined)
        refuse(['faults', i, 'kind'], 'there is no database to slow down; add one, or remove the fault');
    }
  });

export type OrchestrationScenario = z.infer<typeof schema>;

/** The world of a scenario, with its faults where the seed has them. */
export function setupOf(scenario: OrchestrationScenario, seed: number): PipelineSetup {
  const { directories, database, ownerAnswersAfterMs, wobbleMs } = scenario;
  const faults = scenario.faults.map(({ kind, fromMs, toMs, capacityShare = 1, delayMs = 0 }): PipelineFault => {
    if (kind === 'slow-database') return { kind, fromMs, toMs, capacityShare };
    return kind === 'late-marker' ? { kind, fromMs, toMs, delayMs } : { kind, fromMs, toMs };
  });
  return {
    traffic: scenario.traffic,
    everyMs: scenario.everyMs,
    ...(directories && { directories }),
    reads: scenario.reads,
    run: scenario.run,
    clientAttempts: scenario.clientAttempts,
    ...(database && { database }),
    ...(ownerAnswersAfterMs !== undefined && { owner: { answersAfterMs: ownerAnswersAfterMs } }),
    faults: moveFaults(faults, wobbleMs, seed),
    durationMs: scenario.durationMs,
  };
}

function settingsOf(scenario: OrchestrationScenario): PolicySettings {
  const { throttle, backlogGate, ...rest } = scenario;
  return {
    ...rest,
    ...(backlogGate && { backlog: backlogGate }),
    ...(throttle ? { throttle: { ...throttle, leastMs: scenario.everyMs } } : {}),
  } as PolicySettings;
}

function run(scenario: OrchestrationScenario, seed: number): RunTrace {
  const { pipeline: ran, sampler } = drive(setupOf(scenario, seed), createPolicy(settingsOf(scenario)));
  return {
    scenario,
    seed,
    endedMs: scenario.durationMs,
    sampleMs: sampler.sampleMs,
    series: { ...sampler.series },
    events: ran.events,
    totals: totalsOf(ran),
    tables: [attemptsTable(ran)],
  };
}

export const orchestration = defineSystem<OrchestrationScenario>({
  name: 'orchestration',
  title: 'Orchestrated pipeline',
  summary:
    'Runs over slices of data, a schedule, a database behind them and the policy that starts the next run: what piles up when a run takes longer than planned?',
  schema,
  series: pipelineSeries,
  totals: pipelineTotals,
  plots: [
    { title: 'Where rows are', series: ['waitingRows', 'inRunsRows', 'databaseBacklogRows', 'missingRows'] },
    { title: 'At work and due', series: ['activeRuns', 'dueRuns'] },
    { title: 'How old the data is', series: ['dataAgeMs'] },
    { title: 'Interval and run', series: ['everyMs', 'lastRunMs'] },
  ],
  describe: describePipelineEvent,
  run,
  broken({ series, totals }, scenario) {
    const laws = brokenTotals(totals);
    if ((totals.mostActiveRuns ?? 0) > scenario.maxActiveRuns) laws.push('more runs than max_active_runs at a time');
    if (scenario.database !== undefined && (totals.peakBacklogRows ?? 0) > scenario.database.queueRows + 1e-3)
      laws.push('the database accepted more than its queue holds');
    for (const name of ['waitingRows', 'inRunsRows', 'databaseBacklogRows', 'dataAgeMs'])
      if (series[name]?.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
    return laws;
  },
});
