// The watermark of a query: how far event time has come, less the delay that its author allows.

import { nonNegative } from '../argument.ts';

/** spark.sql.streaming.multipleWatermarkPolicy: the slowest input decides, or the fastest. */
export type WatermarkPolicy = 'min' | 'max';

/**
 * Watermarks of the inputs of a query, and the one that follows from them (M2.9, SS15).
 *
 * An input's own is the latest event time that it has shown in any of its partitions, less its delay: an idle partition
 * holds nothing back, and one record from the future moves it. Over several inputs the policy decides; an input that has
 * shown nothing stands at 0, the beginning of time, so under `min` it holds back all.
 *
 * Law: `watermarkMs` never falls. It moves only in `advance()`, between two batches.
 */
export class WatermarkTracker {
  readonly #delaysMs: readonly number[];
  readonly #policy: WatermarkPolicy;
  readonly #latestMs: (number | null)[];
  #watermarkMs: number;

  /** One delay, in ms, for each input with a watermark; `fromMs` is where a checkpoint had left it. */
  constructor(delaysMs: readonly number[], policy: WatermarkPolicy = 'min', fromMs = 0) {
    this.#delaysMs = delaysMs.map((delayMs, input) => nonNegative(delayMs, `delaysMs[${input}]`));
    this.#policy = policy;
    this.#latestMs = delaysMs.map(() => null);
    this.#watermarkMs = fromMs;
  }

  /** The watermark that the batch under way works with, in ms of event time. */
  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** Notes an event time of an input, whichever partition it comes from. */
  observe(input: number, eventMs: number): void {
    const latest = this.#latestMs[input];
    if (latest === undefined) throw new RangeError(`There is no input ${input}; there are ${this.#delaysMs.length}.`);
    if (latest === null || eventMs > latest) this.#latestMs[input] = eventMs;
  }

  /** Ends a batch: moves the watermark by what has been seen, and returns it. */
  advance(): number {
    const own = this.#latestMs.map((latest, input) =>
      latest === null ? 0 : latest - (this.#delaysMs[input] as number),
    );
    if (own.length > 0) {
      const chosen = this.#policy === 'min' ? Math.min(...own) : Math.max(...own);
      this.#watermarkMs = Math.max(this.#watermarkMs, chosen);
    }
    return this.#watermarkMs;
  }
}
