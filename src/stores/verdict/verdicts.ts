// The last run of an exercise and the one before it, kept so that a reload finds them.

import { atom, type ReadableAtom } from 'nanostores';
import type { Database } from '../database/database.ts';
import { boundedConsole, isRun, type KeptRuns, type RunRecord } from './run-record.ts';

/** Law: a run of another version of the exercise is never shown as one of this. */
export interface Verdicts {
  readonly $last: ReadableAtom<RunRecord | null>;
  /** The run before `$last` that gave plots, to be laid under them. */
  readonly $previous: ReadableAtom<RunRecord | null>;
  load(): Promise<void>;
  /** `run` is the last from now on. */
  put(run: RunRecord): void;
}

export function createVerdicts(exercise: string, version: number, database: Database): Verdicts {
  const $last = atom<RunRecord | null>(null);
  const $previous = atom<RunRecord | null>(null);
  return {
    $last,
    $previous,
    async load() {
      const kept = await database.get<Partial<KeptRuns> | null>('verdicts', exercise);
      // A run that ended while we read is newer; what another version of the site kept may have another form.
      if ($last.get() !== null || !isRun(kept?.last)) return;
      if (kept.last.verdict.version !== version) return;
      $last.set(kept.last);
      $previous.set(isRun(kept?.previous) ? kept.previous : null);
    },
    put(run) {
      const before = $last.get();
      const previous = before !== null && before.plots.length > 0 ? before : $previous.get();
      const last = { ...run, console: boundedConsole(run.console) };
      $last.set(last);
      $previous.set(previous);
      const kept: KeptRuns = { last, previous };
      void database.putAll('verdicts', [[exercise, kept]]);
    },
  };
}
