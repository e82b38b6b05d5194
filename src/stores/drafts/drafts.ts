// A learner's files of one exercise, saved as they are typed; nothing of theirs is ever overwritten unasked.

import { atom, computed, type ReadableAtom } from 'nanostores';
import type { Channel } from '../channel.ts';
import type { Database } from '../database/database.ts';

/** Texts by path, relative to the exercise. */
export type Files = Readonly<Record<string, string>>;

/** What was typed, at most this long ago, is not saved yet. */
export const saveWithinMs = 250;

/** A file as it is stored. `stamp` names the write, so that a tab knows whether it saw the newest. */
interface StoredDraft {
  readonly text: string;
  readonly savedAt: number;
  readonly stamp: string;
}

/** Files that made way for others and can be brought back. */
export interface SetAside {
  readonly why: 'reset' | 'new-version' | 'other-tab' | 'removed' | 'terminal';
  readonly files: Files;
  readonly at: number;
  /** Names it among the others. */
  readonly stamp: string;
}

/** What is kept aside, at most: so many, and so many characters together; the newest in any case. */
const mostAside = 40;
const mostAsideChars = 4_000_000;

/** A draft of an older version of the exercise, waiting for a choice. */
export interface OlderDraft {
  readonly version: number;
  /** The files that had been changed. */
  readonly files: Files;
  readonly savedAt: number;
}

/** A file that another tab changed. `text` is what that tab saved, null when it removed the file. */
export interface Conflict {
  readonly file: string;
  readonly text: string | null;
  readonly savedAt: number;
}

/** What one tab tells the others after it saved a file. */
export interface DraftMessage {
  readonly exercise: string;
  readonly version: number;
  readonly file: string;
}

/** The part of localStorage that takes what is typed in the last moment of a page. */
export type Journal = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/**
 * Laws: no call throws or rejects; a text that was typed is stored within `saveWithinMs`, or held in
 * memory; what a reset, a choice or another tab replaces can be brought back.
 */
export interface Drafts {
  /** The texts as they stand now: the learner's, and the starter's where nothing was changed. */
  readonly $files: ReadableAtom<Files>;
  readonly $status: ReadableAtom<'loading' | 'saved' | 'saving' | 'held'>;
  readonly $older: ReadableAtom<OlderDraft | null>;
  readonly $conflict: ReadableAtom<Conflict | null>;
  /** All that can be brought back: `bringBack` takes the first. */
  readonly $asides: ReadableAtom<readonly SetAside[]>;
  /** The first of them. */
  readonly $setAside: ReadableAtom<SetAside | null>;
  /** Brings in what is stored; the starter stands until then. */
  load(): Promise<void>;
  edit(file: string, text: string): void;
  /** Why a new file cannot have this name, or null. */
  flawOfName(name: string): string | null;
  addFile(name: string): void;
  /** Removes files that are not part of the starter. */
  removeFile(...names: readonly string[]): void;
  /** Keeps `files` at hand, to be brought back: as a rule those of now, before something else takes their place. */
  putAside(why: SetAside['why'], files: Files): void;
  /** Back to the starter. */
  reset(): void;
  /** Exchanges the present files with the first that are set aside; called again and again it comes by all of them. */
  bringBack(): void;
  /** The answer about an older draft: go on with it, or with the new starter. */
  chooseOlder(choice: 'mine' | 'new'): void;
  /** The answer about another tab's text. */
  chooseTab(choice: 'this' | 'other'): void;
  /** Saves what is not saved yet. */
  flush(): Promise<void>;
  /** The page may be gone in a moment: what is not saved is put where it can be written at once. False when there is no such place. */
  leave(): boolean;
  /** Looks whether another tab saved something that this one was not told of. */
  check(): Promise<void>;
  close(): void;
}

export interface DraftsOptions {
  readonly exercise: string;
  readonly version: number;
  readonly starter: Files;
  readonly database: Database;
  readonly channel: Channel<DraftMessage>;
  /** Null where the browser has none. */
  readonly journal: Journal | null;
  now(): number;
  newId(): string;
}

