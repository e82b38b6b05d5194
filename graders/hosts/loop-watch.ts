// What guarded loops call: sees, from inside, that a program has not given control back for too long.

/** Under this name the worker's global object has the guard; see loop-guard.ts. */
export const loopGuardName = '__spillwayLoop';

export interface LoopWatch {
  /** Called by each turn of each loop. Returns true, or throws once the program is blocked. */
  readonly guard: () => true;
  /** Control has come back to the host at this time. */
  heard(atMs: number): void;
}

const mostStride = 1_024;

/**
 * Watches over loops: `onBlocked` is called, once, from within a loop that runs when `limitMs` have passed since the
 * last `heard()`; what it throws ends that turn, and every later one.
 */
export function createLoopWatch(options: { limitMs: number; now: () => number; onBlocked: () => void }): LoopWatch {
  const { limitMs, now, onBlocked } = options;
  let heardAt = now();
  let lookedAt = heardAt;
  let isBlocked = false;
  /** Turns until the next look at the clock: many of quick ones, few of slow ones. */
  let stride = 1;
  let left = 1;

  function look(): void {
    const at = now();
    stride = at - lookedAt < 1 ? Math.min(mostStride, stride * 2) : Math.max(1, stride >> 2);
    left = stride;
    lookedAt = at;
    if (at - heardAt <= limitMs && !isBlocked) return;
    left = 1;
    if (!isBlocked) {
      isBlocked = true;
      onBlocked();
    }
    throw new Error('This loop did not give control back, and was stopped.');
  }

  return {
    guard: Object.freeze(() => {
      if (--left <= 0) look();
      return true as const;
    }),
    heard(atMs) {
      heardAt = atMs;
    },
  };
}
