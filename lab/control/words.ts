// What the series, totals and events of a pipeline mean, in words.

import type { Reading, RunEvent } from '../trace/run-trace.ts';
import { durationInWords, numberInWords } from '../trace/words.ts';
import type { PipelineEvent } from './pipeline-events.ts';

export const pipelineSeries: Readonly<Record<string, Reading>> = {
  waitingRows: {
    label: 'Waiting',
    unit: 'rows',
    about: 'Produced, and in no run yet; with a bookmark: not committed yet.',
  },
  inRunsRows: {
    label: 'In runs',
    unit: 'rows',
    about: 'In the slices of runs that are at work or wait to be retried.',
  },
  databaseBacklogRows: {
    label: 'Database backlog',
    unit: 'rows',
    about: 'Accepted by the database and not applied yet.',
  },
  missingRows: { label: 'Missing', unit: 'rows', about: 'Read too early, given up or left out, so far.' },
  activeRuns: { label: 'Active runs', unit: 'count', about: 'Runs at work.' },
  dueRuns: { label: 'Due runs', unit: 'count', about: 'Scheduled times that have come and have had no run.' },
  dataAgeMs: { label: 'Age of the data', unit: 'ms', about: 'Of the oldest row that is not committed (A7).' },
  everyMs: { label: 'Interval', unit: 'ms', about: 'Of the schedule.' },
  lastRunMs: { label: 'Last run', unit: 'ms', about: 'How long the attempt took that ended last.' },
  callsPerSecond: {
    label: 'Calls',
    unit: 'calls/s',
    about: 'What the runs send, with the client’s retries; a mean since the sample before.',
  },
  appliedPerSecond: {
    label: 'Applied',
    unit: 'rows/s',
    about: 'What the database gets done; a mean since the sample before.',
  },
};

export const pipelineTotals: Readonly<Record<string, Reading>> = {
  runs: { label: 'Runs', unit: 'count', about: 'Runs that were started.' },
  failedAttempts: { label: 'Failed attempts', unit: 'count', about: 'Attempts that ended without a commit.' },
  retries: { label: 'Retries', unit: 'count', about: 'Attempts after the first of a run.' },
  mostActiveRuns: { label: 'Most active runs', unit: 'count', about: 'The most at work at once.' },
  mostDueRuns: { label: 'Most due runs', unit: 'count', about: 'The most scheduled times without a run.' },
  longestRunMs: { label: 'Longest run', unit: 'ms', about: 'Of the attempts that ended.' },
  largestSliceMs: { label: 'Largest slice', unit: 'ms', about: 'The longest span of data that one run read.' },
  longestIntervalMs: { label: 'Longest interval', unit: 'ms', about: 'Of the schedule.' },
  maxDataAgeMs: { label: 'Oldest data', unit: 'ms', about: 'The greatest age of a row that was not committed.' },
  peakBacklogRows: {
    label: 'Peak database backlog',
    unit: 'rows',
    about: 'The most that was accepted and not applied.',
  },
  questions: { label: 'Questions', unit: 'count', about: 'How often the owner was asked.' },
  mostCallsInVain: {
    label: 'Calls in vain for a row',
    unit: 'calls',
    about:
      'The most that one row was sent by attempts that failed: task attempts × client attempts × overlapping runs (O8).',
  },
  produced: { label: 'Produced', unit: 'rows', about: 'By upstream.' },
  committed: { label: 'Committed', unit: 'rows', about: 'By runs that succeeded, each row once.' },
  missed: {
    label: 'Missed',
    unit: 'rows',
    about: 'Not there yet when their slice was read, and never read again (O2).',
  },
  failed: { label: 'Given up', unit: 'rows', about: 'In runs that failed too often.' },
  skipped: { label: 'Left out', unit: 'rows', about: 'In slices that were passed over.' },
  duplicates: { label: 'Duplicates', unit: 'rows', about: 'Committed again by a run that overlapped (T6).' },
  inRuns: { label: 'In runs at the end', unit: 'rows', about: 'In runs that had not ended.' },
  waiting: { label: 'Waiting at the end', unit: 'rows', about: 'In no run; with a bookmark: not committed.' },
  accepted: { label: 'Accepted', unit: 'rows', about: 'By the database, those of failed attempts among them.' },
  applied: { label: 'Applied', unit: 'rows', about: 'By the database.' },
  finalBacklogRows: { label: 'Database backlog at the end', unit: 'rows', about: 'Accepted − applied.' },
  calls: { label: 'Calls', unit: 'calls', about: 'To the database, with the client’s retries; one for a row.' },
};

/** An event of a pipeline in a few words; null for the everyday ones. */
export function describePipelineEvent(event: RunEvent): string | null {
  const it = event as PipelineEvent;
  switch (it.kind) {
    case 'start':
    case 'succeeded':
      return null;
    case 'retry':
      return `Run ${it.run} is tried again`;
    case 'failed':
      return `Run ${it.run} failed`;
    case 'give-up':
      return `Run ${it.run} is given up`;
    case 'partial-read':
      return `Run ${it.run} reads before ${numberInWords(Math.round(it.rows))} rows are there`;
    case 'skip':
      if (it.what === 'data') return 'A slice of the data is left out';
      return it.activeRuns > 0
        ? 'A scheduled run is left out: one is still at work'
        : 'A scheduled run is left out: its data waits for the next one';
    case 'interval':
      return `A run is scheduled every ${durationInWords(it.everyMs)} from now on`;
    case 'asked':
      return 'The owner is asked';
    case 'approved':
      return 'The owner approves';
    case 'expired':
      return 'Nobody answered in time';
    case 'because':
      return it.words.charAt(0).toUpperCase() + it.words.slice(1);
  }
}
