import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDatabase } from '../database/database.ts';
import { createDrafts, type Drafts } from '../drafts/drafts.ts';
import { createFileSync, settleMs, watchEveryMs, writeAfterMs, type FileSync } from './file-sync.ts';
import { createSampleContainer, folder, type SampleContainer } from './sample-container.ts';

const starter = { 'solution.ts': 'start\n', 'decision.ts': 'decide\n' };
const fixed = { 'package.json': '{}' };
let drafts: Drafts;
let container: SampleContainer;
let sync: FileSync;
let cameIn: string[];

beforeEach(async () => {
  vi.useFakeTimers();
  let lastId = 0;
  drafts = createDrafts({
    exercise: 'cap-intake',
    version: 1,
    starter,
    database: createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 }),
    channel: { send() {}, listen: () => () => {} },
    journal: null,
    now: () => Date.now(),
    newId: () => `id-${++lastId}`,
  });
  await drafts.load();
  container = createSampleContainer();
  cameIn = [];
  sync = newSync();
});
afterEach(() => {
  sync.close();
  drafts.close();
  vi.useRealTimers();
});

const newSync = (): FileSync =>
  createFileSync({
    drafts,
    container,
    folder,
    starter,
    fixed,
    now: () => Date.now(),
    onTerminalEdit: (file) => cameIn.push(file),
  });

/** A call that waits on timers, with time going on. */
async function timed(call: Promise<void>): Promise<void> {
  let isOver = false;
  void call.then(() => (isOver = true));
  for (let i = 0; i < 500 && !isOver; i++) await vi.advanceTimersByTimeAsync(10);
  expect(isOver).toBe(true);
}
const check = () => timed(sync.check());
async function begin(): Promise<void> {
  container.boot();
  await timed(sync.start());
  container.written.length = 0;
}
const editorFiles = () => drafts.$files.get();
const inContainer = () => Object.fromEntries([...container.texts].filter(([path]) => path.endsWith('.ts')));
const state = () => sync.$status.get().state;

test('a fresh folder gets the editor’s files and what it needs beside them', async () => {
  drafts.edit('solution.ts', 'mine\n');
  expect(state()).toBe('off');
  container.boot();
  const starting = sync.start();
  expect(state()).toBe('writing');
  await timed(starting);
  expect(Object.fromEntries(container.texts)).toEqual({ ...editorFiles(), ...fixed });
  expect(state()).toBe('in-step');
});

test('nothing happens without a container, and it begins by itself when there is one', async () => {
  await timed(sync.start());
  drafts.edit('solution.ts', 'mine\n');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state()).toBe('off');
  container.boot();
  await vi.advanceTimersByTimeAsync(0);
  expect(inContainer()['solution.ts']).toBe('mine\n');
});

test('it waits for the drafts: the starter is not taken for the learner’s text', async () => {
  drafts.close();
  const stored = createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 });
  await stored.putAll('drafts', [['draft:cap-intake/1/solution.ts', { text: 'kept\n', savedAt: 0, stamp: 'a' }]]);
  drafts = createDrafts({
    exercise: 'cap-intake',
    version: 1,
    starter,
    database: stored,
    channel: { send() {}, listen: () => () => {} },
    journal: null,
    now: () => Date.now(),
    newId: () => 'id',
  });
  sync = newSync();
  container.boot();
  const started = sync.start();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(container.written).toEqual([]);
  await drafts.load();
  await timed(started);
  expect(inContainer()['solution.ts']).toBe('kept\n');
});

test('what is typed is written once it comes to rest, file by file', async () => {
  await begin();
  for (const text of ['m', 'mi', 'mine']) {
    drafts.edit('solution.ts', text);
    await vi.advanceTimersByTimeAsync(writeAfterMs - 50);
  }
  expect(container.written).toEqual([]);
  expect(state()).toBe('writing');
  await vi.advanceTimersByTimeAsync(50);
  expect(container.written).toEqual(['solution.ts']);
  expect(inContainer()['solution.ts']).toBe('mine');
  expect(state()).toBe('in-step');
});

