// The tasks that read a batch: how many, and how many rows each has.

import { nonNegativeInteger, positive, positiveInteger } from '../argument.ts';

/** How Kafka's source may split partitions into more tasks (SS4): hints, no limit on the batch. */
export interface TaskSplit {
  readonly minPartitions?: number;
  readonly maxRecordsPerPartition?: number;
}

/**
 * Rows of each task that reads a topic, by the rows that the batch takes from each partition (SS13, M2.3): one task for
 * each partition with rows. `maxRecordsPerPartition` cuts long ranges into equal parts first; with fewer tasks than
 * `minPartitions` after that, the larger ranges are divided in proportion, into about as many in all. Each row is in one
 * task, and no task is empty.
 */
export function topicTasks(rowsByPartition: readonly number[], split: TaskSplit = {}): readonly number[] {
  let ranges = rowsByPartition.filter((rows, p) => nonNegativeInteger(rows, `rowsByPartition[${p}]`) > 0);
  const most = split.maxRecordsPerPartition;
  if (most !== undefined) {
    positiveInteger(most, 'maxRecordsPerPartition');
    ranges = ranges.flatMap((rows) => divided(rows, Math.ceil(rows / most)));
  }
  const least = split.minPartitions;
  if (least === undefined || ranges.length >= positiveInteger(least, 'minPartitions')) return ranges;

  const total = sum(ranges);
  const isWhole = (rows: number): boolean => partsOf(rows, total, least) === 1;
  const whole = ranges.filter(isWhole);
  const largeTotal = total - sum(whole);
  const largeParts = Math.max(least - whole.length, 1);
  return ranges.flatMap((rows) => (isWhole(rows) ? [rows] : divided(rows, partsOf(rows, largeTotal, largeParts))));
}

/** Into equal whole parts; those to the end are one larger where it does not come out even, and none is empty. */
function divided(rows: number, wanted: number): number[] {
  const parts = Math.min(rows, wanted);
  const sizes: number[] = [];
  let left = rows;
  for (let part = 0; part < parts; part += 1) {
    const size = Math.floor(left / (parts - part));
    left -= size;
    if (size > 0) sizes.push(size);
  }
  return sizes;
}

function partsOf(rows: number, total: number, parts: number): number {
  return Math.max(Math.round((rows / total) * parts), 1);
}

const mib = 1_024 * 1_024;
/** spark.sql.files.maxPartitionBytes and openCostInBytes, as they come. */
const maxPartitionBytes = 128 * mib;
const openCostBytes = 4 * mib;

/**
 * Rows of each task that reads `files` equal files: files are cut at 128 MiB, or at what gives every core a part when that
 * is less (4 MiB at least), and small files share a task until it is full, each counting 4 MiB more for being opened.
 */
export function fileTasks(given: { files: number; fileBytes: number; rowsPerFile: number; cores: number }): number[] {
  const files = nonNegativeInteger(given.files, 'files');
  const fileBytes = positive(given.fileBytes, 'fileBytes');
  const rowsPerFile = positiveInteger(given.rowsPerFile, 'rowsPerFile');
  const perCore = (files * (fileBytes + openCostBytes)) / positiveInteger(given.cores, 'cores');
  const taskBytes = Math.min(maxPartitionBytes, Math.max(openCostBytes, perCore));
  if (fileBytes > taskBytes) {
    const parts = divided(rowsPerFile, Math.ceil(fileBytes / taskBytes));
    return Array.from({ length: files }, () => parts).flat();
  }
  // A task takes files while what it has stays within the bytes of a task.
  const perTask = 1 + Math.floor((taskBytes - fileBytes) / (fileBytes + openCostBytes));
  const full = Math.floor(files / perTask);
  const rest = files - full * perTask;
  return [...Array.from({ length: full }, () => perTask * rowsPerFile), ...(rest > 0 ? [rest * rowsPerFile] : [])];
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
