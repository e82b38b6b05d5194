import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Channel } from '../channel.ts';
import { createDatabase, type Database } from '../database/database.ts';
import { createDrafts, saveWithinMs, type DraftMessage, type Drafts, type Journal } from './drafts.ts';

const starter = { 'solution.ts': 'start', 'decision.ts': 'decide' };
let database: Database;
let tabs: Set<(message: DraftMessage) => void>;
let journal: Journal & { readonly texts: Map<string, string> };
let lastId = 0;
const opened: Drafts[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  database = createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 });
  tabs = new Set();
  journal = memoryStorage();
});
afterEach(() => {
  for (const drafts of opened.splice(0)) drafts.close();
  vi.useRealTimers();
});

function memoryStorage(): Journal & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    get length() {
      return texts.size;
    },
    key: (i) => [...texts.keys()][i] ?? null,
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  };
}

function channel({ isDeaf = false } = {}): Channel<DraftMessage> {
  let own: ((message: DraftMessage) => void) | null = null;
  return {
    send: (message) => tabs.forEach((hear) => hear !== own && hear(message)),
    listen(hear) {
      own = hear;
      if (!isDeaf) tabs.add(hear);
      return () => tabs.delete(hear);
    },
  };
}

interface TabOptions {
  version?: number;
  files?: Record<string, string>;
  isDeaf?: boolean;
}
async function tab({ version = 1, files = starter, isDeaf = false }: TabOptions = {}): Promise<Drafts> {
  const drafts = createDrafts({
    exercise: 'cap-intake',
    version,
    starter: files,
    database,
    channel: channel({ isDeaf }),
    journal,
    now: () => Date.now(),
    newId: () => `id-${++lastId}`,
  });
  opened.push(drafts);
  await drafts.load();
  return drafts;
}
const settled = () => vi.advanceTimersByTimeAsync(saveWithinMs);

test('the starter stands until something is typed, and what is typed is there on the next visit', async () => {
  const drafts = await tab();
  expect(drafts.$files.get()).toEqual(starter);
  expect(drafts.$status.get()).toBe('saved');
  drafts.edit('solution.ts', 'mine');
  expect(drafts.$status.get()).toBe('saving');
  await settled();
  expect(drafts.$status.get()).toBe('saved');
  drafts.close();
  expect((await tab()).$files.get()).toEqual({ ...starter, 'solution.ts': 'mine' });
});

test('typing without a pause is saved all the same, every quarter of a second', async () => {
  const drafts = await tab();
  for (let i = 0; i < 10; i++) {
    drafts.edit('solution.ts', `text ${i}`);
    await vi.advanceTimersByTimeAsync(saveWithinMs / 4);
  }
  const [[, stored] = []] = await database.entries<{ text: string }>('drafts', 'draft:');
  expect(stored?.text).toMatch(/text [7-9]/);
});

test('a text that is the starter again is no draft: a mended starter reaches the learner', async () => {
  const drafts = await tab();
  drafts.edit('solution.ts', 'mine');
  await settled();
  drafts.edit('solution.ts', 'start');
  await settled();
  expect((await tab({ files: { ...starter, 'solution.ts': 'mended' } })).$files.get()['solution.ts']).toBe('mended');
});

test('a reset can be undone, the undoing as well, and after a reload too', async () => {
  const drafts = await tab();
  drafts.edit('solution.ts', 'mine');
  drafts.addFile('buffer.ts');
  drafts.edit('buffer.ts', 'more of mine');
  drafts.reset();
  expect(drafts.$files.get()).toEqual(starter);
  await settled();

  const later = await tab();
  expect(later.$files.get()).toEqual(starter);
  expect(later.$setAside.get()?.why).toBe('reset');
  later.edit('solution.ts', 'anew');
  later.bringBack();
  expect(later.$files.get()).toEqual({ ...starter, 'solution.ts': 'mine', 'buffer.ts': 'more of mine' });
  later.bringBack();
  expect(later.$files.get()).toEqual({ ...starter, 'solution.ts': 'anew' });
  later.bringBack();
  await settled();
  expect((await tab()).$files.get()['buffer.ts']).toBe('more of mine');
});

test('a file of one’s own has a plain name, and removing it can be undone', async () => {
  const drafts = await tab();
  expect(drafts.flawOfName('../x.ts')).toContain('small letters');
  expect(drafts.flawOfName('solution.ts')).toContain('already');
  expect(drafts.flawOfName('buffer.ts')).toBeNull();
  drafts.addFile('buffer.ts');
  drafts.removeFile('buffer.ts');
  drafts.removeFile('solution.ts');
  expect(drafts.$files.get()).toEqual(starter);
  drafts.bringBack();
  expect(Object.keys(drafts.$files.get())).toContain('buffer.ts');
});

