// Watches over one process that runs a set: hears what it says, and ends the wait when it is silent, slow or gone.

import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { sessionMs, silentMs, stopped } from '#graders/hosts/watch.ts';
import type { Failure } from '#graders/verdict.ts';
import { createWatchdog, type Watchdog } from '../embedded/watchdog.ts';
import { engineFailure } from '../trouble.ts';
import type { Container, ContainerProcess } from './container.ts';
import { within } from './deadline.ts';
import type { InsideMessage } from './job.ts';
import { readOutput } from './output.ts';
import { createStrayText } from './stray.ts';

/** From the start of the process to its first word, and, with the grace, from there to the first run. */
export const startMs = 15_000;
/** The process watches over its worker itself; what it says is more exact, so it may speak first. */
export const graceMs = 1_500;
/** Output may come after the exit. */
export const drainMs = 300;
/** A container that does not list a folder in this time is not there any more. */
export const pingMs = 1_000;

export interface Supervision {
  /** Settles with what kept the set from its end, or with null at its end. Never rejects. */
  readonly ended: Promise<Ending>;
  /** The run that is under way; null before the first. */
  readonly current: RunKey | null;
  /** Listens no longer. */
  stop(): void;
}

export interface Ending {
  readonly failure: Failure | null;
  /** The process said that it was done, and ends by itself. */
  readonly endsItself: boolean;
}

export function supervise(options: {
  readonly process: ContainerProcess;
  readonly container: Pick<Container, 'files' | 'onFault' | 'status'>;
  readonly nonce: string;
  readonly entry: string;
  readonly shownSeed: number | null;
  onEvent(event: SessionEvent): void;
}): Supervision {
  const { process, container, entry, onEvent } = options;
  let current: RunKey | null = null;
  let isOver = false;
  /** What the session itself ended with, when it did: the last message may be lost. */
  let sessionEnd: { readonly failure: Failure | null } | null = null;
  let fault: string | null = null;
  let heard = 0;
  let limit: ReturnType<typeof setTimeout> | undefined;
  let watchdog = watchStart(startMs);
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => (end = resolve));

  const stray = createStrayText(options.shownSeed, (event) => {
    if (!isOver) onEvent(event);
  });
  const output = readOutput(options.nonce, {
    message: hear,
    text: (text) => stray.write(text),
    broken: (line) => lost(`a line of its output cannot be read: ${line.slice(options.nonce.length)}`),
    overflow: () => stop(stopped('output-limit', current, entry)),
  });
  const unhear = container.onFault((message) => (fault = message));

  function close(): boolean {
    if (isOver) return false;
    stray.flush();
    isOver = true;
    watchdog.end();
    clearTimeout(limit);
    unhear();
    return true;
  }
  function stop(failure: Failure | null, endsItself = false): void {
    if (close()) end({ failure, endsItself });
  }
  function lost(detail: string): void {
    const details = [fault, detail, lastLineOf(stray.tail)].filter((text) => text !== null && text !== '');
    const { status } = container;
    const trouble = status.state === 'failed' ? status.trouble : 'lost';
    stop(engineFailure(trouble, { detail: details.join('; '), run: current }));
  }

  function hear(message: InsideMessage): void {
    if (isOver) return;
    switch (message.kind) {
      case 'hello':
        if (limit !== undefined) return;
        watchdog.end();
        watchdog = watchStart(startMs + graceMs);
        limit = setTimeout(() => stop(stopped('spinning', current, entry)), sessionMs + graceMs);
        return;
      case 'beat':
        return;
      case 'over':
        return stop(message.failure, true);
      case 'session':
        return hearSession(message.event);
    }
  }

  function watchStart(ms: number): Watchdog {
    return createWatchdog(ms, () => lost(`Node.js did not start within ${startMs / 1_000} s`));
  }
  function hearSession(event: SessionEvent): void {
    stray.follow(event);
    if (event.kind === 'start') {
      if (current === null) {
        watchdog.end();
        watchSilence();
      }
      current = event.run;
    } else if (event.kind === 'failed') sessionEnd = { failure: event.failure };
    else if (event.kind === 'done') sessionEnd = { failure: null };
    onEvent(event);
  }

  function watchSilence(): void {
    watchdog = createWatchdog(silentMs + graceMs, () => void onSilence());
  }
  /** A program that blocks, or a container that went away: the container's files tell which. */
  async function onSilence(): Promise<void> {
    const heardBefore = heard;
    const isThere = await within(
      container.files.list('.').then(
        () => true,
        () => false,
      ),
      pingMs,
      () => false,
    );
    if (isOver) return;
    if (heard !== heardBefore) return watchSilence();
    if (isThere && fault === null) stop(stopped('blocked', current, entry));
    else if (isMemory(fault ?? '')) stop(stopped('out-of-memory', current, entry));
    else lost('it fell silent');
  }

  async function onExit(code: number | null): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, drainMs));
    if (isOver) return;
    output.end();
    if (sessionEnd !== null) stop(sessionEnd.failure, true);
    // 134 is an abort, which is how V8 ends without memory; 137 is a kill from outside.
    else if (current !== null && (code === 134 || code === 137 || isMemory(`${stray.tail} ${fault ?? ''}`))) {
      stop(stopped('out-of-memory', current, entry));
    } else lost(code === null ? 'its process went away' : `Node.js ended with exit code ${code}`);
  }

  process.onOutput((chunk) => {
    if (isOver) return;
    // Any output is a sign of life, also half a message: the process itself watches over what the program does.
    heard++;
    watchdog.heard();
    output.push(chunk);
  });
  void process.exit.then(onExit);

  return {
    ended,
    get current() {
      return current;
    },
    stop: () => stop(null),
  };
}

const isMemory = (text: string): boolean => /out of memory|ERR_WORKER_OUT_OF_MEMORY/i.test(text);

const lastLineOf = (text: string): string => text.split('\n').at(-1)?.slice(0, 160) ?? '';
