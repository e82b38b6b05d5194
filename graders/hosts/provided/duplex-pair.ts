// stream.duplexPair as in Node.js 24, which readable-stream does not have yet.

import streams from 'readable-stream/lib/stream.js';
import { nextTick } from './ticks.ts';

type Done = (error?: unknown) => void;
type Options = ConstructorParameters<typeof streams.Duplex>[0];

class DuplexSide extends streams.Duplex {
  #other: DuplexSide | null = null;
  #onRead: Done | null = null;

  static pair(options?: Options): [DuplexSide, DuplexSide] {
    const [one, two] = [new DuplexSide(options), new DuplexSide(options)];
    one.#other = two;
    two.#other = one;
    return [one, two];
  }

  _read(): void {
    const onRead = this.#onRead;
    this.#onRead = null;
    onRead?.();
  }

  _write(chunk: { length: number }, _: string, done: Done): void {
    if (chunk.length === 0) return nextTick(done);
    const other = this.#other;
    if (other === null) return;
    other.push(chunk);
    other.#onRead = done;
  }

  _final(done: Done): void {
    this.#other?.on('end', done);
    this.#other?.push(null);
  }

  _destroy(error: Error | null, done: Done): void {
    const other = this.#other;
    nextTick(() => {
      if (other === null || other.destroyed) return;
      // The other side ends as well, but the error is not its own.
      if (error) other.destroy();
      else other.push(null);
    });
    done(error);
  }
}

export const duplexPair = (options?: Options): [DuplexSide, DuplexSide] => DuplexSide.pair(options);
