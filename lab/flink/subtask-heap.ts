// The next event of each subtask, the earliest first: a heap of numbers for the record engine.

/**
 * At most one event for each of `size` subtasks. Order: time in µs, then completions before arrivals (M0.2), then the order
 * in which they were pushed.
 */
export class SubtaskHeap {
  /** The time of the first event; Infinity when there is none. */
  firstUs = Infinity;
  #count = 0;
  #pushed = 0;
  readonly #heap: Int32Array;
  readonly #us: Float64Array;
  readonly #order: Float64Array;
  readonly #isIn: Uint8Array;

  constructor(size: number) {
    this.#heap = new Int32Array(size);
    this.#us = new Float64Array(size);
    this.#order = new Float64Array(size);
    this.#isIn = new Uint8Array(size);
  }

  has(subtask: number): boolean {
    return this.#isIn[subtask] === 1;
  }

  get isFirstArrival(): boolean {
    return (this.#order[this.#heap[0] as number] as number) >= arrivals;
  }

  push(subtask: number, us: number, isArrival: boolean): void {
    this.#isIn[subtask] = 1;
    this.#us[subtask] = us;
    this.#order[subtask] = isArrival ? arrivals + this.#pushed : this.#pushed;
    this.#pushed += 1;
    const heap = this.#heap;
    let at = this.#count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (!this.#isBefore(subtask, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = subtask;
    if (at === 0) this.firstUs = us;
  }

  /** Takes the first event out and says whose it was. There must be one. */
  pop(): number {
    const heap = this.#heap;
    const first = heap[0] as number;
    this.#isIn[first] = 0;
    const size = --this.#count;
    const last = heap[size] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      const below = heap[child] as number;
      if (!this.#isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    this.firstUs = size === 0 ? Infinity : (this.#us[heap[0] as number] as number);
    return first;
  }

  #isBefore(a: number, b: number): boolean {
    const aUs = this.#us[a] as number;
    const bUs = this.#us[b] as number;
    return aUs < bUs || (aUs === bUs && (this.#order[a] as number) < (this.#order[b] as number));
  }
}

/** Where the order of arrivals begins, 2⁵⁰: behind that of all completions of a run. */
const arrivals = 1_125_899_906_842_624;
