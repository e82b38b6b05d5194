import { expect, test } from 'vitest';
import type { CheckState } from '#graders/verdict.ts';
import { sampleExercise as exercise, sampleResult as result } from './sample.ts';
import { checklistOf } from './checklist.ts';

const heap = (states: CheckState[]) =>
  ['steady', 'spike', 'crash'].map((scenario, i) => result('heap', scenario, states[i] as CheckState));
const stateOf = (results: Parameters<typeof checklistOf>[1], isOver = true) =>
  checklistOf(exercise, results, isOver).items.find(({ id }) => id === 'heap')?.state;

test('before any result every check is open, with a place for each of its scenarios', () => {
  const { items, met, total } = checklistOf(exercise, [], false);
  expect([met, total]).toEqual([0, 4]);
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['open']));
  expect(items.find(({ id }) => id === 'p95')?.standings.map(({ title, target }) => [title, target])).toEqual([
    ['Steady', 60],
    ['Spike', 120],
  ]);
});

test('one scenario that is not yet met settles the check; all must be met for it to be', () => {
  expect(stateOf(heap(['met', 'met', 'met']))).toBe('met');
  expect(stateOf(heap(['met', 'thin', 'met']))).toBe('thin');
  expect(stateOf(heap(['met', 'not-yet', 'thin']))).toBe('not-yet');
  expect(stateOf(heap(['met', 'not-tested', 'met']))).toBe('not-tested');
  expect(stateOf([result('heap', 'spike', 'not-yet')], false)).toBe('not-yet');
  expect(stateOf([result('heap', 'spike', 'met')], false)).toBe('open');
  expect(stateOf([result('heap', 'spike', 'met')])).toBe('not-tested');
});

test('of several not yet met the first cause is shown, of the met the one nearest to its target', () => {
  const shown = (results: Parameters<typeof checklistOf>[1]) =>
    checklistOf(exercise, results, true).items.find(({ id }) => id === 'heap')?.shown?.scenario;
  expect(
    shown([
      result('heap', 'steady', 'met'),
      result('heap', 'spike', 'not-yet', { atMs: 9_000 }),
      result('heap', 'crash', 'not-yet', { atMs: 4_000 }),
    ]),
  ).toBe('spike');
  expect(
    shown([
      result('heap', 'steady', 'met', { measured: 41 }),
      result('heap', 'spike', 'met', { measured: 50 }),
      result('heap', 'crash', 'met', { measured: null }),
    ]),
  ).toBe('spike');
});

test('a finished verdict is read by cause: not yet met, then not tested, then met', () => {
  const { inReadingOrder, items } = checklistOf(
    exercise,
    [
      ...heap(['met', 'met', 'met']),
      result('lag', 'spike', 'not-yet', { atMs: 7_000 }),
      result('decision', 'spike', 'not-yet', { atMs: 2_000 }),
    ],
    true,
  );
  expect(items.map(({ id }) => id)).toEqual(['heap', 'lag', 'p95', 'decision']);
  expect(inReadingOrder.map(({ id }) => id)).toEqual(['decision', 'lag', 'p95', 'heap']);
});
