import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exercise } from '#exercises/cap-intake/exercise.ts';
import { readHints, rungName } from './hints.ts';

test('a ladder has its rungs in order, each one paragraph of HTML', () => {
  const source =
    '# Hints\n\nFor all.\n\n## lag\n\n1. Look `here`,\n   and there.\n2. Then this.\n\n## heap\n\n1. Only one.\n';
  expect(readHints(source, ['lag', 'heap'])).toEqual({
    lag: ['Look <code>here</code>, and there.', 'Then this.'],
    heap: ['Only one.'],
  });
});

test.each([
  ['## typo\n\n1. x', 'there is no check typo'],
  ['## lag\n\nnothing', 'has 0 rungs'],
  ['## lag\n1. a\n## lag\n1. b', 'two ladders'],
])('a file with a fault says which', (source, message) => {
  expect(() => readHints(source, ['lag'])).toThrow(message);
});

test('the last rungs of a shorter ladder keep their names', () => {
  expect([0, 4].map((rung) => rungName(rung, 5))).toEqual(['Look', 'Solution']);
  expect([0, 2].map((rung) => rungName(rung, 3))).toEqual(['Direction', 'Solution']);
});

test('the hints of an exercise that is there can be read', () => {
  const source = readFileSync(new URL('../../../../exercises/cap-intake/hints.md', import.meta.url), 'utf8');
  const checks = exercise.checks.map(({ id }) => id);
  expect(Object.keys(readHints(source, checks)).toSorted()).toEqual(checks.toSorted());
});
