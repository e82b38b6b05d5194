// A Flink job as a scenario: what contradicts itself or is too large, and the engine that runs it.

import { defineSystem } from '../scenario/system.ts';
import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import { jobFields, type JobScenario } from './fields-scenario.ts';
import { runFlow } from './flow-engine.ts';
import { checkLayouts } from './flow-layout.ts';
import type { FlowSetup } from './flow-plan.ts';
import { describeJobEvent, type JobEvent, type PlannedEvent } from './job-events.ts';
import { brokenJobLaws } from './job-laws.ts';
import { traceOf } from './job-trace.ts';
import { jobPlots, jobSeries, jobTotals } from './job-words.ts';
import type { JobSetup } from './job.ts';
import { runRecords } from './record-engine.ts';

/** Bounds that keep any run well below a second: services of the record engine, its buffers, and steps of the count engine. */
const mostServices = 2_000_000;
const mostBuffered = 2_000_000;
const mostSubtasks = 128;
const mostCheckpoints = 600;
const mostSteps = 12_000_000;

const schema = jobFields.superRefine((scenario, context) => {
  const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', message, path });
  for (const [i, { input, hotShare, zipfKeys }] of scenario.operators.entries()) {
    if (hotShare > 0 && zipfKeys > 0) say(['operators', i, 'zipfKeys'], 'stands beside hotShare; set one of them to 0');
    if ((hotShare > 0 || zipfKeys > 0) && input !== 'hash')
      say(['operators', i, 'input'], "keys need a keyBy; write 'hash'");
  }
  const isRecord = scenario.engine === 'record';
  if (!isRecord && scenario.service === 'exponential')
    say(['service'], "only the record engine knows chance; write 'even', or engine 'record'");
  if (isRecord) {
    if (scenario.checkpoint !== undefined) say(['checkpoint'], "needs engine 'count'; leave it out");
    if (scenario.rescales.length > 0) say(['rescales'], "need engine 'count'; leave them out");
    if (scenario.cluster !== undefined) say(['cluster'], "needs engine 'count'; leave it out");
    for (const [i, { networkPerSecond }] of scenario.operators.entries())
      if (networkPerSecond !== undefined)
        say(['operators', i, 'networkPerSecond'], "needs engine 'count'; leave it out");
  }
  if (scenario.cluster?.scheduler === 'reactive' && scenario.rescales.length > 0)
    say(['rescales'], 'change nothing with the reactive scheduler, which takes all slots; change the TaskManagers');
  if (context.issues.length > 0) return;
  try {
    checkLayouts(setupOf(scenario));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say([], error.message);
    return;
  }
  if (isRecord) checkRecordSize(scenario, say);
  else checkCountSize(scenario, say);
});

type Say = (path: (string | number)[], message: string) => void;

function checkRecordSize(scenario: JobScenario, say: Say): void {
  const services = servicesOf(scenario);
  if (services > mostServices)
    say(
      ['engine'],
      `the record engine serves up to ${mostServices} records, all operators together, and this is about ${Math.round(services)}; write 'count', or less traffic or a shorter run`,
    );
  const buffered = scenario.operators.reduce((sum, one) => sum + one.parallelism * one.bufferRecords, 0);
  if (buffered > mostBuffered)
    say(['operators'], `have buffers for ${buffered} records; the record engine has room for ${mostBuffered}`);
  const subtasks = scenario.operators.reduce((sum, one) => sum + one.parallelism, scenario.source.parallelism);
  if (subtasks > mostSubtasks)
    say(['operators'], `have ${subtasks} subtasks with the source; the record engine takes ${mostSubtasks}`);
}

function checkCountSize(scenario: JobScenario, say: Say): void {
  const { checkpoint: given, operators, durationMs, rescales, traffic, incidents } = scenario;
  const checkpoints = given === undefined ? 0 : durationMs / given.intervalMs;
  if (checkpoints > mostCheckpoints)
    say(
      ['checkpoint', 'intervalMs'],
      `makes about ${Math.round(checkpoints)} checkpoints; write at least ${Math.ceil(durationMs / mostCheckpoints)}`,
    );
  // After each change every group of equal subtasks may fill or empty once, and each time all groups are looked at.
  const widest = rescales.reduce((most, one) => Math.max(most, one.parallelism), 0);
  const groups = operators.reduce((sum, one) => sum + (one.zipfKeys > 0 ? Math.max(widest, one.parallelism) : 2), 2);
  const changes = traffic.length + 2 * incidents.length + rescales.length + checkpoints;
  if (changes * groups * groups > mostSteps)
    say(['operators'], 'have too many subtasks with zipfKeys; write a smaller parallelism, or fewer checkpoints');
}

