// Node's Readable: it asks its source for more while its buffer is below the mark, and then no longer.

import { nonNegative } from '../argument.ts';
import { Fifo } from './fifo.ts';
import type { NodeWritable } from './node-writable.ts';

export interface NodeReadableOptions<T> {
  /** Buffered bytes (or records) from which on `read` is not called any more; a threshold: one push may go far beyond it. */
  readonly highWaterMark: number;
  /** What a chunk counts; 1 unless given, as in object mode. */
  size?(chunk: T): number;
  /** Node's `_read`: bring more, by calling `push` now or later. It is not called again before that. */
  read(): void;
}

/**
 * A model of `stream.Readable` without encodings and errors, whose `read()` takes one chunk, as in object mode (W2).
 * Laws: one `read` of the source at a time, and none while the buffer holds the mark or more; chunks come out in order.
 */
export class NodeReadable<T> {
  readonly #options: NodeReadableOptions<T>;
  readonly #buffer = new Fifo<{ chunk: T; size: number }>();
  #length = 0;
  #isReading = false;
  #hasEnded = false;
  #isFlowing = false;
  #isFilling = false;
  #isStarted = false;
  #onData: ((chunk: T) => void) | null = null;
  #onEnd: (() => void) | null = null;

  constructor(options: NodeReadableOptions<T>) {
    nonNegative(options.highWaterMark, 'highWaterMark');
    this.#options = options;
  }

  get readableLength(): number {
    return this.#length;
  }
  get readableHighWaterMark(): number {
    return this.#options.highWaterMark;
  }
  get readableFlowing(): boolean {
    return this.#isFlowing;
  }

  /** Called by the source. Returns whether it may go on: false once the mark is reached. The chunk is accepted anyway. */
  push(chunk: T): boolean {
    if (this.#hasEnded) throw new Error('push() was called after the end.');
    this.#isReading = false;
    this.#isStarted = true;
    const size = this.#options.size?.(chunk) ?? 1;
    if (this.#isFlowing && this.#length === 0 && !this.#isFilling && this.#onData !== null) this.#onData(chunk);
    else {
      this.#buffer.push({ chunk, size });
      this.#length += size;
    }
    const isBelowMark = this.#length < Math.max(1, this.#options.highWaterMark);
    this.#goOn();
    return isBelowMark;
  }

  /** Called by the source: there is nothing more. Node's `push(null)`. */
  pushEnd(): void {
    this.#isReading = false;
    this.#hasEnded = true;
    this.#goOn();
  }

  /** The oldest chunk, or null when none is buffered; then asks the source for more, if what is left is below the mark. */
  read(): T | null {
    this.#isStarted = true;
    this.#ask(this.#headSize());
    const next = this.#buffer.shift();
    if (next !== undefined) this.#length -= next.size;
    this.#goOn();
    return next?.chunk ?? null;
  }

  /** Flowing mode: hands each chunk to `onData` as it comes, until `pause()`. Nothing waits for what `onData` does with it. */
  flow(onData: (chunk: T) => void, onEnd: () => void = () => undefined): void {
    this.#onData = onData;
    this.#onEnd = onEnd;
    this.resume();
  }
  pause(): void {
    this.#isFlowing = false;
  }
  resume(): void {
    this.#isStarted = true;
    this.#isFlowing = true;
    this.#goOn();
  }

  #headSize(): number {
    return this.#buffer.peek()?.size ?? 0;
  }

  /** Asks the source for more, if `taking` leaves less than the mark, or nothing is there. */
  #ask(taking: number): void {
    const isLow = this.#length === 0 || this.#length - taking < this.#options.highWaterMark;
    if (!isLow || this.#isReading || this.#hasEnded) return;
    this.#isReading = true;
    this.#isFilling = true;
    this.#options.read();
    this.#isFilling = false;
  }

  /** Hands over what flows, and fills the buffer up to its mark. */
  #goOn(): void {
    if (this.#isFilling || !this.#isStarted) return;
    while (this.#isFlowing && this.#length > 0) {
      this.#ask(this.#headSize());
      const next = this.#buffer.shift();
      if (next === undefined) break;
      this.#length -= next.size;
      this.#onData?.(next.chunk);
    }
    while (!this.#isReading && !this.#hasEnded && this.#isBelowMark()) {
      const before = this.#length;
      this.#ask(0);
      if (this.#isFlowing && this.#length > 0) return this.#goOn();
      if (this.#length === before) break;
    }
    if (this.#hasEnded && this.#length === 0 && this.#onEnd !== null && this.#isFlowing) {
      const onEnd = this.#onEnd;
      this.#onEnd = null;
      onEnd();
    }
  }

  #isBelowMark(): boolean {
    return this.#length < this.#options.highWaterMark || (this.#isFlowing && this.#length === 0);
  }
}

/** `readable.pipe(writable)`: stops reading when `write` returns false, goes on at `drain`, ends the one with the other. */
export function pipe<T>(readable: NodeReadable<T>, writable: NodeWritable<T>): void {
  writable.on('drain', () => readable.resume());
  readable.flow(
    (chunk) => {
      if (!writable.write(chunk)) readable.pause();
    },
    () => writable.end(),
  );
}
