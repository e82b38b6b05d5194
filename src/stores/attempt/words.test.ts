import { expect, test } from 'vitest';
import { amount, headline, measure, quantity } from './words.ts';

test.each([
  [5, 12, 'Five of twelve'],
  [0, 12, 'None of twelve'],
  [12, 12, 'Met: all twelve'],
  [21, 24, '21 of 24'],
])('%i of %i is said as “%s”', (met, total, words) => {
  expect(headline(met, total)).toBe(words);
});

test.each([
  [61_240, '61,240'],
  [-3_100, '−3,100'],
  [458.24, '458'],
  [41.27, '41.3'],
  [1.05, '1.05'],
  [-0.5, '−0.5'],
  [2, '2'],
])('%d is written %s', (value, text) => {
  expect(amount(value)).toBe(text);
});

test('a number is held against its target in one unit', () => {
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  expect(plain(measure(41, 60, 'ms', 'met'))).toBe('41 against 60 ms');
  expect(plain(measure(3_100, 750, 'records/s', 'not-yet'))).toBe('3,100 against 750 records/s');
  expect(plain(measure(null, 2, 's', 'not-yet'))).toBe('not reached; target 2 s');
  expect(plain(measure(null, 2, 's', 'not-tested'))).toBe('target 2 s');
  expect(plain(measure(1, 0, 'evictions', 'not-yet'))).toBe('1 against 0 evictions');
  expect(plain(quantity(1, 'records'))).toBe('1 record');
});
