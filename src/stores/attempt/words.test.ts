import { expect, test } from 'vitest';
import { aim, amount, headline, measure, quantity, scenarioWord } from './words.ts';

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
  expect(plain(measure(null, 2, 's', 'not-yet'))).toBe('Target 2 s not reached');
  expect(plain(measure(null, 2, 's', 'not-tested'))).toBe('Target 2 s');
  expect(plain(measure(1, 0, 'evictions', 'not-yet'))).toBe('1 against 0 evictions');
  expect(plain(quantity(1, 'records'))).toBe('1 record');
});

test('targets that differ between scenarios are said as a range', () => {
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  expect(plain(aim([2, 6, 4], 's', '≤'))).toBe('At most 2 to 6 s');
  expect(plain(aim([0, 0], 'deaths', '='))).toBe('Exactly 0 deaths');
});

test('a scenario is called by its name', () => {
  expect(scenarioWord('slow-sink')).toBe('Slow sink');
});
