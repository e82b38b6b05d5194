// The rows of one batch as foreachBatch gets them: what its actions read, compute, hold in memory and hand over.

import { positiveInteger } from '../argument.ts';
import type { BatchDataFrame } from './api.ts';
import { mostTasks, runJob, type JobRunner, type TaskBody } from './job.ts';
import type { Lineage } from './lineage.ts';
import type { Part, Parts } from './pipeline.ts';
import { SparkException } from './errors.ts';
import { keeps, type Row } from './plan.ts';

/** Rows of a batch in memory beyond its running tasks; all gone when the batch ends. */
export interface BatchMemory {
  /** Collected by the driver. */
  driverRows: number;
  /** Persisted, spread evenly over the executors. */
  cachedRows: number;
}

/** Whether a batch goes on, and what it still waits for. */
export interface BatchLife {
  /** Actions that have begun and not ended. */
  openActions: number;
  /** True once foreachBatch has returned: its rows are no longer to be had. */
  isOver: boolean;
}

/** What a batch's frames share. */
export interface BatchContext {
  readonly life: BatchLife;
  readonly runner: JobRunner;
  readonly lineage: Lineage;
  readonly memory: BatchMemory;
}

/**
 * A batch's rows. `compute` is asked once for each action, so a program's functions run, and rows are read, as often as
 * there are actions, unless the frame is persisted (SS41).
 */
export function createBatchFrame(context: BatchContext, compute: () => Parts): BatchDataFrame<Row> {
  const { runner, lineage, memory, life } = context;
  const { process } = runner;
  let isPersisted = false;
  let cached: Parts | null = null;
  let cachedRows = 0;

  function current(): Parts {
    if (cached !== null) return cached;
    const parts = compute();
    if (isPersisted) {
      // Read once, at its full cost; afterwards a task finds its rows where it runs.
      cached = { before: [], parts: parts.parts.map(({ rows }) => ({ inputRows: 0, rows })) };
      cachedRows = rowsIn(parts);
      memory.cachedRows += cachedRows;
      process.checkHeap();
    }
    return parts;
  }

  function derived(change: (parts: Parts) => Parts): BatchDataFrame<Row> {
    return createBatchFrame(context, () => change(current()));
  }
  const eachPart = (change: (rows: readonly object[]) => readonly object[]) =>
    derived(({ before, parts }) => ({
      before,
      parts: parts.map(({ inputRows, rows }) => ({ inputRows, rows: change(rows) })),
    }));

  /** Runs the action and resolves with what `result` makes of its rows, in a process that still lives. */
  function action<T>(body: TaskBody | null, result: (parts: Parts) => T): Promise<T> {
    return process.promise<T>((resolve, reject) => {
      if (life.isOver) {
        throw new SparkException(
          'This batch is over: foreachBatch has returned. Use its rows inside that function, and await each action there.',
        );
      }
      if (runner.isCancelled()) return;
      const parts = current();
      life.openActions++;
      runJob(runner, parts, body, (error) => {
        life.openActions--;
        if (error === null) resolve(result(parts));
        else reject(error);
      });
    });
  }

  const frame: BatchDataFrame<Row> = Object.freeze({
    filter: (keep: (row: Row) => unknown) => eachPart((rows) => rows.filter((row) => keeps(keep(row as Row)))),
    map: <S extends object>(to: (row: Row) => S) =>
      eachPart((rows) => rows.map((row) => lineage.derive(row, to(row as Row)))) as unknown as BatchDataFrame<S>,
    coalesce: (partitions: number) => {
      positiveInteger(partitions, 'coalesce(partitions)');
      return derived(({ before, parts }) => ({ before, parts: merged(parts, partitions) }));
    },
    repartition: (partitions: number) => {
      if (positiveInteger(partitions, 'repartition(partitions)') > mostTasks)
        throw new RangeError(
          `repartition(${partitions}) makes more tasks than this lab runs; ask for ${mostTasks} at most.`,
        );
      return derived(({ before, parts }) => ({
        before: [...before, parts.map(({ inputRows }) => inputRows)],
        parts: dealt(
          parts.flatMap(({ rows }) => rows),
          partitions,
        ),
      }));
    },
    persist() {
      isPersisted = true;
      return frame;
    },
    unpersist() {
      isPersisted = false;
      cached = null;
      memory.cachedRows -= cachedRows;
      cachedRows = 0;
      return frame;
    },
    getNumPartitions: () => compute().parts.length,
    count: () => action(null, rowsIn),
    isEmpty: () => action(null, (parts) => rowsIn(parts) === 0),
    collect: () =>
      action(null, (parts) => {
        memory.driverRows += rowsIn(parts);
        process.checkHeap();
        return parts.parts.flatMap(({ rows }) => rows as readonly Row[]);
      }),
    foreachPartition: (write: (rows: readonly Row[], partitionId: number) => unknown) => {
      if (typeof write !== 'function') {
        throw new TypeError(
          'foreachPartition() takes a function of the rows of a partition, such as async (rows) => { … }.',
        );
      }
      return action<void>(
        (rows, partitionId) => write([...rows] as Row[], partitionId),
        () => undefined,
      );
    },
  });
  return frame;
}

function rowsIn({ parts }: Parts): number {
  return parts.reduce((all, { rows }) => all + rows.length, 0);
}

/** Neighbours together, as evenly as whole partitions allow; never more than there were. */
function merged(parts: readonly Part[], count: number): readonly Part[] {
  if (count >= parts.length) return parts;
  return Array.from({ length: count }, (_, group) => {
    const own = parts.slice(
      Math.floor((group * parts.length) / count),
      Math.floor(((group + 1) * parts.length) / count),
    );
    return {
      inputRows: own.reduce((all, { inputRows }) => all + inputRows, 0),
      rows: own.flatMap(({ rows }) => rows),
    };
  });
}

/** One row to each in turn. */
function dealt(rows: readonly object[], count: number): readonly Part[] {
  const parts: object[][] = Array.from({ length: count }, () => []);
  for (const [at, row] of rows.entries()) parts[at % count]?.push(row);
  return parts.map((own) => ({ inputRows: own.length, rows: own }));
}
