// The windows of event time that a record falls into: one when they tumble, several when they slide.

import { positive } from '../argument.ts';

/** Windows of one length, one beginning every `slideMs`, counted from the epoch; tumbling when both are equal. */
export interface Windowing {
  readonly windowMs: number;
  readonly slideMs: number;
}

/** Checks a window's length and slide. Throws RangeError when one is 0 or the slide is longer than the window, as Spark does. */
export function windowing(windowMs: number, slideMs = windowMs): Windowing {
  positive(windowMs, 'windowMs');
  if (positive(slideMs, 'slideMs') <= windowMs) return { windowMs, slideMs };
  throw new RangeError(
    `The slide, ${slideMs} ms, is longer than the window, ${windowMs} ms; pass a slide of at most that.`,
  );
}

/**
 * The starts of the windows [start, start + window) that hold `eventMs`, earliest first (M2.9). One for tumbling windows,
 * window/slide of them when the slide divides the window.
 */
export function windowStarts(eventMs: number, { windowMs, slideMs }: Windowing): number[] {
  const last = Math.floor(eventMs / slideMs) * slideMs;
  const starts: number[] = [];
  for (let start = last; start + windowMs > eventMs; start -= slideMs) starts.push(start);
  return starts.reverse();
}
