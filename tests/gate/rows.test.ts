// The specification's numbers are tests: none of its rows is without one, and the check itself can fail.
import { expect, test } from 'vitest';
import { holdRows, readRows, readTitles, titlesOf } from '../../scripts/rows.ts';

test('every row of the specification is held by a test with its id and numbers', () => {
  const open = holdRows(readRows(), readTitles()).filter(({ missing }) => missing.length > 0);
  expect(open.map(({ id, missing }) => `${id}: ${missing.join(' · ')}`)).toEqual([]);
});

test('a row needs its own id and each of its numbers', () => {
  const titles = titlesOf(
    'x.test.ts',
    "describe('M2.1 split', () => { it.each([1])('gives 99 of 1,000', () => {}); });",
  );
  expect(titles).toEqual(['M2.1 split gives 99 of 1,000']);
  const held = (id: string, ...numbers: string[]) =>
    holdRows(
      [{ id, numbers, says: '' }],
      titles.map((title) => ({ file: 'x', title })),
    )[0]?.missing;
  expect(held('M2.1', '99', '1,000')).toEqual([]);
  expect(held('M2.1', '9', '1,000', '000')).toEqual(['9', '000']);
  expect(held('M2.10', '99')).toEqual(['99']);
  expect(held('M2', '99')).toEqual([]);
});
