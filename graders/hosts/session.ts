// Runs a compiled program through an exercise, run by run, and says each thing as it is known.

import type { Hop } from '../../lab/clock/kernel.ts';
import { StepBudgetError } from '../../lab/clock/kernel.ts';
import { runConsumer } from '../../lab/kafka/run.ts';
import { ProgramFailure, type FailurePhase, type LogLevel, type Program } from '../../lab/program.ts';
import type { Exercise } from '../exercise.ts';
import { clock } from '../checks/law.ts';
import { judgeTrace } from '../judge.ts';
import { plotsOf, type TracePlots } from '../plots.ts';
import type { CheckResult, Failure, FailureKind } from '../verdict.ts';
import type { ConsoleLine } from './console.ts';
import { createConsoleTap } from './console.ts';

/** One run of the set: a scenario with a seed. */
export interface RunKey {
  readonly scenario: string;
  readonly seed: number;
}

/** What a session says, in order: `start` and `run` for each run, lines in between, `done` or `failed` at the end. */
export type SessionEvent =
  | { readonly kind: 'start'; readonly run: RunKey }
  | { readonly kind: 'console'; readonly run: RunKey; readonly lines: readonly ConsoleLine[] }
  | {
      readonly kind: 'run';
      readonly run: RunKey;
      readonly results: readonly CheckResult[];
      /** Only for the seed that the learner sees. */
      readonly plots: TracePlots | null;
      readonly steps: number;
      readonly records: number;
    }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'done' };

/** What the worker of a host gives a session. */
export interface SessionHost {
  readonly hop: Hop;
  /** Installs the receiver of rejections that nothing handled. */
  onRejection(fail: (error: unknown) => void): void;
  /** A stack's lines that lie in the learner's files, as `file:line:column`. */
  placesIn(error: unknown): readonly Place[];
  emit(event: SessionEvent): void;
}

/** A place in one of the learner's files; both count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The runs of an exercise: the visible seed of each scenario first, so that what is shown comes first. */
export function runsOf(
  exercise: Exercise,
  only: { scenario?: string | undefined; seeds?: readonly number[] | undefined } = {},
): RunKey[] {
  const scenarios = exercise.scenarios.filter(({ name }) => only.scenario === undefined || name === only.scenario);
  const seeds = only.seeds ?? exercise.seeds;
  return seeds.flatMap((seed) => scenarios.map(({ name }) => ({ scenario: name, seed })));
}

/** Runs `program` through `runs`, one after the other; stops at the first that does not finish. */
export async function runSession(
  exercise: Exercise,
  program: Program,
  runs: readonly RunKey[],
  host: SessionHost,
): Promise<void> {
  for (const run of runs) {
    const scenario = exercise.scenarios.find(({ name }) => name === run.scenario);
    if (scenario === undefined) throw new RangeError(`Exercise ${exercise.id} has no scenario ${run.scenario}.`);
    host.emit({ kind: 'start', run });
    const isShown = run.seed === exercise.seeds[0];
    const tap = createConsoleTap((lines) => host.emit({ kind: 'console', run, lines }));
    try {
      const trace = await runConsumer(program, scenario, run.seed, {
        hop: host.hop,
        onRejection: (fail) => host.onRejection(fail),
        describe: (error) => {
          const [place] = host.placesIn(error);
          return `${nameOf(error)}${place === undefined ? '' : ` at ${place.file}:${place.line}`}`;
        },
        log: (atMs: number, level: LogLevel, values: unknown[]) => {
          if (isShown || runs.length === 1) tap.write(atMs, level, values);
        },
      });
      tap.flush();
      host.emit({
        kind: 'run',
        run,
        results: judgeTrace(exercise, trace),
        plots: isShown || runs.length === 1 ? plotsOf(trace) : null,
        steps: trace.steps,
        records: trace.totals.delivered,
      });
    } catch (error) {
      tap.flush();
      host.emit({ kind: 'failed', failure: failureOf(error, run, host) });
      return;
    }
  }
  host.emit({ kind: 'done' });
}

const kindOf: Record<FailurePhase, FailureKind> = {
  import: 'import',
  shape: 'shape',
  config: 'config',
  run: 'threw',
  timer: 'threw',
  rejection: 'rejection',
};

function failureOf(error: unknown, run: RunKey, host: SessionHost): Failure {
  const base = { scenario: run.scenario, seed: run.seed, file: null, line: null, column: null, stack: [] };
  if (error instanceof StepBudgetError) return { ...base, kind: 'spinning', message: error.message, atMs: null };
  if (!(error instanceof ProgramFailure)) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      ...base,
      kind: 'engine',
      message: `The simulation itself stopped: ${message}. Your code is safe; please report this.`,
      atMs: null,
    };
  }
  const { cause } = error;
  const places = host.placesIn(cause);
  const [place] = places;
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : `the program threw ${describe(cause)}`;
  return {
    kind: kindOf[error.phase],
    message: messageOf(error.phase, what, error.atMs, run.scenario),
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    scenario: run.scenario,
    seed: run.seed,
    atMs: error.atMs,
    stack: places.map(({ file, line, column }) => `${file}:${line}:${column}`),
  };
}

function messageOf(phase: FailurePhase, what: string, atMs: number, scenario: string): string {
  switch (phase) {
    case 'import':
      return `The file threw while it was loaded, before anything ran. ${what}`;
    case 'shape':
    case 'config':
      return what;
    case 'rejection':
      return `At ${clock(atMs)} of '${scenario}' a promise was rejected and nothing handled it. ${what}. Await the call, or catch its error.`;
    case 'run':
    case 'timer':
      return `At ${clock(atMs)} of '${scenario}' the program threw and nothing caught it, which would end the process. ${what}`;
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return describe(error);
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
