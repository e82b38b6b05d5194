// What the series and totals of a fleet at a sink mean, in words.

import type { Reading } from '../trace/run-trace.ts';

export const protectionSeries: Readonly<Record<string, Reading>> = {
  offeredPerSecond: { label: 'Requests', unit: 'records/s', about: 'What clients want to write.' },
  attemptsPerSecond: {
    label: 'Offered',
    unit: 'records/s',
    about: 'What reaches the sink: requests and their retries.',
  },
  goodputPerSecond: { label: 'Goodput', unit: 'records/s', about: 'Answered in time, each request once.' },
  servedPerSecond: { label: 'Served', unit: 'records/s', about: 'The sink’s work, in time or in vain.' },
  queuedRecords: {
    label: 'In the sink',
    unit: 'records',
    about: 'Waiting in its queue, whether anybody still waits or not.',
  },
  sourceRecords: {
    label: 'At the source',
    unit: 'records',
    about: 'Not sent: the source is paused or held to a rate.',
  },
  retryingRecords: { label: 'Backing off', unit: 'records', about: 'Waiting for their next attempt.' },
  waitMs: {
    label: 'Wait',
    unit: 'ms',
    about:
      'Of a request that comes now, until its call begins: queue ÷ the sink’s rate. The call itself is not counted.',
  },
  openShare: {
    label: 'Open',
    unit: 'share',
    about: 'The part of the time in which the breaker is open; 0 without one.',
  },
};

export const protectionTotals: Readonly<Record<string, Reading>> = {
  requests: { label: 'Requests', unit: 'records', about: 'That came during the run.' },
  succeeded: { label: 'Succeeded', unit: 'records', about: 'Answered in time.' },
  deadLettered: { label: 'Dead letters', unit: 'records', about: 'Poison that was set aside (M4.5).' },
  gaveUp: {
    label: 'Given up',
    unit: 'records',
    about: 'Failed on every attempt that they were allowed: errors for their callers, set aside by nobody.',
  },
  unsettled: { label: 'Unsettled', unit: 'records', about: 'Awaited, backing off or at the source at the end.' },
  attempts: { label: 'Attempts', unit: 'records', about: 'Requests and retries that were sent.' },
  retries: { label: 'Retries', unit: 'records', about: 'Attempts after the first.' },
  firstAttempts: { label: 'First attempts', unit: 'records', about: 'What a retry budget is a share of.' },
  refused: { label: 'Refused', unit: 'records', about: 'By the outage or a full queue, at once.' },
  servedInTime: { label: 'Served in time', unit: 'records', about: 'Wait and call together within the time-out.' },
  servedLate: { label: 'Served in vain', unit: 'records', about: 'Answered when the caller had stopped waiting.' },
  discarded: {
    label: 'Discarded',
    unit: 'records',
    about: 'Dropped unserved, because they could no longer be answered in time.',
  },
  queuedAtEnd: { label: 'In the sink at the end', unit: 'records', about: 'Waiting in its queue.' },
  duplicates: {
    label: 'Second rows',
    unit: 'rows',
    about: 'Written for callers that had stopped waiting and tried again, when writes are not idempotent (T6).',
  },
  amplification: { label: 'Attempts per request', unit: 'count', about: '1 without a retry (T3: at most 1.1).' },
  peakAttemptsPerSecond: { label: 'Peak offered', unit: 'records/s', about: 'In the busiest sample of the run.' },
  maxWaitMs: {
    label: 'Longest wait',
    unit: 'ms',
    about: 'In the queue, of a request that came at the worst moment; its call is not counted.',
  },
  recoveredAtMs: {
    label: 'Recovered at',
    unit: 'ms',
    about:
      'After the last outage: requests succeed as fast as they come, and none waits at the source. None when never.',
  },
  deadLettersPerDay: { label: 'Dead letters a day', unit: 'records', about: 'At this run’s pace.' },
  rowsPerCall: { label: 'Rows in a call', unit: 'rows', about: 'At the rate of the scenario (M4.2).' },
  batchDelayMs: { label: 'Wait for a batch', unit: 'ms', about: 'Of its first record; no other waits longer.' },
  sinkRecordsPerSecond: {
    label: 'The sink’s rate',
    unit: 'records/s',
    about: 'Connections × rows ÷ time of a call (M4.1).',
  },
  callMs: { label: 'A call takes', unit: 'ms', about: 'Its fixed part and its rows.' },
};
