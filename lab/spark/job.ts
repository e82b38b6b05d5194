// One action on a batch, as Spark runs it: stages of tasks on the executors' cores, failed tasks tried again.

import { eventClass, type Kernel } from '../clock/kernel.ts';
import type { ProgramProcess } from '../process/process.ts';
import { SinkError } from '../sink/errors.ts';
import { rootOf, SparkException } from './errors.ts';
import type { Executors } from './executors.ts';
import type { Parts } from './pipeline.ts';

export interface JobRunner {
  readonly kernel: Kernel;
  readonly process: ProgramProcess;
  readonly executors: Executors;
  readonly taskOverheadMs: number;
  readonly rowMs: number;
  /** spark.task.maxFailures. */
  readonly maxFailures: number;
  /** True once nobody waits for the job any more: no task of it starts, and it never ends. */
  isCancelled(): boolean;
  taskFailed?(task: number, attempt: number, error: unknown): void;
}

/** Tasks that a stage may have here; a cluster would not thank you for more either. */
export const mostTasks = 10_000;

/** What the program does in a task of the last stage. */
export type TaskBody = (rows: readonly object[], partitionId: number) => unknown;

/**
 * Runs a job and calls `end` once: with null, or with what failed it. A stage begins when the one before has ended. A task
 * that ends with an error of a simulated system is tried again at once, `maxFailures` times in all; any other error, a
 * mistake in the program, ends the job as it is.
 */
export function runJob(
  runner: JobRunner,
  { before, parts }: Parts,
  body: TaskBody | null,
  end: (error: unknown) => void,
): void {
  const { kernel, process, executors, taskOverheadMs, rowMs, maxFailures } = runner;
  const cpuMs = (rows: number) => taskOverheadMs + rows * rowMs;
  let hasEnded = false;
  const isWanted = () => !hasEnded && !runner.isCancelled();
  const finish = (error: unknown) => {
    if (!isWanted()) return;
    hasEnded = true;
    end(error);
  };

  function runStage(stage: number): void {
    const tasks = before[stage];
    if (tasks === undefined) return runLast();
    let left = tasks.length;
    if (left === 0) return runStage(stage + 1);
    for (const rows of tasks) {
      const work = (release: () => void) => {
        release();
        left--;
        if (left === 0 && isWanted()) runStage(stage + 1);
      };
      executors.run({ rows, cpuMs: cpuMs(rows), isWanted, work });
    }
  }

  function runLast(): void {
    let left = parts.length;
    if (left === 0) return finish(null);
    const done = () => {
      left--;
      if (left === 0) finish(null);
    };
    for (const partition of parts.keys()) attempt(partition, 1, done);
  }

  function attempt(partition: number, count: number, done: () => void): void {
    const part = parts[partition] as Parts['parts'][number];
    const work = (release: () => void) => {
      // Back on the clock: a task ends as an event, not in the middle of the program's own steps.
      const settle = (then: () => void) =>
        kernel.at(kernel.nowMs, eventClass.completion, () => {
          if (!process.isAlive) return;
          release();
          then();
        });
      if (body === null || !isWanted()) {
        release();
        return done();
      }
      kernel.wake();
      called(body, part.rows, partition).then(
        () => settle(done),
        (error: unknown) => settle(() => failed(error)),
      );
    };
    executors.run({ rows: Math.max(part.inputRows, part.rows.length), cpuMs: cpuMs(part.inputRows), isWanted, work });

    function failed(error: unknown): void {
      if (!isWanted()) return;
      if (!(rootOf(error) instanceof SinkError)) return finish(error);
      runner.taskFailed?.(partition, count, error);
      if (count < maxFailures) return attempt(partition, count + 1, done);
      finish(
        new SparkException(
          `Job aborted: task ${partition} failed ${count} times, most recently with ${(error as Error).name}: ${(error as Error).message}`,
          { cause: error },
        ),
      );
    }
  }

  runStage(0);
}

/** The body's outcome as a promise, also when it throws before its first await. */
async function called(body: TaskBody, rows: readonly object[], partition: number): Promise<void> {
  await body(rows, partition);
}
