// How far event time has come: the watermark of a source's splits and of an operator's inputs.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** Stands for Long.MIN_VALUE: no record has come yet, so nothing is known of event time. */
export const noWatermark = Number.MIN_SAFE_INTEGER;
/** Stands for Watermark.MAX_WATERMARK: no record comes any more, so every window and timer may fire. */
export const lastWatermark = Number.MAX_SAFE_INTEGER;

/**
 * The watermark of an operator with several inputs (F29): the **minimum** over those that are not idle. One slow input holds
 * all others back, one that is idle does not. With all idle it stays where it is.
 *
 * Law: it never falls, whatever the inputs do; an input that comes back behind it has late records.
 */
export class WatermarkMerge {
  readonly #inputs: { watermark: number; isIdle: boolean }[];
  #watermark = noWatermark;

  constructor(inputs: number) {
    positiveInteger(inputs, 'inputs');
    this.#inputs = Array.from({ length: inputs }, () => ({ watermark: noWatermark, isIdle: false }));
  }

  get watermark(): number {
    return this.#watermark;
  }
  get isIdle(): boolean {
    return this.#inputs.every(({ isIdle }) => isIdle);
  }

  /** An input's watermark; a lower one than before changes nothing. It ends the input's idleness. True when the result rose. */
  advance(input: number, watermark: number): boolean {
    const state = this.#input(input);
    state.isIdle = false;
    state.watermark = Math.max(state.watermark, watermark);
    return this.#rise();
  }

  /** An input has become idle, or active again. True when the result rose, for it waited for this input alone. */
  setIdle(input: number, isIdle: boolean): boolean {
    this.#input(input).isIdle = isIdle;
    return this.#rise();
  }

  #rise(): boolean {
    let least = Infinity;
    for (const { watermark, isIdle } of this.#inputs) if (!isIdle) least = Math.min(least, watermark);
    if (least === Infinity || least <= this.#watermark) return false;
    this.#watermark = least;
    return true;
  }

  #input(input: number): { watermark: number; isIdle: boolean } {
    const state = this.#inputs[input];
    if (state === undefined)
      throw new RangeError(`input is ${input}; pass an index from 0 to ${this.#inputs.length - 1}.`);
    return state;
  }
}

export interface SplitWatermarkOptions {
  /** Splits of the source; a Kafka partition is one. */
  readonly splits: number;
  /** `forBoundedOutOfOrderness`: how much later than a newer record an older one may come, in ms. */
  readonly outOfOrdernessMs: number;
  /** `withIdleness`: a split without a record for this long no longer counts. Without it every split always does. */
  readonly idleTimeoutMs?: number;
  /** `withWatermarkAlignment`: a split that is this far ahead of the slowest is not read for a while. */
  readonly maxDriftMs?: number;
  /** Before Flink 2.0 time in which a split was paused or back-pressured counted towards its idleness (FLINK-35886). */
  readonly countsPausedTimeAsIdle?: boolean;
}

interface Split {
  maxTimestamp: number;
  /** Since when it has been without a record, not counting the time in which it could not be read. */
  quietSinceMs: number;
  pausedSinceMs: number | null;
}

/**
 * The watermarks of a source's splits (F29). A split's own is its newest timestamp − out-of-orderness − 1 ms, for a record with
 * the newest timestamp itself may still follow; the source's is the minimum over splits that are not idle.
 *
 * Laws: the source's watermark never falls; a paused split never becomes idle (from 2.0 on). Times are ms of the run, timestamps
 * ms of any epoch. Throws RangeError for options out of range.
 */
export class SplitWatermarks {
  readonly #options: SplitWatermarkOptions;
  readonly #splits: Split[];
  #watermark = noWatermark;

  constructor(options: SplitWatermarkOptions) {
    nonNegative(options.outOfOrdernessMs, 'outOfOrdernessMs');
    if (options.idleTimeoutMs !== undefined) positive(options.idleTimeoutMs, 'idleTimeoutMs');
    if (options.maxDriftMs !== undefined) positive(options.maxDriftMs, 'maxDriftMs');
    this.#options = options;
    this.#splits = Array.from({ length: positiveInteger(options.splits, 'splits') }, () => ({
      maxTimestamp: noWatermark,
      quietSinceMs: 0,
      pausedSinceMs: null,
    }));
  }

  /** A record has been read from a split. */
  record(split: number, timestamp: number, nowMs: number): void {
    const state = this.#split(split);
    state.maxTimestamp = Math.max(state.maxTimestamp, timestamp);
    state.quietSinceMs = nowMs;
    if (state.pausedSinceMs !== null) state.pausedSinceMs = nowMs;
  }

  /** A split cannot be read from now on: it is aligned, or the source is back-pressured. Nothing when it already was so. */
  pause(split: number, nowMs: number): void {
    this.#split(split).pausedSinceMs ??= nowMs;
  }

  /** It can be read again. */
  resume(split: number, nowMs: number): void {
    const state = this.#split(split);
    if (state.pausedSinceMs === null) return;
    if (this.#options.countsPausedTimeAsIdle !== true) state.quietSinceMs += nowMs - state.pausedSinceMs;
    state.pausedSinceMs = null;
  }

  /** The watermark of a split alone. */
  watermarkOf(split: number): number {
    const { maxTimestamp } = this.#split(split);
    return maxTimestamp === noWatermark ? noWatermark : maxTimestamp - this.#options.outOfOrdernessMs - 1;
  }

  isSplitIdleAt(split: number, nowMs: number): boolean {
    const { idleTimeoutMs, countsPausedTimeAsIdle } = this.#options;
    if (idleTimeoutMs === undefined) return false;
    const { quietSinceMs, pausedSinceMs } = this.#split(split);
    const untilMs = countsPausedTimeAsIdle === true ? nowMs : (pausedSinceMs ?? nowMs);
    return untilMs - quietSinceMs >= idleTimeoutMs;
  }

  /** Whether all splits are idle, and the source with them: operators behind it no longer wait for its watermark. */
  isIdleAt(nowMs: number): boolean {
    return this.#splits.every((_, split) => this.isSplitIdleAt(split, nowMs));
  }

  /** The source's watermark now. */
  watermarkAt(nowMs: number): number {
    this.#watermark = Math.max(this.#watermark, this.#leastAt(nowMs) ?? noWatermark);
    return this.#watermark;
  }

  /** By split: whether alignment holds it back now, for it is more than the drift ahead of the slowest active one. */
  aheadAt(nowMs: number): boolean[] {
    const { maxDriftMs } = this.#options;
    const least = this.#leastAt(nowMs);
    return this.#splits.map(
      (_, split) => maxDriftMs !== undefined && least !== null && this.watermarkOf(split) > least + maxDriftMs,
    );
  }

  /** The minimum over active splits; null when none is. */
  #leastAt(nowMs: number): number | null {
    let least: number | null = null;
    for (let split = 0; split < this.#splits.length; split++) {
      if (this.isSplitIdleAt(split, nowMs)) continue;
      const watermark = this.watermarkOf(split);
      if (least === null || watermark < least) least = watermark;
    }
    return least;
  }

  #split(split: number): Split {
    const state = this.#splits[split];
    if (state === undefined)
      throw new RangeError(`split is ${split}; pass an index from 0 to ${this.#splits.length - 1}.`);
    return state;
  }
}
