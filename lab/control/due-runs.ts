// The schedule of a pipeline: when its next time comes, and the times that have come and have had no run.

import { positive } from '../argument.ts';

export interface DueRun {
  readonly atMs: number;
  /** Where the data of that time ends, as a count of rows. */
  readonly toRow: number;
}

export class DueRuns {
  #everyMs: number;
  #nextMs: number;
  #due: DueRun[] = [];

  constructor(everyMs: number) {
    this.#everyMs = positive(everyMs, 'everyMs');
    this.#nextMs = everyMs;
  }

  get everyMs(): number {
    return this.#everyMs;
  }
  get nextMs(): number {
    return this.#nextMs;
  }
  get count(): number {
    return this.#due.length;
  }
  get oldest(): DueRun | undefined {
    return this.#due[0];
  }

  /** The scheduled time has come. */
  tick(toRow: number): void {
    this.#due.push({ atMs: this.#nextMs, toRow });
    this.#nextMs += this.#everyMs;
  }

  /** Another interval, counted from the last scheduled time; true when it is another. */
  reschedule(everyMs: number, nowMs: number): boolean {
    if (everyMs === this.#everyMs) return false;
    this.#nextMs = Math.max(nowMs, this.#nextMs - this.#everyMs + everyMs);
    this.#everyMs = everyMs;
    return true;
  }

  /** The oldest time has had its run, or all have. */
  answer(which: 'oldest' | 'all'): void {
    if (which === 'all') this.#due = [];
    else this.#due.shift();
  }
}