test('typing without a pause is written all the same', async () => {
  await begin();
  for (let i = 0; i < 40; i++) {
    drafts.edit('solution.ts', `text ${i}`);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(container.written.length).toBeGreaterThanOrEqual(3);
  expect(container.written.length).toBeLessThanOrEqual(5);
});

test('a write that takes long is followed by what was typed meanwhile, never beside it', async () => {
  await begin();
  container.latencyMs = () => 300;
  drafts.edit('solution.ts', 'one');
  drafts.edit('decision.ts', 'one');
  await vi.advanceTimersByTimeAsync(writeAfterMs + 350);
  expect(container.written).toEqual(['solution.ts', 'decision.ts']);
  // Back to what both sides had agreed on before.
  drafts.edit('solution.ts', 'start\n');
  drafts.edit('decision.ts', 'two');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(inContainer()).toEqual({ 'solution.ts': 'start\n', 'decision.ts': 'two' });
  expect(container.written).toHaveLength(4);
  expect(state()).toBe('in-step');
});

test('what is changed in the terminal comes into the editor at the next look', async () => {
  await begin();
  container.texts.set('solution.ts', 'of the terminal\n');
  await check();
  expect(editorFiles()['solution.ts']).toBe('of the terminal\n');
  expect(cameIn).toEqual(['solution.ts']);
  expect(container.written).toEqual([]);
});

test('while it is watched, nobody needs to ask', async () => {
  await begin();
  const stop = sync.watch();
  container.texts.set('solution.ts', 'one');
  await vi.advanceTimersByTimeAsync(watchEveryMs + settleMs);
  expect(editorFiles()['solution.ts']).toBe('one');
  stop();
  container.texts.set('solution.ts', 'two');
  await vi.advanceTimersByTimeAsync(5 * watchEveryMs);
  expect(editorFiles()['solution.ts']).toBe('one');
});

test('a file that is being saved is waited for: empty and absent texts on the way are not believed', async () => {
  await begin();
  drafts.edit('own.ts', 'own');
  await check();
  container.texts.set('solution.ts', '');
  container.texts.delete('own.ts');
  container.texts.delete('decision.ts');
  const checking = sync.check();
  await vi.advanceTimersByTimeAsync(settleMs / 2);
  container.texts.set('solution.ts', 'saved');
  container.texts.set('own.ts', 'own, saved');
  container.texts.set('decision.ts', 'decided');
  await timed(checking);
  expect(editorFiles()).toEqual({ 'solution.ts': 'saved', 'own.ts': 'own, saved', 'decision.ts': 'decided' });
  expect(drafts.$asides.get()).toEqual([]);
});

test('a file that never rests is left for later, and holds nothing up', async () => {
  await begin();
  let n = 0;
  const busy = setInterval(() => container.texts.set('own.ts', `line ${n++}`), 50);
  container.texts.set('solution.ts', 'changed');
  await check();
  expect(editorFiles()['own.ts']).toBeUndefined();
  expect(editorFiles()['solution.ts']).toBe('changed');
  clearInterval(busy);
  await check();
  expect(editorFiles()['own.ts']).toBe(`line ${n - 1}`);
});

test('a file changed on both sides is asked about, and nothing is overwritten', async () => {
  await begin();
  drafts.edit('solution.ts', 'of the editor');
  container.texts.set('solution.ts', 'of the terminal');
  await vi.advanceTimersByTimeAsync(writeAfterMs + settleMs);
  expect(sync.$conflict.get()).toEqual({
    file: 'solution.ts',
    editorText: 'of the editor',
    terminalText: 'of the terminal',
  });
  expect(state()).toBe('held');
  drafts.edit('solution.ts', 'of the editor, further');
  container.texts.set('solution.ts', 'of the terminal, further');
  expect(sync.$conflict.get()?.editorText).toBe('of the editor, further');
  await check();
  expect(sync.$conflict.get()?.terminalText).toBe('of the terminal, further');
  // The others go on.
  drafts.edit('decision.ts', 'decided');
  await check();
  expect(inContainer()).toEqual({ 'solution.ts': 'of the terminal, further', 'decision.ts': 'decided' });
});

test('the editor’s text chosen, the terminal’s can be brought back', async () => {
  await begin();
  drafts.edit('solution.ts', 'of the editor');
  container.texts.set('solution.ts', 'of the terminal');
  await check();
  await timed(sync.choose('editor'));
  expect(sync.$conflict.get()).toBeNull();
  expect(inContainer()['solution.ts']).toBe('of the editor');
  expect(state()).toBe('in-step');
  expect(drafts.$setAside.get()?.why).toBe('terminal');
  drafts.bringBack();
  expect(editorFiles()['solution.ts']).toBe('of the terminal');
  await check();
  expect(inContainer()['solution.ts']).toBe('of the terminal');
});

test('the terminal’s text chosen, the editor’s can be brought back', async () => {
  await begin();
  drafts.edit('solution.ts', 'of the editor');
  container.texts.set('solution.ts', 'of the terminal');
  await check();
  await timed(sync.choose('terminal'));
  expect(editorFiles()['solution.ts']).toBe('of the terminal');
  expect(inContainer()['solution.ts']).toBe('of the terminal');
  drafts.bringBack();
  expect(editorFiles()['solution.ts']).toBe('of the editor');
});

test('a choice is about what was shown: what the terminal wrote since then asks again', async () => {
  await begin();
  drafts.edit('solution.ts', 'of the editor');
  container.texts.set('solution.ts', 'of the terminal');
  await check();
  container.texts.set('solution.ts', 'newer');
  await timed(sync.choose('editor'));
  expect(sync.$conflict.get()).toMatchObject({ editorText: 'of the editor', terminalText: 'newer' });
  expect(inContainer()['solution.ts']).toBe('newer');
});

test('a choice without a conflict does nothing', async () => {
  await begin();
  await timed(sync.choose('terminal'));
  expect(drafts.$asides.get()).toEqual([]);
});

test('several conflicts wait in a row', async () => {
  await begin();
  for (const file of Object.keys(starter)) {
    drafts.edit(file, 'e');
    container.texts.set(file, 't');
  }
  await check();
  expect(sync.$conflicts.get().map(({ file }) => file)).toEqual([sync.$conflict.get()?.file, expect.any(String)]);
  const first = sync.$conflict.get()?.file;
  await timed(sync.choose('editor'));
  expect(sync.$conflict.get()?.file).not.toBe(first);
  expect(state()).toBe('held');
  await timed(sync.choose('terminal'));
  expect(state()).toBe('in-step');
  expect(inContainer()).toEqual(editorFiles());
  expect(Object.values(editorFiles()).toSorted()).toEqual(['e', 't']);
});

test.each([
  ['both came to the same', 'same', 'same'],
  ['line ends alone differ', 'a\nb\n', 'a\r\nb\r\n'],
])('nothing is asked when %s', async (_, inEditor, inTerminal) => {
  await begin();
  drafts.edit('solution.ts', inEditor);
  container.texts.set('solution.ts', inTerminal);
  await check();
  expect(sync.$conflict.get()).toBeNull();
  expect(editorFiles()['solution.ts']).toBe(inEditor);
  expect(inContainer()['solution.ts']).toBe(inTerminal);
  expect(container.written).toEqual([]);
});

test.each([
  ['the editor takes its change back', () => drafts.edit('solution.ts', 'start\n'), 't'],
  ['the terminal takes its change back', () => void container.texts.set('solution.ts', 'start\n'), 'e'],
  ['one takes over the other’s text', () => drafts.edit('solution.ts', 't'), 't'],
])('a conflict is over when %s', async (_, change, left) => {
  await begin();
  drafts.edit('solution.ts', 'e');
  container.texts.set('solution.ts', 't');
  await check();
  expect(sync.$conflict.get()).not.toBeNull();
  change();
  await check();
  expect(sync.$conflict.get()).toBeNull();
  expect([editorFiles()['solution.ts'], inContainer()['solution.ts']]).toEqual([left, left]);
});

test('the line ends of a file stay as the terminal wrote them', async () => {
  await begin();
  container.texts.set('solution.ts', 'a\r\nb\r\n');
  await check();
  expect(editorFiles()['solution.ts']).toBe('a\nb\n');
  drafts.edit('solution.ts', 'a\nb\nc\n');
  await check();
  expect(inContainer()['solution.ts']).toBe('a\r\nb\r\nc\r\n');
  container.written.length = 0;
  await check();
  expect(container.written).toEqual([]);
});

test('new files come over in both directions, in folders too', async () => {
  await begin();
  container.texts.set('lib/limiter.ts', 'limit');
  container.texts.set('empty.ts', '');
  drafts.addFile('buffer.ts');
  await check();
  expect(editorFiles()).toEqual({ ...starter, 'lib/limiter.ts': 'limit', 'buffer.ts': '', 'empty.ts': '' });
  expect(inContainer()).toEqual(editorFiles());
  expect(sync.$leftAlone.get()).toEqual([]);
});

test('the same new file with two texts is asked about', async () => {
  await begin();
  drafts.edit('buffer.ts', 'e');
  container.texts.set('buffer.ts', 't');
  await check();
  expect(sync.$conflict.get()).toEqual({ file: 'buffer.ts', editorText: 'e', terminalText: 't' });
});

test('what the editor cannot have is left alone and named', async () => {
  await begin();
  container.texts.set('MyBuffer.ts', 'x');
  container.texts.set('types.d.ts', 'x');
  container.texts.set('latin.ts', 'gr\uFFFDn');
  container.texts.set('huge.ts', 'x'.repeat(300_000));
  container.texts.set('a/b/c/d/e.ts', 'x');
  container.texts.set('node_modules/rxjs/index.ts', 'x');
  container.texts.set('.cache/x.ts', 'x');
  await check();
  expect(editorFiles()).toEqual(starter);
  expect(sync.$leftAlone.get().map(({ file, reason }) => [file, reason])).toEqual([
    ['MyBuffer.ts', 'name'],
    ['a/b/c/d/', 'too-many'],
    ['huge.ts', 'too-large'],
    ['latin.ts', 'not-text'],
    ['types.d.ts', 'name'],
  ]);
  for (const { why } of sync.$leftAlone.get()) expect(why).toMatch(/^[a-z]/);
  expect(state()).toBe('in-step');
  for (const path of container.texts.keys()) if (!(path in starter)) container.texts.delete(path);
  await check();
  expect(sync.$leftAlone.get()).toEqual([]);
});

test('no more than sixty files', async () => {
  await begin();
  for (let i = 10; i < 80; i++) container.texts.set(`f${i}.ts`, 'x');
  await check();
  expect(Object.keys(editorFiles())).toHaveLength(60);
  expect(sync.$leftAlone.get().map(({ file }) => file)).toEqual(Array.from({ length: 12 }, (_, i) => `f${68 + i}.ts`));
});

test('a file of the exercise that turns unreadable keeps both sides apart, until it is removed there', async () => {
  await begin();
  container.texts.set('solution.ts', 'gr\uFFFDn');
  await check();
  drafts.edit('solution.ts', 'of the editor');
  await check();
  expect(inContainer()['solution.ts']).toBe('gr\uFFFDn');
  expect(editorFiles()['solution.ts']).toBe('of the editor');
  expect(sync.$leftAlone.get()).toMatchObject([{ file: 'solution.ts', reason: 'not-text' }]);
  container.texts.delete('solution.ts');
  await check();
  expect(inContainer()['solution.ts']).toBe('of the editor');
  expect(sync.$leftAlone.get()).toEqual([]);
});

test('characters that UTF-8 has no room for do not come back as a change', async () => {
  await begin();
  drafts.edit('solution.ts', 'half \uD83C');
  await check();
  expect(inContainer()['solution.ts']).toBe('half \uFFFD');
  container.written.length = 0;
  await check();
  expect([container.written, sync.$leftAlone.get(), state()]).toEqual([[], [], 'in-step']);
});

test('own files that were removed in the terminal go from the editor together, and can be brought back', async () => {
  await begin();
  drafts.edit('a.ts', 'a');
  drafts.edit('lib/b.ts', 'b');
  await check();
  container.texts.delete('a.ts');
  container.texts.delete('lib/b.ts');
  await check();
  expect(editorFiles()).toEqual(starter);
  expect(drafts.$asides.get()).toHaveLength(1);
  drafts.bringBack();
  await check();
  expect(inContainer()).toEqual({ ...starter, 'a.ts': 'a', 'lib/b.ts': 'b' });
});

test('a file that is typed in while its removal is looked at stays, and is asked about', async () => {
  await begin();
  drafts.edit('own.ts', 'own');
  await check();
  container.texts.delete('own.ts');
  // Another file keeps the look going when this one is through.
  container.texts.set('solution.ts', 'on its way');
  const checking = sync.check();
  await vi.advanceTimersByTimeAsync(settleMs - 10);
  container.texts.set('solution.ts', 'saved');
  await vi.advanceTimersByTimeAsync(20);
  drafts.edit('own.ts', 'own, further');
  await timed(checking);
  expect(editorFiles()['own.ts']).toBe('own, further');
  await vi.advanceTimersByTimeAsync(writeAfterMs + settleMs);
  expect(sync.$conflict.get()).toEqual({ file: 'own.ts', editorText: 'own, further', terminalText: null });
});

test('a file of the exercise that was removed in the terminal is written again', async () => {
  await begin();
  drafts.edit('solution.ts', 'mine');
  await check();
  container.texts.delete('solution.ts');
  drafts.edit('solution.ts', 'mine, further');
  await check();
  expect(inContainer()['solution.ts']).toBe('mine, further');
  expect(sync.$conflict.get()).toBeNull();
});

test('a file removed in the editor goes from the container while that has the agreed text', async () => {
  await begin();
  drafts.edit('own.ts', 'own');
  await check();
  drafts.removeFile('own.ts');
  await vi.advanceTimersByTimeAsync(writeAfterMs);
  expect(inContainer()).toEqual(starter);
});

test.each(['editor', 'terminal'] as const)(
  'a file removed in the editor and changed in the terminal is asked about: the %s’s way',
  async (which) => {
    await begin();
    drafts.edit('own.ts', 'own');
    await check();
    drafts.removeFile('own.ts');
    container.texts.set('own.ts', 'changed');
    await check();
    expect(sync.$conflict.get()).toEqual({ file: 'own.ts', editorText: null, terminalText: 'changed' });
    await timed(sync.choose(which));
    const expected = which === 'editor' ? undefined : 'changed';
    expect([editorFiles()['own.ts'], inContainer()['own.ts']]).toEqual([expected, expected]);
    if (which === 'editor') expect(drafts.$setAside.get()?.files['own.ts']).toBe('changed');
  },
);

test.each(['editor', 'terminal'] as const)(
  'a file changed in the editor and removed in the terminal is asked about: the %s’s way',
  async (which) => {
    await begin();
    drafts.edit('own.ts', 'own');
    await check();
    drafts.edit('own.ts', 'changed');
    container.texts.delete('own.ts');
    await check();
    expect(sync.$conflict.get()).toEqual({ file: 'own.ts', editorText: 'changed', terminalText: null });
    await timed(sync.choose(which));
    const expected = which === 'editor' ? 'changed' : undefined;
    expect([editorFiles()['own.ts'], inContainer()['own.ts']]).toEqual([expected, expected]);
    if (which === 'terminal') expect(drafts.$setAside.get()?.files['own.ts']).toBe('changed');
  },
);

test('a reset, and its undoing, reach the container', async () => {
  await begin();
  drafts.edit('solution.ts', 'mine');
  drafts.edit('own.ts', 'own');
  await check();
  drafts.reset();
  await vi.advanceTimersByTimeAsync(writeAfterMs);
  expect(inContainer()).toEqual(starter);
  drafts.bringBack();
  await vi.advanceTimersByTimeAsync(writeAfterMs);
  expect(inContainer()).toEqual({ ...starter, 'solution.ts': 'mine', 'own.ts': 'own' });
});

test('a new container gets all of the editor’s files, and package.json as it last stood', async () => {
  await begin();
  drafts.edit('own.ts', 'own');
  container.texts.set('solution.ts', 'of the terminal');
  container.texts.set('package.json', '{"dependencies":{}}');
  await check();
  container.lose();
  expect(state()).toBe('off');
  drafts.edit('decision.ts', 'decided meanwhile');
  drafts.removeFile('own.ts');
  container.boot();
  expect(state()).toBe('writing');
  await check();
  expect(Object.fromEntries(container.texts)).toEqual({
    'solution.ts': 'of the terminal',
    'decision.ts': 'decided meanwhile',
    'package.json': '{"dependencies":{}}',
  });
  expect(sync.$conflict.get()).toBeNull();
});

test('a conflict outlives its container: the terminal’s text is put back and still asked about', async () => {
  await begin();
  drafts.edit('solution.ts', 'e');
  container.texts.set('solution.ts', 't\r\n');
  await check();
  container.lose();
  expect(sync.$conflict.get()).not.toBeNull();
  container.boot();
  await check();
  expect(inContainer()['solution.ts']).toBe('t\r\n');
  expect(sync.$conflict.get()).toMatchObject({ editorText: 'e', terminalText: 't\r\n' });
  await timed(sync.choose('terminal'));
  expect(editorFiles()['solution.ts']).toBe('t\n');
});

test('and it is over as it would have been before', async () => {
  await begin();
  drafts.edit('solution.ts', 'agreed');
  await check();
  drafts.edit('solution.ts', 'e');
  container.texts.set('solution.ts', 't');
  await check();
  container.lose();
  container.boot();
  await check();
  drafts.edit('solution.ts', 'agreed');
  await check();
  expect([editorFiles()['solution.ts'], sync.$conflict.get()]).toEqual(['t', null]);
});

test('a text in conflict is kept until it can be put back', async () => {
  await begin();
  drafts.edit('solution.ts', 'e');
  container.texts.set('solution.ts', 't');
  await check();
  container.lose();
  container.boot();
  container.fault = (kind) => (kind === 'write' ? 'fails' : 'none');
  await check();
  await check();
  expect(sync.$conflict.get()).toMatchObject({ editorText: 'e', terminalText: 't' });
  expect(state()).toBe('broken');
  container.fault = () => 'none';
  await check();
  expect(inContainer()['solution.ts']).toBe('t');
  expect(state()).toBe('held');
});

test('a text in conflict makes way for what is typed in the new container first, and is put aside', async () => {
  await begin();
  drafts.edit('solution.ts', 'e');
  container.texts.set('solution.ts', 't');
  await check();
  container.lose();
  container.latencyMs = () => 20;
  container.boot();
  container.texts.set('solution.ts', 'typed at once');
  await check();
  expect(inContainer()['solution.ts']).toBe('typed at once');
  expect(sync.$conflict.get()).toMatchObject({ editorText: 'e', terminalText: 'typed at once' });
  // Brought back, the older text is not the one that was written over.
  drafts.bringBack();
  await check();
  expect(sync.$conflict.get()).toMatchObject({ editorText: 't', terminalText: 'typed at once' });
});

test.each(['editor', 'terminal'] as const)(
  'a conflict can be settled while there is no container: the %s’s way',
  async (which) => {
    await begin();
    drafts.edit('solution.ts', 'e');
    container.texts.set('solution.ts', 't');
    await check();
    container.lose();
    await timed(sync.choose(which));
    container.boot();
    await check();
    const [kept, other] = which === 'editor' ? ['e', 't'] : ['t', 'e'];
    expect([editorFiles()['solution.ts'], inContainer()['solution.ts']]).toEqual([kept, kept]);
    expect(drafts.$setAside.get()?.files['solution.ts']).toBe(other);
    expect(state()).toBe('in-step');
  },
);

test('a conflict settled while its text could not yet be put back is settled', async () => {
  await begin();
  drafts.edit('solution.ts', 'e');
  container.texts.set('solution.ts', 't');
  await check();
  container.lose();
  container.boot();
  container.fault = () => 'does-and-fails';
  await check();
  expect(state()).toBe('broken');
  expect(sync.$conflict.get()?.terminalText).toBe('t');
  container.fault = () => 'none';
  await timed(sync.choose('editor'));
  await check();
  expect([inContainer()['solution.ts'], sync.$conflict.get(), state()]).toEqual(['e', null, 'in-step']);
});

test('a container that is exchanged in the midst of a look leaves no mark on the editor', async () => {
  await begin();
  drafts.edit('own.ts', 'own');
  await check();
  container.latencyMs = () => 40;
  const checking = sync.check();
  await vi.advanceTimersByTimeAsync(20);
  container.lose();
  container.boot();
  await timed(checking);
  await check();
  expect(editorFiles()).toEqual({ ...starter, 'own.ts': 'own' });
  expect(inContainer()).toEqual(editorFiles());
  expect(drafts.$asides.get()).toEqual([]);
});

test('the first look at a folder that has files: the exercise’s own text gives way, a person’s is asked about', async () => {
  drafts.edit('solution.ts', 'mine');
  drafts.edit('decision.ts', 'mine');
  container.boot();
  container.texts.set('solution.ts', 'start\n');
  container.texts.set('decision.ts', 'typed in the terminal');
  await timed(sync.start());
  expect(inContainer()).toEqual({ 'solution.ts': 'mine', 'decision.ts': 'typed in the terminal' });
  expect(sync.$conflict.get()?.file).toBe('decision.ts');
});

test('calls during a check cause exactly one more, which sees what came meanwhile', async () => {
  await begin();
  container.latencyMs = () => 20;
  container.read.length = 0;
  const first = sync.check();
  await vi.advanceTimersByTimeAsync(30);
  const later = [sync.check(), sync.check(), sync.check()];
  expect(new Set(later).size).toBe(1);
  container.texts.set('solution.ts', 'late');
  await timed(first);
  await timed(Promise.all(later).then(() => {}));
  expect(editorFiles()['solution.ts']).toBe('late');
  expect(container.read.filter((path) => path === 'package.json')).toHaveLength(2);
});

test.each(['fails', 'does-and-fails'] as const)(
  'a write that %s is said, and made good at the next look',
  async (how) => {
    await begin();
    container.fault = () => (container.written.length > 0 ? how : 'none');
    drafts.edit('solution.ts', 'mine');
    drafts.edit('decision.ts', 'mine');
    await vi.advanceTimersByTimeAsync(writeAfterMs);
    const status = sync.$status.get();
    expect(status).toMatchObject({ state: 'broken', words: expect.stringContaining('ENOENT') as string });
    drafts.edit('solution.ts', 'mine, further');
    container.fault = () => 'none';
    await check();
    expect(inContainer()).toEqual({ 'solution.ts': 'mine, further', 'decision.ts': 'mine' });
    expect([state(), sync.$conflict.get()]).toEqual(['in-step', null]);
  },
);

test('what was written over a write of ours that arrived unnoticed is asked about', async () => {
  await begin();
  drafts.edit('own.ts', 'own');
  await check();
  container.fault = (kind) => (kind === 'write' ? 'does-and-fails' : 'none');
  drafts.removeFile('own.ts');
  await check();
  expect([inContainer()['own.ts'], state()]).toEqual([undefined, 'broken']);
  container.fault = () => 'none';
  drafts.bringBack();
  container.texts.set('own.ts', 'new in the terminal');
  await check();
  expect(sync.$conflict.get()).toEqual({ file: 'own.ts', editorText: 'own', terminalText: 'new in the terminal' });
});

test('a read or a listing that fails is said, changes nothing, and is tried again', async () => {
  await begin();
  drafts.edit('own.ts', 'own');
  await check();
  container.fault = () => 'fails';
  container.texts.set('new.ts', 'new');
  await check();
  expect(state()).toBe('broken');
  expect(editorFiles()).toEqual({ ...starter, 'own.ts': 'own' });
  container.fault = () => 'none';
  await check();
  expect(state()).toBe('in-step');
  expect(editorFiles()['new.ts']).toBe('new');
});

test('a listener that throws does not end it', async () => {
  await begin();
  const stop = drafts.$files.listen(() => {
    throw new Error('The editor could not show it.');
  });
  container.texts.set('solution.ts', 'changed');
  await check();
  expect(sync.$status.get()).toMatchObject({ state: 'broken' });
  stop();
  await check();
  expect(state()).toBe('in-step');
  expect(editorFiles()['solution.ts']).toBe('changed');
});

test('once closed it touches nothing, and it can be begun again', async () => {
  await begin();
  const stop = sync.watch();
  container.latencyMs = () => 20;
  container.texts.set('solution.ts', 'of the terminal');
  const checking = sync.check();
  await vi.advanceTimersByTimeAsync(10);
  sync.close();
  await timed(checking);
  drafts.edit('decision.ts', 'decided');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(editorFiles()['solution.ts']).toBe('start\n');
  expect([container.written, state()]).toEqual([[], 'off']);
  stop();
  await timed(sync.start());
  expect(editorFiles()['solution.ts']).toBe('of the terminal');
  expect(inContainer()['decision.ts']).toBe('decided');
});
