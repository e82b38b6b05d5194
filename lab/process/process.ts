// One life of the learner's process: from its start to its end, by return, kill or crash.

import type { Kernel, Scheduled } from '../clock/kernel.ts';
import { gcShareAt, liveBytes, type HeapLimits } from './heap.ts';

/** How a life ended; `threw`: an error of a simulated system reached the top, as it would at work. */
export type EndOfLife = 'returned' | 'out-of-memory' | 'killed' | 'threw' | 'stopped';

/**
 * Law: a dead process never runs again. Each promise that the lab gives it settles through
 * `promise()`, which tells the clock that program code resumes and stays silent after death.
 */
export class ProgramProcess {
  readonly kernel: Kernel;
  readonly limits: HeapLimits;
  #recordsInMemory: () => number;
  #onEnd: (how: EndOfLife, error: unknown) => void;
  #isAlive = true;

  constructor(options: {
    kernel: Kernel;
    limits: HeapLimits;
    /** Records that are in the process now: buffered by the client, or held by the program. */
    recordsInMemory(): number;
    onEnd(how: EndOfLife, error: unknown): void;
  }) {
    this.kernel = options.kernel;
    this.limits = options.limits;
    this.#recordsInMemory = options.recordsInMemory;
    this.#onEnd = options.onEnd;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }
  liveBytes(): number {
    return liveBytes(this.limits, this.#recordsInMemory());
  }
  gcShare(): number {
    return gcShareAt(this.liveBytes(), this.limits);
  }
  /** Kills the process when its heap is over the limit. Called wherever memory grows. */
  checkHeap(): void {
    if (this.#isAlive && this.liveBytes() > this.limits.limitBytes) this.end('out-of-memory');
  }
  end(how: EndOfLife, error: unknown = null): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#onEnd(how, error);
  }

  /** A promise whose settling resumes the program; it stays pending when the process has died. */
  promise<T = void>(start: (resolve: (value: T) => void, reject: (error: unknown) => void) => unknown): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      start(
        (value) => {
          if (!this.#isAlive) return;
          this.kernel.wake();
          resolve(value);
        },
        (error) => {
          if (!this.#isAlive) return;
          this.kernel.wake();
          reject(error);
        },
      );
    });
  }

  /** Runs a callback of the program (a timer) at `atMs`, if it still lives then. */
  callAt(atMs: number, rank: 0 | 1 | 2 | 3, run: () => void): Scheduled {
    return this.kernel.at(atMs, rank, () => {
      if (!this.#isAlive) return;
      this.kernel.wake();
      run();
    });
  }
}
