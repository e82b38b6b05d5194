import { expect, test } from 'vitest';
import { exercise } from '#exercises/cap-intake/exercise.ts';
import { exerciseSchema } from './exercise.ts';

test('an exercise that is there fits', () => {
  expect(exerciseSchema.safeParse(exercise).error).toBeUndefined();
});

const [check] = exercise.checks;
const needs = { engine: 'node', why: 'It starts worker threads.', embedded: 'Here you can read it and edit it.' };

test('an exercise may need Node', () => {
  expect(exerciseSchema.safeParse({ ...exercise, needs }).error).toBeUndefined();
});

test.each([
  ['a field nobody knows', { ...exercise, difficulty: 3 }, 'difficulty'],
  ['an id with a number in front', { ...exercise, id: '01-cap' }, 'An id has'],
  ['a check in a scenario that is not there', { ...exercise, checks: [{ ...check, scenarios: ['storm'] }] }, 'storm'],
  [
    'a check without a target',
    { ...exercise, checks: [{ ...check, target: { steady: 1 } }] },
    'no target for scenario',
  ],
  ['two checks of one name', { ...exercise, checks: [check, check] }, 'Two of its checks'],
  ['a need of an engine nobody has', { ...exercise, needs: { ...needs, engine: 'deno' } }, 'node'],
  ['a need that does not say why', { ...exercise, needs: { ...needs, why: 'streams' } }, 'A complete sentence'],
  ['a plot of a check that is not there', { ...exercise, checks: [check] }, 'There is no check'],
])('%s does not', (_, value, message) => {
  expect(JSON.stringify(exerciseSchema.safeParse(value).error?.issues)).toContain(message);
});
