import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gains, meansOver, ratesPerSecond, rateWindow, sharesOfTime } from './rates.ts';

describe('the window of a rate', () => {
  it('is a fiftieth of the run where many records pass', () => {
    expect(rateWindow({ endedMs: 60_000, sampleMs: 100, records: 60_000 })).toBe(12);
  });

  it('holds 20 records where few do, within an eighth of the run', () => {
    expect(rateWindow({ endedMs: 600_000, sampleMs: 1_000, records: 600 })).toBe(20);
    expect(rateWindow({ endedMs: 120_000, sampleMs: 200, records: 80 })).toBe(75);
  });

  it('holds whole bursts', () => {
    // 192 records each 384 ms: one burst is more than a fiftieth of ten seconds.
    expect(rateWindow({ endedMs: 9_984, sampleMs: 4, records: 4_992, burstRecords: 192 })).toBe(96);
  });

  it('is at least one sample, even when nothing passes', () => {
    expect(rateWindow({ endedMs: 5, sampleMs: 1, records: 0 })).toBe(1);
  });
});

describe('a rate', () => {
  it('is that of its window, and unknown until the window is full', () => {
    const counts = [0, 1, 1, 2, 2, 3, 3];
    expect(ratesPerSecond(counts, 2, 500)).toEqual([null, null, 1, 1, 1, 1, 1]);
    expect(gains(counts, 1, 1)).toEqual([null, 1, 0, 1, 0, 1, 0]);
  });

  it('does not flicker when records are further apart than samples', () => {
    const counts = Array.from({ length: 600 }, (_, i) => Math.floor((i * 200) / 1_500));
    const window = rateWindow({ endedMs: 120_000, sampleMs: 200, records: 80 });
    for (const rate of ratesPerSecond(counts, window, 200).slice(window)) expect(rate).toBeCloseTo(0.667, 1);
  });

  it('is the mean of the rates of its samples', () => {
    expect(meansOver([null, 2, 4, 6, 8], 2)).toEqual([null, null, 3, 5, 7]);
  });
});

it('a share of time is never above 1', () => {
  expect(sharesOfTime([0, 100, 200, 250], 1, 100)).toEqual([null, 1, 1, 0.5]);
  expect(sharesOfTime([0, 100.000_001], 1, 100)).toEqual([null, 1]);
  expect(sharesOfTime([0, 100, 200], 2, 100, 2)).toEqual([null, null, 0.5]);
});

it('two windows in a row gain what both together do', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1_000), { minLength: 9, maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      (added, window) => {
        let count = 0;
        const counts = added.map((more) => (count += more));
        const single = gains(counts, window, 1);
        const double = gains(counts, 2 * window, 1);
        for (let i = 2 * window; i < counts.length; i++)
          expect(double[i]).toBe((single[i] ?? 0) + (single[i - window] ?? 0));
      },
    ),
  );
});
