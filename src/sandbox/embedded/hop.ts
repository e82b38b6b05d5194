// A hop of a browser's worker: as few macrotask turns as let every continuation come to rest and be heard of.

import type { Hop } from '#lab/clock/kernel.ts';

interface Scheduler {
  postTask(task: () => void, options: { priority: 'background' }): Promise<unknown>;
}

/**
 * One macrotask turn. Takes what it needs from `scope` now, so that it still works when the names are gone.
 *
 * In Chromium a task at background priority comes after everything else that is due, also after the report
 * of a rejection that nothing handled, which other priorities and a MessageChannel overtake; and it is the
 * quickest of them: 3–4 µs.
 */
export function createTurn(scope: { scheduler?: Scheduler; MessageChannel: typeof MessageChannel }): Hop {
  const { scheduler } = scope;
  if (typeof scheduler?.postTask === 'function') {
    const postTask = scheduler.postTask.bind(scheduler);
    const options = { priority: 'background' } as const;
    return () =>
      new Promise((resolve) => {
        void postTask(resolve, options);
      });
  }
  const { port1, port2 } = new scope.MessageChannel();
  const post = port2.postMessage.bind(port2);
  let next: (() => void) | null = null;
  port1.onmessage = () => next?.();
  return () =>
    new Promise((resolve) => {
      next = resolve;
      post(null);
    });
}

const mostTurns = 4;
const trials = 3;

/**
 * As many turns as this engine needs to report, before the hop is over, a rejection that happened in it:
 * an error that ends the process must end it at the instant that it came, in every engine. `onReport`
 * installs the receiver of such reports.
 */
export async function createHop(turn: Hop, onReport: (receive: () => void) => void): Promise<Hop> {
  for (let turns = 1; turns <= mostTurns; turns++) {
    const hop = times(turns, turn);
    let reports = 0;
    onReport(() => reports++);
    let isExact = true;
    for (let trial = 1; trial <= trials; trial++) {
      const hopped = hop();
      queueMicrotask(() => void Promise.reject(new Error('a trial')));
      await hopped;
      isExact &&= reports === trial;
    }
    if (isExact) return hop;
    // Let what is late arrive before the next attempt counts.
    for (let i = 0; i < mostTurns; i++) await turn();
  }
  return turn;
}

function times(turns: number, turn: Hop): Hop {
  if (turns === 1) return turn;
  return async () => {
    for (let i = 0; i < turns; i++) await turn();
  };
}
