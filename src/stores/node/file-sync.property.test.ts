// Whatever the learner does on both sides, in whatever order, and whatever fails: nothing is lost, and it comes to rest.

import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDatabase } from '../database/database.ts';
import { createDrafts, type Drafts } from '../drafts/drafts.ts';
import { createFileSync, type FileSync } from './file-sync.ts';
import { isSameText } from './program-text.ts';
import { createSampleContainer, folder, type SampleContainer } from './sample-container.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const starter = { 'solution.ts': 'the first solution\n', 'decision.ts': 'the first decision\n' };
const names = ['solution.ts', 'decision.ts', 'own.ts', 'lib/own.ts'];
const which = fc.constantFrom<'editor' | 'terminal'>('editor', 'terminal');
const name = fc.constantFrom(...names);

/** What can happen. `write` is a tool that saves in two steps, the first of which empties or removes the file. */
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('type' as const), file: name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove in editor' as const), file: name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bring back' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      file: name,
      how: fc.constantFrom<'at once' | 'emptied first' | 'removed first'>('at once', 'emptied first', 'removed first'),
      isDos: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const), file: name, isToTerminal: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove in terminal' as const), file: name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('write a stranger' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('check' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 20, 90, 210, 900) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('choose' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('boot' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose and boot' as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface World {
  readonly drafts: Drafts;
  readonly container: SampleContainer;
  readonly sync: FileSync;
  /** Marks that persons wrote, and that nobody wrote over on the same side: each must be somewhere. */
  readonly alive: Set<string>;
  /** Of the marks in the container, those that a look which succeeded has seen. */
  seen: Set<string>;
  /** A word that occurs once in all that is written. */
  newMark(): string;
  /** How often the terminal was used. */
  deeds: number;
}

const marksIn = (text: string | null | undefined): readonly string[] => text?.match(/mark-\d+;/g) ?? [];
const textOf = (mark: string, isDos: boolean): string => (isDos ? `// ${mark}\r\nrun();\r\n` : `// ${mark}\nrun();\n`);

async function newWorld(): Promise<World> {
  let count = 0;
  const drafts = createDrafts({
    exercise: 'cap-intake',
    version: 1,
    starter,
    database: createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 }),
    channel: { send() {}, listen: () => () => {} },
    journal: null,
    now: () => Date.now(),
    newId: () => `id-${++count}`,
  });
  await drafts.load();
  const container = createSampleContainer();
  const sync = createFileSync({ drafts, container, folder, starter, fixed: {}, now: () => Date.now() });
  return { drafts, container, sync, alive: new Set(), seen: new Set(), newMark: () => `mark-${++count};`, deeds: 0 };
}

function expectNothingLost({ drafts, container, sync, alive }: World): void {
  const places = [
    ...Object.values(drafts.$files.get()),
    ...container.texts.values(),
    ...sync.$conflicts.get().flatMap(({ terminalText }) => terminalText ?? []),
    ...drafts.$asides.get().flatMap(({ files }) => Object.values(files)),
  ];
  const there = new Set(places.flatMap(marksIn));
  expect([...alive].filter((mark) => !there.has(mark))).toEqual([]);
}

/** A person writes over what stands in the file: that is gone by their own hand. */
function overwrite({ alive }: World, before: string | null | undefined, after: string | null): void {
  for (const mark of marksIn(before)) alive.delete(mark);
  for (const mark of marksIn(after)) alive.add(mark);
}

function look(world: World): Promise<void> {
  const { sync, container } = world;
  const { deeds } = world;
  const before = new Set(names.flatMap((file) => marksIn(container.texts.get(file))));
  const { generation } = container;
  return sync.check().then(() => {
    const isSure = deeds === world.deeds && generation === container.generation;
    if (isSure && ['in-step', 'held'].includes(sync.$status.get().state)) world.seen = before;
  });
}

