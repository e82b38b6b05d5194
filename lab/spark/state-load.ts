// The state that a windowed aggregate keeps while a query runs: how many rows, and where its watermark stands.

import { positive, positiveInteger } from '../argument.ts';
import type { StateSetup } from './query-setup.ts';

export interface StateLoad {
  /** Windows that are open, and rows: one for each key in each of them (M2.9). */
  readonly openWindows: number;
  readonly rows: number;
  /** Max event time seen − delay, and 0 before that is above 0; null without a watermark (SS15). */
  readonly watermarkMs: number | null;
}

/**
 * State after event times from `firstEventMs` to `maxEventMs` were seen (M2.9, SS15): from the window that holds the
 * watermark, or the first event without one, to the window of the last event. A window goes when its end ≤ watermark.
 */
export function stateLoad(setup: StateSetup, firstEventMs: number, maxEventMs: number): StateLoad {
  const windowMs = positive(setup.windowMs, 'state.windowMs');
  const keys = positiveInteger(setup.keys, 'state.keys');
  const delayMs = setup.watermarkDelayMs;
  const watermarkMs = delayMs === undefined ? null : Math.max(0, maxEventMs - delayMs);
  const fromMs = Math.max(firstEventMs, watermarkMs ?? 0);
  const openWindows = Math.floor(maxEventMs / windowMs) - Math.floor(fromMs / windowMs) + 1;
  return { openWindows, rows: openWindows * keys, watermarkMs };
}
