// How long a batch takes under given conditions: overhead, tasks on cores, and the brakes of the sink and the source.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { makespanMs } from './makespan.ts';

/** A sink as the tasks of a batch see it. All parts slow a batch down; what is left out costs nothing. */
export interface SinkModel {
  /** What it takes per second, over all writers. */
  readonly limitPerSecond?: number;
  /** What the limit counts: rows, however they are packed, or calls, however many rows each has (M2.10, T7). */
  readonly limitCounts?: 'rows' | 'calls';
  /** Rows that a writer puts into one call; 1 unless given. */
  readonly rowsPerCall?: number;
  /** A call costs a fixed `callMs` and `rowMs` for each row; a task waits for each of its calls (M4.1). */
  readonly callMs?: number;
  readonly rowMs?: number;
  /** Calls that the sink serves at once; without it as many as tasks run at once. */
  readonly connections?: number;
  /** How many times slower everything above is than it should be; 1 unless given. */
  readonly slowdown?: number;
}

export interface CostConditions {
  /** Planning, offset log and commit log: what a batch costs without a row (M2.3). */
  readonly batchOverheadMs: number;
  readonly taskOverheadMs: number;
  readonly rowMs: number;
  readonly cores: number;
  readonly sink?: SinkModel;
  /** What the source hands out per second, over all readers; without limit unless given (E1). */
  readonly readRowsPerSecond?: number;
}

/** What decides how long a batch takes. */
export type Bottleneck = 'tasks' | 'sink' | 'source';

export interface BatchCost {
  readonly ms: number;
  readonly bottleneck: Bottleneck;
}

/**
 * Duration of a batch in ms (M2.3): overhead + the longest of three that go on side by side: the tasks on the cores, each
 * overhead + rows · row time + its own calls to the sink; the sink's limit and connections; the source's hand-out.
 */
export function batchCost(taskRows: readonly number[], conditions: CostConditions): BatchCost {
  const overheadMs = nonNegative(conditions.batchOverheadMs, 'batchOverheadMs');
  const taskOverheadMs = nonNegative(conditions.taskOverheadMs, 'taskOverheadMs');
  const computeRowMs = nonNegative(conditions.rowMs, 'rowMs');
  const { sink, readRowsPerSecond } = conditions;
  const slowdown = positive(sink?.slowdown ?? 1, 'sink.slowdown');
  const rowsPerCall = positiveInteger(sink?.rowsPerCall ?? 1, 'sink.rowsPerCall');
  const callMs = nonNegative(sink?.callMs ?? 0, 'sink.callMs') * slowdown;
  const rowMs = nonNegative(sink?.rowMs ?? 0, 'sink.rowMs') * slowdown;

  let rows = 0;
  let calls = 0;
  let writeMs = 0;
  const taskMs = taskRows.map((n) => {
    const callsOfTask = Math.ceil(n / rowsPerCall);
    const writeMsOfTask = callsOfTask * callMs + n * rowMs;
    rows += n;
    calls += callsOfTask;
    writeMs += writeMsOfTask;
    return taskOverheadMs + n * computeRowMs + writeMsOfTask;
  });
  const tasks = makespanMs(taskMs, conditions.cores);

  const { limitPerSecond, connections } = sink ?? {};
  const limited = sink?.limitCounts === 'calls' ? calls : rows;
  const byLimit =
    limitPerSecond === undefined ? 0 : (limited / positive(limitPerSecond, 'sink.limitPerSecond')) * 1000 * slowdown;
  const byConnections = connections === undefined ? 0 : writeMs / positiveInteger(connections, 'sink.connections');
  const sinkMs = Math.max(byLimit, byConnections);
  const readMs = readRowsPerSecond === undefined ? 0 : (rows / positive(readRowsPerSecond, 'readRowsPerSecond')) * 1000;

  const ms = overheadMs + Math.max(tasks, sinkMs, readMs);
  const bottleneck = tasks >= sinkMs && tasks >= readMs ? 'tasks' : sinkMs >= readMs ? 'sink' : 'source';
  return { ms, bottleneck };
}
