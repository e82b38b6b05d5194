// A batch job: stages one after another, the last of which writes, and what the run says at any instant.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { coalesced, partitionRows } from './partitions.ts';
import { runStage, type StageFailure, type StageRun, type StageSink } from './stage.ts';

export interface JobStage {
  /** Rows that come into it; after the first stage they come through a shuffle. */
  readonly rows: number;
  readonly partitions: number;
  /** The largest partition's part of the rows; 0 for even partitions. */
  readonly largestShare: number;
  readonly rowMs: number;
  /**
   * A task holds all rows of its partition until it ends, as for a hash join's side or a list; else one after another. What is
   * held whole is not written as it comes: the tasks of such a stage cannot be those that write.
   */
  readonly holdsPartition: boolean;
}

export interface JobSink {
  /** What it takes in a second from all writers together; without limit unless given. */
  readonly limitPerSecond?: number;
  /** What the limit counts: rows, however they are packed, or calls, however many rows each has. */
  readonly limitCounts: 'rows' | 'calls';
  readonly rowsPerCall: number;
  /** How long a writer waits for the answer to a call. */
  readonly callMs: number;
  /** Writers that it accepts at once; without limit unless given. */
  readonly connections?: number;
}

export interface JobSetup {
  readonly stages: readonly JobStage[];
  /**
   * Who writes: the tasks of the last stage; fewer of them after `coalesce(writers)`; `writers` tasks of a stage of their own
   * after `repartition(writers)`, which is one more shuffle; or nobody, since the driver collects the rows.
   */
  readonly write:
    | { readonly by: 'last stage' | 'collect' }
    | { readonly by: 'coalesce'; readonly writers: number }
    | { readonly by: 'repartition'; readonly writers: number; readonly shuffleRowMs: number };
  readonly sink: JobSink;
  readonly cores: number;
  readonly taskOverheadMs: number;
  readonly rowBytes: number;
  /** Memory that one task may fill: the executor's, over its cores. */
  readonly taskMemoryBytes: number;
  /**
   * All rows of the first stage stay in the executors: in their memory, which is that of a task for each core, and above it on
   * their disks, as a cached DataFrame does by default (MEMORY_AND_DISK).
   */
  readonly cachesInput: boolean;
  /** Work for a row that goes to disk, as a multiple of a row's. */
  readonly spillFactor: number;
  /** `spark.driver.maxResultSize`; 0 for no limit. */
  readonly driverMaxResultBytes: number;
  readonly driverMemoryBytes: number;
  /** `spark.task.maxFailures`. */
  readonly maxFailures: number;
}

export interface RanStage extends StageRun {
  readonly rows: number;
  readonly tasks: number;
  readonly largestRows: number;
  readonly isWriting: boolean;
  readonly holdsPartition: boolean;
}

export interface JobRun {
  readonly stages: readonly RanStage[];
  readonly endMs: number;
  /** Why the job gave up; null when it succeeded. */
  readonly failure: StageFailure | null;
  /** Rows of the last stage, which the sink is to get; null when they are collected. */
  readonly rowsToWrite: number | null;
  readonly shuffledRows: number;
  /** Rows that a full cache has sent to disk. */
  readonly spilledRows: number;
  /** Readings at instants in ms, which rise; the last holds from the end on. */
  readAt(times: readonly number[]): JobReading[];
}

export interface JobReading {
  readonly runningTasks: number;
  readonly readRows: number;
  readonly writtenRows: number;
  readonly writtenPerSecond: number;
  /** What all tasks and the cache hold. */
  readonly heldBytes: number;
}

/**
 * Runs a job (M2.11, SS24, SS25): a stage begins when the one before it has ended, tasks pull, and a slow sink stretches the
 * run. Laws: those of `runStage`, for every stage; a job that succeeds has written each row of its last stage once. Throws
 * RangeError for input out of range.
 */
