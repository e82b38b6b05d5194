import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDatabase } from '../database/database.ts';
import { exerciseStanding } from '../progress/folds.ts';
import { createProgress } from '../progress/progress.ts';
import { createHints, pauseMs } from './hints.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  let lastId = 0;
  const progress = createProgress({
    database: createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 }),
    channel: { send() {}, listen: () => () => {} },
    now: () => Date.now(),
    newId: () => `id-${++lastId}`,
  });
  const hints = createHints({ exercise: 'e', version: 1, progress });
  const attempt = () =>
    progress.record({
      kind: 'run',
      exercise: 'e',
      version: 1,
      outcome: 'did-not-compile',
      passed: false,
      met: 0,
      total: 3,
      assisted: false,
    });
  return { progress, hints, attempt, isAssisted: () => exerciseStanding(progress.$events.get(), 'e', 1).isAssisted };
}

test('the first rung waits for an attempt, the next for a quarter of a minute or a change', () => {
  const { hints, attempt } = open();
  expect(hints.next('lag', 4)).toBe('before-attempt');
  hints.take('lag', 4);
  expect(hints.$taken.get().size).toBe(0);
  attempt();
  expect(hints.next('lag', 4)).toBe('ready');
  hints.take('lag', 4);
  expect(hints.$taken.get().get('lag')).toBe(1);
  expect(hints.next('lag', 4)).toBe('pause');
  hints.take('lag', 4);
  expect(hints.$taken.get().get('lag')).toBe(1);
  vi.advanceTimersByTime(pauseMs);
  expect(hints.next('lag', 4)).toBe('ready');
  hints.take('lag', 4);
  hints.changed();
  expect(hints.next('lag', 4)).toBe('ready');
});

test('only the last two rungs of a ladder make the attempt an assisted one', () => {
  const { hints, attempt, isAssisted } = open();
  attempt();
  for (const expected of [false, false, true, true]) {
    hints.take('lag', 4);
    hints.changed();
    expect(isAssisted()).toBe(expected);
  }
  expect(hints.next('lag', 4)).toBe('end');
});
