// What the contract asks for, and what Node.js says to it: an engine's verdict is compared with that.
import { expect } from 'vitest';
import type { Exercise } from '#graders/exercise.ts';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import type { ConsoleLine } from '#graders/hosts/console.ts';
import { gradeInNode } from '#graders/hosts/node.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import type { Verdict } from '#graders/verdict.ts';
import type { RunRequest } from '#src/sandbox/engine.ts';
import { bundleProvided } from '../../../scripts/provided-modules.mjs';
import type { Trial } from './harness.ts';

/** One short run: two seconds of virtual time. */
export const ask = (files: SourceFiles, exercise: Exercise = trialExercise): RunRequest => ({
  exercise,
  files,
  entry: 'solution.ts',
  scenario: 'calm',
  seeds: [7],
});
export const askFor = (source: string): RunRequest => ask({ 'solution.ts': source });

/** What is printed, as `level: text`. */
export const textsOf = (trial: Trial | undefined): string[] =>
  (trial?.lines ?? []).map(({ level, text }) => `${level}: ${text}`);

export function verdictIn(trial: Trial): Verdict {
  if (trial.verdict === null) throw new Error(`There is no verdict: ${trial.rejected}.`);
  return trial.verdict;
}

/**
 * What must be the same everywhere: all but how long it took, and the callers in a stack, of which JavaScript engines
 * name more or fewer; and the words of an error, when it is `isWordedByEngine`.
 */
export function same(verdict: Verdict, isWordedByEngine = false): unknown {
  const timeless = { ...verdict, wallMs: null };
  const { failure } = verdict;
  if (failure === null) return timeless;
  const placed = { ...failure, stack: failure.stack.slice(0, 1) };
  return isWordedByEngine
    ? { ...timeless, didNotFinish: null, failure: { ...placed, message: null } }
    : { ...timeless, failure: placed };
}

interface Answer {
  readonly verdict: Verdict;
  readonly lines: readonly ConsoleLine[];
}
const answers = new Map<string, Promise<Answer>>();

async function askNode({ exercise, files, entry, scenario, seeds }: RunRequest): Promise<Answer> {
  const lines: ConsoleLine[] = [];
  const verdict = await gradeInNode(exercise, files, {
    entry,
    scenario,
    seeds,
    provided: bundleProvided,
    onEvent: (event) => {
      if (event.kind === 'console') lines.push(...event.lines);
    },
  });
  return { verdict, lines };
}

/** What Node.js says and prints, asked once for each request. */
export async function inNode(request: RunRequest): Promise<Answer> {
  const key = JSON.stringify(request);
  const answer = answers.get(key) ?? askNode(request);
  answers.set(key, answer);
  return await answer;
}

/** The same verdict and the same lines as in Node.js. */
export async function expectAsInNode(trial: Trial, request: RunRequest, isWordedByEngine = false): Promise<void> {
  const { verdict, lines } = await inNode(request);
  const given = verdictIn(trial);
  expect(same(given, isWordedByEngine)).toEqual(same(verdict, isWordedByEngine));
  expect(trial.lines).toEqual(lines);
  expect(given.failure?.message).not.toBe('');
  expect(given.didNotFinish).toBe(given.failure?.message ?? null);
}