async function act(world: World, done: Action): Promise<void> {
  const { drafts, container, sync } = world;
  const { texts } = container;
  const isUp = container.status.state === 'ready';
  const save = (file: string, text: string | null): void => {
    world.deeds++;
    overwrite(world, texts.get(file), text);
    if (text === null) texts.delete(file);
    else texts.set(file, text);
  };
  switch (done.kind) {
    case 'type': {
      const text = textOf(world.newMark(), false);
      overwrite(world, drafts.$files.get()[done.file], text);
      drafts.edit(done.file, text);
      return;
    }
    case 'remove in editor':
      return drafts.removeFile(done.file);
    case 'reset':
      return drafts.reset();
    case 'bring back':
      return drafts.bringBack();
    case 'write': {
      if (!isUp) return;
      const text = textOf(world.newMark(), done.isDos);
      if (done.how === 'at once') return save(done.file, text);
      save(done.file, done.how === 'emptied first' ? '' : null);
      const { generation } = container;
      await vi.advanceTimersByTimeAsync(30);
      if (container.status.state === 'ready' && generation === container.generation) save(done.file, text);
      return;
    }
    case 'copy': {
      const mine = drafts.$files.get()[done.file];
      const theirs = texts.get(done.file);
      if (!isUp || mine === undefined || theirs === undefined) return;
      if (done.isToTerminal) return save(done.file, mine);
      overwrite(world, mine, theirs);
      return drafts.edit(done.file, theirs.replaceAll('\r\n', '\n'));
    }
    case 'remove in terminal':
      return isUp ? save(done.file, null) : undefined;
    case 'write a stranger':
      return isUp ? save('Stranger.ts', textOf(world.newMark(), false)) : undefined;
    case 'check':
      void look(world);
      return;
    case 'wait':
      await vi.advanceTimersByTimeAsync(done.ms);
      return;
    case 'choose':
      void sync.choose(done.which);
      return;
    case 'lose': {
      if (!isUp) return;
      // What no look has seen is gone with the container.
      for (const mark of [...texts.values()].flatMap(marksIn)) {
        if (world.seen.has(mark)) continue;
        const kept = [...Object.values(drafts.$files.get()), ...sync.$conflicts.get().map((each) => each.terminalText)];
        if (!kept.some((text) => marksIn(text).includes(mark))) world.alive.delete(mark);
      }
      return container.lose();
    }
    case 'lose and boot':
      await act(world, { kind: 'lose' });
      return act(world, { kind: 'boot' });
    case 'boot':
      return isUp ? undefined : container.boot();
  }
}

async function timed(call: Promise<void>): Promise<void> {
  let isOver = false;
  void call.then(() => (isOver = true));
  for (let i = 0; i < 1_000 && !isOver; i++) await vi.advanceTimersByTimeAsync(20);
  expect(isOver).toBe(true);
}

/** All faults are over, all conflicts are chosen about. */
async function bringToRest({ container, sync }: World, answers: readonly ('editor' | 'terminal')[]): Promise<void> {
  container.fault = () => 'none';
  if (container.status.state !== 'ready') container.boot();
  await timed(sync.check());
  for (let i = 0; sync.$conflict.get() !== null; i++) {
    expect(i).toBeLessThan(20);
    await timed(sync.choose(answers[i % answers.length] ?? 'editor'));
    await timed(sync.check());
  }
}

test('nothing is lost, both sides end up equal, and then nothing more is written', async () => {
  const plans = fc.record({
    actions: fc.array(action, { maxLength: 35, size: 'max' }),
    latencies: fc.array(fc.constantFrom(0, 0, 1, 15, 40), { minLength: 1, maxLength: 12 }),
    faults: fc.array(
      fc.constantFrom<'none' | 'fails' | 'does-and-fails'>('none', 'none', 'none', 'none', 'fails', 'does-and-fails'),
      {
        minLength: 1,
        maxLength: 30,
      },
    ),
    answers: fc.array(which, { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(plans, async ({ actions, latencies, faults, answers }) => {
      vi.clearAllTimers();
      const world = await newWorld();
      const { drafts, container, sync } = world;
      let calls = 0;
      container.latencyMs = () => latencies[calls % latencies.length] ?? 0;
      container.fault = () => faults[calls++ % faults.length] ?? 'none';
      container.boot();
      void sync.start();
      for (const each of actions) {
        await act(world, each);
        expectNothingLost(world);
        await vi.advanceTimersByTimeAsync(0);
        expectNothingLost(world);
      }

      await bringToRest(world, answers);
      expectNothingLost(world);
      const files = drafts.$files.get();
      for (const file of new Set([...Object.keys(files), ...container.texts.keys()])) {
        if (file === 'Stranger.ts') continue;
        expect(isSameText(container.texts.get(file) ?? null, files[file] ?? null), file).toBe(true);
      }
      expect(Object.keys(files)).toEqual(expect.arrayContaining(Object.keys(starter)));
      expect(sync.$status.get()).toEqual({ state: 'in-step' });
      expect(sync.$leftAlone.get().map(({ file }) => file)).toEqual(
        container.texts.has('Stranger.ts') ? ['Stranger.ts'] : [],
      );

      const writes = container.written.length;
      sync.watch();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(container.written.length).toBe(writes);
      expect(drafts.$files.get()).toBe(files);
      sync.close();
      drafts.close();
    }),
    { numRuns: 300 },
  );
});
