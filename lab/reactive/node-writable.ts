// Node's Writable: its mark tells the writer to stop, and stops nobody.

import { nonNegative } from '../argument.ts';
import { Fifo } from './fifo.ts';

export interface NodeWritableOptions<T> {
  /** Buffered bytes (or records, when each counts 1) from which on `write` returns false; a threshold, not a limit. */
  readonly highWaterMark: number;
  /** What a chunk counts; 1 unless given, as in object mode. */
  size?(chunk: T): number;
  /** Takes one chunk to its destination and calls `done` when it is there. The next one follows only then. */
  write(chunk: T, done: () => void): void;
}

/** Default marks of Node (W3): bytes since Node 22 (16,384 before, and on Windows), and records in object mode. */
export const nodeDefaultMarks = { bytes: 65_536, objects: 16 } as const;

/**
 * A model of `stream.Writable` without encodings, corking and errors (W1). `length` counts what is accepted and not done, the
 * chunk at work included. Laws: accepted = done + buffered, in order, one at a time; `drain` comes once after each `write`
 * that returned false, when everything is done; `finish` comes once, after `end()` and the last chunk.
 */
export class NodeWritable<T> {
  readonly #options: NodeWritableOptions<T>;
  readonly #waiting = new Fifo<{ chunk: T; size: number }>();
  #length = 0;
  #isWriting = false;
  #needsDrain = false;
  #isEnding = false;
  #isFinished = false;
  readonly #listeners = { drain: [] as (() => void)[], finish: [] as (() => void)[] };

  constructor(options: NodeWritableOptions<T>) {
    nonNegative(options.highWaterMark, 'highWaterMark');
    this.#options = options;
  }

  get writableLength(): number {
    return this.#length;
  }
  get writableHighWaterMark(): number {
    return this.#options.highWaterMark;
  }
  /** Whether a `write` returned false and its `drain` is still to come; none comes after `end()`. */
  get writableNeedDrain(): boolean {
    return this.#needsDrain && !this.#isEnding;
  }
  get writableFinished(): boolean {
    return this.#isFinished;
  }

  on(event: 'drain' | 'finish', listener: () => void): void {
    this.#listeners[event].push(listener);
  }

  /**
   * Accepts the chunk, always, and returns whether the writer should go on: false once the buffered length has reached the
   * mark. Then wait for `drain`. Throws after `end()`.
   */
  write(chunk: T): boolean {
    if (this.#isEnding) throw new Error('write() was called after end(): the stream takes nothing more.');
    const size = this.#options.size?.(chunk) ?? 1;
    this.#length += size;
    const isBelowMark = this.#length < this.#options.highWaterMark;
    if (!isBelowMark) this.#needsDrain = true;
    this.#waiting.push({ chunk, size });
    if (!this.#isWriting) this.#writeNext();
    return isBelowMark;
  }

  /** Nothing more will be written. */
  end(): void {
    this.#isEnding = true;
    this.#settle();
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
      this.#length -= next.size;
      this.#writeNext();
      this.#settle();
    });
  }

  #isBusy(): boolean {
    return this.#length > 0 || this.#isWriting;
  }

  #settle(): void {
    if (this.#isBusy()) return;
    if (this.#needsDrain && !this.#isEnding) {
      this.#needsDrain = false;
      for (const listener of this.#listeners.drain) listener();
    }
    // What a listener of drain wrote is still to come.
    if (this.#isEnding && !this.#isFinished && !this.#isBusy()) {
      this.#isFinished = true;
      for (const listener of this.#listeners.finish) listener();
    }
  }
}
