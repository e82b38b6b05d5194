// The WHATWG ReadableStream: it pulls from its source while it would like more, or while somebody waits to read.

import { nonNegative } from '../argument.ts';
import { Fifo } from './fifo.ts';

/** What a source can do with its stream. */
export interface WhatwgController<T> {
  /** The mark less what is queued; 0 once closed. */
  readonly desiredSize: number;
  /** Adds a chunk, or gives it to a read that waits. Accepted whatever desiredSize is. */
  enqueue(chunk: T): void;
  /** There is nothing more; what is queued can still be read. */
  close(): void;
}

export interface WhatwgReadableOptions<T> {
  /** 1 unless given; 0 for `type: 'bytes'` (W4). */
  readonly highWaterMark?: number;
  /** `bytes` counts chunks by their byteLength, and has a mark of 0 unless one is given. */
  readonly type?: 'bytes';
  /** What a chunk counts; 1 unless given, its byteLength with `type: 'bytes'`. */
  size?(chunk: T): number;
  /** The underlying source: enqueue something, now or later, and call `done`. Not called again before that. */
  pull?(controller: WhatwgController<T>, done: () => void): void;
}

/** A chunk, or null at the end. */
type Receive<T> = (chunk: T | null) => void;

/**
 * A model of a ReadableStream and its one reader, with callbacks for promises and without errors (W4). `pull` is called while
 * desiredSize > 0 or a read waits; one call at a time; and after a call that brought nothing only when something was enqueued
 * or read. Law: enqueued = read + queued, in order.
 */
export class WhatwgReadable<T> implements WhatwgController<T> {
  readonly #options: WhatwgReadableOptions<T>;
  readonly #mark: number;
  readonly #queue = new Fifo<{ chunk: T; size: number }>();
  readonly #reads = new Fifo<Receive<T>>();
  #queued = 0;
  #isPulling = false;
  #mustPullAgain = false;
  #isClosing = false;
  #isClosed = false;

  constructor(options: WhatwgReadableOptions<T>) {
    this.#options = options;
    this.#mark = nonNegative(options.highWaterMark ?? (options.type === 'bytes' ? 0 : 1), 'highWaterMark');
    this.#pullIfNeeded();
  }

  get desiredSize(): number {
    return this.#isClosed ? 0 : this.#mark - this.#queued;
  }

  /** Whether the source is, or would be, asked for more: a read waits, or desiredSize is above 0. */
  get wantsMore(): boolean {
    return !this.#isClosing && (this.#reads.size > 0 || this.desiredSize > 0);
  }

  /** Reads that wait for a chunk. */
  get waitingReads(): number {
    return this.#reads.size;
  }

  enqueue(chunk: T): void {
    if (this.#isClosing) throw new TypeError('enqueue() was called after close().');
    const receive = this.#reads.shift();
    if (receive !== undefined) receive(chunk);
    else {
      const size = this.#sizeOf(chunk);
      this.#queue.push({ chunk, size });
      this.#queued += size;
    }
    this.#pullIfNeeded();
  }

  close(): void {
    if (this.#isClosing) throw new TypeError('close() was called twice.');
    this.#isClosing = true;
    this.#closeWhenEmpty();
  }

  /** `reader.read()`: calls `receive` with the next chunk, at once if one is queued, or with null at the end. */
  read(receive: Receive<T>): void {
    const next = this.#queue.shift();
    if (next !== undefined) {
      this.#queued -= next.size;
      this.#closeWhenEmpty();
      this.#pullIfNeeded();
      receive(next.chunk);
    } else if (this.#isClosed) receive(null);
    else {
      this.#reads.push(receive);
      this.#pullIfNeeded();
    }
  }

  #sizeOf(chunk: T): number {
    if (this.#options.size !== undefined) return this.#options.size(chunk);
    return this.#options.type === 'bytes' ? (chunk as { byteLength: number }).byteLength : 1;
  }

  #closeWhenEmpty(): void {
    if (!this.#isClosing || this.#isClosed || this.#queue.size > 0) return;
    this.#isClosed = true;
    for (let receive = this.#reads.shift(); receive !== undefined; receive = this.#reads.shift()) receive(null);
  }

  #pullIfNeeded(): void {
    if (!this.wantsMore || this.#options.pull === undefined) return;
    if (this.#isPulling) {
      this.#mustPullAgain = true;
      return;
    }
    this.#isPulling = true;
    // A source that answers at once is called in a loop, not ever deeper.
    let isInside = true;
    do {
      this.#mustPullAgain = false;
      let isDone = false;
      this.#options.pull(this, () => {
        if (isDone) return;
        isDone = true;
        if (isInside) return;
        this.#isPulling = false;
        if (this.#mustPullAgain) this.#pullIfNeeded();
      });
      if (!isDone) {
        isInside = false;
        return;
      }
    } while (this.#mustPullAgain && this.wantsMore);
    this.#isPulling = false;
  }
}
