// Every trouble has words that say what happened, what to do, and that nothing is lost.
import { expect, test } from 'vitest';
import type { EngineTrouble } from '#graders/verdict.ts';
import { describeTrouble, engineFailure, troubleComfort, troubleWords } from './trouble.ts';
import { mayMendByReload } from './retry.ts';

const troubles = Object.keys(troubleWords) as EngineTrouble[];

test.each(troubles)('%s is told in whole sentences, and ends with what still works', (trouble) => {
  const { title, happened, todo } = troubleWords[trouble];
  expect(title).toMatch(/^[A-Z].*[^.]$/);
  for (const text of [happened, todo]) expect(text).toMatch(/^[A-Z].*\.$/);
  expect(describeTrouble(trouble)).toBe(`${title}. ${happened} ${todo} ${troubleComfort}`);
  // What a button offers is what the words say.
  if (mayMendByReload(trouble)) expect(todo).toMatch(/load this page again/i);
  else expect(todo).not.toMatch(/again/i);
});

test('names the addresses that a filter or a browser must allow', () => {
  for (const trouble of ['host-unreachable', 'storage-blocked'] as const) {
    for (const host of ['stackblitz.com', '*.w-corp-staticblitz.com', '*.webcontainer.io']) {
      expect(troubleWords[trouble].todo).toContain(host);
    }
  }
});

test('a failure is the engine’s, with its trouble, the run under way and what was said, on one line', () => {
  const run = { scenario: 'calm', seed: 7 };
  const failure = engineFailure('lost', { detail: `first line\n  second line. ${'x'.repeat(500)}`, run });
  expect(failure).toMatchObject({ kind: 'engine', trouble: 'lost', scenario: 'calm', seed: 7, file: null });
  expect(failure.message).toMatch(/^Full Node was lost \(first line second line\. x+ …\)\. It was ready/);
  expect(failure.message.length).toBeLessThan(700);
  expect(engineFailure('lost').message).toBe(describeTrouble('lost'));
});
