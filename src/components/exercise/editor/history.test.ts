import { expect, test } from 'vitest';
import { createHistory } from './history.ts';

const state = (text: string) => ({ text, start: text.length, end: text.length });

test('keys in quick succession are one step, a pause begins another', () => {
  const history = createHistory(state(''));
  history.note(state('a'), 0);
  history.note(state('ab'), 100);
  history.note(state('abc'), 200);
  history.note(state('abc d'), 2_000);
  expect(history.states.map(({ text }) => text)).toEqual(['', 'abc', 'abc d']);
});

test('a change from outside is a step of its own, and moving the caret is none', () => {
  const history = createHistory(state('a'));
  history.note(state('ab'), 0);
  history.note({ text: 'ab', start: 0, end: 1 }, 10);
  history.note(state('reset'), 20, true);
  expect(history.states).toEqual([state('a'), { text: 'ab', start: 0, end: 1 }, state('reset')]);
});

test('undoing takes the step back', () => {
  const history = createHistory(state('a'));
  history.note(state('ab'), 0);
  history.note(state('abc'), 1_000);
  history.note(state('ab'), 2_000);
  expect(history.states.map(({ text }) => text)).toEqual(['a', 'ab']);
});
