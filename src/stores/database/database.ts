// Where everything of the learner is kept: IndexedDB when the browser allows it, memory when it does not.

import { openDB, type IDBPDatabase } from 'idb';
import { atom, type ReadableAtom } from 'nanostores';

/** What is kept: one shelf for each kind of thing, each value under a key of text. */
export type Shelf = 'events' | 'drafts' | 'verdicts';
const shelves: readonly Shelf[] = ['events', 'drafts', 'verdicts'];

/** Why what is new stays in this tab's memory: the browser refuses storage, or has no more room. */
export type StorageTrouble = 'refused' | 'full';

/** What `change` does with a value. */
export type Edit<T> = { readonly put: T } | 'delete' | 'leave';

/**
 * Laws: no call rejects, whatever the browser does; what was put can be read again by this tab; what
 * could not be kept is tried again with the next write, and `$trouble` says so until it is kept.
 */
export interface Database {
  /** Null while everything is kept on this device. */
  readonly $trouble: ReadableAtom<StorageTrouble | null>;
  /** The value of exactly this key. */
  get<T>(shelf: Shelf, key: string): Promise<T | undefined>;
  /** All entries whose key begins with `prefix`, in order of key. */
  entries<T>(shelf: Shelf, prefix?: string): Promise<[key: string, value: T][]>;
  /** Reads a value and writes another in its place, with nothing of another tab in between. */
  change<T>(shelf: Shelf, key: string, edit: (known: T | undefined) => Edit<T>): Promise<void>;
  /** Puts all of them or, should the browser refuse, keeps all of them in memory. */
  putAll(shelf: Shelf, entries: readonly (readonly [key: string, value: unknown])[]): Promise<void>;
  close(): void;
}

export interface DatabaseOptions {
  readonly name: string;
  /** False where there is no IndexedDB at all. */
  readonly isAvailable: boolean;
  /** Some browsers leave `open` without an answer; after this long we go on without it. */
  readonly openWithinMs: number;
}

const absent = Symbol('deleted, and not yet so in IndexedDB');

