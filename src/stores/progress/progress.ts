// Progress as an append-only log: every view of it is a fold, and two logs are joined by their ids.

import { atom, type ReadableAtom } from 'nanostores';
import type { Channel } from '../channel.ts';
import type { Database } from '../database/database.ts';
import { flawOf, inOrder, type Happening, type LogEntry, type ProgressEvent } from './event.ts';
import { readProgressFile, writeProgressFile } from './file.ts';

/**
 * Laws: an event is never changed or removed; joining a log twice, or in another order, gives the same
 * log; what happens in another tab is seen here.
 */
export interface Progress {
  /** The whole log in order of time; what is stored joins it soon after the start. */
  readonly $events: ReadableAtom<readonly LogEntry[]>;
  /** Resolves when what is stored has joined the log. */
  readonly isLoaded: Promise<void>;
  /** Adds an event; it is in the log at once, and stored soon after. */
  record(happening: Happening): ProgressEvent;
  /** Joins another log to this one; resolves to the number of events that were new. */
  merge(entries: readonly LogEntry[]): Promise<number>;
  /** The whole log as the text of a file. */
  exportFile(): Promise<string>;
  /** Joins a file's log to this one, wholly or not at all; rejects with ImportError when it cannot be read. */
  importFile(source: string): Promise<{ added: number; known: number }>;
  close(): void;
}

export interface ProgressOptions {
  readonly database: Database;
  /** Where other tabs say what they added. */
  readonly channel: Channel<readonly LogEntry[]>;
  now(): number;
  newId(): string;
}

export function createProgress({ database, channel, now, newId }: ProgressOptions): Progress {
  const $events = atom<readonly LogEntry[]>([]);
  const ids = new Set<string>();

  /** Joins what is new and gives it back. */
  function join(entries: readonly LogEntry[]): LogEntry[] {
    const fresh = entries.filter(({ id }) => !ids.has(id) && ids.add(id));
    if (fresh.length > 0) $events.set([...$events.get(), ...fresh].sort(inOrder));
    return fresh;
  }

  async function store(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await database.putAll(
      'events',
      entries.map((entry) => [entry.id, entry]),
    );
    channel.send(entries);
  }

  const isLoaded = database.entries<LogEntry>('events').then((entries) => {
    join(entries.map(([, entry]) => entry).filter((entry) => flawOf(entry) === null));
  });
  const stopListening = channel.listen((entries) => {
    join(entries.filter((entry) => flawOf(entry) === null));
  });

  async function merge(entries: readonly LogEntry[]): Promise<number> {
    await isLoaded;
    const fresh = join(entries);
    await store(fresh);
    return fresh.length;
  }

  return {
    $events,
    isLoaded,
    record(happening) {
      const event: ProgressEvent = { id: newId(), at: now(), ...happening };
      join([event]);
      void store([event]);
      return event;
    },
    merge,
    async exportFile() {
      await isLoaded;
      return writeProgressFile($events.get(), now());
    },
    async importFile(source) {
      const entries = readProgressFile(source);
      const added = await merge(entries);
      return { added, known: entries.length - added };
    },
    close: stopListening,
  };
}
