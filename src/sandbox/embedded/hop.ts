// A hop of a browser's worker: as few macrotask turns as let every continuation come to rest and be heard of.

import type { Hop } from '#lab/clock/kernel.ts';

interface Scheduler {
  postTask(task: () => void, options: { priority: 'background' }): Promise<unknown>;
}

/** What turns are made of; taken at once, so that they still work when the names are gone. */
export interface TurnScope {
  readonly scheduler?: Scheduler;
  readonly MessageChannel: typeof MessageChannel;
  readonly Atomics?: typeof Atomics;
  readonly WebAssembly?: typeof WebAssembly;
}

/** A way to take one macrotask turn, and how many of them a hop may take before another way is the better one. */
export interface Turn {
  readonly turn: Hop;
  readonly most: number;
}

const mostTurns = 4;
const trials = 3;

/**
 * The ways of this engine, best first.
 *
 * In Chromium a task at background priority comes after everything else that is due, also after the report
 * of a rejection that nothing handled, which other priorities and a MessageChannel overtake; and it is the
 * quickest of them: 3–4 µs. Firefox reports later than that, and collects what 150,000 such tasks leave behind in a
 * pause of one or two seconds: where one turn is not enough, this way is left.
 * In WebKit a message to oneself takes 240 µs, and waiting for a cell of shared memory 8 µs; Firefox's report never comes in time
 * for that. Elsewhere a MessageChannel: 9 µs in Firefox.
 */
export function createTurns({
  scheduler,
  MessageChannel: Channel,
  Atomics: cells,
  WebAssembly: wasm,
}: TurnScope): Turn[] {
  const turns: Turn[] = [];
  if (typeof scheduler?.postTask === 'function') {
    const postTask = scheduler.postTask.bind(scheduler);
    const options = { priority: 'background' } as const;
    turns.push({
      turn: () =>
        new Promise((resolve) => {
          void postTask(resolve, options);
        }),
      most: 1,
    });
  }
  const cell = createSharedCell(wasm);
  if (cell !== null && typeof cells?.waitAsync === 'function') {
    const waitAsync = cells.waitAsync.bind(cells);
    const notify = cells.notify.bind(cells);
    turns.push({
      async turn() {
        const { value } = waitAsync(cell, 0, 0);
        notify(cell, 0);
        await value;
      },
      most: mostTurns,
    });
  }
  const { port1, port2 } = new Channel();
  const post = port2.postMessage.bind(port2);
  let next: (() => void) | null = null;
  port1.onmessage = () => next?.();
  turns.push({
    turn: () =>
      new Promise((resolve) => {
        next = resolve;
        post(null);
      }),
    most: mostTurns,
  });
  return turns;
}

/** Memory that may be waited for, also on a page that is not isolated: such a page has no SharedArrayBuffer by name. */
function createSharedCell(wasm: typeof WebAssembly | undefined): Int32Array | null {
  if (wasm === undefined) return null;
  try {
    return new Int32Array(new wasm.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
  } catch {
    return null;
  }
}

/**
 * As many turns as this engine needs to report, before the hop is over, a rejection that happened in it:
 * an error that ends the process must end it at the instant that it came, in every engine. `onReport`
 * installs the receiver of such reports. The first way that manages it is taken, or else the last.
 */
export async function createHop(turns: readonly Turn[], onReport: (receive: () => void) => void): Promise<Hop> {
  const last = turns.at(-1);
  if (last === undefined) throw new RangeError('A hop needs a way to take a turn.');
  for (const { turn, most } of turns) {
    for (let count = 1; count <= most; count++) {
      const hop = times(count, turn);
      if (await isExact(hop, onReport)) return hop;
      // Let what is late arrive before the next attempt counts; the last way is the one that lets it.
      for (let i = 0; i < mostTurns; i++) await last.turn();
    }
  }
  return last.turn;
}

async function isExact(hop: Hop, onReport: (receive: () => void) => void): Promise<boolean> {
  let reports = 0;
  onReport(() => reports++);
  for (let trial = 1; trial <= trials; trial++) {
    const hopped = hop();
    queueMicrotask(() => void Promise.reject(new Error('a trial')));
    await hopped;
    if (reports !== trial) return false;
  }
  return true;
}

function times(turns: number, turn: Hop): Hop {
  if (turns === 1) return turn;
  return async () => {
    for (let i = 0; i < turns; i++) await turn();
  };
}
