// What the series and totals of a query's trace mean, and the laws that a right trace keeps.

import type { Plot, System } from '../scenario/system.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import type { QuerySetup } from './query-setup.ts';

const series: System['series'] = {
  lagRecords: {
    label: 'Lag',
    unit: 'records',
    about: 'Arrived − processed: what a monitor outside Spark sees; Kafka’s own group lag shows nothing (SS37).',
  },
  maxOffsetsBehindLatest: {
    label: 'maxOffsetsBehindLatest',
    unit: 'records',
    about: 'As the last batch reported it: the most that a partition had left when the batch was planned (SS31).',
  },
  lagMs: { label: 'Time lag', unit: 'ms', about: 'Age of the oldest record that no batch has committed (A7).' },
  arrivedPerSecond: { label: 'Arrival rate', unit: 'rows/s', about: 'What comes into the source.' },
  inputRowsPerSecond: {
    label: 'inputRowsPerSecond',
    unit: 'rows/s',
    about: 'Rows of the last batch over the time between its start and that of the trigger before (SS27).',
  },
  processedRowsPerSecond: {
    label: 'processedRowsPerSecond',
    unit: 'rows/s',
    about: 'Rows of the last batch over its own duration (SS28).',
  },
  batchMs: { label: 'Batch duration', unit: 'ms', about: 'triggerExecution of the last batch (SS29).' },
  numInputRows: { label: 'Rows of a batch', unit: 'rows', about: 'numInputRows of the last batch (SS26).' },
  memoryShare: {
    label: 'Executor memory',
    unit: 'share',
    about: 'What the batch under way holds on its busiest executor; none where memory is no concern.',
  },
  stateRows: {
    label: 'State rows',
    unit: 'rows',
    about: 'numRowsTotal after the last batch; none for a query without state (SS32).',
  },
};

const totals: System['totals'] = {
  arrived: { label: 'Arrived', unit: 'records', about: 'Behind the query’s first offset, by the end.' },
  processed: { label: 'Processed', unit: 'records', about: 'In batches that were committed.' },
  finalLagRecords: { label: 'Lag at the end', unit: 'records', about: 'Arrived − processed − lost.' },
  peakLagRecords: { label: 'Peak lag', unit: 'records', about: 'The most at once, the batch under way included.' },
  lostRecords: { label: 'Lost', unit: 'records', about: 'Deleted by retention before they were read.' },
  batches: { label: 'Batches', unit: 'count', about: 'Committed.' },
  longestBatchMs: { label: 'Longest batch', unit: 'ms', about: 'Of those that were committed.' },
  largestBatchRows: { label: 'Largest batch', unit: 'rows', about: 'Of those that were committed.' },
  lateBatches: {
    label: 'Late batches',
    unit: 'count',
    about: 'Took longer than the interval: each logs a falling-behind warning (SS12).',
  },
  restarts: { label: 'Restarts', unit: 'count', about: 'Starts from the checkpoint after a failure.' },
  peakStateRows: { label: 'Most state rows', unit: 'rows', about: 'After any batch; none without state.' },
  caughtUpAtMs: {
    label: 'Caught up at',
    unit: 'ms',
    about:
      'End of the first batch, planned after the last change or crash, that left nothing and was in time; none for AvailableNow and Once.',
  },
  endedAtMs: { label: 'Query ended at', unit: 'ms', about: 'AvailableNow and Once end by themselves; none else.' },
};

const plots: readonly Plot[] = [
  { title: 'Lag, and what Spark says of it', series: ['lagRecords', 'maxOffsetsBehindLatest'] },
  { title: 'Rates', series: ['inputRowsPerSecond', 'processedRowsPerSecond', 'arrivedPerSecond'] },
  { title: 'Batch duration', series: ['batchMs'] },
  { title: 'Time lag', series: ['lagMs'] },
];

export const queryReadings = { series, totals, plots };

/** The laws that a trace breaks, in words: conservation, no overlap, no batch above its limit, nothing negative. */
export function lawsBrokenBy(trace: RunTrace, { source, trigger }: QuerySetup): string[] {
  const laws: string[] = [];
  const { arrived, processed, finalLagRecords, lostRecords } = trace.totals as Record<string, number>;
  if (arrived !== (processed ?? 0) + (finalLagRecords ?? 0) + (lostRecords ?? 0))
    laws.push(`arrived ${arrived} ≠ processed ${processed} + lag ${finalLagRecords} + lost ${lostRecords}`);
  for (const [name, values] of Object.entries(trace.series))
    if (values.some((value) => value !== null && value < 0)) laws.push(`${name} is negative somewhere`);

  const limit =
    source.format === 'delta' ? undefined : (source.options.maxOffsetsPerTrigger ?? source.options.maxEventsPerTrigger);
  let endMs = 0;
  for (const [batchId, startMs, durationMs, rows] of trace.tables?.[0]?.rows ?? []) {
    if (Number(startMs) < endMs) laws.push(`batch ${batchId} begins before the one before it has ended`);
    endMs = Number(startMs) + Number(durationMs ?? 0);
    const most = source.format === 'delta' || limit === undefined ? Infinity : limit + source.partitions;
    if (trigger.kind !== 'once' && Number(rows) > most) laws.push(`batch ${batchId} reads ${rows}, above ${most}`);
  }
  return laws;
}
