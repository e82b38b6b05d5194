// The one door to learner code: what every engine offers, whatever runs behind it.

import type { Exercise } from '#graders/exercise.ts';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { Verdict } from '#graders/verdict.ts';

/** What to run. `files` are TypeScript sources by path relative to the exercise, such as `solution.ts`. */
export interface RunRequest {
  readonly exercise: Exercise;
  readonly files: SourceFiles;
  readonly entry: string;
  /** Only this scenario and these seeds; all of the exercise's when left out. */
  readonly scenario?: string | undefined;
  readonly seeds?: readonly number[] | undefined;
}

/** A run that has been asked for. */
export interface EngineRun {
  /** Settles once with the verdict, also when the program does not compile or does not finish. */
  readonly verdict: Promise<Verdict>;
  /** Stops it; `verdict` then rejects with RunCancelled. Does nothing when it is over. */
  cancel(): void;
}

/** The run was given up, by `cancel` or because a newer one began. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';
}

/**
 * An engine evaluates TypeScript programs away from the page.
 *
 * Laws: a newer run cancels the one under way; nothing of an older run reaches `onEvent`; each run
 * finds a fresh world; the page stays responsive whatever the program does; an engine's own fault is
 * reported as a failure of kind `engine`, never as a grade.
 */
export interface Engine {
  /** Makes ready what a first run needs, so that it is quick. Safe to call more than once. */
  prepare(): Promise<void>;
  run(request: RunRequest, onEvent: (event: SessionEvent) => void): EngineRun;
  /** Frees frames and workers. */
  dispose(): void;
}
