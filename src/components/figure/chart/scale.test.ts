import { expect, test } from 'vitest';
import { indexAt, niceTop, pathOf, topOf, xOf, yOf } from './scale.ts';

test('the top of a scale is a round number that nothing exceeds', () => {
  const tops = [0, 0.3, 1, 7, 64, 101, 8_499, 10_000, 35_120].map(niceTop);
  expect(tops).toEqual([1, 0.3, 1, 8, 80, 150, 10_000, 10_000, 40_000].map((top) => expect.closeTo(top, 9)));
});

test('the top of samples leaves gaps out', () => {
  expect(topOf([3, null, 9, 2])).toBe(9);
  expect(topOf([null])).toBe(0);
});

test('values and times beyond the box stay at its edge', () => {
  expect([yOf(0, 10), yOf(10, 10), yOf(20, 10), yOf(-1, 10)]).toEqual([100, 0, 0, 100]);
  expect([xOf(0, 50), xOf(25, 50), xOf(99, 50)]).toEqual([0, 500, 1000]);
});

test('a path breaks at a gap and skips the middle of a level stretch', () => {
  const scale = { sampleMs: 10, durationMs: 60, top: 10 };
  expect(pathOf([0, 5, 5, 5, null, 10, 0], scale)).toBe('M0 100L166.7 50L500 50M833.3 0L1000 100');
});

test('a time belongs to its nearest sample', () => {
  expect([indexAt(0, 100, 5), indexAt(149, 100, 5), indexAt(151, 100, 5), indexAt(9_999, 100, 5)]).toEqual([
    0, 1, 2, 4,
  ]);
});
