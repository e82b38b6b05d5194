// The realm in Node: everyday code runs as ever, tampering changes no mark, nothing is carried over.
import { expect, test } from 'vitest';
import type { Verdict } from '../verdict.ts';
import { gradeInNode } from './node.ts';
import { everydayProgram, tampering, tamperingProgram, trialExercise } from './realm-cases.ts';

/** The same set of runs, without what differs from one machine to the next. */
const marks = (verdict: Verdict) => ({ ...verdict, wallMs: null });

test('everyday code is not hurt', async () => {
  const verdict = await gradeInNode(trialExercise, everydayProgram(), { scenario: 'calm', seeds: [7] });
  expect(verdict.failure).toBeNull();
});

const untouched = gradeInNode(trialExercise, tamperingProgram(''), { scenario: 'calm', seeds: [7] });

test('the untouched program gives marks at all', async () => {
  const { failure, checks } = await untouched;
  expect(failure).toBeNull();
  expect(checks.map(({ state }) => state)).toContain('met');
});

test.each(Object.entries(tampering))('%s: the marks stay as they are', async (_, attempt) => {
  const verdict = await gradeInNode(trialExercise, tamperingProgram(attempt), { scenario: 'calm', seeds: [7] });
  expect(marks(verdict)).toEqual(marks(await untouched));
});
