// Keeps the editor's files and the container's folder in step, in both directions, and loses nothing on the way.

import { atom, computed, type ReadableAtom } from 'nanostores';
import type { Container } from '#src/sandbox/webcontainer/container.ts';
import type { Drafts, Files } from '../drafts/drafts.ts';
import { asEditorText, isSameText, isText, isTooLarge, withLineEndsOf } from './program-text.ts';
import { sourceFilesIn } from './source-files.ts';

export type SyncStatus =
  /** Not begun, or there is no container to be in step with. */
  | { readonly state: 'off' }
  | { readonly state: 'in-step' }
  | { readonly state: 'writing' }
  /** A conflict waits for a choice; the other files are in step. */
  | { readonly state: 'held' }
  /** `words` are complete sentences. */
  | { readonly state: 'broken'; readonly words: string };

/** A file that both sides changed; null is the side that removed it. */
export interface FileConflict {
  readonly file: string;
  readonly editorText: string | null;
  readonly terminalText: string | null;
}

/** A file of the container that the editor does not take. */
export interface LeftAlone {
  readonly file: string;
  readonly reason: 'name' | 'not-text' | 'too-large' | 'too-many';
  /** The reason, to stand in brackets. */
  readonly why: string;
}

/**
 * Laws: no call throws or rejects; a text that a person wrote on either side is in the editor, in the container, in a
 * conflict, or in what the drafts have put aside; with nothing more changed, nothing more is written.
 */
export interface FileSync {
  readonly $status: ReadableAtom<SyncStatus>;
  /** The conflict to choose about next. */
  readonly $conflict: ReadableAtom<FileConflict | null>;
  /** All of them, that one first. */
  readonly $conflicts: ReadableAtom<readonly FileConflict[]>;
  readonly $leftAlone: ReadableAtom<readonly LeftAlone[]>;
  /** Begins, and writes what the folder lacks. Resolves as `check` does; safe to call more than once. */
  start(): Promise<void>;
  /**
   * Looks at the folder and brings both sides into step. Resolves when that is done, or could not be done now: then
   * the next call tries again. Without a container that is ready there is nothing to look at.
   */
  check(): Promise<void>;
  /** Checks every two seconds from now on. Returns what ends it. */
  watch(): () => void;
  /** The answer to `$conflict`; what is not kept is put aside. */
  choose(which: 'editor' | 'terminal'): Promise<void>;
  close(): void;
}

export interface FileSyncOptions {
  readonly drafts: Pick<Drafts, '$files' | '$status' | 'edit' | 'flawOfName' | 'removeFile' | 'putAside'>;
  readonly container: Pick<Container, 'files' | 'generation' | 'status' | 'onStatus'>;
  /** Where the files stand in the container. */
  readonly folder: string;
  readonly starter: Files;
  /** What the folder needs beside the program, such as package.json: written when it is not there, and as it last stood. */
  readonly fixed: Files;
  now(): number;
  /** A file came into the editor from the container. */
  onTerminalEdit?(file: string): void;
}

/** Typing comes to rest before it is written, but is not waited for longer than this. */
export const writeAfterMs = 200;
const writeWithinMs = 1_000;
/** A tool that saves a file may empty or remove it first: only what stands still for so long is believed. */
export const settleMs = 150;
const mostLooks = 5;
export const watchEveryMs = 2_000;
const mostFiles = 60;

const reasons: Readonly<Record<LeftAlone['reason'], string>> = {
  name: 'names have small letters, digits and hyphens',
  'not-text': 'not text in UTF-8',
  'too-large': 'larger than 256 KiB',
  'too-many': `more than ${mostFiles} files, or too many folders`,
};
const leftAlone = (file: string, reason: LeftAlone['reason']): LeftAlone => ({ file, reason, why: reasons[reason] });

