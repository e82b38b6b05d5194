// What a batch holds on its busiest executor, and when that is too much.

import { nonNegative, positiveInteger } from '../argument.ts';

export interface ExecutorLoad {
  /** Rows of each task of the batch. */
  readonly taskRows: readonly number[];
  readonly executors: number;
  readonly coresPerExecutor: number;
  /** What a row of the batch takes while its task runs. */
  readonly rowBytes: number;
  /** All state of the query; it is spread evenly over the executors (SS17). */
  readonly stateBytes: number;
}

/** The two parts of what the busiest executor holds, in bytes. */
export interface HeldBytes {
  readonly rows: number;
  readonly state: number;
}

/**
 * Bytes on the executor that runs the largest task (SS17, SS36): that task, an average one on each other core that has
 * work at the same time, and its part of the state. A task holds all its rows until it ends: the worst case, which holds
 * for sorts, joins, cached batches and `foreachBatch` with several writes.
 */
export function heldBytes(load: ExecutorLoad): HeldBytes {
  const executors = positiveInteger(load.executors, 'executors');
  const rowBytes = nonNegative(load.rowBytes, 'rowBytes');
  const state = nonNegative(load.stateBytes, 'stateBytes') / executors;
  const tasks = load.taskRows.length;
  if (tasks === 0) return { rows: 0, state };
  const atOnce = Math.min(positiveInteger(load.coresPerExecutor, 'coresPerExecutor'), Math.ceil(tasks / executors));
  let largest = 0;
  let all = 0;
  for (const rows of load.taskRows) {
    if (rows > largest) largest = rows;
    all += rows;
  }
  const others = tasks > 1 ? ((atOnce - 1) * (all - largest)) / (tasks - 1) : 0;
  return { rows: (largest + others) * rowBytes, state };
}

/**
 * The part of a batch, 0 … 1, after which it runs out of memory; null when it fits. State that does not fit alone ends it
 * at its start.
 */
export function outOfMemoryShare({ rows, state }: HeldBytes, executorBytes: number): number | null {
  if (rows + state <= executorBytes) return null;
  return rows === 0 ? 0 : Math.max(0, (executorBytes - state) / rows);
}
