// Which window of event time a record belongs to.

import { positiveInteger } from '../../argument.ts';
import type { TimeWindow } from './api.ts';

export interface WindowAssigner {
  /** The window of an event time. */
  windowOf(timestamp: number): TimeWindow;
}

/** Windows of one length, end to end, counted from the epoch. */
export class TumblingEventTimeWindows implements WindowAssigner {
  readonly #sizeMs: number;
  constructor(sizeMs: number) {
    this.#sizeMs = positiveInteger(sizeMs, 'the size of TumblingEventTimeWindows.of()');
  }
  static of(sizeMs: number): TumblingEventTimeWindows {
    return new TumblingEventTimeWindows(sizeMs);
  }
  windowOf(timestamp: number): TimeWindow {
    const start = Math.floor(timestamp / this.#sizeMs) * this.#sizeMs;
    return { start, end: start + this.#sizeMs };
  }
}
