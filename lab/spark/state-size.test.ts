import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWindows, stateRows } from './state-size.ts';
import { windowStarts } from './windows.ts';

const minute = 60_000;

describe('M2.9 open windows', () => {
  it('of 5 min are 13 with a delay of 1 h and 3 with 10 min: 1,300,000 rows against 300,000 for 100,000 keys', () => {
    const windowMs = 5 * minute;
    expect(openWindows({ delayMs: 60 * minute, windowMs })).toBe(13);
    expect(openWindows({ delayMs: 10 * minute, windowMs })).toBe(3);
    expect(stateRows({ delayMs: 60 * minute, windowMs, activeKeys: 100_000 })).toBe(1_300_000);
    expect(stateRows({ delayMs: 10 * minute, windowMs, activeKeys: 100_000 })).toBe(300_000);
  });

  it('are twice as many when windows of 10 min slide by 5', () => {
    expect(openWindows({ delayMs: 10 * minute, windowMs: 10 * minute, slideMs: 5 * minute })).toBe(4);
    expect(openWindows({ delayMs: 10 * minute, windowMs: 10 * minute })).toBe(2);
  });

  it('are never more than this, and as many at each time when delay and window are multiples of the slide', () => {
    const whole = { min: 1, max: 30 };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer(whole),
        fc.integer(whole),
        fc.integer({ min: 0, max: 10_000 }),
        (delayMs, a, b, sinceMs) => {
          const [windowMs, slideMs] = [Math.max(a, b), Math.min(a, b)];
          const nowMs = 1_000 + sinceMs;
          const open = new Set<number>();
          for (let eventMs = nowMs - delayMs - windowMs; eventMs <= nowMs; eventMs++) {
            for (const start of windowStarts(eventMs, { windowMs, slideMs })) {
              if (start + windowMs > nowMs - delayMs) open.add(start);
            }
          }
          const most = openWindows({ delayMs, windowMs, slideMs });
          expect(open.size).toBeLessThanOrEqual(most);
          if (windowMs % slideMs === 0 && delayMs % slideMs === 0) expect(open.size).toBe(most);
        },
      ),
    );
  });

  it('need a slide that leaves no gap', () => {
    expect(() => openWindows({ delayMs: 0, windowMs: minute, slideMs: 2 * minute })).toThrow('at most windowMs');
    expect(() => stateRows({ delayMs: 0, windowMs: 0, activeKeys: 1 })).toThrow('windowMs');
  });
});
