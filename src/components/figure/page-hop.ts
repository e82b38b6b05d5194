// Lets a run of the lab take its turns on the page's own thread, without holding up the page.

import type { Hop } from '#lab/clock/kernel.ts';

/** Thrown into a run that is no longer wanted. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** A hop of one macrotask turn; after `cancel()` the next one throws Cancelled. */
export function createPageHop(): { hop: Hop; cancel(): void } {
  const { port1, port2 } = new MessageChannel();
  let resume: (() => void) | null = null;
  let isCancelled = false;
  port1.onmessage = () => resume?.();
  return {
    hop: () =>
      isCancelled
        ? Promise.reject(new Cancelled('A newer run has taken its place.'))
        : new Promise((resolve) => {
            resume = resolve;
            port2.postMessage(0);
          }),
    cancel() {
      isCancelled = true;
    },
  };
}
