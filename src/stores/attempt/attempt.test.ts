import { atom } from 'nanostores';
import { expect, test, vi } from 'vitest';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { CheckResult, Failure, Verdict } from '#graders/verdict.ts';
import { RunCancelled, type EngineRun, type RunRequest } from '#src/sandbox/engine.ts';
import { createDatabase } from '../database/database.ts';
import { exerciseStanding } from '../progress/folds.ts';
import { createProgress } from '../progress/progress.ts';
import { createVerdicts } from '../verdict/verdicts.ts';
import { createAttempt, type Attempt, type AttemptOptions } from './attempt.ts';
import {
  sampleExercise as exercise,
  sampleFailure,
  samplePlots as plots,
  sampleResult as result,
  sampleResults as allResults,
  sampleVerdict as verdict,
} from './sample.ts';

const ended = (scenario: string, results: CheckResult[]): SessionEvent => ({
  kind: 'run',
  run: { scenario, seed: 7 },
  results,
  plots: plots(scenario),
  steps: 1,
  records: 1,
});

/** An engine that is played by hand. */
function handEngine() {
  const runs: {
    request: RunRequest;
    say(event: SessionEvent): void;
    end(verdict: Verdict): void;
    isCancelled: boolean;
  }[] = [];
  return {
    runs,
    engine: {
      run(request: RunRequest, onEvent: (event: SessionEvent) => void): EngineRun {
        let cancel = () => {};
        const promise = new Promise<Verdict>((resolve, reject) => {
          const run = { request, say: onEvent, end: resolve, isCancelled: false };
          runs.push(run);
          cancel = () => {
            run.isCancelled = true;
            reject(new RunCancelled());
          };
        });
        return { verdict: promise, stop: () => cancel() };
      },
    },
  };
}

function open(
  engine?: () => Promise<ReturnType<typeof handEngine>['engine']>,
  before: Partial<Pick<AttemptOptions, 'refusal' | 'upToDate'>> = {},
) {
  const hand = handEngine();
  const database = createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 });
  let lastId = 0;
  let ms = 0;
  const progress = createProgress({
    database,
    channel: { send() {}, listen: () => () => {} },
    now: () => ++ms,
    newId: () => `id-${++lastId}`,
  });
  const verdicts = createVerdicts(exercise.id, exercise.version, database);
  const flush = vi.fn(async () => {});
  const leave = vi.fn(() => false);
  const attempt = createAttempt({
    exercise,
    drafts: { $files: atom({ 'solution.ts': 'mine' }), flush, leave },
    verdicts,
    progress,
    engine: engine ?? (async () => hand.engine),
    now: () => ++ms,
    ...before,
  });
  const standing = () => exerciseStanding(progress.$events.get(), exercise.id, exercise.version);
  return { attempt, runs: hand.runs, verdicts, progress, flush, leave, database, standing };
}
const started = (runs: unknown[], count = 1) => vi.waitFor(() => expect(runs).toHaveLength(count));
const shownScenarios = ({ $shown }: Attempt) => $shown.get()?.plots.map(({ scenario }) => scenario);

test('a run saves the files first, shows each result as it comes, and keeps the verdict', async () => {
  const { attempt, runs, flush, standing, database } = open();
  const over = attempt.run();
  await started(runs);
  expect(flush).toHaveBeenCalledOnce();
  expect(runs[0]?.request).toMatchObject({ files: { 'solution.ts': 'mine' }, entry: 'solution.ts' });
  expect(attempt.$live.get()).toMatchObject({ done: 0, total: 6 });
  expect(attempt.$shown.get()).toBeNull();

  runs[0]?.say({ kind: 'start', run: { scenario: 'steady', seed: 7 } });
  runs[0]?.say({
    kind: 'console',
    run: { scenario: 'steady', seed: 7 },
    lines: [{ atMs: 3, level: 'log', text: 'hello' }],
  });
  runs[0]?.say(ended('steady', [result('heap', 'steady', 'met')]));
  expect(attempt.$shown.get()).toMatchObject({
    verdict: null,
    isStale: false,
    console: [{ scenario: 'steady', text: 'hello' }],
    results: [{ id: 'heap' }],
  });
  runs[0]?.end(verdict(allResults('met')));
  await over;
  expect(attempt.$live.get()).toBeNull();
  expect(attempt.$shown.get()?.verdict?.passed).toBe(true);
  expect(standing()).toMatchObject({ runs: 1, bestMet: 4, total: 4, isUnassisted: true });

  const reloaded = createVerdicts(exercise.id, exercise.version, database);
  await reloaded.load();
  expect(reloaded.$last.get()?.verdict.passed).toBe(true);
  const otherVersion = createVerdicts(exercise.id, exercise.version + 1, database);
  await otherVersion.load();
  expect(otherVersion.$last.get()).toBeNull();
});

test('the results before stay, marked as such, until the first new one comes', async () => {
  const { attempt, runs } = open();
  const first = attempt.run();
  await started(runs);
  runs[0]?.say(ended('spike', []));
  runs[0]?.end(verdict(allResults('met')));
  await first;
  void attempt.run();
  await started(runs, 2);
  expect(attempt.$shown.get()).toMatchObject({ isStale: true, verdict: { passed: true } });
  expect(shownScenarios(attempt)).toEqual(['spike']);
  runs[1]?.say(ended('steady', [result('heap', 'steady', 'not-yet')]));
  expect(attempt.$shown.get()).toMatchObject({ isStale: false, verdict: null });
  expect(shownScenarios(attempt)).toEqual(['steady']);
});

