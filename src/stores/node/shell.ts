// A shell in the exercise's folder, on whatever screen is there.

import { atom, type ReadableAtom } from 'nanostores';
import { places } from '#src/sandbox/webcontainer/job.ts';
import type { Container, ContainerProcess } from '#src/sandbox/webcontainer/container.ts';

/** In characters. */
export interface ScreenSize {
  readonly cols: number;
  readonly rows: number;
}

/** Where a shell's output goes. */
export interface Screen {
  readonly size: ScreenSize;
  write(text: string): void;
  clear(): void;
}

export type ShellState =
  /** No screen, or the container is not there yet. */
  | 'none'
  | 'starting'
  | 'running'
  /** It ended, or its container is gone; Enter starts a new one. */
  | 'ended';

/** Laws: never rejects or throws; the shell of an older container is never written to; what is typed while none runs starts one. */
export interface Shell {
  readonly $state: ReadableAtom<ShellState>;
  /** Shows the shell on `screen`, and starts one when none runs. Returns what takes the screen away; the shell goes on. */
  attach(screen: Screen): () => void;
  /** Keys and pasted text. */
  type(text: string): void;
  resize(size: ScreenSize): void;
  /** Stops what runs in the foreground and types `command`, with Enter. */
  run(command: string): void;
  close(): void;
}

export interface ShellOptions {
  readonly container: Container;
  /** The exercise whose folder it starts in. */
  readonly exercise: string;
  /** Resolves when the folder can be used. */
  isFolderReady(): Promise<void>;
  /** Something was written to the screen: files may have changed. */
  onOutput(): void;
}

/** Enough to show again what was there when the panel is opened anew. */
const keptChars = 200_000;
const interrupt = '\u0003';
/** After an interrupt a shell throws away what was typed until its prompt is up: that is when it has been quiet for so long. */
const quietMs = 150;
/** Whatever still writes by then does not heed an interrupt. */
const mostQuietMs = 2_000;
const dim = (text: string): string => `\r\n\u001b[90m${text}\u001b[0m\r\n`;

export function createShell({ container, exercise, isFolderReady, onOutput }: ShellOptions): Shell {
  const $state = atom<ShellState>('none');
  let screen: Screen | null = null;
  let process: ContainerProcess | null = null;
  let generation = -1;
  let shown = '';
  /** Typed before the shell was there. */
  let waiting = '';
  let lastOutputMs = 0;

  function show(text: string): void {
    shown = (shown + text).slice(-keptChars);
    screen?.write(text);
  }

  const runs = (): boolean => process !== null && generation === container.generation;

  async function start(): Promise<void> {
    if (screen === null || $state.get() === 'starting' || runs()) return;
    $state.set('starting');
    process = null;
    if (container.status.state !== 'ready') show(dim('The shell comes when Full Node is ready.'));
    try {
      await container.boot();
      await isFolderReady();
      const started = await container.spawn('jsh', [], {
        cwd: places.exercise(exercise),
        terminal: screen?.size ?? { cols: 80, rows: 24 },
      });
      process = started;
      generation = container.generation;
      started.onOutput((chunk) => {
        if (process !== started) return;
        lastOutputMs = performance.now();
        show(chunk);
        onOutput();
      });
      $state.set('running');
      if (waiting !== '') started.write(waiting);
      waiting = '';
      void started.exit.then(() => {
        if (process === started) end('The shell has ended. Enter starts a new one.');
      });
    } catch (error) {
      end(`No shell: ${error instanceof Error ? error.message : String(error)}. Enter tries again.`);
    }
  }

  function end(why: string): void {
    process = null;
    waiting = '';
    $state.set('ended');
    show(dim(why));
  }

  const stopWatching = container.onStatus((status) => {
    if (process !== null && (status.state === 'failed' || generation !== container.generation))
      end('The container was started anew, and what ran in this terminal is gone. Enter starts a new shell.');
    else if (status.state === 'ready' && $state.get() === 'none') void start();
  });

  return {
    $state,
    attach(next) {
      screen = next;
      if (shown !== '') next.write(shown);
      if (!runs()) void start();
      return () => {
        if (screen === next) screen = null;
      };
    },
    type(text) {
      if (runs()) process?.write(text);
      else if ($state.get() === 'starting') waiting += text;
      else if (text.includes('\r')) void start();
    },
    resize(size) {
      if (runs()) process?.resize(size);
    },
    run(command) {
      if (!runs()) {
        waiting = `${command}\r`;
        void start();
        return;
      }
      const mine = process;
      const askedMs = performance.now();
      lastOutputMs = askedMs;
      mine?.write(interrupt);
      const typeWhenQuiet = (): void => {
        if (process !== mine) return;
        const now = performance.now();
        if (now - lastOutputMs < quietMs && now - askedMs < mostQuietMs) setTimeout(typeWhenQuiet, quietMs / 3);
        else mine?.write(`${command}\r`);
      };
      setTimeout(typeWhenQuiet, quietMs);
    },
    close() {
      stopWatching();
      screen = null;
      const last = process;
      process = null;
      void last?.end();
    },
  };
}
