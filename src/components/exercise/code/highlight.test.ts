import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { highlightLines } from './highlight.ts';

const drawn = (code: string) =>
  highlightLines(code).map((line) => line.map(({ kind, text }) => `${kind[0]}:${text}`).join(' '));

test('words, numbers, strings and comments are told apart', () => {
  expect(drawn("const a = new Map('x', 8_000); // so")).toEqual([
    "k:const p: a =  k:new p:  t:Map p:( s:'x' p:,  n:8_000 p:);  c:// so",
  ]);
});

test('what runs over several lines keeps its kind in each', () => {
  expect(drawn('/* a\nb */ c\n`d\ne`\n')).toEqual(['c:/* a', 'c:b */ p: c', 's:`d', 's:e`']);
});

test('nothing is lost', () => {
  const code = readFileSync(new URL(import.meta.url), 'utf8');
  const text = highlightLines(code).map((line) => line.map((token) => token.text).join(''));
  expect(`${text.join('\n')}\n`).toBe(code);
});
