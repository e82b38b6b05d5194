// Settings of a query that contradict each other, and those that would run for minutes: each with what to write instead.

import type { QuerySetup } from './query-setup.ts';

export interface Contradiction {
  /** Where in the scenario. */
  readonly path: (string | number)[];
  readonly message: string;
}

const mostBatches = 20_000;
const mostPlannedTasks = 1_000_000;
const mostTasks = 200_000;
const taskBytes = 134_217_728;

/** What is wrong with a setup although each of its values is within its bounds; nothing for a good one. */
export function contradictionsOf(setup: QuerySetup): Contradiction[] {
  const found: Contradiction[] = [];
  const say = (message: string, ...path: (string | number)[]) => found.push({ path, message });
  const { source, sink = {}, trigger, durationMs, memory } = setup;

  if (sink.connections !== undefined && (sink.callMs ?? 0) === 0 && (sink.rowMs ?? 0) === 0)
    say('has no use when calls take no time; write callMs or rowMs, or remove it', 'sink', 'connections');
  const limits = (setup.changes ?? []).some(({ sinkLimitPerSecond }) => sinkLimitPerSecond !== undefined);
  if (sink.limitCounts === 'calls' && sink.limitPerSecond === undefined && !limits)
    say('counts for a limit that is not there; write limitPerSecond', 'sink', 'limitCounts');
  for (const [i, change] of (setup.changes ?? []).entries())
    if (change.executorBytes !== undefined && memory === undefined)
      say('has no use without memory; write memory, or remove it', 'changes', i, 'executorBytes');
  if (source.format === 'eventhubs' && trigger.kind === 'available-now')
    say(
      'is not modelled for the Event Hubs connector; write processing-time, or take kafka or delta',
      'trigger',
      'kind',
    );
  const spacingMs =
    trigger.kind === 'processing-time'
      ? trigger.intervalMs
      : Math.max(1, setup.work.batchOverheadMs + setup.work.taskOverheadMs);
  const batches = Math.min(mostBatchesOf(setup), durationMs / spacingMs);
  const restarts = memory === undefined ? 0 : durationMs / memory.restartMs;
  const tasks = source.format === 'delta' ? 1 : Math.max(source.partitions, source.options.minPartitions ?? 1);
  const instead = trigger.kind === 'processing-time' ? 'a longer processingTime' : 'a larger batchOverheadMs';
  if (batches > mostBatches) {
    say(`may hold more than 20,000 batches; write at most ${mostBatches * spacingMs}, or ${instead}`, 'durationMs');
  } else if (restarts > mostBatches) {
    const least = Math.ceil(durationMs / mostBatches);
    say(`may hold more than 20,000 restarts; write at least ${least}`, 'memory', 'restartMs');
  } else if ((batches + restarts) * tasks > mostPlannedTasks) {
    const most = Math.floor((mostPlannedTasks / tasks / (batches + restarts)) * durationMs);
    say(`may plan more than a million tasks; write at most ${most}, fewer partitions, or ${instead}`, 'durationMs');
  }

  const rows = rowsOf(setup);
  const maxRecords = source.format === 'kafka' ? source.options.maxRecordsPerPartition : undefined;
  if (maxRecords !== undefined && rows / maxRecords > mostTasks)
    say(
      `cuts the run into too many tasks; write at least ${Math.ceil(rows / mostTasks)}`,
      'source',
      'maxRecordsPerPartition',
    );
  if (source.format === 'delta') {
    const pieces = Math.ceil(source.fileBytes / taskBytes);
    if ((rows / source.rowsPerFile) * pieces > mostTasks)
      say(`makes too many files; write at least ${Math.ceil((rows * pieces) / mostTasks)}`, 'source', 'rowsPerFile');
  }
  return found;
}

/** How many batches a query has at most before it ends by itself; Infinity for one that goes on. */
function mostBatchesOf({ source, trigger }: QuerySetup): number {
  if (trigger.kind === 'once') return 1;
  if (trigger.kind !== 'available-now') return Infinity;
  if (source.format !== 'kafka') return Infinity;
  // Rounding may leave an offset in each partition to one more batch.
  return (source.backlogRecords ?? 0) / (source.options.maxOffsetsPerTrigger ?? Infinity) + source.partitions;
}

/** All rows that may come in a run. */
function rowsOf({ traffic, source, durationMs }: QuerySetup): number {
  return traffic.reduce((rows, { fromMs, recordsPerSecond }, i) => {
    const toMs = Math.min(durationMs, traffic[i + 1]?.fromMs ?? durationMs);
    return rows + (Math.max(0, toMs - fromMs) / 1000) * recordsPerSecond;
  }, source.backlogRecords ?? 0);
}
