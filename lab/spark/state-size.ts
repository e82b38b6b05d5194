// How much state a windowed aggregate keeps once it runs evenly: the windows that are open, times the keys in each.

import { nonNegative, nonNegativeInteger, positive } from '../argument.ts';

export interface WindowedState {
  /** The watermark's delay, in ms of event time. */
  readonly delayMs: number;
  readonly windowMs: number;
  /** From the start of a window to the start of the next; as long as the window, which makes it tumbling, unless given. */
  readonly slideMs?: number;
}

/**
 * Windows that are open at most while event time moves on (M2.9, SS15): those that have begun and whose end is not behind
 * max event time − delay. (delay + window) ÷ slide, rounded up; always exactly that when both are multiples of the slide:
 * delay/window + 1 for tumbling windows. Throws RangeError for a window or slide of 0 and for a slide beyond the window.
 */
export function openWindows({ delayMs, windowMs, slideMs = windowMs }: WindowedState): number {
  nonNegative(delayMs, 'delayMs');
  positive(windowMs, 'windowMs');
  if (!(positive(slideMs, 'slideMs') <= windowMs)) {
    throw new RangeError(`slideMs is ${slideMs}; pass at most windowMs, ${windowMs}, or records fall between windows.`);
  }
  return Math.ceil((delayMs + windowMs) / slideMs);
}

/** Rows of state: one for each active key in each open window (M2.9, C5). All `activeKeys` appear in every window. */
export function stateRows(given: WindowedState & { readonly activeKeys: number }): number {
  return openWindows(given) * nonNegativeInteger(given.activeKeys, 'activeKeys');
}
