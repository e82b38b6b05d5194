// The one door to learner code: what every engine offers, whatever runs behind it.

import type { Exercise } from '#graders/exercise.ts';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { Verdict } from '#graders/verdict.ts';

/** Which engine: `embedded` is a worker of this page, `node` a real Node.js process in a WebContainer. */
export type EngineKind = 'embedded' | 'node';

/** What an engine can do beyond running the exercise. */
export interface Capabilities {
  /** Runs without a network once the page has been visited. */
  readonly offline: boolean;
  /** A terminal in the exercise's folder. */
  readonly terminal: boolean;
  /** Programs may import packages from npm. */
  readonly packages: boolean;
  /** Programs may import all of Node.js: files, worker threads. */
  readonly node: boolean;
}

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
  /**
   * Settles once: with the verdict, also when the program does not compile or does not finish, and when the
   * engine could not do its work (a failure of kind `engine`). Rejects with RunCancelled alone.
   */
  readonly verdict: Promise<Verdict>;
  /** Stops it; `verdict` then rejects with RunCancelled. Does nothing when it is over. */
  stop(): void;
}

/** The run was given up, by `stop` or because a newer one began. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';
}

/**
 * An engine evaluates TypeScript programs away from the page.
 *
 * Laws: a newer run cancels the one under way; nothing of an older run reaches `onEvent`; each run
 * finds a fresh world; the page stays responsive whatever the program does; an engine's own fault is
 * reported as a failure of kind `engine`, never as a grade; the same files get the same verdict in every engine.
 */
export interface Engine {
  readonly kind: EngineKind;
  readonly capabilities: Capabilities;
  /** Makes ready what a first run needs, so that it is quick. Safe to call more than once; never rejects: the run that needs what is missing reports it. */
  boot(): Promise<void>;
  /**
   * `onEvent` hears what happens as it happens. Runs of a set may go on side by side: of each, `start` comes
   * first and `run` last, and what a verdict holds does not depend on which ended first.
   */
  run(request: RunRequest, onEvent: (event: SessionEvent) => void): EngineRun;
  /** Frees frames, workers and processes. */
  dispose(): void;
}
