import { expect, test } from 'vitest';
import { sampleExercise, samplePlots, sampleResults, sampleVerdict } from '../attempt/sample.ts';
import { createDatabase } from '../database/database.ts';
import { boundedConsole, type RunRecord } from './run-record.ts';
import { createVerdicts } from './verdicts.ts';

const { id, version } = sampleExercise;
const inMemory = () => createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 });
const runAt = (at: number, hasPlots = true): RunRecord => ({
  verdict: sampleVerdict(sampleResults('met')),
  plots: hasPlots ? [samplePlots('spike')] : [],
  console: [],
  at,
  assisted: false,
  failureLine: null,
});

test('the last run and the one before it that gave plots are found again', async () => {
  const database = inMemory();
  const verdicts = createVerdicts(id, version, database);
  verdicts.put(runAt(1));
  verdicts.put(runAt(2, false));
  verdicts.put(runAt(3));
  expect([verdicts.$last.get()?.at, verdicts.$previous.get()?.at]).toEqual([3, 1]);
  const reloaded = createVerdicts(id, version, database);
  await reloaded.load();
  expect([reloaded.$last.get()?.at, reloaded.$previous.get()?.at]).toEqual([3, 1]);
});

test('a run of another version is not shown', async () => {
  const database = inMemory();
  createVerdicts(id, version, database).put(runAt(1));
  const next = createVerdicts(id, version + 1, database);
  await next.load();
  expect(next.$last.get()).toBeNull();
});

test.each([[null], [{ last: { verdict: {} } }], [{ last: 'x', previous: 3 }]])(
  'something else that was kept (%j) is passed over',
  async (kept) => {
    const database = inMemory();
    await database.putAll('verdicts', [[id, kept]]);
    const verdicts = createVerdicts(id, version, database);
    await verdicts.load();
    expect(verdicts.$last.get()).toBeNull();
  },
);

test('a run of an exercise whose name only begins alike is not shown', async () => {
  const database = inMemory();
  createVerdicts(`${id}-two`, version, database).put(runAt(1));
  const verdicts = createVerdicts(id, version, database);
  await verdicts.load();
  expect(verdicts.$last.get()).toBeNull();
});

test('of a console that is too long the newest lines are kept', () => {
  const lines = Array.from({ length: 300 }, (_, i) => ({
    scenario: 'spike',
    atMs: i,
    level: 'log' as const,
    text: 'x'.repeat(1_000),
  }));
  const kept = boundedConsole(lines);
  expect(kept).toHaveLength(200);
  expect(kept.at(-1)?.atMs).toBe(299);
});