test('a run whose files are in the journal does not wait for the database', async () => {
  const { attempt, runs, flush, leave } = open();
  leave.mockReturnValue(true);
  void attempt.run();
  await started(runs);
  expect(flush).not.toHaveBeenCalled();
  attempt.stop();
});

test('a run that is stopped leaves the one before it, and no trace in the log', async () => {
  const { attempt, runs, progress } = open();
  const over = attempt.run();
  await started(runs);
  runs[0]?.say(ended('steady', [result('heap', 'steady', 'met')]));
  attempt.stop();
  await over;
  expect(runs[0]?.isCancelled).toBe(true);
  expect(attempt.$live.get()).toBeNull();
  expect(attempt.$shown.get()).toBeNull();
  expect(attempt.$wasStopped.get()).toBe(true);
  expect(progress.$events.get()).toEqual([]);
});

test('a newer run gives up the older, of which nothing arrives any more', async () => {
  const { attempt, runs, progress } = open();
  void attempt.run();
  await started(runs);
  const second = attempt.run();
  await started(runs, 2);
  expect(runs[0]?.isCancelled).toBe(true);
  runs[0]?.say(ended('spike', [result('heap', 'spike', 'not-yet')]));
  expect(attempt.$live.get()?.results).toEqual([]);
  runs[1]?.end(verdict(allResults('met')));
  await second;
  expect(progress.$events.get().filter(({ kind }) => kind === 'run')).toHaveLength(1);
});

test('what did not finish is no grade, and what it had found before stays', async () => {
  const { attempt, runs, standing } = open();
  const over = attempt.run();
  await started(runs);
  const failure = { ...sampleFailure, file: 'solution.ts', line: 1 };
  runs[0]?.end(verdict([result('heap', 'steady', 'met')], failure));
  await over;
  expect(attempt.$shown.get()).toMatchObject({
    verdict: { passed: false },
    results: [{ scenario: 'steady' }],
    failureLine: 'mine',
  });
  expect(standing()).toMatchObject({ runs: 0, attempts: 1, passedAt: null });
});

test('of runs side by side those after a failure leave nothing behind', async () => {
  const { attempt, runs, verdicts } = open();
  const over = attempt.run();
  await started(runs);
  runs[0]?.say(ended('crash', [result('heap', 'crash', 'met')]));
  runs[0]?.say(ended('steady', [result('heap', 'steady', 'met')]));
  expect(shownScenarios(attempt)).toEqual(['steady', 'crash']);
  runs[0]?.end(verdict([result('heap', 'steady', 'met')], sampleFailure));
  await over;
  expect(shownScenarios(attempt)).toEqual(['steady']);
  expect(verdicts.$last.get()?.plots).toHaveLength(1);
});

test('an engine that cannot be had is said so, and the next run tries again', async () => {
  const hand = handEngine();
  const engine = vi.fn(async () => hand.engine).mockRejectedValueOnce(new TypeError('Failed to fetch'));
  const { attempt } = open(engine);
  await attempt.run();
  expect(attempt.$shown.get()?.verdict?.failure).toMatchObject({ kind: 'engine' });
  expect(attempt.$shown.get()?.verdict?.failure?.message).toContain('Your code is safe');
  void attempt.run();
  await started(hand.runs);
});

test('a pass after a worked step is practice, and a later one without is mastery', async () => {
  const { attempt, runs, progress, standing } = open();
  progress.record({ kind: 'solution-opened', exercise: exercise.id, version: exercise.version });
  const over = attempt.run();
  await started(runs);
  runs[0]?.end(verdict(allResults('met')));
  await over;
  expect(attempt.$shown.get()?.assisted).toBe(true);
  expect(standing()).toMatchObject({ isAssisted: true, isUnassisted: false });
  expect(standing().passedAt).not.toBeNull();
});

test('a run that is refused is no attempt: nothing runs, nothing is recorded, and what was shown stays', async () => {
  const refused: { why: Failure | null } = { why: null };
  const { attempt, runs, standing } = open(undefined, { refusal: () => refused.why });
  const first = attempt.run();
  await started(runs);
  runs[0]?.end(verdict([result('heap', 'steady', 'met')]));
  await first;
  const { runs: counted } = standing();
  const shown = attempt.$shown.get();
  refused.why = { ...sampleFailure, message: 'This exercise needs Node.js.' };
  await attempt.run();
  expect(runs).toHaveLength(1);
  expect(attempt.$refusal.get()?.message).toBe('This exercise needs Node.js.');
  expect(attempt.$shown.get()).toEqual(shown);
  expect(standing().runs).toBe(counted);
  // The next run that may begin clears it.
  refused.why = null;
  void attempt.run();
  await started(runs, 2);
  expect(attempt.$refusal.get()).toBeNull();
});

test('files are brought up to date before they are taken', async () => {
  const order: string[] = [];
  const { attempt, runs, flush } = open(undefined, {
    async upToDate() {
      order.push(`flushed ${flush.mock.calls.length} times`);
    },
  });
  void attempt.run();
  await started(runs);
  expect(order).toEqual(['flushed 0 times']);
});
