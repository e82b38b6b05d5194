// All stores of one exercise page, wired to each other.

import { atom, type ReadableAtom, type WritableAtom } from 'nanostores';
import type { Exercise } from '#graders/exercise.ts';
import type { Engine } from '#src/sandbox/engine.ts';
import { createAttempt, type Attempt } from './attempt/attempt.ts';
import { createHints, type Hints } from './attempt/hints.ts';
import type { Channel } from './channel.ts';
import type { Database, StorageTrouble } from './database/database.ts';
import { createDrafts, type DraftMessage, type Drafts, type Files, type Journal } from './drafts/drafts.ts';
import { exerciseStanding } from './progress/folds.ts';
import type { Progress } from './progress/progress.ts';
import type { SettingsStore } from './settings.ts';
import { createVerdicts, type Verdicts } from './verdict/verdicts.ts';

/** The moment of a run that the plots show; `atMs` is null when none is. */
export interface Cursor {
  /** Null until a scenario is chosen: then it is the first of those that are there. */
  readonly scenario: string | null;
  readonly atMs: number | null;
}

export interface Bench {
  readonly exercise: Exercise;
  readonly starter: Files;
  readonly drafts: Drafts;
  readonly verdicts: Verdicts;
  readonly attempt: Attempt;
  readonly hints: Hints;
  readonly progress: Progress;
  readonly settings: SettingsStore;
  readonly $trouble: ReadableAtom<StorageTrouble | null>;
  readonly $cursor: WritableAtom<Cursor>;
  /** Brings in what is kept, and notes that the exercise was opened, should it be the first time. */
  load(): Promise<void>;
  /** Makes ready what the first run needs; what is missing is reported by the run. */
  boot(): Promise<void>;
}

export interface BenchOptions {
  readonly exercise: Exercise;
  readonly starter: Files;
  readonly database: Database;
  readonly progress: Progress;
  readonly settings: SettingsStore;
  readonly journal: Journal | null;
  readonly draftChannel: Channel<DraftMessage>;
  engine(): Promise<Pick<Engine, 'run' | 'boot'>>;
  now(): number;
  newId(): string;
}

export function createBench(options: BenchOptions): Bench {
  const { exercise, starter, database, progress, settings, journal, draftChannel, engine, now, newId } = options;
  const { id, version } = exercise;
  const drafts = createDrafts({
    exercise: id,
    version,
    starter,
    database,
    channel: draftChannel,
    journal,
    now,
    newId,
  });
  const verdicts = createVerdicts(id, version, database);
  const hints = createHints({ exercise: id, version, progress });
  const attempt = createAttempt({ exercise, drafts, verdicts, progress, engine, now });
  return {
    exercise,
    starter,
    drafts,
    verdicts,
    attempt,
    hints,
    progress,
    settings,
    $trouble: database.$trouble,
    $cursor: atom<Cursor>({ scenario: null, atMs: null }),
    async load() {
      await Promise.all([drafts.load(), verdicts.load(), progress.isLoaded]);
      const { openedAt } = exerciseStanding(progress.$events.get(), id, version);
      if (openedAt === null) progress.record({ kind: 'exercise-opened', exercise: id, version });
    },
    boot: () =>
      engine().then(
        (ready) => ready.boot(),
        () => {},
      ),
  };
}
