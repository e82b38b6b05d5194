// Grades in Node: the program runs in a worker with limits on memory and time, never in this process.

import { Worker } from 'node:worker_threads';
import type { Exercise } from '../exercise.ts';
import { verdictOf } from '../judge.ts';
import type { CheckResult, Failure, Verdict } from '../verdict.ts';
import { compileProgram, CompileError, type SourceFiles } from './compile.ts';
import type { NodeWorkerData, NodeWorkerMessage } from './node-worker.ts';
import { runsOf, type RunKey } from './runs.ts';
import type { SessionEvent } from './session.ts';
import { notCompiled, sessionMs, silentMs, stopped } from './watch.ts';

export interface GradeOptions {
  readonly entry?: string | undefined;
  readonly scenario?: string | undefined;
  readonly seeds?: readonly number[] | undefined;
  onEvent?(event: SessionEvent): void;
}

/** MiB of JavaScript heap for a program: ten times what a good one needs. */
const heapMb = 512;

/** Compiles and grades `files`. Never rejects for what the program does: that is in the verdict. */
export async function gradeInNode(
  exercise: Exercise,
  files: SourceFiles,
  options: GradeOptions = {},
): Promise<Verdict> {
  const started = performance.now();
  const runs = runsOf(exercise, options);
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const entry = options.entry ?? exercise.entry;
  const results: CheckResult[] = [];
  let steps = 0;
  const finish = (failure: Failure | null) =>
    verdictOf(exercise, results, { failure, seeds, wallMs: Math.round(performance.now() - started), steps });

  let data: NodeWorkerData;
  try {
    data = { exercise, compiled: compileProgram(files, entry), runs };
  } catch (error) {
    if (error instanceof CompileError) return finish(notCompiled(error.file, error.line, error.column, error.message));
    throw error;
  }

  return await new Promise<Verdict>((resolve) => {
    const worker = new Worker(new URL('./node-worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 64 },
    });
    let run: RunKey | null = null;
    let isDone = false;
    let silence = setTimeout(onSilence, silentMs + 3_000);
    const limit = setTimeout(() => end(stopped('spinning', run, entry)), sessionMs);

    function end(failure: Failure | null): void {
      if (isDone) return;
      isDone = true;
      clearTimeout(silence);
      clearTimeout(limit);
      void worker.terminate();
      resolve(finish(failure));
    }
    function onSilence(): void {
      end(stopped('blocked', run, entry));
    }

    worker.on('message', (message: NodeWorkerMessage) => {
      clearTimeout(silence);
      silence = setTimeout(onSilence, silentMs);
      if (message.kind === 'beat') return;
      if (message.kind === 'syntax') return end(notCompiled(message.file, message.line, null, message.message));
      if (message.kind === 'broken') return end(stopped('engine', run, entry, message.message));
      options.onEvent?.(message);
      if (message.kind === 'start') run = message.run;
      else if (message.kind === 'run') {
        results.push(...message.results);
        steps += message.steps;
      } else if (message.kind === 'failed') end(message.failure);
      else if (message.kind === 'done') end(null);
    });
    worker.on('error', (error) => {
      const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      end(stopped(isMemory ? 'out-of-memory' : 'engine', run, entry, error.message));
    });
    worker.on('exit', (code) => end(stopped('engine', run, entry, `worker exit ${code}`)));
  });
}
