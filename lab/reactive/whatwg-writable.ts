// The WHATWG WritableStream: `desiredSize` says how much more it would like, and `ready` when it is time to write.

import { nonNegative } from '../argument.ts';
import { Fifo } from './fifo.ts';

export interface WhatwgWritableOptions<T> {
  /** 1 unless given (W4). */
  readonly highWaterMark?: number;
  /** What a chunk counts; 1 unless given. */
  size?(chunk: T): number;
  /** The underlying sink: takes one chunk and calls `done` when it is through. The next one follows only then. */
  write(chunk: T, done: () => void): void;
}

/**
 * A model of a WritableStream and its one writer, with callbacks for promises and without aborting (W4). A chunk counts until
 * the sink has finished it. Laws: accepted = done + queued, in order, one at a time; desiredSize = mark − queued, and below 0
 * when more is written than it asked for; it is ready exactly while desiredSize > 0, or once `close` was called.
 */
export class WhatwgWritable<T> {
  readonly #options: WhatwgWritableOptions<T>;
  readonly #mark: number;
  readonly #waiting = new Fifo<{ chunk: T; size: number; written: () => void }>();
  #queued = 0;
  #isWriting = false;
  #isClosing = false;
  #isClosed = false;
  #closed: () => void = () => undefined;
  #ready: (() => void)[] = [];

  constructor(options: WhatwgWritableOptions<T>) {
    this.#options = options;
    this.#mark = nonNegative(options.highWaterMark ?? 1, 'highWaterMark');
  }

  /** The mark less what is queued or being written; 0 once closed. */
  get desiredSize(): number {
    return this.#isClosed ? 0 : this.#mark - this.#queued;
  }

  /** Whether `writer.ready` is resolved. */
  get isReady(): boolean {
    return this.#isClosing || this.desiredSize > 0;
  }

  /** `writer.ready.then(run)`: calls `run` when it is ready, at once if it is. */
  whenReady(run: () => void): void {
    if (this.isReady) run();
    else this.#ready.push(run);
  }

  /** Accepts the chunk, whatever desiredSize is; calls `written` when the sink has finished it. Throws after `close`. */
  write(chunk: T, written: () => void = () => undefined): void {
    if (this.#isClosing) throw new TypeError('write() was called after close(): the stream takes nothing more.');
    const size = this.#options.size?.(chunk) ?? 1;
    this.#queued += size;
    this.#waiting.push({ chunk, size, written });
    if (!this.#isWriting) this.#writeNext();
  }

  /** Nothing more will be written; calls `closed` when the sink has finished everything. */
  close(closed: () => void = () => undefined): void {
    if (this.#isClosing) throw new TypeError('close() was called twice.');
    this.#isClosing = true;
    this.#closed = closed;
    this.#tellReady();
    this.#closeWhenDone();
  }

  #writeNext(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#isWriting = true;
    let isDone = false;
    this.#options.write(next.chunk, () => {
      if (isDone) return;
      isDone = true;
      this.#isWriting = false;
      this.#queued -= next.size;
      this.#writeNext();
      next.written();
      this.#tellReady();
      this.#closeWhenDone();
    });
  }

  #closeWhenDone(): void {
    if (!this.#isClosing || this.#isClosed || this.#isWriting || this.#waiting.size > 0) return;
    this.#isClosed = true;
    this.#closed();
  }

  #tellReady(): void {
    if (!this.isReady) return;
    const waiting = this.#ready;
    this.#ready = [];
    for (const run of waiting) this.whenReady(run);
  }
}
