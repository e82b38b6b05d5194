// What the readings and events of async I/O mean, in words.

import type { Reading, RunEvent } from '../trace/run-trace.ts';
import { durationInWords, numberInWords } from '../trace/words.ts';
import type { AsyncRun } from './async-meter.ts';
import type { AsyncSetup } from './async-setup.ts';

export const asyncSeries: Readonly<Record<string, Reading>> = {
  lagRecords: { label: 'Source lag', unit: 'records', about: 'Not yet read by the source: pendingRecords (F16).' },
  lagMs: { label: 'Time lag', unit: 'ms', about: 'Age of the oldest record that no subtask has taken (M0.5).' },
  arrivedPerSecond: {
    label: 'Arrival rate',
    unit: 'records/s',
    about: 'What the source has to read. Mean over a fiftieth of the run.',
  },
  resultsPerSecond: {
    label: 'Throughput',
    unit: 'records/s',
    about: 'Results that leave, tagged ones included. Mean over a fiftieth of the run.',
  },
  callsPerSecond: {
    label: 'Calls',
    unit: 'calls/s',
    about: 'Calls sent to the service, retries included. Mean over a fiftieth of the run.',
  },
  refusedPerSecond: {
    label: 'Refused calls',
    unit: 'calls/s',
    about: 'Calls answered with 429 or 503. Mean over a fiftieth of the run.',
  },
  inFlightRecords: {
    label: 'In flight',
    unit: 'records',
    about: 'Records that hold a place of the capacity, until their result has left (F24).',
  },
  bufferedRecords: {
    label: 'In network buffers',
    unit: 'records',
    about: 'Between the source and the operator (F2).',
  },
  resultMs: {
    label: 'Time to a result',
    unit: 'ms',
    about: 'From taking a record until its result leaves, on average.',
  },
  busyMsPerSecond: {
    label: 'busyTimeMsPerSecond',
    unit: 'ms/s',
    about: 'Of the operator, its busiest subtask: an exhausted capacity counts as busy, though its CPU is idle (F26).',
  },
  sourceBackPressuredMsPerSecond: {
    label: 'backPressuredTimeMsPerSecond',
    unit: 'ms/s',
    about: 'Of the source: time in which the buffers to the operator are full (F1, F8).',
  },
};

export const asyncTotals: Readonly<Record<string, Reading>> = {
  arrived: { label: 'Arrived', unit: 'records', about: 'What the source had to read.' },
  results: { label: 'Results', unit: 'records', about: 'Results that left, those that left again included.' },
  tagged: { label: 'Tagged', unit: 'records', about: 'Results that say that the call failed for good (F27).' },
  duplicates: { label: 'Duplicates', unit: 'records', about: 'Results that left again after the job had failed.' },
  lagRecords: { label: 'Source lag at the end', unit: 'records', about: 'Not yet read by the source.' },
  bufferedRecords: { label: 'In buffers at the end', unit: 'records', about: 'Read, and not taken by the operator.' },
  inFlightRecords: { label: 'In flight at the end', unit: 'records', about: 'Taken, and without a result.' },
  resultP50Ms: { label: 'Time to a result, p50', unit: 'ms', about: 'From taking a record to its result (M0.6).' },
  resultP99Ms: { label: 'Time to a result, p99', unit: 'ms', about: 'From taking a record to its result (M0.6).' },
  resultMostMs: { label: 'Time to a result, longest', unit: 'ms', about: 'From taking a record to its result.' },
  calls: { label: 'Calls', unit: 'calls', about: 'Sent to the service, retries included.' },
  retries: { label: 'Retries', unit: 'calls', about: 'Calls after the first of a record.' },
  overBudget: { label: 'Refused with 429', unit: 'calls', about: 'Beyond the query budget.' },
  unavailable: { label: 'Refused with 503', unit: 'calls', about: 'During an outage.' },
  failedCalls: { label: 'Failed calls', unit: 'calls', about: 'Taken by the service, and failed.' },
  timeouts: { label: 'Timeouts', unit: 'records', about: 'Records without a result in time.' },
  jobFailures: { label: 'Job failures', unit: 'count', about: 'Restarts from the last checkpoint.' },
  mostInFlightRecords: { label: 'Most in flight', unit: 'records', about: 'Over all subtasks at once.' },
  mostCallsPerSecond: { label: 'Most calls', unit: 'calls/s', about: 'In the busiest fiftieth of the run.' },
};

export const asyncPlots: readonly { readonly title: string; readonly series: readonly string[] }[] = [
  { title: 'Rates', series: ['resultsPerSecond', 'arrivedPerSecond'] },
  { title: 'The service', series: ['callsPerSecond', 'refusedPerSecond'] },
  { title: 'Task time', series: ['busyMsPerSecond', 'sourceBackPressuredMsPerSecond'] },
  { title: 'What waits in the source', series: ['lagRecords'] },
];

export interface AsyncEvent extends RunEvent {
  readonly kind: 'traffic' | 'latency' | 'outage' | 'outage-over' | 'refused' | 'job-failed' | 'job-restarted';
  readonly value?: number;
}

/** What the setup lets happen and what came of it, in order of time. */
export function asyncEventsOf(setup: AsyncSetup, { failures, totals }: AsyncRun): AsyncEvent[] {
  const { arrivals, service, durationMs, restartMs } = setup;
  const events: AsyncEvent[] = [
    ...arrivals
      .slice(1)
      .map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'traffic' as const, value: recordsPerSecond })),
    ...service.latency
      .slice(1)
      .map((entry) => ({ atMs: entry.fromMs, kind: 'latency' as const, value: entry.latencyMs })),
    ...(service.outages ?? []).flatMap(({ fromMs, toMs }) => [
      { atMs: fromMs, kind: 'outage' as const },
      { atMs: toMs, kind: 'outage-over' as const },
    ]),
    ...failures.flatMap(({ atMs, duplicates }) => [
      { atMs, kind: 'job-failed' as const, value: duplicates },
      { atMs: atMs + restartMs, kind: 'job-restarted' as const },
    ]),
  ];
  if (totals.firstRefusedMs !== null) events.push({ atMs: totals.firstRefusedMs, kind: 'refused' });
  return events.filter(({ atMs }) => atMs <= durationMs).sort((a, b) => a.atMs - b.atMs);
}

const wordsOf: Record<AsyncEvent['kind'], (value: number) => string> = {
  traffic: (value) => `Traffic goes to ${numberInWords(value)}/s`,
  latency: (value) => `A call takes ${durationInWords(value)} from now on`,
  outage: () => 'The service is down',
  'outage-over': () => 'The service is back',
  refused: () => 'The service refuses a call for the first time',
  'job-failed': (value) => `The job fails; ${numberInWords(value)} results will leave again`,
  'job-restarted': () => 'The job restarts from its last checkpoint',
};

/** An event in a few words. */
export function describeAsync(event: RunEvent): string {
  const { kind, value = 0 } = event as AsyncEvent;
  return wordsOf[kind](value);
}
