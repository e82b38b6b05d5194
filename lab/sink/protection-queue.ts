// The sink's queue as amounts: first in, first out, by the step in which they came, with callers that stop waiting.

/** What an amount that leaves is: its kind, and how much. */
type Leaves = (kind: number, amount: number) => void;

/** Laws: put = served in time + served late + discarded + in the queue; what is awaited is in the queue. */
export class ProtectedQueue {
  readonly #kinds: number;
  readonly #timeoutSteps: number;
  readonly #discardsExpired: boolean;
  readonly #amounts: Float64Array;
  readonly #totals: Float64Array;
  /** The first step whose amount may still be here, and the first whose callers still wait. */
  #head = 0;
  #firstAwaited = 0;
  requests = 0;
  awaited = 0;
  servedInTime = 0;
  servedLate = 0;
  discarded = 0;

  constructor(given: { steps: number; kinds: number; timeoutSteps: number; discardsExpired: boolean }) {
    this.#kinds = given.kinds;
    this.#timeoutSteps = given.timeoutSteps;
    this.#discardsExpired = given.discardsExpired;
    this.#amounts = new Float64Array(given.steps * given.kinds);
    this.#totals = new Float64Array(given.steps);
  }

  put(step: number, kind: number, amount: number): void {
    const at = step * this.#kinds + kind;
    this.#amounts[at] = (this.#amounts[at] ?? 0) + amount;
    this.#totals[step] = (this.#totals[step] ?? 0) + amount;
    this.requests += amount;
    this.awaited += amount;
  }

  /** Lets the callers go whose time is out at `step`; the sink still serves them, unless it discards what has expired. */
  expire(step: number, leaves: Leaves): void {
    for (; this.#firstAwaited <= step - this.#timeoutSteps; this.#firstAwaited++) {
      const total = this.#totals[this.#firstAwaited] ?? 0;
      if (total === 0) continue;
      for (let kind = 0; kind < this.#kinds; kind++) {
        leaves(kind, this.#amounts[this.#firstAwaited * this.#kinds + kind] ?? 0);
      }
      this.awaited = Math.max(0, this.awaited - total);
      if (!this.#discardsExpired) continue;
      this.discarded += total;
      this.requests = Math.max(0, this.requests - total);
      this.#totals[this.#firstAwaited] = 0;
    }
  }

  /** Serves at most `capacity`; what was awaited goes to `leaves`. */
  serve(step: number, capacity: number, leaves: Leaves): void {
    let left = capacity;
    while (left > 0 && this.#head <= step) {
      const total = this.#totals[this.#head] ?? 0;
      const served = Math.min(left, total);
      // The last of a step's amount goes whole, so that nothing is left of it but nothing.
      const share = served === total ? 1 : served / total;
      if (served > 0) this.#leave(this.#head, share, served, leaves);
      left -= served;
      if (served === total && this.#head < step) this.#head += 1;
      else return;
    }
  }

  #leave(from: number, share: number, served: number, leaves: Leaves): void {
    this.#totals[from] = share === 1 ? 0 : (this.#totals[from] ?? 0) - served;
    this.requests = Math.max(0, this.requests - served);
    if (from < this.#firstAwaited) {
      this.servedLate += served;
      return;
    }
    this.servedInTime += served;
    this.awaited = Math.max(0, this.awaited - served);
    for (let kind = 0; kind < this.#kinds; kind++) {
      const at = from * this.#kinds + kind;
      const amount = this.#amounts[at] ?? 0;
      const part = amount * share;
      this.#amounts[at] = share === 1 ? 0 : amount - part;
      if (part > 0) leaves(kind, part);
    }
  }
}
