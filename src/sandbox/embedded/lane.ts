// A share of a run's set in one worker: its events in order, and how it ended.

import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { notCompiled, silentMs, stopped } from '#graders/hosts/watch.ts';
import type { Failure } from '#graders/verdict.ts';
import type { PageToWorker } from './protocol.ts';
import { createWatchdog } from './watchdog.ts';
import type { RunMessage, WorkerLink } from './worker-link.ts';

export interface Lane {
  /** Settles with what kept it from its end, or with null at its end. Never rejects. */
  readonly ended: Promise<Failure | null>;
  /** The run that is under way; null before the first. */
  readonly current: RunKey | null;
  /** Kills the worker; `ended` then settles with `failure`. */
  stop(failure: Failure | null): void;
}

/** Starts `run` in `worker`, which is dead when the lane has ended. */
export function startLane(worker: WorkerLink, run: PageToWorker, onEvent: (event: SessionEvent) => void): Lane {
  const { entry } = run.compiled;
  let current: RunKey | null = null;
  let end: (failure: Failure | null) => void = () => {};
  const ended = new Promise<Failure | null>((resolve) => (end = resolve));
  const watchdog = createWatchdog(silentMs, () => {
    if (current === null) stop(stopped('engine', null, entry, 'the worker did not begin'));
    else stop(stopped('blocked', current, entry));
  });
  let isOver = false;

  function stop(failure: Failure | null): void {
    if (isOver) return;
    isOver = true;
    watchdog.end();
    worker.kill();
    end(failure);
  }

  worker.start(run, (message: RunMessage) => {
    if (isOver) return;
    watchdog.heard();
    switch (message.kind) {
      case 'beat':
        return;
      case 'syntax':
        return stop(notCompiled(message.file, message.line, null, message.message));
      case 'broken':
        return stop(stopped('engine', current, entry, message.message));
      case 'session': {
        const { event } = message;
        if (event.kind === 'start') current = event.run;
        try {
          onEvent(event);
        } finally {
          if (event.kind === 'failed') stop(event.failure);
          else if (event.kind === 'done') stop(null);
        }
      }
    }
  });

  return {
    ended,
    get current() {
      return current;
    },
    stop,
  };
}
