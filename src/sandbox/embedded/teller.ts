// Tells the events of a set: each once, also of a run that had to begin again, and lines of the console by the handful.

import type { ConsoleLine } from '#graders/hosts/console.ts';
import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { RunEvent } from './protocol.ts';

export interface Teller {
  tell(place: number, event: RunEvent): void;
  /** From here on runs that have not ended may begin again; what was told of them is not repeated. */
  again(): void;
  /** Tells the lines that are still held. */
  flush(): void;
  /** Drops them. */
  end(): void;
}

/** Lines wait this long for others: each telling makes the page draw. */
const gatherMs = 40;

export function createTeller(onEvent: (event: SessionEvent) => void): Teller {
  /** Of each run that was told to have begun, its lines that were told, and that were heard since it last began. */
  const known = new Map<number, { told: number; heard: number }>();
  const held = new Map<number, { run: RunKey; lines: ConsoleLine[] }>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const place of held.keys()) flushOf(place);
  }
  function flushOf(place: number): void {
    const waiting = held.get(place);
    held.delete(place);
    if (waiting !== undefined) onEvent({ kind: 'console', ...waiting });
  }

  function hold(place: number, run: RunKey, lines: readonly ConsoleLine[]): void {
    const count = known.get(place);
    if (count === undefined) return;
    const fresh = lines.slice(Math.max(0, count.told - count.heard));
    count.heard += lines.length;
    count.told = Math.max(count.told, count.heard);
    if (fresh.length === 0) return;
    const waiting = held.get(place);
    if (waiting === undefined) held.set(place, { run, lines: fresh });
    else waiting.lines.push(...fresh);
    timer ??= setTimeout(flush, gatherMs);
  }

  return {
    tell(place, event) {
      if (event.kind === 'console') return hold(place, event.run, event.lines);
      if (event.kind === 'start') {
        if (known.has(place)) return;
        known.set(place, { told: 0, heard: 0 });
      }
      flushOf(place);
      onEvent(event);
    },
    again() {
      for (const count of known.values()) count.heard = 0;
    },
    flush,
    end() {
      if (timer !== null) clearTimeout(timer);
      held.clear();
    },
  };
}