export function createDrafts(options: DraftsOptions): Drafts {
  const { exercise, version, starter, database, channel, journal, now, newId } = options;
  const draftsOfExercise = `draft:${exercise}/`;
  const keyOf = (file: string): string => `${draftsOfExercise}${version}/${file}`;
  const asideKey = `aside:${exercise}/${version}`;
  const journalPrefix = `spillway:unsaved:${exercise}/${version}/`;
  const journalKey = journalPrefix + newId();

  const $files = atom<Files>(starter);
  const $status = atom<'loading' | 'saved' | 'saving' | 'held'>('loading');
  const $older = atom<OlderDraft | null>(null);
  const $conflict = atom<Conflict | null>(null);
  const $asides = atom<readonly SetAside[]>([]);
  const $setAside = computed($asides, ([first]) => first ?? null);

  /** Files whose text here is not stored yet. */
  const unsaved = new Set<string>();
  /** The newest write of each file that this tab has seen; no entry when there was none. */
  const seen = new Map<string, string>();
  /** What the other tab's text is stamped with, while there is a conflict. */
  let conflictStamp: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function setFile(file: string, text: string | null): void {
    const { [file]: _, ...others } = $files.get();
    if (text === null) $files.set(others);
    else $files.set({ ...$files.get(), [file]: text });
  }

  function touch(file: string): void {
    unsaved.add(file);
    if ($conflict.get()?.file !== file) $status.set('saving');
    timer ??= setTimeout(() => void flush(), saveWithinMs);
  }

  /** Puts `files` in place of all that is here. */
  function replaceAll(files: Files): void {
    const before = $files.get();
    $files.set(files);
    for (const file of new Set([...Object.keys(before), ...Object.keys(files)])) {
      if (before[file] !== files[file]) touch(file);
    }
  }

  /** The same change here and in what is stored, where another tab may have put something aside as well. */
  function changeAsides(change: (known: readonly SetAside[]) => readonly SetAside[]): void {
    $asides.set(change($asides.get()));
    void database.change<unknown>('drafts', asideKey, (known) => {
      const put = change(asidesOf(known));
      return put.length === 0 ? 'delete' : { put };
    });
  }

  const asideNow = (why: SetAside['why'], files: Files): SetAside => ({ why, files, at: now(), stamp: newId() });

  function putAside(why: SetAside['why'], files = $files.get()): void {
    const aside = asideNow(why, files);
    changeAsides((known) => fitting([aside, ...known.filter((other) => !isSameFiles(other.files, files))]));
  }

  const isStarter = (file: string, text: string | undefined): boolean => text === starter[file];

  /** Another tab's version of `file` is stored: ask, unless it says the same. */
  function meet(file: string, known: StoredDraft | undefined): void {
    const theirs = known?.text ?? starter[file] ?? null;
    if (theirs === ($files.get()[file] ?? null)) {
      saw(file, known?.stamp);
      unsaved.delete(file);
      if ($conflict.get()?.file === file) $conflict.set(null);
      return;
    }
    conflictStamp = known?.stamp;
    $conflict.set({ file, text: theirs, savedAt: known?.savedAt ?? now() });
    $status.set('held');
  }

  function saw(file: string, stamp: string | undefined): void {
    if (stamp === undefined) seen.delete(file);
    else seen.set(file, stamp);
  }

  async function save(file: string): Promise<void> {
    const text = $files.get()[file];
    const stamp = newId();
    let met: { known: StoredDraft | undefined } | null = null;
    await database.change<StoredDraft>('drafts', keyOf(file), (known) => {
      met = null;
      if (known?.stamp !== seen.get(file)) {
        met = { known };
        return 'leave';
      }
      return isStarter(file, text) || text === undefined ? 'delete' : { put: { text, savedAt: now(), stamp } };
    });
    if (met !== null) return meet(file, (met as { known: StoredDraft | undefined }).known);
    saw(file, isStarter(file, text) ? undefined : stamp);
    if ($files.get()[file] === text) unsaved.delete(file);
    channel.send({ exercise, version, file });
  }

  /** One after the other: a save must know what the one before it wrote. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    flushing = flushing.then(saveAll);
    return flushing;
  }

  async function saveAll(): Promise<void> {
    if ($status.get() === 'loading') return;
    const held = $conflict.get()?.file;
    for (const file of Array.from(unsaved)) if (file !== held) await save(file);
    if ($conflict.get() !== null) $status.set('held');
    else if (unsaved.size === 0) {
      $status.set('saved');
      forgetJournal();
    }
  }

  function forgetJournal(): void {
    try {
      journal?.removeItem(journalKey);
    } catch {
      // Nothing was kept there, then.
    }
  }

  /** What pages of this exercise could not save before they were gone: texts by file, with the write they followed. */
  function takeJournal(): [file: string, entry: { text: string; after: string | null }][] {
    try {
      if (journal === null) return [];
      const keys = Array.from({ length: journal.length }, (_, i) => journal.key(i) ?? '');
      return keys
        .filter((key) => key.startsWith(journalPrefix) && key !== journalKey)
        .flatMap((key) => {
          const entries = Object.entries(
            JSON.parse(journal.getItem(key) ?? '{}') as Record<string, { text: string; after: string | null }>,
          );
          journal.removeItem(key);
          return entries;
        });
    } catch {
      return [];
    }
  }

  async function load(): Promise<void> {
    // First: the page before may be saving at this moment, and clears its journal when it has.
    const lastWords = takeJournal();
    const stored = (await database.entries<StoredDraft>('drafts', draftsOfExercise)).filter(isDraft);
    const asides = asidesOf(await database.get<unknown>('drafts', asideKey));
    $asides.set(asides);

    const byVersion = new Map<number, [file: string, draft: StoredDraft][]>();
    for (const [key, draft] of stored) {
      const [ofVersion = '', ...path] = key.slice(draftsOfExercise.length).split('/');
      const group = byVersion.get(Number(ofVersion)) ?? [];
      byVersion.set(Number(ofVersion), [...group, [path.join('/'), draft]]);
    }
    const current = byVersion.get(version) ?? [];
    for (const [file, { stamp }] of current) seen.set(file, stamp);
    let files: Files = { ...starter, ...Object.fromEntries(current.map(([file, { text }]) => [file, text])) };

    const olderVersion = Math.max(...[...byVersion.keys()].filter((other) => other < version));
    const older = byVersion.get(olderVersion) ?? [];
    const isOpen = current.length === 0 && asides.length === 0;
    if (isOpen && older.some(([file, { text }]) => !isStarter(file, text))) {
      const olderFiles = Object.fromEntries(older.map(([file, { text }]) => [file, text]));
      $older.set({
        version: olderVersion,
        files: olderFiles,
        savedAt: Math.max(...older.map(([, { savedAt }]) => savedAt)),
      });
      // The learner's own work is what they expect to see while they choose.
      files = { ...starter, ...olderFiles };
    }

    $files.set(files);
    $status.set('saved');
    for (const [file, { text, after }] of lastWords) {
      if (files[file] === text) continue;
      setFile(file, text);
      touch(file);
      saw(file, after ?? undefined);
    }
    await flush();
  }

  async function check(): Promise<void> {
    if ($status.get() === 'loading') return;
    const prefix = keyOf('');
    const stored = new Map((await database.entries<StoredDraft>('drafts', prefix)).filter(isDraft));
    const names = new Set([...seen.keys(), ...[...stored.keys()].map((key) => key.slice(prefix.length))]);
    for (const file of names) {
      const known = stored.get(keyOf(file));
      const wasSeen = known?.stamp === seen.get(file);
      const isAsked = $conflict.get()?.file === file && known?.stamp === conflictStamp;
      if (!wasSeen && !isAsked) meet(file, known);
    }
  }

  const stopListening = channel.listen((message) => {
    if (message.exercise === exercise && message.version === version) void check();
  });

  /** Typing is an answer, too: who goes on with the older draft keeps it. */
  function settleOlder(choice: 'mine' | 'new'): void {
    const older = $older.get();
    if (older === null) return;
    $older.set(null);
    if (choice === 'mine') for (const file of Object.keys(older.files)) touch(file);
    else {
      putAside('new-version');
      replaceAll(starter);
    }
  }

  return {
    $files,
    $status,
    $older,
    $conflict,
    $asides,
    $setAside,
    load,
    edit(file, text) {
      if ($files.get()[file] === text) return;
      settleOlder('mine');
      setFile(file, text);
      touch(file);
    },
    flawOfName(name) {
      if (!/^([a-z][a-z0-9-]*\/){0,3}[a-z][a-z0-9-]*\.ts$/.test(name)) {
        return 'A file name has small letters, digits and hyphens, and ends in .ts: for example buffer.ts. It may stand in up to three folders named the same way: lib/buffer.ts.';
      }
      return name in $files.get() ? `There is a file ${name} already.` : null;
    },
    addFile(name) {
      settleOlder('mine');
      setFile(name, '');
      touch(name);
    },
    removeFile(...names) {
      const own = names.filter((name) => !(name in starter) && name in $files.get());
      if (own.length === 0) return;
      putAside('removed');
      for (const name of own) {
        setFile(name, null);
        touch(name);
      }
    },
    putAside,
    reset() {
      putAside('reset');
      $older.set(null);
      replaceAll(starter);
    },
    bringBack() {
      const [aside] = $asides.get();
      if (aside === undefined) return;
      const present = $files.get();
      const inReturn = isSameFiles(present, starter) ? [] : [asideNow(aside.why, present)];
      // To the end of the row, so that the next call comes to what stood behind.
      changeAsides((known) =>
        fitting([
          ...known.filter(({ stamp, files }) => stamp !== aside.stamp && !isSameFiles(files, present)),
          ...inReturn,
        ]),
      );
      replaceAll(aside.files);
    },
    chooseOlder: settleOlder,
    chooseTab(choice) {
      const conflict = $conflict.get();
      if (conflict === null) return;
      const { file, text } = conflict;
      $conflict.set(null);
      saw(file, conflictStamp);
      if (choice === 'other') {
        putAside('other-tab');
        unsaved.delete(file);
        setFile(file, text);
        $status.set(unsaved.size === 0 ? 'saved' : 'saving');
      } else touch(file);
      void check();
    },
    flush,
    leave() {
      if (unsaved.size === 0) return true;
      if (journal === null) return false;
      const entries = [...unsaved]
        .map((file) => [file, { text: $files.get()[file], after: seen.get(file) ?? null }] as const)
        .filter(([, { text }]) => text !== undefined);
      try {
        journal.setItem(journalKey, JSON.stringify(Object.fromEntries(entries)));
        return true;
      } catch {
        // No room or no right: the save below is then the only one.
        return false;
      } finally {
        void flush();
      }
    },
    check,
    close() {
      clearTimeout(timer);
      stopListening();
    },
  };
}