/** How many times some subtask serves a record: what arrives, as far as each operator can take it. */
function servicesOf(scenario: JobScenario): number {
  const { source, operators, incidents, traffic, durationMs } = scenario;
  const fastest = (name: string, usualMs: number): number =>
    incidents.reduce((least, one) => (one.operator === name ? Math.min(least, one.serviceMs) : least), usualMs);
  const capacityOf = (name: string, subtasks: number, usualMs: number): number =>
    (subtasks * durationMs) / fastest(name, usualMs) + subtasks;
  let records = traffic.reduce((sum, { fromMs, recordsPerSecond }, i) => {
    const toMs = Math.min(durationMs, traffic[i + 1]?.fromMs ?? durationMs);
    return sum + (recordsPerSecond * Math.max(0, toMs - fromMs)) / 1000;
  }, scenario.startLagRecords);
  records = Math.min(records, capacityOf('source', source.parallelism, source.serviceMs));
  let services = records;
  for (const one of operators) {
    records = Math.min(records, capacityOf(one.name, one.parallelism, one.serviceMs));
    services += records;
    records *= one.selectivity;
  }
  return services;
}

/** A scenario as the engines take it. */
export function setupOf(scenario: JobScenario): FlowSetup & JobSetup {
  const { source, operators, traffic, startLagRecords, incidents, durationMs } = scenario;
  const { checkpoint: checkpoints, cluster: given, rescales, restartMs, isSinkTransactional } = scenario;
  return {
    source,
    operators: operators.map(({ hotShare, zipfKeys, ...rest }) => ({
      ...rest,
      ...(hotShare > 0 && { keys: { hotShare } }),
      ...(zipfKeys > 0 && { keys: { zipfKeys } }),
    })),
    traffic,
    startLagRecords,
    incidents,
    durationMs,
    rescales,
    restartMs,
    isSinkTransactional,
    ...(checkpoints !== undefined && { checkpoint: checkpoints }),
    ...(given !== undefined && { cluster: given }),
  };
}

function run(scenario: JobScenario, seed: number): RunTrace {
  const setup = setupOf(scenario);
  const { sampleMs, samples } = samplingOf(scenario.durationMs);
  const { engine, service } = scenario;
  const done = engine === 'count' ? runFlow(setup) : runRecords({ ...setup, service, seed, sampleMs });
  return { scenario, seed, ...traceOf({ run: done, sampleMs, samples, planned: plannedOf(scenario) }) };
}

function plannedOf({ traffic, incidents, source, operators }: JobScenario): PlannedEvent[] {
  const usualMs = (name: string): number => operators.find((one) => one.name === name)?.serviceMs ?? source.serviceMs;
  return [
    ...traffic.map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'traffic' as const, recordsPerSecond })),
    ...incidents.flatMap((incident) => [
      { atMs: incident.fromMs, kind: 'service' as const, operator: incident.operator, serviceMs: incident.serviceMs },
      {
        atMs: incident.toMs,
        kind: 'service' as const,
        operator: incident.operator,
        serviceMs: usualMs(incident.operator),
      },
    ]),
  ].sort((a, b) => a.atMs - b.atMs);
}

export const flinkJob = defineSystem<JobScenario>({
  name: 'flink-job',
  title: 'Flink job',
  summary:
    'A chain of operators with bounded buffers: which of them holds the job back, how far does the pressure reach, and what does a restart at another parallelism cost?',
  schema,
  series: jobSeries,
  totals: jobTotals,
  plots: jobPlots,
  describe: (event) => describeJobEvent(event as JobEvent),
  run,
  broken: (trace) => brokenJobLaws(trace),
});
