// Full Node on an exercise's page: the container as it stands, files in step with the editor, a shell.

import { atom, type ReadableAtom } from 'nanostores';
import type { Exercise } from '#graders/exercise.ts';
import type { Engine } from '#src/sandbox/engine.ts';
import type { Container, ContainerStatus } from '#src/sandbox/webcontainer/container.ts';
import { places } from '#src/sandbox/webcontainer/job.ts';
import type { Drafts, Files } from '../drafts/drafts.ts';
import { createFileSync, type FileSync } from './file-sync.ts';
import { createShell, type Shell } from './shell.ts';

export interface FullNode {
  readonly $status: ReadableAtom<ContainerStatus>;
  readonly engine: Engine;
  readonly sync: FileSync;
  readonly shell: Shell;
  /** The page comes back into view, or a run is about to start: what the terminal changed is brought in. */
  look(): Promise<void>;
  close(): void;
}

export interface FullNodeOptions {
  readonly exercise: Exercise;
  readonly starter: Files;
  readonly drafts: Drafts;
  /** The drafts hold what is stored. */
  readonly isLoaded: Promise<void>;
  readonly container: Container;
  readonly engine: Engine;
  /** The texts of the programs that only a terminal needs, by name. */
  terminalPrograms(): Promise<Files>;
  now(): number;
  /** A file came into the editor from the terminal. */
  onTerminalEdit(): void;
}

/** After the last output of a command its files are written. */
const settleMs = 300;
/** A look takes some ten milliseconds, or half a second when it has something to bring. */
const mostLookMs = 2_000;

/** What makes `npm run grade` and `npm install` work in the exercise's folder, and what the graders read. */
function folderFiles(exercise: Exercise): Files {
  const grade = 'node ../.spillway/grade.mjs';
  const manifest = { name: exercise.id, private: true, type: 'module', scripts: { grade } };
  return { 'package.json': `${JSON.stringify(manifest, null, 2)}\n` };
}

/** Boots the container at once. */
export function createFullNode(options: FullNodeOptions): FullNode {
  const { exercise, starter, drafts, isLoaded, container, engine, terminalPrograms, now, onTerminalEdit } = options;
  const $status = atom<ContainerStatus>(container.status);
  const folder = places.exercise(exercise.id);
  const sync = createFileSync({
    drafts,
    container,
    folder,
    starter,
    fixed: folderFiles(exercise),
    now,
    onTerminalEdit,
  });

  let settling: ReturnType<typeof setTimeout> | undefined;
  const shell = createShell({
    container,
    exercise: exercise.id,
    isFolderReady: readyForTerminal,
    onOutput() {
      clearTimeout(settling);
      settling = setTimeout(() => void sync.check(), settleMs);
    },
  });

  /** The generation whose folder has been made. */
  let prepared: { generation: number; done: Promise<void> } | null = null;
  function ready(): Promise<void> {
    if (prepared?.generation !== container.generation)
      prepared = { generation: container.generation, done: prepareFolder() };
    return prepared.done;
  }
  async function prepareFolder(): Promise<void> {
    await isLoaded;
    await sync.start();
  }

  /** The generation that has what a terminal needs. */
  let furnished = -1;
  async function readyForTerminal(): Promise<void> {
    const [programs] = await Promise.all([terminalPrograms(), ready()]);
    const { generation, files } = container;
    if (furnished === generation) return;
    const texts = { ...programs, [`exercises/${exercise.id}.json`]: JSON.stringify(exercise) };
    for (const [name, text] of Object.entries(texts)) await files.write(`${places.programs}/${name}`, text);
    furnished = generation;
  }

  const stopWatching = container.onStatus((status) => {
    $status.set(status);
    if (status.state === 'ready') void ready().catch(() => {});
  });
  void engine.boot();

  return {
    $status,
    engine,
    sync,
    shell,
    async look() {
      if ($status.get().state !== 'ready') return;
      // A container that does not answer must not keep a run waiting: the run will find out, and say so.
      await Promise.race([sync.check(), new Promise((resolve) => setTimeout(resolve, mostLookMs))]);
    },
    close() {
      clearTimeout(settling);
      stopWatching();
      shell.close();
      sync.close();
    },
  };
}
