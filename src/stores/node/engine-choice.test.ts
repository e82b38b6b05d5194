import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EngineTrouble } from '#graders/verdict.ts';
import type { EngineKind } from '#src/sandbox/engine.ts';
import { troubleWords } from '#src/sandbox/trouble.ts';
import type { ContainerStatus } from '#src/sandbox/webcontainer/container.ts';
import { choiceWords, engineChoice, refusalOf, type EngineQuestion } from './engine-choice.ts';

const needs = {
  engine: 'node',
  why: 'It starts worker threads.',
  embedded: 'Here you can read it and edit it.',
} as const;
const failed = (trouble: EngineTrouble): ContainerStatus => ({ state: 'failed', trouble, detail: '' });
const booting = (isSlow: boolean): ContainerStatus => ({ state: 'booting', sinceMs: 0, isSlow });
const question: EngineQuestion = {
  chosen: 'node',
  isNodePage: true,
  container: { state: 'ready', bootMs: 900 },
  isEmbeddedForNow: false,
};

test.each<[string, Partial<EngineQuestion>, Partial<ReturnType<typeof engineChoice>>]>([
  [
    'a page that is not isolated has the embedded engine',
    { isNodePage: false, chosen: 'embedded' },
    { engine: 'embedded', offerNode: 'go', why: 'default' },
  ],
  [
    'there, a choice of Full Node leads to its own page',
    { isNodePage: false },
    { engine: 'embedded', offerNode: 'go', why: 'elsewhere' },
  ],
  [
    'a page of Full Node starts nothing that was not chosen',
    { chosen: 'embedded', container: { state: 'idle' } },
    { engine: 'embedded', offerNode: 'here', why: 'default' },
  ],
  ['Full Node that is ready is used', {}, { engine: 'node', offerNode: null, offerEmbedded: false, why: 'chosen' }],
  ['Full Node that has not begun is waited for', { container: { state: 'idle' } }, { engine: 'node', why: 'chosen' }],
  ['Full Node that comes is waited for', { container: booting(false) }, { engine: 'node', offerEmbedded: false }],
  ['one that comes slowly need not be', { container: booting(true) }, { engine: 'node', offerEmbedded: true }],
  [
    'the learner need not wait',
    { container: booting(true), isEmbeddedForNow: true },
    { engine: 'embedded', offerNode: 'here', why: 'for-now' },
  ],
  [
    'one that does not come keeps nobody from running',
    { container: failed('host-unreachable') },
    { engine: 'embedded', canRun: true, offerNode: 'reload', why: 'failed' },
  ],
  [
    'one that cannot come is not offered',
    { container: failed('unsupported-browser') },
    { engine: 'embedded', offerNode: null, why: 'failed' },
  ],
  [
    'one that was lost is started by the next run',
    { container: failed('lost') },
    { engine: 'node', offerEmbedded: true, why: 'chosen' },
  ],
  [
    'an exercise that needs Node is not run by the embedded engine',
    { needs, isNodePage: false, chosen: 'embedded' },
    { engine: 'embedded', canRun: false, offerNode: 'go', why: 'needs-node' },
  ],
  [
    'nor is that engine offered for it',
    { needs, container: booting(true) },
    { engine: 'node', canRun: true, offerEmbedded: false },
  ],
  [
    'where Node fails, it says so itself',
    { needs, container: failed('offline') },
    { engine: 'node', canRun: true, offerEmbedded: false, why: 'chosen' },
  ],
])('%s', (_, change, expected) => {
  expect(engineChoice({ ...question, ...change })).toMatchObject(expected);
});

test('nobody is left without an engine, and no container is started unasked', () => {
  const troubles = Object.keys(troubleWords) as EngineTrouble[];
  const kind = fc.constantFrom<EngineKind>('embedded', 'node');
  const container = fc.oneof(
    fc.constantFrom<ContainerStatus>({ state: 'idle' }, { state: 'checking' }, { state: 'ready', bootMs: 1 }),
    fc.boolean().map(booting),
    fc.constantFrom(...troubles).map(failed),
  );
  const questions = fc.record({
    needs: fc.constantFrom(undefined, needs),
    chosen: kind,
    isNodePage: fc.boolean(),
    container,
    isEmbeddedForNow: fc.boolean(),
  });
  fc.assert(
    fc.property(questions, (each) => {
      const choice = engineChoice(each);
      if (choice.engine === 'node') expect(each.isNodePage && each.chosen === 'node').toBe(true);
      if (each.needs === undefined) expect(choice.canRun).toBe(true);
      // Run and refusal agree.
      expect(refusalOf(each, choice.engine) === null).toBe(choice.canRun);
      if (choice.why === 'needs-node') expect(choiceWords(choice, each.needs)).toContain('worker threads');
    }),
  );
});

test('a refusal is no grade, and says what there is to do', () => {
  expect(refusalOf({ needs }, 'embedded')).toMatchObject({ kind: 'engine', file: null });
  expect(refusalOf({ needs }, 'embedded')?.message).toBe(
    'This exercise needs Node.js, so it was not run. It starts worker threads. Here you can read it and edit it. To run it, choose Full Node in the line below the editor; your files come along.',
  );
  expect(refusalOf({ needs }, 'node')).toBeNull();
  expect(refusalOf({}, 'embedded')).toBeNull();
});

test.each(['elsewhere', 'for-now', 'failed'] as const)('a choice that may surprise is explained: %s', (why) => {
  const choice = engineChoice(question);
  expect(choiceWords({ ...choice, why })).toMatch(/^[A-Z].*\.$/);
  expect(choiceWords(choice)).toBeNull();
});