export function runJob(setup: JobSetup): JobRun {
  const { write, stages } = setup;
  const rowBytes = positive(setup.rowBytes, 'rowBytes');
  const last = stages.at(-1);
  if (last === undefined) throw new RangeError('stages is empty; pass at least one.');
  if (last.holdsPartition && (write.by === 'last stage' || write.by === 'coalesce')) {
    throw new RangeError(
      "The last stage holds its partitions whole and cannot write row by row; pass write.by 'repartition', or add a stage.",
    );
  }
  const planned = stages.map((stage) => ({
    ...stage,
    taskRows: partitionRows(stage.rows, stage.partitions, stage.largestShare),
    isWriting: stage === last && write.by !== 'repartition' && write.by !== 'collect',
    isCollected: stage === last && write.by === 'collect',
  }));
  const final = planned.at(-1);
  if (final !== undefined && write.by === 'coalesce') final.taskRows = coalesced(final.taskRows, write.writers);
  if (write.by === 'repartition') {
    planned.push({
      ...last,
      rowMs: write.shuffleRowMs,
      holdsPartition: false,
      taskRows: partitionRows(last.rows, write.writers),
      isWriting: true,
      isCollected: false,
    });
  }

  const cacheHoldsRows = setup.cachesInput ? rowsIn(setup.taskMemoryBytes * setup.cores, rowBytes) : Infinity;
  const ran: RanStage[] = [];
  let endMs = 0;
  for (const [i, stage] of planned.entries()) {
    const run = runStage({
      startMs: endMs,
      taskRows: stage.taskRows,
      cores: setup.cores,
      taskOverheadMs: setup.taskOverheadMs,
      rowMs: stage.rowMs,
      ...(stage.isWriting && { sink: stageSink(setup.sink) }),
      taskHoldsRows: stage.holdsPartition ? rowsIn(setup.taskMemoryBytes, rowBytes) : Infinity,
      cacheHoldsRows: i === 0 ? cacheHoldsRows : Infinity,
      spillFactor: setup.spillFactor,
      resultHoldsRows:
        stage.isCollected && setup.driverMaxResultBytes > 0 ? rowsIn(setup.driverMaxResultBytes, rowBytes) : Infinity,
      driverHoldsRows: stage.isCollected ? rowsIn(setup.driverMemoryBytes, rowBytes) : Infinity,
      maxFailures: setup.maxFailures,
    });
    const { rows, isWriting, holdsPartition, taskRows } = stage;
    const largestRows = taskRows.reduce((most, n) => Math.max(most, n), 0);
    ran.push({ ...run, rows, tasks: taskRows.length, largestRows, isWriting, holdsPartition });
    endMs = run.endMs;
    if (run.failure !== null) break;
  }
  return {
    stages: ran,
    endMs,
    failure: ran.at(-1)?.failure ?? null,
    rowsToWrite: write.by === 'collect' ? null : last.rows,
    shuffledRows: ran.slice(1).reduce((sum, { rows }) => sum + rows, 0),
    spilledRows: Math.max(0, (ran[0]?.pulledRows ?? 0) - cacheHoldsRows),
    readAt: (times) => readAt(ran, times, setup, cacheHoldsRows),
  };
}

/** The sink in the words of a stage: a limit in rows, and a wait for each row. */
export function stageSink({ limitPerSecond, limitCounts, rowsPerCall, callMs, connections }: JobSink): StageSink {
  const rows = positiveInteger(rowsPerCall, 'sink.rowsPerCall');
  const limit = limitPerSecond === undefined ? Infinity : positive(limitPerSecond, 'sink.limitPerSecond');
  return {
    rowsPerSecond: limitCounts === 'calls' ? limit * rows : limit,
    waitMsPerRow: nonNegative(callMs, 'sink.callMs') / rows,
    connections: connections === undefined ? Infinity : positiveInteger(connections, 'sink.connections'),
  };
}

function rowsIn(bytes: number, rowBytes: number): number {
  return Math.floor(positive(bytes, 'memory') / rowBytes);
}

function readAt(
  stages: readonly RanStage[],
  times: readonly number[],
  setup: JobSetup,
  cacheHoldsRows: number,
): JobReading[] {
  let at = 0;
  let spanAt = 0;
  return times.map((ms) => {
    while (at < stages.length - 1 && (stages[at] as RanStage).endMs <= ms) {
      at++;
      spanAt = 0;
    }
    const stage = stages[at] as RanStage;
    const { spans } = stage;
    while ((spans[spanAt + 1]?.fromMs ?? Infinity) <= ms) spanAt++;
    const span = spans[spanAt];
    const isOver = ms >= stage.endMs || span === undefined;
    const perSecond = isOver ? 0 : span.pullingTasks * span.taskRowsPerSecond;
    const since = isOver ? 0 : ((ms - span.fromMs) / 1000) * perSecond;
    const pulled = isOver ? stage.pulledRows : span.pulledRows + since;
    const buffered = isOver
      ? 0
      : stage.holdsPartition
        ? span.runningRows + since
        : span.pullingTasks * (stage.isWriting ? setup.sink.rowsPerCall : 1);
    const read = at === 0 ? pulled : (stages[0]?.pulledRows ?? 0);
    const cached = setup.cachesInput && !(isOver && at === stages.length - 1) ? Math.min(read, cacheHoldsRows) : 0;
    return {
      runningTasks: isOver ? 0 : span.runningTasks,
      readRows: read,
      writtenRows: stage.isWriting ? pulled : 0,
      writtenPerSecond: stage.isWriting ? perSecond : 0,
      // While the input is read, what tasks hold of it is in the cache already.
      heldBytes: (cached + (cached > 0 && at === 0 ? 0 : buffered)) * setup.rowBytes,
    };
  });
}
