// What an async operator keeps between a call and its result: the order in which results may leave.

/** An element whose call is under way or answered. */
export interface QueueEntry {
  /** Its result is here and has not left yet, for the order does not allow it. Set by the queue. */
  isDone: boolean;
  /** Which stretch between two watermarks it belongs to. Set by the queue. */
  stretch: number;
}

/** Results leave in the order of the input, or as they come. */
export type OutputMode = 'ordered' | 'unordered';

/** The elements between two watermarks, in unordered mode; a watermark ends it. */
interface Stretch<E, W> {
  /** Elements that have not left. */
  pending: number;
  /** Of those, the ones that are done and wait for earlier stretches to end. */
  readonly held: E[];
  watermark: W | null;
}

/**
 * The queue of one subtask (F24). `emit` gets each element when its result may leave, `pass` each watermark.
 *
 * Laws: never more than `capacity` elements, where an answered element counts until it leaves; ordered results leave in the
 * order of `put`; unordered ones as they are done, but none passes a watermark in either direction. A watermark takes no place.
 */
export class AsyncQueue<E extends QueueEntry, W = number> {
  readonly capacity: number;
  readonly #isOrdered: boolean;
  readonly #emit: (entry: E) => void;
  readonly #pass: (watermark: W) => void;
  #size = 0;
  /** Ordered mode: elements and watermarks in their order; `#head` is the first that has not left. */
  #line: (E | { readonly watermark: W })[] = [];
  #head = 0;
  /** Unordered mode: the stretches that have not ended, and the number of the first. */
  #stretches: Stretch<E, W>[] = [{ pending: 0, held: [], watermark: null }];
  #first = 0;

  constructor(options: {
    readonly capacity: number;
    readonly mode: OutputMode;
    emit(entry: E): void;
    pass?(watermark: W): void;
  }) {
    this.capacity = options.capacity;
    this.#isOrdered = options.mode === 'ordered';
    this.#emit = options.emit;
    this.#pass = options.pass ?? (() => undefined);
  }

  /** Elements that hold a place. */
  get size(): number {
    return this.#size;
  }
  get isFull(): boolean {
    return this.#size >= this.capacity;
  }

  /** Takes an element whose call begins. Throws RangeError when the queue is full: wait until one has left. */
  put(entry: E): void {
    if (this.isFull) throw new RangeError(`The queue holds ${this.#size} elements; wait until one has left.`);
    this.#size++;
    entry.isDone = false;
    if (this.#isOrdered) {
      this.#line.push(entry);
      return;
    }
    const last = this.#stretches.length - 1;
    entry.stretch = this.#first + last;
    (this.#stretches[last] as Stretch<E, W>).pending++;
  }

  /** Takes a watermark; it passes at once when nothing is before it. */
  mark(watermark: W): void {
    if (this.#isOrdered) {
      this.#line.push({ watermark });
      this.#leaveInOrder();
      return;
    }
    const last = this.#stretches.at(-1) as Stretch<E, W>;
    last.watermark = watermark;
    this.#stretches.push({ pending: 0, held: [], watermark: null });
    this.#endStretches();
  }

  /** The element's result is here: it leaves now, or as soon as the order allows, with all that waited for it. */
  complete(entry: E): void {
    if (this.#isOrdered) {
      entry.isDone = true;
      this.#leaveInOrder();
      return;
    }
    const stretch = this.#stretches[entry.stretch - this.#first] as Stretch<E, W>;
    if (entry.stretch > this.#first) {
      entry.isDone = true;
      stretch.held.push(entry);
      return;
    }
    stretch.pending--;
    this.#leave(entry);
    this.#endStretches();
  }

  #leave(entry: E): void {
    this.#size--;
    this.#emit(entry);
  }

  #leaveInOrder(): void {
    for (let next = this.#line[this.#head]; next !== undefined; next = this.#line[this.#head]) {
      if ('watermark' in next) {
        this.#head++;
        this.#pass(next.watermark);
      } else if (next.isDone) {
        this.#head++;
        this.#leave(next);
      } else break;
    }
    if (this.#head > 64 && this.#head * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Ends stretches that have nothing left and a watermark behind them; what the next one held leaves. */
  #endStretches(): void {
    for (;;) {
      const first = this.#stretches[0] as Stretch<E, W>;
      if (first.pending > 0 || first.watermark === null) return;
      this.#stretches.shift();
      this.#first++;
      this.#pass(first.watermark);
      const next = this.#stretches[0] as Stretch<E, W>;
      next.pending -= next.held.length;
      for (const entry of next.held.splice(0)) this.#leave(entry);
    }
  }
}