export function createDatabase({ name, isAvailable, openWithinMs }: DatabaseOptions): Database {
  const $trouble = atom<StorageTrouble | null>(null);
  /** What IndexedDB did not take, by shelf and key. */
  const memory = new Map<Shelf, Map<string, unknown>>(shelves.map((shelf) => [shelf, new Map()]));
  let opening: Promise<IDBPDatabase | null> | null = null;
  /** Changes of this tab follow one another, so that memory and IndexedDB cannot disagree on the order. */
  let last: Promise<unknown> = Promise.resolve();

  function open(): Promise<IDBPDatabase | null> {
    opening ??= isAvailable ? openWithin() : Promise.resolve(refuse());
    return opening;
  }

  async function openWithin(): Promise<IDBPDatabase | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const opened = openDB(name, 1, {
        upgrade(db) {
          for (const shelf of shelves) db.createObjectStore(shelf);
        },
        // Another tab brings a newer version of the site: let it, and open again when we need it.
        blocking: () => forget(),
        terminated: () => forget(),
      });
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('IndexedDB did not open.')), openWithinMs);
      });
      return await Promise.race([opened, late]);
    } catch {
      return refuse();
    } finally {
      clearTimeout(timer);
    }
  }

  function refuse(): null {
    $trouble.set('refused');
    return null;
  }

  function forget(): void {
    const closing = opening;
    opening = null;
    void closing?.then((db) => db?.close());
  }

  /** Runs `work` on IndexedDB; null when there is none, or it refuses. */
  async function attempt<T>(work: (db: IDBPDatabase) => Promise<T>): Promise<{ value: T } | null> {
    for (let isSecond = false; ; isSecond = true) {
      const db = await open();
      if (db === null) return null;
      try {
        return { value: await work(db) };
      } catch (error) {
        const { name: kind } = error as { name?: string };
        // The connection was closed under our hands (another tab, a cleared profile): once more with a new one.
        if (kind === 'InvalidStateError' && !isSecond) {
          opening = null;
          continue;
        }
        $trouble.set(kind === 'QuotaExceededError' ? 'full' : 'refused');
        return null;
      }
    }
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  }

  const held = (shelf: Shelf): Map<string, unknown> => memory.get(shelf) as Map<string, unknown>;

  /** Writes to one shelf in one transaction, what memory holds for it included. */
  async function write(shelf: Shelf, entries: ReadonlyMap<string, unknown>): Promise<boolean> {
    const all = new Map([...held(shelf), ...entries]);
    const written = await attempt(async (db) => {
      const tx = db.transaction(shelf, 'readwrite');
      // Each request's own rejection is that of the transaction, which is awaited last.
      for (const [key, value] of all) {
        (value === absent ? tx.store.delete(key) : tx.store.put(value, key)).catch(() => {});
      }
      await tx.done;
    });
    if (written === null) return false;
    held(shelf).clear();
    if (shelves.every((each) => held(each).size === 0)) $trouble.set(null);
    return true;
  }

  async function writeOrHold(shelf: Shelf, entries: ReadonlyMap<string, unknown>): Promise<void> {
    if (await write(shelf, entries)) return;
    for (const [key, value] of entries) held(shelf).set(key, value);
  }

  /** IndexedDB takes writes again: it is given what memory holds. */
  async function storeHeld(): Promise<void> {
    for (const shelf of shelves) if (held(shelf).size > 0) await write(shelf, new Map());
    if (shelves.every((shelf) => held(shelf).size === 0)) $trouble.set(null);
  }

  /** All entries whose key begins with `prefix`, in order of key. */
  function entries<T>(shelf: Shelf, prefix = ''): Promise<[string, T][]> {
    return inTurn(async () => {
      const kept = await attempt(async (db) => {
        const range = prefix === '' ? undefined : IDBKeyRange.bound(prefix, `${prefix}\uffff`);
        const tx = db.transaction(shelf);
        const [keys, values] = await Promise.all([tx.store.getAllKeys(range), tx.store.getAll(range)]);
        return keys.map((key, i): [string, unknown] => [key as string, values[i]]);
      });
      const found = new Map(kept?.value);
      for (const [key, value] of held(shelf)) if (key.startsWith(prefix)) found.set(key, value);
      return [...found].filter(([, value]) => value !== absent).sort(([a], [b]) => (a < b ? -1 : 1)) as [string, T][];
    });
  }

  return {
    $trouble,

    get: async <T>(shelf: Shelf, key: string) => (await entries<T>(shelf, key)).find(([each]) => each === key)?.[1],
    entries,

    change: <T>(shelf: Shelf, key: string, edit: (known: T | undefined) => Edit<T>) =>
      inTurn(async () => {
        const decide = (known: unknown): Edit<T> => edit(known === absent ? undefined : (known as T | undefined));
        let next = null as Edit<T> | null;
        const isHeld = held(shelf).has(key);
        const isDone =
          !isHeld &&
          (await attempt(async (db) => {
            const tx = db.transaction(shelf, 'readwrite');
            next = decide(await tx.store.get(key));
            // As above: a request's rejection is that of the transaction.
            if (next === 'delete') tx.store.delete(key).catch(() => {});
            else if (next !== 'leave') tx.store.put(next.put, key).catch(() => {});
            await tx.done;
          })) !== null;
        if (isDone) return storeHeld();
        next ??= decide(held(shelf).get(key));
        if (next !== 'leave') await writeOrHold(shelf, new Map([[key, next === 'delete' ? absent : next.put]]));
      }),

    putAll: (shelf, entries) => inTurn(() => writeOrHold(shelf, new Map(entries))),

    close: () => {
      const closing = opening;
      opening = Promise.resolve(null);
      void closing?.then((db) => db?.close());
    },
  };
}
