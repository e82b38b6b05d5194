import { describe, expect, it } from 'vitest';
import { stateLoad } from './state-load.ts';
import { stateRows } from './state-size.ts';

const minuteMs = 60_000;
const five = { windowMs: 5 * minuteMs, keys: 100_000, stateRowBytes: 100 };

describe('the state of a query under way', () => {
  it('grows with the windows that have begun and levels off where an even run does', () => {
    const delayed = { ...five, watermarkDelayMs: 60 * minuteMs };
    const rowsAt = (minutes: number) => stateLoad(delayed, 0, minutes * minuteMs).rows;
    expect([0, 4, 5, 30, 60, 64, 65, 600].map(rowsAt)).toEqual([
      100_000, 100_000, 200_000, 700_000, 1_300_000, 1_300_000, 1_300_000, 1_300_000,
    ]);
    expect(rowsAt(600)).toBe(stateRows({ windowMs: 5 * minuteMs, delayMs: 60 * minuteMs, activeKeys: 100_000 }));
  });

  it('grows for ever without a watermark', () => {
    expect(stateLoad(five, 0, 600 * minuteMs)).toEqual({ openWindows: 121, rows: 12_100_000, watermarkMs: null });
  });

  it('removes a window whose end is at the watermark', () => {
    const short = { ...five, watermarkDelayMs: 10 * minuteMs };
    expect(stateLoad(short, 0, 15 * minuteMs)).toEqual({ openWindows: 3, rows: 300_000, watermarkMs: 5 * minuteMs });
    expect(stateLoad(short, 0, 15 * minuteMs - 1).openWindows).toBe(3);
  });

  it('does not count windows before the first event', () => {
    expect(stateLoad(five, 42 * minuteMs, 44 * minuteMs).openWindows).toBe(1);
  });
});
