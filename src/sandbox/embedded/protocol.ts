// What page, frame and worker say to each other. Two channels: page ↔ frame makes and ends workers, and
// page ↔ worker carries runs. The second is a port of each worker's own, which no learner code can reach.

import type { Exercise } from '#graders/exercise.ts';
import type { CompiledProgram } from '#graders/hosts/compile.ts';
import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';

/** Raised when a message changes; an old page beside a new frame is told to reload. */
export const protocolVersion = 1;

/** How a frame starts workers: engines differ in what they allow without an origin. */
export type WorkerVariant = 'blob' | 'data';

export type PageToFrame =
  /** The worker's script, once, before the first `spawn`. */
  | { readonly kind: 'script'; readonly text: string }
  /** Starts a worker and hands it the port that comes with this message. */
  | { readonly kind: 'spawn'; readonly worker: number; readonly variant: WorkerVariant }
  | { readonly kind: 'kill'; readonly worker: number }
  | { readonly kind: 'ping' };

export type FrameToPage =
  | { readonly kind: 'hello'; readonly version: number }
  | { readonly kind: 'pong' }
  /** A worker could not be started, or stopped with an error that nothing in it caught. */
  | { readonly kind: 'broken'; readonly worker: number; readonly message: string };

export type PageToWorker = {
  readonly kind: 'run';
  readonly runId: number;
  readonly exercise: Exercise;
  readonly compiled: CompiledProgram;
  readonly runs: readonly RunKey[];
  readonly shownSeed: number | null;
};

export type WorkerToPage =
  /** The worker stands: its world is prepared, and it waits for its one run. */
  | { readonly kind: 'ready' }
  | ({ readonly runId: number } & (
      | { readonly kind: 'beat' }
      | { readonly kind: 'session'; readonly event: SessionEvent }
      | { readonly kind: 'syntax'; readonly file: string; readonly line: number | null; readonly message: string }
      /** The worker's own code failed, which is never the learner's fault. */
      | { readonly kind: 'broken'; readonly message: string }
    ));
