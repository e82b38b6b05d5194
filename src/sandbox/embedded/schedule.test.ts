// Whatever ends first, the outcome is that of runs in a row.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stopped } from '#graders/hosts/watch.ts';
import type { CheckResult, Failure } from '#graders/verdict.ts';
import { createSchedule, type SetOutcome } from './schedule.ts';

const resultOf = (place: number): CheckResult => ({
  id: 'heap',
  label: 'Heap',
  scenario: `s${place}`,
  seed: 7,
  state: 'met',
  passed: true,
  measured: place,
  target: 1,
  comparison: '≤',
  unit: 'MB',
  depth: 0,
  atMs: null,
  cause: null,
  lever: null,
});
const failureOf = (place: number): Failure => stopped('blocked', { scenario: `s${place}`, seed: 7 }, 'solution.ts');

/** Whether each run fails when it is run. */
type Fates = readonly boolean[];

function inARow(fates: Fates): SetOutcome {
  const end = fates.indexOf(true);
  const completed = [...fates.keys()].slice(0, end < 0 ? fates.length : end);
  return {
    results: completed.map(resultOf),
    steps: completed.reduce((sum, place) => sum + place + 1, 0),
    failure: end < 0 ? null : failureOf(end),
  };
}

/** Plays a set in `width` lanes; `turns` says which of those under way ends next, and now and then all are lost. */
function sideBySide(fates: Fates, width: number, turns: () => number): SetOutcome {
  const schedule = createSchedule(fates.length);
  let underWay: number[] = [];
  const fill = (): void => {
    while (underWay.length < width) {
      const place = schedule.next();
      if (place === null) return;
      underWay.push(place);
    }
  };
  for (fill(); !schedule.isSettled; fill()) {
    const turn = turns();
    if (turn % 11 === 0) {
      underWay = [];
      schedule.reopen();
      continue;
    }
    const [place] = underWay.splice(turn % underWay.length, 1);
    if (place === undefined) throw new Error('Nothing is under way, and the outcome is not known.');
    if (fates[place] !== true) schedule.complete(place, [resultOf(place)], place + 1);
    else schedule.fail(place, failureOf(place));
    underWay = underWay.filter((other) => schedule.counts(other));
  }
  return schedule.outcome();
}

test('the outcome does not depend on how many go on at once, which ends first, and what is lost on the way', () => {
  const turns = fc.infiniteStream(fc.nat({ max: 1_000 }));
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      turns,
      (fates, width, stream) => {
        const outcome = sideBySide(fates, width, () => stream.next().value ?? 1);
        expect(outcome).toEqual(inARow(fates));
      },
    ),
    { numRuns: 500 },
  );
});

test('runs begin in order, and none after a failure', () => {
  const schedule = createSchedule(5);
  expect([schedule.next(), schedule.next(), schedule.next()]).toEqual([0, 1, 2]);
  schedule.fail(2, failureOf(2));
  expect(schedule.next()).toBeNull();
  expect([0, 1, 2, 3].map(schedule.counts)).toEqual([true, true, false, false]);
  expect(schedule.isSettled).toBe(false);
  schedule.complete(1, [], 0);
  expect(schedule.front).toBe(0);
  schedule.complete(0, [], 0);
  expect(schedule.isSettled).toBe(true);
});

test('the failure of an earlier run replaces that of a later one, and not the other way round', () => {
  const schedule = createSchedule(3);
  for (let i = 0; i < 3; i++) schedule.next();
  schedule.fail(1, failureOf(1));
  schedule.fail(2, failureOf(2));
  expect(schedule.outcome().failure?.scenario).toBe('s1');
  schedule.fail(0, failureOf(0));
  expect(schedule.outcome()).toEqual({ results: [], steps: 0, failure: failureOf(0) });
});

test('what was lost begins again, and what had completed does not', () => {
  const schedule = createSchedule(3);
  for (let i = 0; i < 3; i++) schedule.next();
  schedule.complete(1, [resultOf(1)], 2);
  schedule.reopen();
  expect([schedule.next(), schedule.next(), schedule.next()]).toEqual([0, 2, null]);
});
