// The sink's queue as amounts: first in, first out, by the step in which they came, with callers that stop waiting.

/** What an amount that leaves is: its kind, and how much. */
type Leaves = (kind: number, amount: number) => void;

/**
 * A call is decided when its service begins: in time when its wait leaves room for the call before the time-out, otherwise
 * late, and its caller goes when the time-out is over. Laws: put = served in time + served late + discarded + in the queue;
 * put = served in time + gone + awaited.
 */
export class ProtectedQueue {
  readonly #kinds: number;
  readonly #waitSteps: number;
  readonly #timeoutSteps: number;
  readonly #discardsExpired: boolean;
  /** What callers await, by step and kind; and what is in the sink's queue, by step. */
  readonly #amounts: Float64Array;
  readonly #awaited: Float64Array;
  readonly #queued: Float64Array;
  /** The first step whose amount may still be here, the first that is not discarded, the first whose callers still wait. */
  #head = 0;
  #firstKept = 0;
  #firstAwaited = 0;
  requests = 0;
  awaited = 0;
  servedInTime = 0;
  servedLate = 0;
  discarded = 0;

  /** Service that begins before `waitSteps`, at most `timeoutSteps`, is in time; 0 when even a call alone is late. */
  constructor(given: {
    steps: number;
    kinds: number;
    waitSteps: number;
    timeoutSteps: number;
    discardsExpired: boolean;
  }) {
    this.#kinds = given.kinds;
    this.#waitSteps = given.waitSteps;
    this.#timeoutSteps = given.timeoutSteps;
    this.#discardsExpired = given.discardsExpired;
    this.#amounts = new Float64Array(given.steps * given.kinds);
    this.#awaited = new Float64Array(given.steps);
    this.#queued = new Float64Array(given.steps);
  }

  put(step: number, kind: number, amount: number): void {
    const at = step * this.#kinds + kind;
    this.#amounts[at] = (this.#amounts[at] ?? 0) + amount;
    this.#awaited[step] = (this.#awaited[step] ?? 0) + amount;
    this.#queued[step] = (this.#queued[step] ?? 0) + amount;
    this.requests += amount;
    this.awaited += amount;
  }

  /** Lets the callers go whose time is out at `step`; the sink still serves them, unless it discards what would be late. */
  expire(step: number, leaves: Leaves): void {
    if (this.#discardsExpired) this.#discard(step - Math.max(1, this.#waitSteps));
    for (; this.#firstAwaited <= step - this.#timeoutSteps; this.#firstAwaited++) {
      const awaited = this.#awaited[this.#firstAwaited] ?? 0;
      if (awaited === 0) continue;
      for (let kind = 0; kind < this.#kinds; kind++) {
        leaves(kind, this.#amounts[this.#firstAwaited * this.#kinds + kind] ?? 0);
      }
      this.awaited = Math.max(0, this.awaited - awaited);
    }
  }

  #discard(upTo: number): void {
    for (; this.#firstKept <= upTo; this.#firstKept++) {
      const queued = this.#queued[this.#firstKept] ?? 0;
      this.discarded += queued;
      this.requests = Math.max(0, this.requests - queued);
      this.#queued[this.#firstKept] = 0;
    }
  }

  /** Serves at most `capacity`; what is answered in time goes to `leaves`. */
  serve(step: number, capacity: number, leaves: Leaves): void {
    let left = capacity;
    while (left > 0 && this.#head <= step) {
      const queued = this.#queued[this.#head] ?? 0;
      const served = Math.min(left, queued);
      // The last of a step's amount goes whole, so that nothing is left of it but nothing.
      const share = served === queued ? 1 : served / queued;
      if (served > 0) this.#leave(step, share, served, leaves);
      left -= served;
      if (served === queued && this.#head < step) this.#head += 1;
      else return;
    }
  }

  #leave(step: number, share: number, served: number, leaves: Leaves): void {
    const from = this.#head;
    this.#queued[from] = share === 1 ? 0 : (this.#queued[from] ?? 0) - served;
    this.requests = Math.max(0, this.requests - served);
    if (step - from >= this.#waitSteps) {
      this.servedLate += served;
      return;
    }
    this.servedInTime += served;
    this.awaited = Math.max(0, this.awaited - served);
    this.#awaited[from] = share === 1 ? 0 : (this.#awaited[from] ?? 0) - served;
    for (let kind = 0; kind < this.#kinds; kind++) {
      const at = from * this.#kinds + kind;
      const amount = this.#amounts[at] ?? 0;
      const part = amount * share;
      this.#amounts[at] = share === 1 ? 0 : amount - part;
      if (part > 0) leaves(kind, part);
    }
  }
}