test.each(['lib/limiter.ts', 'a/b/c/d.ts'])('a file may stand in a folder, in store as well: %s', async (name) => {
  const drafts = await tab();
  expect(drafts.flawOfName(name)).toBeNull();
  drafts.addFile(name);
  drafts.edit(name, 'mine');
  await settled();
  const later = await tab();
  expect(later.$files.get()).toEqual({ ...starter, [name]: 'mine' });
  later.edit(name, 'the last word');
  // The page is gone before the database answers.
  const gone = vi.spyOn(database, 'change').mockReturnValue(new Promise(() => {}));
  later.leave();
  later.close();
  await settled();
  gone.mockRestore();
  expect((await tab()).$files.get()[name]).toBe('the last word');
  await settled();
  // The first tab was told, by the file's whole name.
  expect(drafts.$conflict.get()).toMatchObject({ file: name, text: 'the last word' });
});

test.each(['lib/', '/x.ts', 'lib//x.ts', 'lib/../x.ts', './x.ts', 'node_modules/x.ts', 'Lib/x.ts', 'a/b/c/d/e.ts'])(
  'no folder of one’s own leads astray: %s',
  async (name) => {
    expect((await tab()).flawOfName(name)).toContain('small letters');
  },
);

test('several files that are removed together are brought back together', async () => {
  const drafts = await tab();
  drafts.edit('a.ts', 'a');
  drafts.edit('b.ts', 'b');
  drafts.removeFile('a.ts', 'b.ts', 'solution.ts', 'nowhere.ts');
  expect(drafts.$files.get()).toEqual(starter);
  expect(drafts.$asides.get()).toHaveLength(1);
  drafts.removeFile('nowhere.ts');
  expect(drafts.$asides.get()).toHaveLength(1);
  drafts.bringBack();
  expect(drafts.$files.get()).toEqual({ ...starter, 'a.ts': 'a', 'b.ts': 'b' });
});

test('nothing that was set aside is lost to what is set aside later: bringing back comes by all of it', async () => {
  const drafts = await tab();
  for (const text of ['one', 'two', 'three']) {
    drafts.edit('solution.ts', text);
    drafts.reset();
  }
  drafts.putAside('terminal', { ...starter, 'solution.ts': 'of the terminal' });
  await settled();

  const later = await tab();
  expect(later.$setAside.get()).toEqual(later.$asides.get()[0]);
  expect(later.$setAside.get()?.why).toBe('terminal');
  later.edit('solution.ts', 'four');
  const seen = Array.from({ length: 10 }, () => {
    later.bringBack();
    return later.$files.get()['solution.ts'];
  });
  const round = ['of the terminal', 'three', 'two', 'one', 'four'];
  expect(seen).toEqual([...round, ...round]);
});

test('the same files are set aside once', async () => {
  const drafts = await tab();
  drafts.edit('solution.ts', 'mine');
  drafts.putAside('terminal', drafts.$files.get());
  drafts.reset();
  expect(drafts.$asides.get().map(({ why }) => why)).toEqual(['reset']);
});

test('what two tabs set aside is kept side by side', async () => {
  const here = await tab();
  const there = await tab();
  here.putAside('terminal', { 'solution.ts': 'here' });
  there.putAside('terminal', { 'solution.ts': 'there' });
  await settled();
  const texts = (await tab()).$asides.get().map(({ files }) => files['solution.ts']);
  expect(new Set(texts)).toEqual(new Set(['here', 'there']));
});

test('the oldest go when there is too much of it, the newest never', async () => {
  const drafts = await tab();
  for (let i = 0; i < 60; i++) {
    await vi.advanceTimersByTimeAsync(1);
    drafts.putAside('reset', { 'solution.ts': `text ${i}` });
  }
  expect(drafts.$asides.get()).toHaveLength(40);
  expect(drafts.$asides.get().at(-1)?.files['solution.ts']).toBe('text 20');
  await vi.advanceTimersByTimeAsync(1);
  drafts.putAside('reset', { 'solution.ts': 'x'.repeat(5_000_000) });
  expect(drafts.$asides.get()).toHaveLength(1);
});

test('files set aside by an earlier version of the site, one alone, are found', async () => {
  await database.putAll('drafts', [
    ['aside:cap-intake/1', { why: 'reset', files: { ...starter, 'solution.ts': 'mine' }, at: 5 }],
  ]);
  const drafts = await tab();
  expect(drafts.$setAside.get()).toMatchObject({ why: 'reset', at: 5 });
  drafts.bringBack();
  expect(drafts.$files.get()['solution.ts']).toBe('mine');
  await settled();
  expect((await tab()).$setAside.get()).toBeNull();
});

test('a draft of an older version is shown and asked about', async () => {
  const old = await tab();
  old.edit('solution.ts', 'mine of version 1');
  await settled();
  old.close();

  const newer = { 'solution.ts': 'new start', 'decision.ts': 'decide anew' };
  const drafts = await tab({ version: 2, files: newer });
  expect(drafts.$older.get()).toMatchObject({ version: 1, files: { 'solution.ts': 'mine of version 1' } });
  expect(drafts.$files.get()).toEqual({ ...newer, 'solution.ts': 'mine of version 1' });
  // Not answered: asked again.
  drafts.close();
  expect((await tab({ version: 2, files: newer })).$older.get()).not.toBeNull();
});

