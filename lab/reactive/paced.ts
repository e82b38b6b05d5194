// A source with a rate of its own that waits for demand: it makes no record that nobody asked for.

import { ArrivalClock, type RateFrom } from '../queueing/arrival-clock.ts';
import type { Publisher } from './api.ts';
import { Outlet } from './outlet.ts';

/** What a source needs of time: the run's clock here; at work `performance.now()` and `setTimeout`. */
export interface Clock {
  readonly nowMs: number;
  after(delayMs: number, run: () => void): void;
}

export interface PacedSource {
  readonly publisher: Publisher<number>;
  readonly madeRecords: number;
  /** Time that a record was due and nobody had asked for it, up to now. */
  waitedMs(): number;
}

/**
 * Publishes 0, 1, 2 … at the rates of `traffic`, to one subscriber. A record that is due without demand is made when demand
 * comes, and the next one a whole gap later: a source that is held back does not catch up, as a producer in a blocking call
 * does not. With unbounded demand it keeps its rate whatever happens below.
 */
export function createPacedSource(traffic: readonly RateFrom[], clock: Clock): PacedSource {
  let made = 0;
  let waitedMs = 0;
  let dueMs: number | null = null;

  return {
    publisher: {
      subscribe(subscriber) {
        const arrivals = new ArrivalClock(traffic, () => 1);
        let ready: number | undefined;
        let isAsked = false;
        let isReleased = false;
        const outlet = new Outlet<number>(subscriber, {
          take() {
            const record = ready;
            ready = undefined;
            return record;
          },
          isEmpty: () => ready === undefined,
          requested() {
            // Never from inside of request(): the record comes as an event of its own.
            if (dueMs === null || isAsked) return;
            isAsked = true;
            clock.after(0, emit);
          },
          released() {
            isReleased = true;
            if (dueMs !== null) waitedMs += clock.nowMs - dueMs;
            dueMs = null;
          },
        });

        function due(): void {
          if (isReleased) return;
          dueMs = clock.nowMs;
          if (outlet.outstandingRecords > 0) emit();
        }
        function emit(): void {
          isAsked = false;
          if (isReleased) return;
          const heldMs = clock.nowMs - (dueMs ?? 0);
          waitedMs += heldMs;
          dueMs = null;
          if (heldMs > 0) arrivals.advanceFrom(clock.nowMs);
          else arrivals.advance();
          ready = made++;
          if (arrivals.nextMs !== Infinity) clock.after(arrivals.nextMs - clock.nowMs, due);
          outlet.drain();
        }
        if (arrivals.nextMs !== Infinity) clock.after(arrivals.nextMs - clock.nowMs, due);
        outlet.open();
      },
    },
    get madeRecords() {
      return made;
    },
    waitedMs: () => waitedMs + (dueMs === null ? 0 : clock.nowMs - dueMs),
  };
}
