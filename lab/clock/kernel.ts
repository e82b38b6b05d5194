// Virtual time: one heap of events, ties broken by class and then by the order of scheduling.

/**
 * Order of events that fall on the same instant (models M0.2): completions of work first, then timers
 * and trigger boundaries, then arrivals, then dispatch. Inside a class, the order of scheduling.
 */
export const eventClass = { completion: 0, timer: 1, arrival: 2, dispatch: 3 } as const;
export type EventClass = (typeof eventClass)[keyof typeof eventClass];

/** Lets every continuation that was resumed come to rest: one macrotask turn of the host. */
export type Hop = () => Promise<void>;

/** A scheduled event; `cancel()` is idempotent and does nothing after the event has run. */
export interface Scheduled {
  cancel(): void;
}

/** Thrown into a run that resumes its program more often than `maxHops`; the run did not finish. */
export class StepBudgetError extends Error {
  override readonly name = 'StepBudgetError';
}

class Event implements Scheduled {
  readonly us: number;
  readonly rank: EventClass;
  readonly order: number;
  run: (() => void) | null;
  constructor(us: number, rank: EventClass, order: number, run: () => void) {
    this.us = us;
    this.rank = rank;
    this.order = order;
    this.run = run;
  }
  cancel(): void {
    this.run = null;
  }
}

function isBefore(a: Event, b: Event): boolean {
  if (a.us !== b.us) return a.us < b.us;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.order < b.order;
}

/**
 * The clock of one run. Time is held in whole microseconds, so that 10.1 ms is exact and the same
 * on every machine; the interface speaks milliseconds.
 *
 * Law: time never steps back, and it moves on only when every continuation of the program that an
 * event resumed has come to rest. Events of the simulator alone cost no hop.
 */
export class Kernel {
  #us = 0;
  #order = 0;
  #heap: Event[] = [];
  #isAwake = false;
  #isStopped = false;
  #hops = 0;
  #events = 0;
  readonly #maxHops: number;

  constructor(options: { maxHops?: number } = {}) {
    this.#maxHops = options.maxHops ?? 200_000;
  }

  /** Virtual time since the start of the run, in ms (a multiple of 0.001). */
  get nowMs(): number {
    return this.#us / 1000;
  }

  /** How often the program was resumed, and how many events ran: the cost of the run. */
  get hops(): number {
    return this.#hops;
  }
  get events(): number {
    return this.#events;
  }

  /** Schedules `run` at `atMs` (not before now), in the given class. */
  at(atMs: number, rank: EventClass, run: () => void): Scheduled {
    const us = Math.max(this.#us, Math.round(atMs * 1000));
    const event = new Event(us, rank, this.#order++, run);
    this.#push(event);
    return event;
  }

  /** Schedules `run` after `delayMs`. */
  after(delayMs: number, rank: EventClass, run: () => void): Scheduled {
    return this.at(this.nowMs + Math.max(0, delayMs), rank, run);
  }

  /** Tells the clock that program code was resumed, so a hop is due before time moves on. */
  wake(): void {
    this.#isAwake = true;
  }

  /** Ends the run after the event that is running. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Runs events in order until `stop()` or until nothing is left to happen.
   * Rejects with StepBudgetError when the program was resumed more than `maxHops` times.
   */
  async run(hop: Hop): Promise<void> {
    if (this.#isAwake) await this.#rest(hop);
    while (!this.#isStopped) {
      const first = this.#heap[0];
      if (first === undefined) return;
      this.#us = first.us;
      this.#runInstant(first.us);
      if (this.#isAwake) await this.#rest(hop);
    }
  }

  #runInstant(us: number): void {
    const scheduledBefore = this.#order;
    for (;;) {
      const event = this.#heap[0];
      if (event === undefined || event.us !== us || this.#isStopped) return;
      // What resumed code adds to this very instant waits for its hop, so that a spinning program is counted.
      if (this.#isAwake && event.order >= scheduledBefore) return;
      this.#pop();
      const { run } = event;
      if (run === null) continue;
      event.run = null;
      this.#events++;
      run();
    }
  }

  async #rest(hop: Hop): Promise<void> {
    this.#isAwake = false;
    this.#hops++;
    if (this.#hops > this.#maxHops) {
      throw new StepBudgetError(
        `The program was resumed more than ${this.#maxHops.toLocaleString('en-US')} times by ${(this.nowMs / 1000).toFixed(1)} s of virtual time. ` +
          'A loop is spinning without waiting: give it something to await that takes time, such as a poll with a time-out or a timer.',
      );
    }
    await hop();
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Event;
      if (!isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    const size = heap.length;
    if (size === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      const below = heap[child] as Event;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
