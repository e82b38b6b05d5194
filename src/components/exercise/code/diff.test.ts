import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareLines, linesOf } from './diff.ts';

const drawn = (left: string, right: string) =>
  compareLines(Array.from(left), Array.from(right)).map(
    ({ kind, left: a, right: b }) => `${a?.text ?? '.'}${kind === 'same' ? '=' : '|'}${b?.text ?? '.'}`,
  );

test('shared lines stand beside each other, and so do those that took each other’s place', () => {
  expect(drawn('abc', 'abc')).toEqual(['a=a', 'b=b', 'c=c']);
  expect(drawn('abd', 'acd')).toEqual(['a=a', 'b|c', 'd=d']);
  expect(drawn('ad', 'abcd')).toEqual(['a=a', '.|b', '.|c', 'd=d']);
  expect(drawn('abcd', 'ad')).toEqual(['a=a', 'b|.', 'c|.', 'd=d']);
  expect(drawn('', 'ab')).toEqual(['.|a', '.|b']);
});

test('each side of a comparison is its text, whole and in order', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const rows = compareLines(left, right);
      expect(rows.flatMap((row) => (row.left ? [row.left.text] : []))).toEqual(left);
      expect(rows.flatMap((row) => (row.right ? [row.right.text] : []))).toEqual(right);
      for (const row of rows) expect(row.kind === 'same').toBe(row.left?.text === row.right?.text);
    }),
  );
});

test('a line break at the end makes no further line', () => {
  expect(linesOf('a\nb\n')).toEqual(['a', 'b']);
});
