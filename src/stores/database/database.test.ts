import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDatabase, type Database } from './database.ts';

const options = { name: 'test', isAvailable: true, openWithinMs: 200 };
let database: Database;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  database = createDatabase(options);
});
afterEach(() => {
  database.close();
  vi.restoreAllMocks();
});

/** Makes IndexedDB refuse every write with an error of this name, until the result is called. */
function refuseWrites(name: string): () => void {
  const spy = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('No.', name);
  });
  return () => spy.mockRestore();
}

test('what is put is found again by its key and by the beginning of it, also by the next page', async () => {
  await database.putAll('drafts', [
    ['a/1', 'one'],
    ['a/2', 'two'],
    ['b/1', 'three'],
  ]);
  const next = createDatabase(options);
  expect(await next.entries('drafts', 'a/')).toEqual([
    ['a/1', 'one'],
    ['a/2', 'two'],
  ]);
  expect(await next.entries('drafts')).toHaveLength(3);
  expect(await next.entries('events')).toEqual([]);
  expect(next.$trouble.get()).toBeNull();
  next.close();
});

test('a change sees the value that is stored, and can put, delete or leave it', async () => {
  await database.change<number>('drafts', 'n', (known) => ({ put: (known ?? 0) + 1 }));
  await database.change<number>('drafts', 'n', (known) => ({ put: (known ?? 0) + 1 }));
  await database.change<number>('drafts', 'n', () => 'leave');
  expect(await database.entries('drafts', 'n')).toEqual([['n', 2]]);
  await database.change<number>('drafts', 'n', () => 'delete');
  expect(await database.entries('drafts', 'n')).toEqual([]);
});

test('changes of two tabs at once follow one another', async () => {
  const other = createDatabase(options);
  const increment = (known: number | undefined) => ({ put: (known ?? 0) + 1 });
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => (i % 2 ? database : other).change<number>('drafts', 'n', increment)),
  );
  expect(await other.entries('drafts', 'n')).toEqual([['n', 10]]);
  other.close();
});

test('without IndexedDB everything works in memory, and the trouble is told', async () => {
  const refused = createDatabase({ ...options, isAvailable: false });
  await refused.putAll('drafts', [['a', 1]]);
  await refused.change<number>('drafts', 'a', (known) => ({ put: (known ?? 0) + 1 }));
  expect(await refused.entries('drafts')).toEqual([['a', 2]]);
  await refused.change('drafts', 'a', () => 'delete');
  expect(await refused.entries('drafts')).toEqual([]);
  expect(refused.$trouble.get()).toBe('refused');
});

test.each([
  ['throws', () => expectThrow()],
  ['never answers', () => ({}) as IDBOpenDBRequest],
])('an IndexedDB whose open %s is done without', async (_, open) => {
  vi.spyOn(indexedDB, 'open').mockImplementation(open);
  const refused = createDatabase({ ...options, openWithinMs: 20 });
  await refused.putAll('drafts', [['a', 1]]);
  expect(await refused.entries('drafts')).toEqual([['a', 1]]);
  expect(refused.$trouble.get()).toBe('refused');
});
function expectThrow(): never {
  throw new DOMException('Storage is not allowed here.', 'SecurityError');
}

test('what a full disk refuses is held, can be read, and is stored with the first write that is taken', async () => {
  await database.putAll('drafts', [['a', 'old']]);
  const allow = refuseWrites('QuotaExceededError');
  await database.change('drafts', 'a', () => ({ put: 'new' }));
  await database.putAll('verdicts', [['v', 1]]);
  expect(database.$trouble.get()).toBe('full');
  expect(await database.entries('drafts')).toEqual([['a', 'new']]);

  allow();
  await database.change('drafts', 'b', () => ({ put: 'more' }));
  expect(database.$trouble.get()).toBeNull();
  const next = createDatabase(options);
  expect(await next.entries('drafts')).toEqual([
    ['a', 'new'],
    ['b', 'more'],
  ]);
  expect(await next.entries('verdicts')).toEqual([['v', 1]]);
  next.close();
});

test('a connection that the browser closed is opened again', async () => {
  await database.putAll('drafts', [['a', 1]]);
  // A deletion closes every connection that listens to it.
  await new Promise((resolve) => {
    indexedDB.deleteDatabase('test').onsuccess = resolve;
  });
  await database.putAll('drafts', [['b', 2]]);
  expect(await database.entries('drafts')).toEqual([['b', 2]]);
  expect(database.$trouble.get()).toBeNull();
});
