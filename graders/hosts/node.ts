// Grades in Node: the program runs in a worker with limits on memory and time, never in this process.

import type { Exercise } from '../exercise.ts';
import { verdictOf } from '../judge.ts';
import type { CheckResult, Failure, Verdict } from '../verdict.ts';
import { compileProgram, CompileError, type CompiledProgram, type SourceFiles } from './compile.ts';
import { runInWorker } from './node-thread.ts';
import { guardProgram } from './loop-guard.ts';
import { importsProvided, type ProvidedCode } from './provided.ts';
import { runsOf, shownSeedOf } from './runs.ts';
import type { SessionEvent } from './session.ts';
import { notCompiled } from './watch.ts';

export interface GradeOptions {
  readonly entry?: string | undefined;
  readonly scenario?: string | undefined;
  readonly seeds?: readonly number[] | undefined;
  onEvent?(event: SessionEvent): void;
  /** Asked for when the files import provided modules. */
  provided?(): Promise<ProvidedCode>;
  /** The program may import packages as a file in this folder would, and all modules of Node.js. */
  readonly packagesFrom?: string | undefined;
  /** Loops end by themselves when they block: for where a worker cannot be trusted to be killed. */
  readonly hasGuards?: boolean | undefined;
  /** The worker's script, where it is bundled. */
  readonly worker?: URL | undefined;
  /** How long it may take until the worker's first sign of life. */
  readonly startMs?: number | undefined;
}

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

  const provided = importsProvided(files) ? await options.provided?.() : undefined;
  const { packagesFrom, hasGuards, worker, startMs } = options;
  const mayImportPackages = packagesFrom !== undefined;
  let compiled: CompiledProgram;
  try {
    compiled = compileProgram(files, entry, { provided: provided ?? null, mayImportPackages });
    if (hasGuards) compiled = guardProgram(compiled);
  } catch (error) {
    if (error instanceof CompileError) return finish(notCompiled(error.file, error.line, error.column, error.message));
    throw error;
  }
  const job = { exercise, compiled, runs, shownSeed: shownSeedOf(runs), packagesFrom, hasGuards, worker, startMs };
  const failure = await runInWorker(job, (event) => {
    options.onEvent?.(event);
    if (event.kind !== 'run') return;
    results.push(...event.results);
    steps += event.steps;
  });
  return finish(failure);
}
