// All stores of one exercise page, wired to each other.

import { atom, computed, type ReadableAtom, type WritableAtom } from 'nanostores';
import type { Exercise } from '#graders/exercise.ts';
import type { Engine } from '#src/sandbox/engine.ts';
import type { ContainerStatus } from '#src/sandbox/webcontainer/container.ts';
import { createAttempt, type Attempt } from './attempt/attempt.ts';
import { createHints, type Hints } from './attempt/hints.ts';
import type { Channel } from './channel.ts';
import type { Database, StorageTrouble } from './database/database.ts';
import { createDrafts, type DraftMessage, type Drafts, type Files, type Journal } from './drafts/drafts.ts';
import { exerciseStanding } from './progress/folds.ts';
import { engineChoice, refusalOf, type EngineChoice } from './node/engine-choice.ts';
import type { FullNode, FullNodeOptions } from './node/full-node.ts';
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
  /** Full Node lives on pages of its own. */
  readonly isNodePage: boolean;
  /** On such a page, once its code has been loaded; null until then and elsewhere. */
  readonly $node: ReadableAtom<FullNode | null>;
  /** Runs go to the embedded engine until the page is left, though Full Node was chosen. */
  readonly $isEmbeddedForNow: WritableAtom<boolean>;
  readonly $choice: ReadableAtom<EngineChoice>;
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
  /** Brings Full Node on its own pages; null elsewhere. It may have to be loaded first. */
  readonly fullNode?:
    ((page: Pick<FullNodeOptions, 'drafts' | 'isLoaded' | 'onTerminalEdit'>) => Promise<FullNode>) | null;
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
  const { fullNode = null } = options;
  const $node = atom<FullNode | null>(null);
  const $isEmbeddedForNow = atom(false);
  const $container = atom<ContainerStatus>({ state: 'idle' });
  const $choice = computed(
    [settings.$settings, $container, $isEmbeddedForNow],
    ({ engine: chosen }, container, isEmbeddedForNow) =>
      engineChoice({ needs: exercise.needs, chosen, isNodePage: fullNode !== null, container, isEmbeddedForNow }),
  );
  const loaded = Promise.withResolvers<void>();
  let bringing: Promise<FullNode> | null = null;

  /** A load that does not succeed is tried again by the next run. */
  function bringNode(bring: NonNullable<BenchOptions['fullNode']>): Promise<FullNode> {
    bringing ??= bring({ drafts, isLoaded: loaded.promise, onTerminalEdit: () => hints.changed() }).then(
      (node) => {
        node.$status.subscribe((status) => $container.set(status));
        $node.set(node);
        return node;
      },
      (error: unknown) => {
        bringing = null;
        throw error;
      },
    );
    return bringing;
  }

  async function engineToUse(): Promise<Pick<Engine, 'run' | 'boot'>> {
    if (fullNode === null || $choice.get().engine === 'embedded') return await engine();
    return (await bringNode(fullNode)).engine;
  }
  const attempt = createAttempt({
    exercise,
    drafts,
    verdicts,
    progress,
    engine: engineToUse,
    // What was changed in the terminal is part of what runs, also in the embedded engine.
    upToDate: async () => await $node.get()?.look(),
    refusal: () => refusalOf(exercise, $choice.get().engine),
    now,
  });
  // A run that waits for a container that does not come goes to the engine that is there.
  $choice.listen(({ why }) => {
    if (why === 'failed' && attempt.isWaiting) void attempt.run();
  });
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
    isNodePage: fullNode !== null,
    $node,
    $isEmbeddedForNow,
    $choice,
    async load() {
      await Promise.all([drafts.load(), verdicts.load(), progress.isLoaded]);
      loaded.resolve();
      const { openedAt } = exerciseStanding(progress.$events.get(), id, version);
      if (openedAt === null) progress.record({ kind: 'exercise-opened', exercise: id, version });
    },
    async boot() {
      // The embedded engine is the one to fall back to: it is made ready on every page.
      const wanted: Promise<unknown>[] = [engine().then((ready) => ready.boot())];
      if (fullNode !== null && $choice.get().engine === 'node') wanted.push(bringNode(fullNode));
      await Promise.allSettled(wanted);
    },
  };
}
