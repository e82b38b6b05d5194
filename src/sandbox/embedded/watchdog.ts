// Notices silence, without mistaking a page that was held up itself for a worker that is.

/** The timers that a watchdog runs on. */
export interface WatchClock {
  now(): number;
  set(run: () => void, ms: number): number;
  clear(timer: number): void;
}

const pageClock: WatchClock = {
  now: () => performance.now(),
  set: (run, ms) => window.setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer),
};

export interface Watchdog {
  /** A sign of life has come. */
  heard(): void;
  end(): void;
}

/** A timer that fires this much late says that the page was busy: what it waits for may be in its queue. */
const lateMs = 100;
const graceMs = 200;
/** A hidden tab's timers are always late: do not wait for ever. */
const mostGraces = 2;

/** Calls `onSilence`, once, when nothing was heard for `limitMs`. */
export function createWatchdog(limitMs: number, onSilence: () => void, clock: WatchClock = pageClock): Watchdog {
  let heardAt = clock.now();
  let dueAt = 0;
  let graces = 0;
  let timer = 0;

  function arm(ms: number): void {
    dueAt = clock.now() + ms;
    timer = clock.set(look, ms);
  }
  function look(): void {
    const now = clock.now();
    const restMs = heardAt + limitMs - now;
    if (restMs > 0) return arm(restMs);
    if (now - dueAt > lateMs && graces++ < mostGraces) return arm(graceMs);
    onSilence();
  }

  arm(limitMs);
  return {
    heard() {
      heardAt = clock.now();
      graces = 0;
    },
    end: () => clock.clear(timer),
  };
}
