// The limits on a program's wall-clock time and memory, the same in every host, and the failures that a host sees
// from outside.

import type { Failure, FailureKind } from '../verdict.ts';
import type { RunKey } from './runs.ts';

/** A worker shows signs of life this often while it makes progress. */
export const beatMs = 250;
/** A worker silent for this long is blocked: it is stopped. */
export const silentMs = 2_000;
/** The whole set may take this long. */
export const sessionMs = 30_000;
/** A program may write this much past its console, in characters. */
export const mostOutput = 4 * 1024 * 1024;

/** A failure that the host saw from outside, while `run` was under way. */
export function stopped(
  kind: Extract<FailureKind, 'blocked' | 'out-of-memory' | 'spinning' | 'output-limit' | 'engine'>,
  run: RunKey | null,
  file: string,
  detail = '',
): Failure {
  const where = run === null ? 'while the files were loaded' : `in the scenario '${run.scenario}'`;
  const messages: Record<typeof kind, string> = {
    blocked: `The program did not give control back for ${silentMs / 1000} s ${where}, and was stopped. A loop in ${file} runs without an await, or fills memory until nothing else can go on. Put an await that takes time into it, such as consumer.poll(100), and bound what it keeps.`,
    'out-of-memory': `The program used up the memory of its worker ${where}, and was stopped. Something in ${file} grows without end: look for an array or map that is filled in a loop.`,
    spinning: `The set of runs was not done after ${sessionMs / 1000} s ${where}, and was stopped. The program in ${file} does far more work than its records need.`,
    'output-limit': `The program wrote more than ${mostOutput / 2 ** 20} MiB to its output ${where}, and was stopped. Something in ${file} prints in a loop: print one record in a thousand, or a count at the end.`,
    engine: `The sandbox itself stopped ${where}${detail === '' ? '' : ` (${detail})`}. This is not a grade and your code is safe: run it again.`,
  };
  return {
    kind,
    message: messages[kind],
    file,
    line: null,
    column: null,
    scenario: run?.scenario ?? null,
    seed: run?.seed ?? null,
    atMs: null,
    stack: [],
  };
}

/** The program does not compile: nothing ran. */
export function notCompiled(file: string, line: number | null, column: number | null, message: string): Failure {
  return { kind: 'compile', message, file, line, column, scenario: null, seed: null, atMs: null, stack: [] };
}
