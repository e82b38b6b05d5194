// The stores as this browser has them: one database, one log of progress for the whole site.

import type { Exercise } from '#graders/exercise.ts';
import type { Engine } from '#src/sandbox/engine.ts';
import { createBench, type Bench } from './bench.ts';
import { createChannel } from './channel.ts';
import { createDatabase, type Database } from './database/database.ts';
import type { DraftMessage, Files, Journal } from './drafts/drafts.ts';
import type { FullNode, FullNodeOptions } from './node/full-node.ts';
import type { LogEntry } from './progress/event.ts';
import { createProgress, type Progress } from './progress/progress.ts';
import { createSettings, type SettingsStore } from './settings.ts';

export const now = (): number => Date.now();
/** Unique on this device and, in practice, everywhere. On plain http there is no randomUUID. */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The browser's localStorage, or null where even asking for it throws. */
export function localStore(): (Journal & Storage) | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB !== 'undefined' && indexedDB !== null;
  } catch {
    return false;
  }
}

/** Made on first use, so that a page that asks for none of it opens nothing. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

export const database: () => Database = once(() =>
  createDatabase({ name: 'spillway', isAvailable: hasIndexedDb(), openWithinMs: 3_000 }),
);

export const progress: () => Progress = once(() =>
  createProgress({
    database: database(),
    channel: createChannel<readonly LogEntry[]>('spillway:progress'),
    now,
    newId,
  }),
);

export const settings: () => SettingsStore = once(() => createSettings(localStore()));

let engine: Promise<Engine> | null = null;

/** The engine of this page, loaded on first use; a load that does not succeed is tried again. */
export function embeddedEngine(): Promise<Engine> {
  engine ??= import('#src/sandbox/embedded/engine.ts').then(
    ({ createEmbeddedEngine }) => createEmbeddedEngine(),
    (error: unknown) => {
      engine = null;
      throw error;
    },
  );
  return engine;
}

/** Full Node for an exercise: the container of this page, which outlives what is built on it. */
async function fullNode(
  exercise: Exercise,
  starter: Files,
  page: Pick<FullNodeOptions, 'drafts' | 'isLoaded' | 'onTerminalEdit'>,
): Promise<FullNode> {
  const [{ pageContainer }, { createFullNode }] = await Promise.all([
    import('#src/sandbox/webcontainer/page.ts'),
    import('./node/full-node.ts'),
  ]);
  return createFullNode({ ...pageContainer(), ...page, exercise, starter, now });
}

/** The stores of an exercise page in a browser. `isNodePage` says that Full Node may be started on it. */
export function browserBench(exercise: Exercise, starter: Files, isNodePage: boolean): Bench {
  return createBench({
    exercise,
    starter,
    database: database(),
    progress: progress(),
    settings: settings(),
    journal: localStore(),
    draftChannel: createChannel<DraftMessage>('spillway:drafts'),
    engine: embeddedEngine,
    fullNode: isNodePage ? (page) => fullNode(exercise, starter, page) : null,
    now,
    newId,
  });
}

/** The same without a browser, for the page as it is built: nothing is kept, nothing runs. */
export function stillBench(exercise: Exercise, starter: Files, isNodePage: boolean): Bench {
  const silent = { send() {}, listen: () => () => {} };
  const nowhere = createDatabase({ name: '', isAvailable: false, openWithinMs: 0 });
  return createBench({
    exercise,
    starter,
    database: nowhere,
    progress: createProgress({ database: nowhere, channel: silent, now, newId }),
    settings: createSettings(null),
    journal: null,
    draftChannel: silent,
    engine: () => new Promise(() => {}),
    fullNode: isNodePage ? () => new Promise(() => {}) : null,
    now,
    newId,
  });
}
