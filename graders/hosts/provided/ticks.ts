// process.nextTick for the streams: a queue of its own, emptied among the microtasks.

interface Tick {
  readonly run: (...args: unknown[]) => void;
  readonly args: readonly unknown[];
}

/**
 * Node.js empties this queue when a callback has returned and, as a program in promises mostly meets it, when all
 * promises that are settled have gone on. Nothing tells a program when that is so; after this many turns it is, for
 * chains of async iterators as well. A turn costs some 50 ns.
 */
const restTurns = 16;

const ticks: Tick[] = [];
let isDue = false;

function schedule(): void {
  if (isDue || ticks.length === 0) return;
  isDue = true;
  let turns = 0;
  queueMicrotask(function rest() {
    if (++turns > restTurns) runTicks();
    else queueMicrotask(rest);
  });
}

/** As in Node.js, what ticks add is run with them, before any promise goes on, and a throw does not lose the rest. */
function runTicks(): void {
  try {
    for (let tick = ticks.shift(); tick !== undefined; tick = ticks.shift()) tick.run(...tick.args);
  } finally {
    isDue = false;
    schedule();
  }
}

export function nextTick(run: (...args: unknown[]) => void, ...args: unknown[]): void {
  ticks.push({ run, args });
  schedule();
}

/** Stands for `process` in readable-stream. */
export default { nextTick };