/** The container that was being looked at is not there any more. */
class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** What to do about a file. */
type Step = 'agree' | 'write' | 'take' | 'drop' | 'ask' | 'leave';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createFileSync(options: FileSyncOptions): FileSync {
  const { drafts, container, folder, starter, now, onTerminalEdit = () => {} } = options;
  const { files } = container;
  const $status = atom<SyncStatus>({ state: 'off' });
  const $conflicts = atom<readonly FileConflict[]>([]);
  const $conflict = computed($conflicts, ([first]) => first ?? null);
  const $leftAlone = atom<readonly LeftAlone[]>([]);

  /** The text that both sides last agreed on; no entry when neither had the file. */
  const base = new Map<string, string>();
  /** What we set out to write and do not know whether it arrived. */
  const tried = new Map<string, Set<string | null>>();
  /** The terminal's text of each file in conflict, oldest conflict first. */
  const conflicts = new Map<string, string | null>();
  /** Those of them that a new container does not have yet: the terminal's text has to be put there again. */
  const restoring = new Map<string, string>();
  /** Files of the editor whose text in the container cannot be taken. */
  const unreadable = new Map<string, LeftAlone>();
  /** Files and folders that the editor does not know, and does not get to know. */
  let strangers: readonly LeftAlone[] = [];
  const fixed = new Map(Object.entries(options.fixed));

  /** Changed in the editor since it was last looked at. */
  const changed = new Set<string>();
  let firstChangeAt: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writes = 0;
  /** Of the container that `base` speaks of. */
  let generation: number | null = null;
  let broken: string | null = null;
  let isOn = false;
  let last: Promise<void> = Promise.resolve();
  let nextCheck: Promise<void> | null = null;
  const cleanUp = new Set<() => void>();

  const editorText = (file: string): string | null => drafts.$files.get()[file] ?? null;
  const isReady = (): boolean => isOn && container.status.state === 'ready';
  const isPresent = (): boolean => isReady() && generation === container.generation;

  function publish(): void {
    const next = [...conflicts].map(([file, terminalText]) => ({ file, editorText: editorText(file), terminalText }));
    if (!isSameList($conflicts.get(), next)) $conflicts.set(next);
    const alone = [...unreadable.values(), ...strangers].toSorted((a, b) => (a.file < b.file ? -1 : 1));
    if (!isSameList($leftAlone.get(), alone)) $leftAlone.set(alone);
    const status = statusNow();
    if (JSON.stringify(status) !== JSON.stringify($status.get())) $status.set(status);
  }

  function statusNow(): SyncStatus {
    if (!isReady()) return { state: 'off' };
    if (broken !== null) return { state: 'broken', words: broken };
    if (conflicts.size > 0) return { state: 'held' };
    const isBusy = changed.size > 0 || writes > 0 || generation !== container.generation;
    return { state: isBusy ? 'writing' : 'in-step' };
  }

  /** Rejects when the answer is of another container than the one that `base` speaks of. */
  async function ofThisContainer<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    if (!isPresent()) throw new Superseded();
    return value;
  }
  const read = (file: string): Promise<string | null> => ofThisContainer(files.read(`${folder}/${file}`));

  async function put(file: string, text: string | null): Promise<void> {
    if (!isPresent()) throw new Superseded();
    writes++;
    publish();
    try {
      const path = `${folder}/${file}`;
      await ofThisContainer(text === null ? files.remove(path) : files.write(path, text));
    } finally {
      writes--;
    }
  }

  /** What the file holds once nobody is writing it; `still` is false when that did not come. */
  async function settled(file: string, first: string | null): Promise<{ text: string | null; still: boolean }> {
    let text = first;
    for (let looks = 1; looks <= mostLooks; looks++) {
      await wait(settleMs);
      const again = await read(file);
      if (again === text) return { text, still: true };
      text = again;
    }
    return { text, still: false };
  }

  function agree(file: string, text: string | null): void {
    if (text === null) base.delete(file);
    else base.set(file, text);
    tried.delete(file);
    conflicts.delete(file);
    unreadable.delete(file);
  }

  function stepFor(file: string, terminal: string | null): Step {
    const mine = editorText(file);
    const agreed = base.get(file) ?? null;
    if (isSameText(mine, terminal)) return 'agree';
    // The files of the exercise belong there; and what could not be read was removed to get the editor's text.
    if (terminal === null && (file in starter || unreadable.has(file))) return 'write';
    if (isSameText(terminal, agreed) || isOurs(file, terminal)) return 'write';
    if (terminal !== null && flawOf(terminal) !== null) return 'leave';
    // A write of ours that may have arrived may be what the person in the terminal wrote over.
    if (![agreed, ...triedOf(file)].every((text) => isSameText(text, mine))) return 'ask';
    return terminal === null ? 'drop' : 'take';
  }

  const triedOf = (file: string): readonly (string | null)[] => [...(tried.get(file) ?? [])];

  /** Nobody typed it in the terminal: it came from here, or with the exercise. */
  function isOurs(file: string, terminal: string | null): boolean {
    const isFirstFile = !base.has(file) && file in starter && isSameText(terminal, starter[file] ?? null);
    return isFirstFile || triedOf(file).some((text) => isSameText(text, terminal));
  }

  function flawOf(terminal: string): 'not-text' | 'too-large' | null {
    if (isTooLarge(terminal)) return 'too-large';
    return isText(terminal) ? null : 'not-text';
  }

  /** Brings one file into step. Files that are to go from the editor are added to `gone`, to go together. */
  async function meet(file: string, gone: string[]): Promise<void> {
    let terminal = await read(file);
    const first = stepFor(file, terminal);
    const isRemoved = first === 'write' && terminal === null && base.has(file);
    const isAsked = first === 'ask' && conflicts.get(file) === terminal;
    if (isRemoved || (first !== 'agree' && first !== 'write' && !isAsked)) {
      const { text, still } = await settled(file, terminal);
      if (!still) return;
      terminal = text;
    }
    // From here to a write nothing waits: the less time between a look and a write, the better.
    switch (stepFor(file, terminal)) {
      case 'agree':
        return agree(file, editorText(file));
      case 'write':
        return await write(file, terminal);
      case 'take':
        agree(file, terminal);
        drafts.edit(file, asEditorText(terminal ?? ''));
        return onTerminalEdit(file);
      case 'drop':
        gone.push(file);
        return;
      case 'ask':
        unreadable.delete(file);
        conflicts.set(file, terminal);
        return;
      case 'leave':
        conflicts.delete(file);
        unreadable.set(file, leftAlone(file, flawOf(terminal ?? '') ?? 'not-text'));
        return;
    }
  }

  async function write(file: string, replaced: string | null): Promise<void> {
    const text = editorText(file);
    conflicts.delete(file);
    unreadable.delete(file);
    tried.set(file, (tried.get(file) ?? new Set()).add(text));
    await put(file, text === null ? null : withLineEndsOf(replaced, text));
    agree(file, text);
    if (!isSameText(editorText(file), text)) noteChange(file);
  }

  function drop(gone: readonly string[]): void {
    const isAsAgreed = (file: string): boolean => isSameText(editorText(file), base.get(file) ?? null);
    for (const file of gone) if (!isAsAgreed(file)) noteChange(file);
    const going = gone.filter(isAsAgreed);
    for (const file of going) agree(file, null);
    if (going.length > 0) drafts.removeFile(...going);
  }

  /** Puts a text that waits for a choice where the learner left it. */
  async function restore(file: string, text: string): Promise<void> {
    const there = await read(file);
    if (there === null) await put(file, text);
    else if (!isSameText(there, text)) {
      // Somebody was quicker: their text is met as a new one, and not as one that was written over the older.
      setAside(file, text);
      agree(file, null);
    }
    restoring.delete(file);
  }

  async function keepFixed(file: string, text: string, isNewFolder: boolean): Promise<void> {
    const there = await read(file);
    if (there !== null) {
      if (flawOf(there) === null) fixed.set(file, there);
      return;
    }
    const isGone = isNewFolder || isSameText((await settled(file, there)).text, null);
    if (isGone) await put(file, text);
  }

  /** Files that the editor has, had, or is asked about. */
  function knownFiles(): Set<string> {
    return new Set([...Object.keys(drafts.$files.get()).filter(isSafePath), ...base.keys(), ...conflicts.keys()]);
  }

  /** Files of the folder that the editor does not have yet and may have. */
  async function newFiles(known: ReadonlySet<string>): Promise<string[]> {
    const { paths, unseen } = await ofThisContainer(sourceFilesIn(files.list, folder));
    const others = paths.filter((path) => !known.has(path));
    const named = others.filter((path) => drafts.flawOfName(path) === null);
    const fresh = named.slice(0, Math.max(0, mostFiles - known.size));
    strangers = [
      ...others.filter((path) => !named.includes(path)).map((path) => leftAlone(path, 'name')),
      ...named.slice(fresh.length).map((path) => leftAlone(path, 'too-many')),
      ...unseen.map((path) => leftAlone(path, 'too-many')),
    ].slice(0, mostFiles);
    // What was new, could not be read, and is gone again.
    for (const file of unreadable.keys()) if (!known.has(file) && !fresh.includes(file)) unreadable.delete(file);
    return fresh;
  }

  /** A container that we know nothing of: all that is in the editor is written, and what waits for a choice put back. */
  function beginAnew(): void {
    generation = container.generation;
    for (const [file, text] of conflicts) if (text !== null) restoring.set(file, text);
    for (const file of base.keys()) if (!conflicts.has(file)) base.delete(file);
    tried.clear();
    unreadable.clear();
    strangers = [];
  }

  /** One pass over the files that changed here, or over all. */
  async function pass(isWhole: boolean): Promise<void> {
    await isLoaded();
    if (!isReady()) return publish();
    const isNewFolder = generation !== container.generation;
    if (isNewFolder) {
      beginAnew();
      isWhole = true;
    }
    const failures: string[] = [];
    const trying = async (what: string, work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Superseded)) failures.push(`${what}: ${reasonOf(error)}`);
      }
    };

    await Promise.all([...restoring].map(([file, text]) => trying(file, () => restore(file, text))));
    const scope = new Set(changed);
    changed.clear();
    if (isWhole) {
      await Promise.all([...fixed].map(([file, text]) => trying(file, () => keepFixed(file, text, isNewFolder))));
      const known = knownFiles();
      for (const file of known) scope.add(file);
      await trying('new files', async () => {
        for (const file of await newFiles(known)) scope.add(file);
      });
    }
    const gone: string[] = [];
    const isFree = (file: string): boolean => !restoring.has(file);
    await Promise.all([...scope].filter(isFree).map((file) => trying(file, () => meet(file, gone))));
    await trying('removed files', async () => drop(gone));

    if (failures.length > 0) broken = brokenWords(failures);
    else if (isWhole) broken = null;
    publish();
  }

  /** One after the other, so that each knows what the one before it did. */
  function inTurn(isWhole: boolean): Promise<void> {
    last = last.then(async () => {
      if (isWhole) nextCheck = null;
      try {
        await pass(isWhole);
      } catch (error) {
        // Whoever listens to the stores made a mistake: the files go on being looked after.
        broken = brokenWords([reasonOf(error)]);
      }
    });
    return last;
  }

  /** Calls that come before it has begun share it. */
  function check(): Promise<void> {
    nextCheck ??= inTurn(true);
    return nextCheck;
  }

  function isLoaded(): Promise<void> {
    if (drafts.$status.get() !== 'loading') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = drafts.$status.listen((status) => {
        if (status === 'loading') return;
        stop();
        resolve();
      });
    });
  }

  function noteChange(file: string): void {
    changed.add(file);
    firstChangeAt ??= now();
    clearTimeout(timer);
    timer = setTimeout(writeChanges, Math.max(0, Math.min(writeAfterMs, firstChangeAt + writeWithinMs - now())));
  }

  function writeChanges(): void {
    firstChangeAt = null;
    if (changed.size > 0 && isReady()) void inTurn(false);
  }

  function onFiles(next: Files, before: Files = {}): void {
    for (const file of new Set([...Object.keys(before), ...Object.keys(next)])) {
      if (next[file] === before[file] || !isSafePath(file)) continue;
      if (conflicts.has(file) || !isSameText(next[file] ?? null, base.get(file) ?? null)) noteChange(file);
    }
    publish();
  }

  /** The other side's text of one file, among the editor's present ones: brought back, it is as if it had been chosen. */
  function setAside(file: string, terminal: string): void {
    drafts.putAside('terminal', { ...drafts.$files.get(), [file]: asEditorText(terminal) });
  }

  function choose(which: 'editor' | 'terminal'): Promise<void> {
    const [chosen] = conflicts;
    if (chosen === undefined) return Promise.resolve();
    const [file, terminal] = chosen;
    const mine = editorText(file);
    // From now on the terminal's text is one that was seen and answered: a later one asks again.
    if (restoring.delete(file)) {
      agree(file, null);
      tried.set(file, new Set([terminal]));
    } else agree(file, terminal);
    if (which === 'editor') {
      if (terminal !== null) setAside(file, terminal);
    } else if (terminal === null) drafts.removeFile(file);
    else {
      if (mine !== null) drafts.putAside('terminal', drafts.$files.get());
      drafts.edit(file, asEditorText(terminal));
      onTerminalEdit(file);
    }
    changed.add(file);
    publish();
    return inTurn(false);
  }

  return {
    $status,
    $conflict,
    $conflicts,
    $leftAlone,
    start() {
      if (!isOn) {
        isOn = true;
        cleanUp.add(drafts.$files.listen((next, before) => onFiles(next, before)));
        cleanUp.add(
          container.onStatus(({ state }) => {
            publish();
            if (state === 'ready') void check();
          }),
        );
        cleanUp.add(() => clearTimeout(timer));
        publish();
      }
      return check();
    },
    check,
    watch() {
      let next: ReturnType<typeof setTimeout> | undefined;
      let isOver = false;
      const later = (): void => {
        if (!isOver) next = setTimeout(() => void check().then(later), watchEveryMs);
      };
      const stop = (): void => {
        isOver = true;
        clearTimeout(next);
        cleanUp.delete(stop);
      };
      cleanUp.add(stop);
      later();
      return stop;
    },
    choose,
    close() {
      isOn = false;
      for (const each of cleanUp) each();
      cleanUp.clear();
      publish();
    },
  };
}

/** Names that lead nowhere but into the folder. */
function isSafePath(path: string): boolean {
  return path.split('/').every((part) => /^\w[\w.-]*$/.test(part));
}

function isSameList(one: readonly object[], other: readonly object[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function brokenWords([first = '', ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `The editor and the terminal could not be brought into step (${first}${more}). Each keeps what it has, and it is tried again.`;
}