function isSameFiles(one: Files, other: Files): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** As many as may be kept: the oldest go first. */
function fitting(asides: readonly SetAside[]): readonly SetAside[] {
  const kept = new Set<SetAside>();
  let chars = 0;
  for (const aside of asides.toSorted((a, b) => b.at - a.at)) {
    chars += Object.values(aside.files).reduce((sum, text) => sum + text.length, 0);
    if (kept.size > 0 && (kept.size === mostAside || chars > mostAsideChars)) break;
    kept.add(aside);
  }
  return asides.filter((aside) => kept.has(aside));
}

/** What is stored of them; an earlier version of the site kept one alone. */
function asidesOf(stored: unknown): readonly SetAside[] {
  const all = (Array.isArray(stored) ? stored : [stored]) as readonly (Partial<SetAside> | null | undefined)[];
  return all.flatMap((aside, i) => {
    const { why, files, at } = aside ?? {};
    if (why === undefined || at === undefined || typeof files !== 'object' || files === null) return [];
    return [{ why, files, at, stamp: aside?.stamp ?? `stored-${i}` }];
  });
}

/** What another version of the site kept may have another form. */
function isDraft([, value]: readonly [string, unknown]): boolean {
  return typeof (value as Partial<StoredDraft> | null)?.text === 'string';
}
