// Text past the console becomes lines of the run that is shown, and none of another.
import { expect, test } from 'vitest';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { createStrayText } from './stray.ts';

const run = { scenario: 'calm', seed: 7 };
const start: SessionEvent = { kind: 'start', run };
const ended: SessionEvent = { kind: 'run', run, results: [], plots: null, steps: 1, records: 1 };

function setUp() {
  const events: SessionEvent[] = [];
  const stray = createStrayText(7, (event) => events.push(event));
  const lines = () => events.flatMap((event) => (event.kind === 'console' ? event.lines : []));
  return { stray, events, texts: () => lines().map(({ text }) => text), lines };
}

test('lines are put together from pieces, without the line ends and codes of a terminal, and empty ones left out', () => {
  const { stray, texts, events } = setUp();
  stray.follow(start);
  for (const piece of ['he', 'llo\r', '\n\u001B[32mgreen\u001B[0m\r\n\r\n10 %\r20 %\n', '\u001B[0m\n'])
    stray.write(piece);
  expect(texts()).toEqual(['hello', 'green', '20 %']);
  expect(events.every((event) => event.kind === 'console' && event.run === run)).toBe(true);
});

test('a line without an end is there once its run ends, and before that', () => {
  const { stray, texts, events } = setUp();
  stray.follow(start);
  stray.write('last words');
  expect(texts()).toEqual([]);
  stray.follow(ended);
  expect(texts()).toEqual(['last words']);
  stray.write('too late\n');
  expect(events).toHaveLength(1);
});

test('lines carry the last time that the console of their run told', () => {
  const { stray, lines } = setUp();
  stray.follow(start);
  stray.write('a\n');
  stray.follow({ kind: 'console', run, lines: [{ atMs: 250, level: 'log', text: 'of the console' }] });
  stray.write('b\n');
  stray.follow(ended);
  stray.follow({ kind: 'start', run: { scenario: 'busy', seed: 7 } });
  stray.write('c\n');
  expect(lines()).toEqual([
    { atMs: 0, level: 'log', text: 'a' },
    { atMs: 250, level: 'log', text: 'b' },
    { atMs: 0, level: 'log', text: 'c' },
  ]);
});

test('what is written before the first run, or in one that is not shown, is only kept for a report', () => {
  const { stray, events } = setUp();
  stray.write('(node:2) ExperimentalWarning: …\r\n');
  stray.follow({ kind: 'start', run: { scenario: 'calm', seed: 4_211 } });
  stray.write('hidden\n');
  expect(events).toEqual([]);
  expect(stray.tail).toBe('(node:2) ExperimentalWarning: …\nhidden');
});

test('a flood is cut: a thousand lines of a run, and lines of bearable length', () => {
  const { stray, texts } = setUp();
  stray.follow(start);
  stray.write('x'.repeat(100_000));
  for (let i = 0; i < 3_000; i++) stray.write(`${i}\n`);
  expect(texts()).toHaveLength(1_000);
  expect(Math.max(...texts().map(({ length }) => length))).toBeLessThan(2_100);
  expect(texts().at(-1)).toContain('more than 1000 lines');
});
