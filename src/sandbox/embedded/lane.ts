// One worker that takes the runs of a set one by one, and how each of them ended.

import type { RunKey } from '#graders/hosts/runs.ts';
import { notCompiled, silentMs, stopped } from '#graders/hosts/watch.ts';
import type { Failure } from '#graders/verdict.ts';
import type { ProgramMessage, RunEvent } from './protocol.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';
import type { RunMessage, WorkerLink } from './worker-link.ts';

export interface Lane {
  /** Its run that is under way, by place; null between two. */
  readonly place: number | null;
  /** Whether that run was heard to have begun. */
  readonly hasBegun: boolean;
  /** Begins a run; only when none is under way. */
  give(place: number, run: RunKey): void;
  /** Kills the worker; nothing more is heard of it. */
  end(): void;
}

/** What is heard of a lane. After `onFailure` its worker is dead. */
export interface LaneListener {
  onEvent(place: number, event: RunEvent): void;
  onFailure(place: number, failure: Failure): void;
}

/** Gives `program` to `worker`, which serves this lane until its end. */
export function startLane(worker: WorkerLink, program: ProgramMessage, listener: LaneListener): Lane {
  const { entry } = program.compiled;
  let current: { place: number; run: RunKey; hasBegun: boolean } | null = null;
  let watchdog: Watchdog | null = null;
  let isOver = false;

  function rest(): void {
    watchdog?.end();
    watchdog = null;
    current = null;
  }
  function end(): void {
    isOver = true;
    rest();
    worker.kill();
  }
  function fail(failureIn: (run: RunKey | null) => Failure): void {
    if (isOver || current === null) return;
    const { place, run, hasBegun } = current;
    end();
    listener.onFailure(place, failureIn(hasBegun ? run : null));
  }

  function take(event: RunEvent): void {
    if (current === null) return;
    const { place } = current;
    if (event.kind === 'failed') return fail(() => event.failure);
    if (event.kind === 'start') current.hasBegun = true;
    if (event.kind === 'run') rest();
    listener.onEvent(place, event);
  }

  worker.start(program, (message: RunMessage) => {
    if (isOver) return;
    watchdog?.heard();
    switch (message.kind) {
      case 'beat':
        return;
      case 'syntax':
        return fail(() => notCompiled(message.file, message.line, null, message.message));
      case 'broken':
        return fail((run) => stopped('engine', run, entry, message.message));
      case 'session':
        return take(message.event);
    }
  });

  return {
    get place() {
      return current?.place ?? null;
    },
    get hasBegun() {
      return current?.hasBegun ?? false;
    },
    give(place, run) {
      current = { place, run, hasBegun: false };
      watchdog = createWatchdog(silentMs, () => {
        fail((begun) =>
          begun === null ? stopped('engine', null, entry, 'the worker did not begin') : stopped('blocked', run, entry),
        );
      });
      worker.give(run);
    },
    end,
  };
}
