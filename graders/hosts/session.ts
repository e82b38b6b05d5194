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
import type { RunKey } from './runs.ts';

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
  /** The file that the program starts in. */
  readonly entry: string;
  /** Installs the receiver of what nothing caught: rejections, and throws in callbacks of the platform. */
  onUncaught(fail: (phase: 'rejection' | 'timer', error: unknown) => void): void;
  /** A stack's lines that lie in the learner's files, as `file:line:column`. */
  placesIn(error: unknown): readonly Place[];
  emit(event: SessionEvent): void;
  /** Lines of the console are emitted by so many, 200 when left out. One loses nothing when the program then blocks. */
  readonly batchLines?: number;
}

/** A place in one of the learner's files; both count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Runs `program` through `runs`, one after the other; stops at the first that does not finish. Plots and
 * console are given for `shownSeed` only.
 */
export async function runSession(
  exercise: Exercise,
  program: Program,
  runs: readonly RunKey[],
  shownSeed: number | null,
  host: SessionHost,
): Promise<void> {
  for (const run of runs) {
    const scenario = exercise.scenarios.find(({ name }) => name === run.scenario);
    if (scenario === undefined) throw new RangeError(`Exercise ${exercise.id} has no scenario ${run.scenario}.`);
    host.emit({ kind: 'start', run });
    const isShown = run.seed === shownSeed;
    const tap = createConsoleTap((lines) => host.emit({ kind: 'console', run, lines }), host.batchLines);
    try {
      const trace = await runConsumer(program, scenario, run.seed, {
        hop: host.hop,
        onUncaught: (fail) => host.onUncaught(fail),
        describe: (error) => {
          const [place] = host.placesIn(error);
          return `${nameOf(error)}${place === undefined ? '' : ` at ${place.file}:${place.line}`}`;
        },
        log: (atMs: number, level: LogLevel, values: unknown[]) => {
          if (isShown) tap.write(atMs, level, values);
        },
      });
      // Where rejections are reported late, those of its last instant must not fall into the next run.
      host.onUncaught(() => {});
      await host.hop();
      tap.flush();
      host.emit({
        kind: 'run',
        run,
        results: judgeTrace(exercise, trace),
        plots: isShown ? plotsOf(trace) : null,
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
  const what = describe(cause);
  return {
    kind: kindOf[error.phase],
    message: messageOf(error.phase, what, error.atMs, run.scenario),
    // What a file exports wrongly has no place in a stack: it is the entry.
    file: place?.file ?? (error.phase === 'shape' || error.phase === 'config' ? host.entry : null),
    line: place?.line ?? null,
    // Taking types away keeps lines, not columns.
    column: null,
    scenario: run.scenario,
    seed: run.seed,
    atMs: error.atMs,
    stack: places.map(({ file, line }) => `${file}:${line}`),
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
  try {
    const { name, code } = error as { name: string; code?: unknown };
    return typeof code === 'string' ? `${name} ${code}` : String(name);
  } catch {
    return 'an error';
  }
}

/** What was thrown, in words; it is the program's, so even to look at it may throw. */
function describe(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
    return `the program threw ${typeof thrown === 'string' ? `'${thrown}'` : String(thrown)}`;
  } catch {
    return 'the program threw something that has no text';
  }
}
