// The run under way and the run that is shown: what the verdict panel draws.

import { atom, computed, type ReadableAtom } from 'nanostores';
import type { Exercise } from '#graders/exercise.ts';
import { verdictOf } from '#graders/judge.ts';
import type { TracePlots } from '#graders/plots.ts';
import type { CheckResult, Failure, Verdict } from '#graders/verdict.ts';
import { RunCancelled, type Engine, type EngineRun } from '#src/sandbox/engine.ts';
import type { Drafts, Files } from '../drafts/drafts.ts';
import { exerciseStanding } from '../progress/folds.ts';
import type { Progress } from '../progress/progress.ts';
import type { ConsoleEntry, RunRecord } from '../verdict/run-record.ts';
import type { Verdicts } from '../verdict/verdicts.ts';
import { checklistOf } from './checklist.ts';
import { createLiveSet, type LiveRun, type LiveSet } from './live.ts';
import { outcomeOf } from './words.ts';

/** What there is to see. */
export interface ShownRun {
  /** Null while the run goes on, and before the first. */
  readonly verdict: Verdict | null;
  readonly results: readonly CheckResult[];
  readonly plots: readonly TracePlots[];
  readonly console: readonly ConsoleEntry[];
  /** A newer run goes on and has shown nothing yet: this is the one before. */
  readonly isStale: boolean;
  readonly assisted: boolean;
  readonly failureLine: string | null;
}

/**
 * Laws: nothing of an older run is shown as the newest's; a run that was stopped leaves no verdict and
 * no event; the files are saved before a run starts.
 */
export interface Attempt {
  readonly $live: ReadableAtom<LiveRun | null>;
  /** Null before the first run. */
  readonly $shown: ReadableAtom<ShownRun | null>;
  /** The last run was stopped by the learner; what is shown is the one before it. */
  readonly $wasStopped: ReadableAtom<boolean>;
  /** The last run was refused: it is no attempt, and leaves what was there before as it is. */
  readonly $refusal: ReadableAtom<Failure | null>;
  /** A run has been asked for, and nothing of it has begun. */
  readonly isWaiting: boolean;
  /** Resolves when the run is over, also when it was stopped. A run under way is given up. */
  run(): Promise<void>;
  stop(): void;
}

export interface AttemptOptions {
  readonly exercise: Exercise;
  readonly drafts: Pick<Drafts, '$files' | 'flush' | 'leave'>;
  readonly verdicts: Verdicts;
  readonly progress: Pick<Progress, '$events' | 'record'>;
  /** Brings the engine; it may have to be loaded first. */
  engine(): Promise<Pick<Engine, 'run'>>;
  now(): number;
  /** Brings the files up to date before they are run. */
  upToDate?(): Promise<void>;
  /** Why the exercise cannot be run as things stand; null when it can. */
  refusal?(): Failure | null;
  /** How long to wait for the files to be saved; a browser that is slow to store must not keep a run waiting. */
  readonly saveWithinMs?: number;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createAttempt(options: AttemptOptions): Attempt {
  const { exercise, drafts, verdicts, progress, now, saveWithinMs = 1_000 } = options;
  const $set = atom<LiveSet | null>(null);
  const $live = computed($set, (set): LiveRun | null => set?.run ?? null);
  const $wasStopped = atom(false);
  const $refusal = atom<Failure | null>(null);
  let newest = 0;
  let underWay: EngineRun | null = null;

  const $shown = computed([$live, verdicts.$last], (live, last): ShownRun | null => {
    const hasNews = live !== null && (live.results.length > 0 || live.console.length > 0);
    if (hasNews) return { ...live, verdict: null, isStale: false, assisted: isAssisted(), failureLine: null };
    if (last === null) return null;
    return { ...last, results: last.verdict.checks, isStale: live !== null };
  });

  function isAssisted(): boolean {
    return exerciseStanding(progress.$events.get(), exercise.id, exercise.version).isAssisted;
  }

  function finish(verdict: Verdict, files: Files): void {
    const kept = $set.get()?.upTo(verdict.failure);
    const assisted = isAssisted();
    const run: RunRecord = {
      verdict,
      plots: kept?.plots ?? [],
      console: kept?.console ?? [],
      at: now(),
      assisted,
      failureLine: lineOf(verdict, files),
    };
    underWay = null;
    verdicts.put(run);
    $set.set(null);
    const { id, version } = exercise;
    const before = exerciseStanding(progress.$events.get(), id, version);
    const { met, total } = checklistOf(exercise, verdict.checks, true);
    const { passed } = verdict;
    progress.record({
      kind: 'run',
      exercise: id,
      version,
      outcome: outcomeOf(verdict.failure),
      passed,
      met,
      total,
      assisted,
    });
    const isNews = before.passedAt === null || (!before.isUnassisted && !assisted);
    if (passed && isNews) progress.record({ kind: 'exercise-passed', exercise: id, version, assisted });
  }

  /** The verdict when the engine itself could not be had. */
  function engineFault(error: unknown, sinceMs: number): Verdict {
    const reason = error instanceof Error ? error.message : String(error);
    const failure: Failure = {
      kind: 'engine',
      message: `The part of this page that runs programs could not be used: ${reason}. Your code is safe. Check the connection, then reload the page.`,
      file: null,
      line: null,
      column: null,
      scenario: null,
      seed: null,
      atMs: null,
      stack: [],
    };
    return verdictOf(exercise, [], { failure, seeds: exercise.seeds, wallMs: now() - sinceMs, steps: 0 });
  }

  async function run(): Promise<void> {
    const mine = ++newest;
    const isNewest = (): boolean => mine === newest;
    underWay?.stop();
    underWay = null;
    $wasStopped.set(false);
    const refusal = options.refusal?.() ?? null;
    $refusal.set(refusal);
    if (refusal !== null) return $set.set(null);
    $set.set(createLiveSet(exercise));
    const startedAt = now();
    await options.upToDate?.();
    if (!isNewest()) return;
    const files = drafts.$files.get();
    // Where there is a journal the files are in it at once; the run need not wait for the database as well.
    // It waits one turn all the same: a run that is over at once must have been seen to begin.
    if (drafts.leave()) await wait(0);
    else await Promise.race([drafts.flush(), wait(saveWithinMs)]);
    if (!isNewest()) return;
    try {
      const engine = await options.engine();
      if (!isNewest()) return;
      underWay = engine.run({ exercise, files, entry: exercise.entry }, (event) => {
        if (isNewest()) $set.set($set.get()?.with(event) ?? null);
      });
      const verdict = await underWay.verdict;
      if (isNewest()) finish(verdict, files);
    } catch (error) {
      if (isNewest() && !(error instanceof RunCancelled)) finish(engineFault(error, startedAt), files);
    }
  }

  return {
    $live,
    $shown,
    $wasStopped,
    $refusal,
    get isWaiting() {
      return $live.get()?.current === null;
    },
    run,
    stop() {
      if ($set.get() === null) return;
      newest++;
      underWay?.stop();
      underWay = null;
      $set.set(null);
      $wasStopped.set(true);
    },
  };
}

function lineOf({ failure }: Verdict, files: Files): string | null {
  if (failure === null || failure.file === null || failure.line === null) return null;
  return files[failure.file]?.split('\n')[failure.line - 1] ?? null;
}
