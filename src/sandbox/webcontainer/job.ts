// What the page hands to the Node.js process in the container, and what that says back on its output.

import type { Exercise } from '#graders/exercise.ts';
import type { CompiledProgram } from '#graders/hosts/compile.ts';
import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { Failure } from '#graders/verdict.ts';

/** The text of a job's file, as JSON; the process reads it and removes it before it loads the program. */
export interface Job {
  /** What each line that is ours begins with: a program cannot know it. */
  readonly nonce: string;
  readonly exercise: Exercise;
  readonly compiled: CompiledProgram;
  readonly runs: readonly RunKey[];
  readonly shownSeed: number | null;
  /** The folder that packages are resolved from, relative to the work folder. */
  readonly folder: string;
}

/**
 * What the process says: each message is one line, `nonce` and then JSON in ASCII alone, since the client decodes
 * each chunk of output by itself and breaks letters that fall between two.
 */
export type InsideMessage =
  | { readonly kind: 'hello'; readonly node: string }
  /** A sign of life. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'session'; readonly event: SessionEvent }
  /** The last one: the set is done, or `failure` kept it from its end. */
  | { readonly kind: 'over'; readonly failure: Failure | null };

/** Where things are in the container, relative to its work folder. */
export const places = {
  /** The prebuilt programs: run.mjs, worker.mjs, grade.mjs. */
  programs: '.spillway',
  /** A folder for each run, removed after it. */
  runs: '.spillway/runs',
  /** The learner's folder of an exercise. */
  exercise: (id: string) => id,
} as const;
