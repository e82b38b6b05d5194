// Writers at a Delta table as a scenario: the schema, and the run that it describes.

import { z } from 'zod';
import { choice, duration, flag, group, listOf, quantity, share, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import { describeTableEvent, writersTrace } from './writers-trace.ts';
import { dueBatches, runWriters, type DeltaWriterSetup, type WritersRun } from './writers.ts';

const writer = z.strictObject({
  operation: choice(['append', 'merge', 'update', 'delete', 'compaction'], {
    label: 'Operation',
    about: 'An append reads nothing and so never fails; the others read what they change (D3).',
    names: { append: 'Append', merge: 'MERGE', update: 'UPDATE', delete: 'DELETE', compaction: 'OPTIMIZE' },
  }),
  partition: whole({ label: 'Partition', about: 'The one that it writes to, from 0.', most: 49 }).default(0),
  namesPartition: flag({
    label: 'Condition names it',
    about: 'False: the condition leaves the partition out, so the whole table counts as read (D3).',
  }).default(true),
  rows: whole({
    label: 'Rows',
    unit: 'rows',
    about: 'Rows that a write adds, or a DELETE removes.',
    isLogarithmic: true,
    most: 100_000_000,
  }).default(0),
  files: whole({
    label: 'Files',
    about: 'Files of an append, one for each task that writes.',
    least: 1,
    most: 1_000,
  }).default(1),
  touchedShare: share({
    label: 'Files touched',
    about: 'The part of the partition’s files with rows that a MERGE, UPDATE or DELETE changes: they are written anew.',
  }).default(1),
  startMs: duration({ label: 'First write', most: 86_400_000 }).default(0),
  everyMs: duration({ label: 'Writes every', about: 'The trigger or the schedule.', least: 100, most: 86_400_000 }),
  workMs: duration({ label: 'Work', about: 'From the snapshot to the commit.', most: 3_600_000 }),
  attempts: whole({
    label: 'Attempts',
    about: 'Tries of one write. Delta raises the exception; trying again is the caller’s job (D2).',
    least: 1,
    most: 10,
  }).default(1),
  backoff: group(
    {
      baseMs: duration({ label: 'First wait at most', least: 1, most: 600_000 }),
      capMs: duration({ label: 'Any wait at most', least: 1, most: 3_600_000 }),
      jitter: choice(['full', 'none'], { label: 'Jitter', names: { full: 'Full', none: 'None' } }),
    },
    { label: 'Back-off', about: 'Doubles with each attempt (T2).' },
  ).default({ baseMs: 1_000, capMs: 30_000, jitter: 'full' }),
  isIdempotent: flag({
    label: 'txnAppId and txnVersion',
    about: 'Marks each batch with its id, so that the table takes it once only (D5).',
  }).default(false),
  replaysEvery: whole({
    label: 'Fails every … batches',
    about: 'After the commit and before its own checkpoint, so that the batch is written again; 0 for never.',
    most: 1_000,
  }).default(0),
  checkpointDeletedAtMs: duration({
    label: 'Checkpoint deleted at',
    about: 'Batch ids begin at 0 again.',
    most: 86_400_000,
  }).exactOptional(),
});

const schema = z
  .strictObject({
    ...scenarioFields('delta-table', { mostMs: 86_400_000 }),
    isolationLevel: choice(['Serializable', 'WriteSerializable'], {
      label: 'delta.isolationLevel',
      about:
        'Open-source Delta: Serializable by default. Fabric: Serializable, the only level. Databricks: WriteSerializable by default (D3).',
    }).default('Serializable'),
    partitions: whole({ label: 'Partitions', about: 'One is an unpartitioned table.', least: 1, most: 50 }).default(1),
    initialRows: whole({
      label: 'Rows at first',
      unit: 'rows',
      about: 'In each partition.',
      isLogarithmic: true,
      most: 100_000_000,
    }).default(0),
    initialFiles: whole({
      label: 'Files at first',
      about: 'In each partition that has rows.',
      least: 1,
      most: 10_000,
    }).default(1),
    rowBytes: whole({ label: 'A row', unit: 'bytes', isLogarithmic: true, least: 1, most: 1_000_000 }).default(1_024),
    targetFileBytes: whole({
      label: 'Target file size',
      unit: 'bytes',
      about: 'What rewrites and compactions make; a smaller file counts as small.',
      isLogarithmic: true,
      least: 1_048_576,
      most: 1_073_741_824,
    }).default(134_217_728),
    commitMs: duration({ label: 'Commit', about: 'Putting the next version into the log.', most: 60_000 }).default(500),
    readFileMs: quantity({
      label: 'Reading a file',
      unit: 'ms',
      about: 'What each file of the table costs a MERGE, UPDATE, DELETE or OPTIMIZE that reads it.',
      isLogarithmic: true,
      most: 10_000,
    }).default(0),
    checkpointInterval: whole({
      label: 'delta.checkpointInterval',
      about: 'Every so many versions the log gets a checkpoint of all files. Default 10.',
      least: 1,
      most: 1_000,
    }).default(10),
    checkpointFileMs: quantity({
      label: 'Checkpointing a file',
      unit: 'ms',
      about: 'What each file of the table costs the writer whose turn the checkpoint is.',
      step: 0.01,
      most: 10,
    }).default(0.05),
    writers: listOf(writer, { label: 'Writers', most: 10 }),
  })
  .superRefine(({ writers, partitions, durationMs }, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', message, path });
    for (const [i, { partition, operation, replaysEvery, checkpointDeletedAtMs, isIdempotent }] of writers.entries()) {
      if (partition >= partitions)
        say(['writers', i, 'partition'], `is not in the table; write at most ${partitions - 1}, or more partitions`);
      if (operation === 'compaction' && (replaysEvery > 0 || isIdempotent))
        say(['writers', i, 'operation'], 'has no batches to write again; leave replaysEvery and isIdempotent out');
      if (checkpointDeletedAtMs !== undefined && !isIdempotent)
        say(
          ['writers', i, 'checkpointDeletedAtMs'],
          'changes nothing without isIdempotent; set it to true, or remove this',
        );
    }
    const writes = writers.reduce((sum, each) => sum + dueBatches(each, durationMs), 0);
    if (writes > 10_000)
      say(['durationMs'], `holds ${writes} writes; write a shorter run or longer everyMs, for 10,000 at most`);
  });

export type DeltaTableScenario = z.infer<typeof schema>;

/** The run of a scenario. Chance is in the jitter of the back-off alone. */
export function writersOf(scenario: DeltaTableScenario, seed: number): WritersRun {
  const { isolationLevel, rowBytes, targetFileBytes, partitions, initialRows, initialFiles } = scenario;
  const names = Array.from({ length: partitions }, (_, i) => nameOf(i));
  return runWriters({
    ...scenario,
    table: { isolationLevel, rowBytes, targetFileBytes },
    initial: initialRows === 0 ? [] : names.map((partition) => ({ partition, rows: initialRows, files: initialFiles })),
    writers: scenario.writers.map(({ partition, namesPartition, isIdempotent, ...each }, i): DeltaWriterSetup => ({
      ...each,
      partition: nameOf(partition),
      readsWholeTable: !namesPartition,
      ...(isIdempotent && { txnAppId: `writer-${i + 1}` }),
    })),
    seed,
  });
}

function nameOf(partition: number): string {
  return `p${partition}`;
}

function run(scenario: DeltaTableScenario, seed: number): RunTrace {
  return { scenario, seed, ...writersTrace(writersOf(scenario, seed), scenario) };
}

export const deltaTable = defineSystem<DeltaTableScenario>({
  name: 'delta-table',
  title: 'Delta table and its writers',
  summary:
    'Several writers, no locks: who conflicts with whom, what a retry costs, and what many small commits leave behind.',
  schema,
  series: {
    files: { label: 'Files', unit: 'count', about: 'Files of the table’s latest version (D4).' },
    smallFiles: { label: 'Small files', unit: 'count', about: 'Those below the target size.' },
    averageFileBytes: {
      label: 'Average file',
      unit: 'bytes',
      about: 'Bytes of the table over its files; none without files.',
    },
    commits: { label: 'Commits', unit: 'count', about: 'Versions made so far.' },
    conflicts: { label: 'Conflicts', unit: 'count', about: 'Concurrent-modification exceptions so far (D2).' },
    pendingWrites: { label: 'Pending writes', unit: 'count', about: 'Writes that are due and not over.' },
    writeMs: { label: 'Latest write', unit: 'ms', about: 'From its snapshot to its commit, all attempts together.' },
    rows: { label: 'Rows', unit: 'rows', about: 'Rows of the table, duplicates included.' },
  },
  totals: {
    commits: { label: 'Commits', unit: 'count', about: 'Versions that the writers made.' },
    conflicts: {
      label: 'Conflicts',
      unit: 'count',
      about: 'Attempts that ended in a concurrent-modification exception.',
    },
    retries: { label: 'Retries', unit: 'count', about: 'Attempts after the first of a write.' },
    failedWrites: { label: 'Given up', unit: 'count', about: 'Writes of which every attempt failed.' },
    lostRaces: {
      label: 'Lost races',
      unit: 'count',
      about: 'Versions that another writer made first: looked at again, no conflict.',
    },
    pendingWrites: { label: 'Pending', unit: 'count', about: 'Writes that were due and not over at the end.' },
    longestWriteMs: { label: 'Longest write', unit: 'ms', about: 'From its first snapshot to its commit.' },
    longestCheckpointMs: { label: 'Longest checkpoint', unit: 'ms', about: 'The longest checkpoint of the log.' },
    offeredRows: { label: 'Rows offered', unit: 'rows', about: 'Rows of all appends and MERGEs that were due.' },
    writtenRows: { label: 'Rows written', unit: 'rows', about: 'Rows of batches that are in the table.' },
    duplicateRows: { label: 'Duplicates', unit: 'rows', about: 'Rows that a replayed batch appended once more.' },
    lostRows: { label: 'Rows lost', unit: 'rows', about: 'Rows of new batches that were skipped as already written.' },
    failedRows: { label: 'Rows given up', unit: 'rows', about: 'Rows of writes that were given up.' },
    pendingRows: { label: 'Rows pending', unit: 'rows', about: 'Rows of writes that were not over.' },
    deletedRows: { label: 'Rows deleted', unit: 'rows', about: 'Rows that DELETEs have removed.' },
    finalRows: { label: 'Rows at the end', unit: 'rows', about: 'First rows + written + duplicates − deleted.' },
    finalFiles: { label: 'Files at the end', unit: 'count', about: 'Files of the latest version.' },
  },
  plots: [
    { title: 'Commits and conflicts', series: ['commits', 'conflicts'] },
    { title: 'Time of a write', series: ['writeMs'] },
    { title: 'Files of the table', series: ['files', 'smallFiles'] },
    { title: 'Due and not over', series: ['pendingWrites'] },
  ],
  describe: describeTableEvent,
  run,
  broken({ series, totals }, { initialRows, partitions }) {
    const laws: string[] = [];
    const total = (name: string) => totals[name] ?? 0;
    const fates = total('writtenRows') + total('lostRows') + total('failedRows') + total('pendingRows');
    if (total('offeredRows') !== fates)
      laws.push(`rows offered ${total('offeredRows')} ≠ written + lost + given up + pending`);
    const rows = initialRows * partitions + total('writtenRows') + total('duplicateRows') - total('deletedRows');
    if (total('finalRows') !== rows) laws.push(`the table has ${total('finalRows')} rows, its commits say ${rows}`);
    for (const name of ['files', 'smallFiles', 'pendingWrites', 'rows'])
      if (series[name]?.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
    if (total('conflicts') < total('retries')) laws.push('more retries than conflicts');
    return laws;
  },
});
