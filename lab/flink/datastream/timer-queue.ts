// A subtask's timers in order of time: each key and time once.

/** A timer of a key. */
export interface Timer {
  readonly timestamp: number;
  readonly key: string | number;
}

/** Laws: what is due comes out in order of time, then of registration; the same key and time registered twice comes out once. */
export class TimerQueue {
  #heap: (Timer & { readonly order: number })[] = [];
  readonly #known = new Map<string, number>();
  #order = 0;

  get size(): number {
    return this.#known.size;
  }

  /** True when it was not registered yet. */
  add(timer: Timer): boolean {
    const name = nameOf(timer);
    if (this.#known.has(name)) return false;
    const order = this.#order++;
    this.#known.set(name, order);
    this.#push({ ...timer, order });
    return true;
  }
  remove(timer: Timer): void {
    this.#known.delete(nameOf(timer));
  }

  /** Takes out the first timer at or before `timestamp`; null when there is none. */
  takeDue(timestamp: number): Timer | null {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.timestamp > timestamp) return null;
      this.#pop();
      const name = nameOf(first);
      if (this.#known.get(name) !== first.order) continue;
      this.#known.delete(name);
      return { timestamp: first.timestamp, key: first.key };
    }
  }

  snapshot(): readonly Timer[] {
    return this.#heap
      .filter((timer) => this.#known.get(nameOf(timer)) === timer.order)
      .sort((a, b) => a.timestamp - b.timestamp || a.order - b.order)
      .map(({ timestamp, key }) => ({ timestamp, key }));
  }

  #push(timer: Timer & { readonly order: number }): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as typeof timer;
      if (!isBefore(timer, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }
  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, left)) child++;
      const below = heap[child] as typeof last;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: { timestamp: number; order: number }, b: { timestamp: number; order: number }): boolean {
  return a.timestamp === b.timestamp ? a.order < b.order : a.timestamp < b.timestamp;
}

function nameOf({ timestamp, key }: Timer): string {
  return `${timestamp}/${typeof key === 'number' ? '#' : ''}${key}`;
}
