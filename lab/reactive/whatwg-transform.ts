// The WHATWG TransformStream: a writable and a readable side, and nothing is transformed before somebody wants it.

import { WhatwgReadable } from './whatwg-readable.ts';
import { WhatwgWritable } from './whatwg-writable.ts';

export interface WhatwgTransformOptions<T, R> {
  /** 1 unless given, and 0 for the readable side (W4): no buffer of its own, but one chunk that waits to be transformed. */
  readonly writableHighWaterMark?: number;
  readonly readableHighWaterMark?: number;
  /** Enqueues what comes of a chunk, any number of chunks, and calls `done`. */
  transform(chunk: T, enqueue: (result: R) => void, done: () => void): void;
}

/**
 * A model of a TransformStream, with callbacks for promises and without errors (W4). A chunk that was written waits until the
 * readable side wants more, so a slow reader fills the writable side: backpressure passes through.
 */
export class WhatwgTransform<T, R> {
  readonly readable: WhatwgReadable<R>;
  readonly writable: WhatwgWritable<T>;
  #isHeld = true;
  #go: (() => void) | null = null;
  #pulled: (() => void) | null = null;

  constructor(options: WhatwgTransformOptions<T, R>) {
    this.readable = new WhatwgReadable<R>({
      highWaterMark: options.readableHighWaterMark ?? 0,
      pull: (_, done) => {
        this.#pulled = done;
        this.#isHeld = false;
        const go = this.#go;
        this.#go = null;
        go?.();
      },
    });
    this.writable = new WhatwgWritable<T>({
      highWaterMark: options.writableHighWaterMark ?? 1,
      write: (chunk, done) => {
        const go = (): void => options.transform(chunk, (result) => this.#enqueue(result), done);
        if (this.#isHeld) this.#go = go;
        else go();
      },
    });
  }

  /** `writer.close()`: the readable side ends after the last result. */
  close(): void {
    this.writable.close(() => this.readable.close());
  }

  #enqueue(result: R): void {
    this.readable.enqueue(result);
    if (this.readable.wantsMore || this.#isHeld) return;
    this.#isHeld = true;
    const pulled = this.#pulled;
    this.#pulled = null;
    pulled?.();
  }
}
