// One stage of a batch job: tasks that pull their rows, a number of cores that run them, and a sink that they share.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { MinHeap } from './min-heap.ts';

/** What the writers of a stage share. Without it the stage writes nothing outside. */
export interface StageSink {
  /** Rows/s that the sink takes from all writers together; Infinity for no limit. */
  readonly rowsPerSecond: number;
  /** What a row costs its writer in waiting for the sink's answer: call time / rows in a call. */
  readonly waitMsPerRow: number;
  /** Writers that it accepts at once; one more is refused and its attempt fails. Infinity for no limit. */
  readonly connections: number;
}

export interface StageSetup {
  readonly startMs: number;
  /** Rows of each task, in the order in which they start. */
  readonly taskRows: readonly number[];
  readonly cores: number;
  /** What a task costs before its first row: it is planned, sent and started. */
  readonly taskOverheadMs: number;
  /** Work for a row, above 0. */
  readonly rowMs: number;
  readonly sink?: StageSink;
  /** Rows that a task can hold before it is out of memory; Infinity when it holds a row at a time. */
  readonly taskHoldsRows: number;
  /** Rows that all executors together can keep in memory (a cache); those above go to disk. Infinity when they keep none. */
  readonly cacheHoldsRows: number;
  /** Work for a row that goes to disk, as a multiple of `rowMs`; 1 or more. */
  readonly spillFactor: number;
  /** Rows of results that a job may send to the driver (a collect), and that the driver can hold; Infinity without a collect. */
  readonly resultHoldsRows: number;
  readonly driverHoldsRows: number;
  /** Attempts of one task, after which the job gives up: `spark.task.maxFailures`. */
  readonly maxFailures: number;
}

export type StageFailure = 'partition' | 'result size' | 'collect' | 'connections';

/** A span in which every running task moves at one speed. */
export interface StageSpan {
  readonly fromMs: number;
  /** Tasks on cores, and those among them that have begun with their rows. */
  readonly runningTasks: number;
  readonly pullingTasks: number;
  /** Rows/s of each pulling task. */
  readonly taskRowsPerSecond: number;
  /** Rows pulled by all tasks so far, those of failed attempts included. */
  readonly pulledRows: number;
  /** Of these, rows of the attempts that are running. */
  readonly runningRows: number;
}

export interface StageRun {
  readonly startMs: number;
  readonly endMs: number;
  readonly spans: readonly StageSpan[];
  readonly failure: StageFailure | null;
  readonly pulledRows: number;
  /** When the cache was full and rows began to go to disk; null when it never was. */
  readonly fullAtMs: number | null;
  /** Rows of tasks that have ended well. */
  readonly doneRows: number;
  readonly doneTasks: number;
  readonly longestTaskMs: number;
  readonly taskMs: number;
  /** Attempts that failed, with the times at which they did (the first hundred of them). */
  readonly failedAttempts: number;
  readonly failures: readonly { readonly atMs: number; readonly kind: StageFailure; readonly task: number }[];
}

interface Attempt {
  readonly task: number;
  readonly startMs: number;
}

/** An attempt that pulls rows, and the common count when it began to. */
interface Pulling {
  readonly attempt: Attempt;
  readonly since: number;
}

/**
 * Runs a stage by list scheduling: a free core takes the next task (M2.3, SS13). A task pulls its rows one after another, so
 * it moves at its own speed or at its fair part of the sink's, whichever is less: a slow sink makes tasks slow and holds
 * nothing in memory (M2.11, SS24, E0.6). Memory ends an attempt by size alone: a partition held whole. A failed attempt
 * begins again at once, until `maxFailures` of one task end the job. A collect that is too large ends the job without another
 * attempt. A cache that is full ends nothing, as DataFrames are cached at MEMORY_AND_DISK: its further rows go to disk, slower.
 *
 * All pulling tasks have the same speed at any instant, so a task ends when the common count of rows has advanced by its own
 * rows: one heap, no work per row. Laws: running tasks ≤ cores; rows/s into the sink ≤ its limit; writers ≤ connections.
 */
