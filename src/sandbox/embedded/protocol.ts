// What page, frame and worker say to each other. Two channels: page ↔ frame makes and ends workers, and
// page ↔ worker carries runs. The second is a port of each worker's own, which no learner code can reach.

import type { Exercise } from '#graders/exercise.ts';
import type { CompiledProgram } from '#graders/hosts/compile.ts';
import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';

/** Raised when a message changes; an old page beside a new frame is told to reload. */
export const protocolVersion = 2;

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

export type PageToWorker =
  /** The program, once. */
  | {
      readonly kind: 'program';
      readonly runId: number;
      readonly exercise: Exercise;
      readonly compiled: CompiledProgram;
      readonly shownSeed: number | null;
    }
  /** One run of it; the next comes when this one has ended. */
  | { readonly kind: 'run'; readonly run: RunKey };

export type ProgramMessage = Extract<PageToWorker, { kind: 'program' }>;

export type WorkerToPage =
  /** The worker stands: its world is prepared, and it waits for its one program. */
  | { readonly kind: 'ready' }
  /** Scripts of this kind do not load here. */
  | { readonly kind: 'unfit'; readonly message: string }
  | ({ readonly runId: number } & (
      | { readonly kind: 'beat' }
      /** What a run says; `run` and `failed` are its last. */
      | { readonly kind: 'session'; readonly event: RunEvent }
      | { readonly kind: 'syntax'; readonly file: string; readonly line: number | null; readonly message: string }
      /** The worker's own code failed, which is never the learner's fault. */
      | { readonly kind: 'broken'; readonly message: string }
    ));

/** The events of one run of a set. */
export type RunEvent = Exclude<SessionEvent, { kind: 'done' }>;
