// The ladder of hints of each check: one rung at a time, after an attempt, and none is counted down.

import { atom, computed, type ReadableAtom } from 'nanostores';
import { exerciseStanding, hintsTaken } from '../progress/folds.ts';
import type { Progress } from '../progress/progress.ts';

/** Between two rungs: this long, or a change to the files. */
export const pauseMs = 15_000;

/** Whether the next rung of a ladder may be taken. */
export type NextRung = 'before-attempt' | 'pause' | 'ready' | 'end';

export interface Hints {
  /** How many rungs of each check's ladder have been taken. */
  readonly $taken: ReadableAtom<ReadonlyMap<string, number>>;
  /** Changes whenever `next` may answer differently. */
  readonly $pause: ReadableAtom<boolean>;
  next(check: string, rungs: number): NextRung;
  /** Takes the next rung of a ladder, should it be ready. */
  take(check: string, rungs: number): void;
  /** The learner changed a file: thinking has gone on. */
  changed(): void;
}

export interface HintsOptions {
  readonly exercise: string;
  readonly version: number;
  readonly progress: Pick<Progress, '$events' | 'record'>;
}

export function createHints({ exercise, version, progress }: HintsOptions): Hints {
  const $pause = atom(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const $taken = computed(progress.$events, (events) => hintsTaken(events, exercise, version));

  function endPause(): void {
    clearTimeout(timer);
    $pause.set(false);
  }

  function next(check: string, rungs: number): NextRung {
    const taken = $taken.get().get(check) ?? 0;
    if (taken >= rungs) return 'end';
    if (exerciseStanding(progress.$events.get(), exercise, version).attempts === 0) return 'before-attempt';
    return $pause.get() ? 'pause' : 'ready';
  }

  return {
    $taken,
    $pause,
    next,
    take(check, rungs) {
      if (next(check, rungs) !== 'ready') return;
      const rung = ($taken.get().get(check) ?? 0) + 1;
      progress.record({ kind: 'hint-taken', exercise, version, check, rung, assists: rung > rungs - 2 });
      clearTimeout(timer);
      $pause.set(true);
      timer = setTimeout(endPause, pauseMs);
    },
    changed: endPause,
  };
}