export function runStage(setup: StageSetup): StageRun {
  const { taskRows, maxFailures, taskHoldsRows, cacheHoldsRows, sink } = setup;
  const cores = positiveInteger(setup.cores, 'cores');
  const overheadMs = nonNegative(setup.taskOverheadMs, 'taskOverheadMs');
  const rowMs = positive(setup.rowMs, 'rowMs') + (sink?.waitMsPerRow ?? 0);
  const spilledRowMs = setup.rowMs * positive(setup.spillFactor, 'spillFactor') + (sink?.waitMsPerRow ?? 0);
  const connections = sink?.connections ?? Infinity;
  const limitPerMs = (sink?.rowsPerSecond ?? Infinity) / 1000;
  positiveInteger(maxFailures, 'maxFailures');

  const spans: StageSpan[] = [];
  const failures: { atMs: number; kind: StageFailure; task: number }[] = [];
  const failedOf = new Map<number, number>();
  const starting: { readonly atMs: number; readonly attempt: Attempt }[] = [];
  const pulling = new MinHeap<Pulling>();
  const again: number[] = [];
  let startingAt = 0;
  let nextTask = 0;
  let running = 0;
  let nowMs = setup.startMs;
  /** Rows that a task has pulled which pulls all the time. */
  let common = 0;
  let sumOfSince = 0;
  let pulledRows = 0;
  let doneRows = 0;
  let doneTasks = 0;
  let longestTaskMs = 0;
  let taskMs = 0;
  let failedAttempts = 0;
  let failure: StageFailure | null = null;
  let fullAtMs: number | null = null;

  function fillCores(): void {
    while (running < cores && (again.length > 0 || nextTask < taskRows.length)) {
      const task = again.pop() ?? nextTask++;
      starting.push({ atMs: nowMs + overheadMs, attempt: { task, startMs: nowMs } });
      running++;
    }
  }

  function leaveCore({ startMs }: Attempt): void {
    running--;
    taskMs += nowMs - startMs;
    longestTaskMs = Math.max(longestTaskMs, nowMs - startMs);
  }

  function fail(attempt: Attempt, kind: StageFailure): void {
    leaveCore(attempt);
    failedAttempts++;
    if (failures.length < 100) failures.push({ atMs: nowMs, kind, task: attempt.task });
    const times = (failedOf.get(attempt.task) ?? 0) + 1;
    failedOf.set(attempt.task, times);
    if (times >= maxFailures) failure = kind;
    else again.push(attempt.task);
  }

  function end({ attempt, since }: Pulling): void {
    sumOfSince = pulling.size === 0 ? 0 : sumOfSince - since;
    const rows = taskRows[attempt.task] ?? 0;
    if (rows > taskHoldsRows) return fail(attempt, 'partition');
    leaveCore(attempt);
    doneRows += rows;
    doneTasks++;
    // The sum of results is looked at before the driver takes them in.
    if (doneRows > setup.resultHoldsRows) failure = 'result size';
    else if (doneRows > setup.driverHoldsRows) failure = 'collect';
  }

  fillCores();
  while (failure === null && running > 0) {
    const perMs = Math.min(1 / (fullAtMs === null ? rowMs : spilledRowMs), limitPerMs / Math.max(1, pulling.size));
    const last = spans.at(-1);
    const span = {
      fromMs: nowMs,
      runningTasks: running,
      pullingTasks: pulling.size,
      taskRowsPerSecond: perMs * 1000,
      pulledRows,
      runningRows: Math.max(0, common * pulling.size - sumOfSince),
    };
    if (last?.fromMs === nowMs) spans[spans.length - 1] = span;
    else spans.push(span);

    const startsMs = starting[startingAt]?.atMs ?? Infinity;
    const endsMs = pulling.size > 0 ? nowMs + (pulling.leastKey - common) / perMs : Infinity;
    const fullMs =
      pulling.size > 0 && fullAtMs === null
        ? nowMs + Math.max(0, cacheHoldsRows - pulledRows) / (perMs * pulling.size)
        : Infinity;
    const toMs = Math.max(nowMs, Math.min(startsMs, endsMs, fullMs));
    const advance = toMs === endsMs ? pulling.leastKey - common : (toMs - nowMs) * perMs;
    pulledRows += advance * pulling.size;
    common = toMs === endsMs ? pulling.leastKey : common + advance;
    nowMs = toMs;

    if (toMs === fullMs && toMs < endsMs) fullAtMs = nowMs;
    while (failure === null && pulling.size > 0 && pulling.leastKey <= common) end(pulling.pop() as Pulling);
    for (
      let next = starting[startingAt];
      failure === null && next !== undefined && next.atMs <= nowMs;
      next = starting[++startingAt]
    ) {
      const rows = taskRows[next.attempt.task] ?? 0;
      if (pulling.size >= connections) fail(next.attempt, 'connections');
      else {
        pulling.push(common + Math.min(rows, taskHoldsRows), { attempt: next.attempt, since: common });
        sumOfSince += common;
      }
    }
    if (failure === null) fillCores();
  }
  return {
    startMs: setup.startMs,
    endMs: nowMs,
    spans,
    failure,
    pulledRows,
    fullAtMs,
    doneRows,
    doneTasks,
    longestTaskMs,
    taskMs,
    failedAttempts,
    failures,
  };
}
