// What a program wrote to its process's output itself, past the console: shown as lines of the console.

import { createConsoleTap, type ConsoleLine } from '#graders/hosts/console.ts';
import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { withoutCodes } from './output.ts';

export interface StrayText {
  /** What the session says: it tells which run is under way, and when in it. */
  follow(event: SessionEvent): void;
  write(text: string): void;
  /** Hands on what there is, also a line that has no end yet. */
  flush(): void;
  /** The last of it, for the report of a process that went away. */
  readonly tail: string;
}

/** A line without an end is cut here. */
const mostLine = 4_000;
const mostTail = 4_000;

/**
 * Lines belong to the run under way, at the last time that its console told: there is none in the text. As with the
 * console, only the run that is shown has lines, and a thousand of them; what comes before the first run is Node's own.
 */
export function createStrayText(shownSeed: number | null, emit: (event: SessionEvent) => void): StrayText {
  let run: RunKey | null = null;
  let atMs = 0;
  let line = '';
  let tail = '';
  const send = (lines: readonly ConsoleLine[]): void => {
    if (run !== null) emit({ kind: 'console', run, lines });
  };
  let tap = createConsoleTap(send);

  function end(): void {
    const whole = line.replace(/\r+$/, '');
    // What a carriage return leaves is what a terminal would show.
    const text = withoutCodes(whole.slice(whole.lastIndexOf('\r') + 1));
    // Empty lines are the host's, which begins each of its messages on a new one.
    if (run?.seed === shownSeed && text !== '') tap.write(atMs, 'log', [text]);
    line = '';
  }
  function flush(): void {
    if (line !== '') end();
    tap.flush();
  }

  return {
    follow(event) {
      if (event.kind === 'console') {
        atMs = event.lines.at(-1)?.atMs ?? atMs;
        return;
      }
      flush();
      // Nothing of a run comes after its `run`.
      run = event.kind === 'start' ? event.run : null;
      atMs = 0;
      tap = createConsoleTap(send);
    },
    write(text) {
      tail = (tail + text).slice(-mostTail);
      const [first = '', ...rest] = text.split('\n');
      line += first;
      for (const next of rest) {
        end();
        line = next;
      }
      if (line.length > mostLine) end();
      tap.flush();
    },
    flush,
    get tail() {
      return withoutCodes(tail).trim();
    },
  };
}
