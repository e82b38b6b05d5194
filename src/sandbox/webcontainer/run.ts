// One run in the container: a folder and a process of its own, watched over until its verdict.

import type { CompiledProgram, SourceFiles } from '#graders/hosts/compile.ts';
import { runsOf, shownSeedOf } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { notCompiled, stopped } from '#graders/hosts/watch.ts';
import { verdictOf } from '#graders/judge.ts';
import type { CheckResult, Failure, FailureKind, Verdict } from '#graders/verdict.ts';
import { RunCancelled, type EngineRun, type RunRequest } from '../engine.ts';
import { engineFailure } from '../trouble.ts';
import { messageOf } from './classify.ts';
import { ContainerError, type Container, type ContainerProcess } from './container.ts';
import { within } from './deadline.ts';
import { places, type Job } from './job.ts';
import { exitMs } from './ladder.ts';
import { supervise, type Ending, type Supervision } from './supervision.ts';

/** Compiles for Node.js: imports of packages are left to it. Rejects with a CompileError. */
export type Compile = (files: SourceFiles, entry: string) => Promise<CompiledProgram>;

export interface ContainerRun extends EngineRun {
  /** What it started has ended, as far as that can be brought about. Never rejects. */
  readonly done: Promise<void>;
}

/** A run waits this long for what an older one left, such as a process that must be ended. */
export const previousMs = 4_000;

/** Ways to end that leave a worker in a loop, which may keep its process alive whatever that says. */
const runaway: readonly FailureKind[] = ['blocked', 'spinning', 'out-of-memory', 'output-limit', 'engine'];

export function startRun(options: {
  readonly request: RunRequest;
  readonly container: Container;
  readonly compile: Compile;
  readonly previous: Promise<void>;
  onEvent(event: SessionEvent): void;
}): ContainerRun {
  const { container, onEvent } = options;
  const { exercise, files, entry } = options.request;
  const runs = runsOf(exercise, options.request);
  const results: CheckResult[] = [];
  let steps = 0;
  let startedMs = performance.now();
  let isOver = false;
  let supervision: Supervision | null = null;
  let settle: { resolve(verdict: Verdict): void; reject(error: unknown): void };
  const verdict = new Promise<Verdict>((resolve, reject) => (settle = { resolve, reject }));
  // Whoever cancels need not listen.
  verdict.catch(() => {});

  function finish(failure: Failure | null): void {
    if (isOver) return;
    isOver = true;
    const seeds = [...new Set(runs.map(({ seed }) => seed))];
    const wallMs = Math.round(performance.now() - startedMs);
    settle.resolve(verdictOf(exercise, results, { failure, seeds, wallMs, steps }));
  }

  function take(event: SessionEvent): void {
    if (isOver) return;
    if (event.kind === 'run') {
      results.push(...event.results);
      steps += event.steps;
    }
    onEvent(event);
  }

  async function perform(): Promise<void> {
    const compiled = await options.compile(files, entry);
    await within(options.previous, previousMs, () => {});
    if (isOver) return;
    await container.boot();
    if (isOver) return;
    // The time that a container takes to boot is not the run's.
    startedMs = performance.now();
    const { generation } = container;
    // Two names: a program sees the folder's in the arguments of its process.
    const folder = `${places.runs}/${newName()}`;
    const nonce = newName();
    const job: Job = {
      nonce,
      exercise,
      compiled,
      runs,
      shownSeed: shownSeedOf(runs),
      folder: places.exercise(exercise.id),
    };
    try {
      await container.files.write(`${folder}/job.json`, JSON.stringify(job));
      if (isOver) return;
      await runInside(nonce, `${folder}/job.json`, job.shownSeed);
    } finally {
      // What is left over harms nobody.
      if (container.generation === generation) void container.files.remove(folder).catch(() => {});
    }
  }

  async function runInside(nonce: string, jobFile: string, shownSeed: number | null): Promise<void> {
    const process = await container.spawn('node', [`${places.programs}/run.mjs`, jobFile], {
      env: { NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let ending: Ending = { failure: null, endsItself: false };
    if (!isOver) {
      supervision = supervise({ process, container, nonce, entry, shownSeed, onEvent: take });
      ending = await supervision.ended;
      finish(ending.failure);
    }
    const isRunaway = ending.failure !== null && runaway.includes(ending.failure.kind);
    if (ending.endsItself && !isRunaway) void letEnd(process);
    else await process.end();
  }

  const done = perform().catch((error: unknown) => {
    if (isCompileError(error)) finish(notCompiled(error.file, error.line, error.column, error.message));
    else if (error instanceof ContainerError) {
      finish(engineFailure(error.trouble, { detail: error.message, run: supervision?.current ?? null }));
    } else finish(stopped('engine', supervision?.current ?? null, entry, messageOf(error)));
  });

  return {
    verdict,
    done,
    stop() {
      if (isOver) return;
      isOver = true;
      supervision?.stop();
      settle.reject(new RunCancelled('The run was given up.'));
    },
  };
}

/** A process that has said its last word ends by itself; one whose exit is never told is not worth a new container. */
async function letEnd(process: ContainerProcess): Promise<void> {
  const hasEnded = await within(process.exit.then(() => true), exitMs, () => false); // prettier-ignore
  if (!hasEnded) process.kill();
}

/** 128 random bits in plain letters. */
function newName(): string {
  return crypto.randomUUID().replaceAll('-', '');
}

/** By its name: the compiler is a chunk that the page loads when it is needed. */
function isCompileError(
  error: unknown,
): error is { file: string; line: number | null; column: number | null; message: string } {
  return error instanceof Error && error.name === 'CompileError' && 'file' in error && typeof error.file === 'string';
}