test('starting from the new files keeps the old ones at hand and is not asked again', async () => {
  const old = await tab();
  old.edit('solution.ts', 'mine of version 1');
  await settled();
  const newer = { 'solution.ts': 'new start' };
  const drafts = await tab({ version: 2, files: newer });
  drafts.chooseOlder('new');
  await settled();
  expect(drafts.$files.get()).toEqual(newer);

  const later = await tab({ version: 2, files: newer });
  expect(later.$older.get()).toBeNull();
  expect(later.$files.get()).toEqual(newer);
  later.bringBack();
  expect(later.$files.get()['solution.ts']).toBe('mine of version 1');
  // The draft of version 1 itself was not touched.
  expect((await tab()).$files.get()['solution.ts']).toBe('mine of version 1');
});

test.each(['by saying so', 'by typing on'])('an older draft is kept %s', async (how) => {
  const old = await tab();
  old.edit('solution.ts', 'mine');
  await settled();
  const drafts = await tab({ version: 2 });
  if (how === 'by typing on') drafts.edit('solution.ts', 'mine, further');
  else drafts.chooseOlder('mine');
  await settled();
  const later = await tab({ version: 2 });
  expect(later.$older.get()).toBeNull();
  expect(later.$files.get()['solution.ts']).toMatch(/^mine/);
});

test.each([
  ['at once, by its message', false],
  ['before it saves, though no message came', true],
])('a text that another tab saved is noticed %s and never overwritten unasked', async (_, isDeaf) => {
  const here = await tab({ isDeaf });
  const there = await tab();
  there.edit('solution.ts', 'of the other tab');
  await settled();
  here.edit('solution.ts', 'of this tab');
  await settled();
  expect(here.$conflict.get()).toMatchObject({ file: 'solution.ts', text: 'of the other tab' });
  expect(here.$status.get()).toBe('held');
  here.edit('solution.ts', 'of this tab, further');
  await settled();
  expect((await tab()).$files.get()['solution.ts']).toBe('of the other tab');
});

test('keeping this tab’s text saves it, and the other tab is asked in its turn', async () => {
  const here = await tab();
  const there = await tab();
  there.edit('solution.ts', 'theirs');
  await settled();
  here.edit('solution.ts', 'mine');
  here.chooseTab('this');
  await settled();
  expect(here.$conflict.get()).toBeNull();
  expect(here.$status.get()).toBe('saved');
  expect(there.$conflict.get()).toMatchObject({ text: 'mine' });
  expect((await tab()).$files.get()['solution.ts']).toBe('mine');
});

test('taking the other tab’s text keeps this one’s at hand', async () => {
  const here = await tab();
  const there = await tab();
  here.edit('solution.ts', 'mine');
  there.edit('solution.ts', 'theirs');
  await settled();
  const asked = here.$conflict.get() === null ? there : here;
  const before = asked.$files.get()['solution.ts'];
  asked.chooseTab('other');
  await settled();
  expect(asked.$files.get()['solution.ts']).not.toBe(before);
  expect(asked.$setAside.get()).toMatchObject({ why: 'other-tab', files: { 'solution.ts': before } });
});

test('two tabs that say the same have nothing to ask', async () => {
  const here = await tab();
  const there = await tab();
  there.edit('solution.ts', 'same');
  await settled();
  here.chooseTab('other');
  expect(here.$conflict.get()).toBeNull();
  here.edit('solution.ts', 'and on');
  there.edit('decision.ts', 'another file');
  await settled();
  expect(here.$conflict.get()?.file).toBe('decision.ts');
});

test('what was typed in the last moment of a page is there on the next', async () => {
  const drafts = await tab();
  // The page is gone before the database answers.
  const gone = vi.spyOn(database, 'change').mockReturnValue(new Promise(() => {}));
  drafts.edit('solution.ts', 'the last word');
  drafts.leave();
  drafts.close();
  await vi.waitFor(() => expect(gone).toHaveBeenCalled());
  gone.mockRestore();
  const later = await tab();
  expect(later.$files.get()['solution.ts']).toBe('the last word');
  await settled();
  expect(journal.texts.size).toBe(0);
  expect(later.$status.get()).toBe('saved');
});

test('a last word that did reach the database leaves nothing to ask', async () => {
  const drafts = await tab();
  drafts.edit('solution.ts', 'the last word');
  drafts.leave();
  await settled();
  journal.setItem('spillway:unsaved:cap-intake/1/other', '{"solution.ts":{"text":"the last word","after":null}}');
  const later = await tab();
  expect(later.$conflict.get()).toBeNull();
  expect(later.$files.get()['solution.ts']).toBe('the last word');
});

test('a journal that cannot be read or written is done without', async () => {
  journal.setItem('spillway:unsaved:cap-intake/1/broken', '{');
  vi.spyOn(journal, 'setItem').mockImplementation(() => {
    throw new DOMException('Full.', 'QuotaExceededError');
  });
  const drafts = await tab();
  drafts.edit('solution.ts', 'mine');
  expect(() => drafts.leave()).not.toThrow();
  await settled();
  expect((await tab()).$files.get()['solution.ts']).toBe('mine');
});
