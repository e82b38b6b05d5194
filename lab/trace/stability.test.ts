import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStable, recoveredAtMs, slopePerSecond } from './stability.ts';

const line = (samples: number, valueAt: (i: number) => number): number[] =>
  Array.from({ length: samples }, (_, i) => valueAt(i));

describe('slopePerSecond', () => {
  it('finds the slope of a straight line, whatever the sampling', () => {
    expect(slopePerSecond([0, 10, 20, 30], 1_000)).toBe(10);
    expect(slopePerSecond([0, 10, 20, 30], 100)).toBe(100);
    expect(slopePerSecond([0.1, 0.1, 0.1], 1_000)).toBe(0);
  });

  it('recovers any line from its samples', () => {
    const height = fc.integer({ min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(height, fc.integer({ min: -1e4, max: 1e4 }), fc.integer({ min: 2, max: 200 }), (start, rise, n) => {
        const values = line(n, (i) => start + rise * i);
        expect(slopePerSecond(values, 1_000)).toBeCloseTo(rise, 6);
      }),
    );
  });

  it('refuses a single sample', () => {
    expect(() => slopePerSecond([], 100)).toThrow('two samples');
    expect(() => slopePerSecond([1], 100)).toThrow('two samples');
  });
});

describe('M0.7 isStable', () => {
  const given = { sampleMs: 1_000, recordsPerSecond: 10_000 };
  const stable = (valueAt: (i: number) => number): boolean => isStable(line(101, valueAt), given);

  it('allows a slope of 0.1 % of the arrivals and no more', () => {
    expect(stable((i) => 10 * i)).toBe(true);
    expect(stable((i) => 11 * i)).toBe(false);
    expect(stable((i) => 5_000 - 50 * i)).toBe(true);
  });

  it('looks only at the last quarter of the run', () => {
    expect(stable((i) => Math.min(i, 75) * 9_000)).toBe(true);
    expect(stable((i) => Math.max(0, i - 75) * 9_000)).toBe(false);
  });

  it('smooths the saw-tooth of commits', () => {
    expect(stable((i) => (i % 4) * 50)).toBe(true);
  });
});

describe('M0.7 recoveredAtMs', () => {
  const given = { sampleMs: 1_000, spikeStartMs: 1_000, spikeEndMs: 4_000, batchRecords: 500 };

  it('is the first sample after the spike within one poll batch of the lag before it', () => {
    //                spike ↓                        ↓ end
    const lag = [1_000, 1_000, 30_000, 60_000, 90_000, 40_000, 1_600, 1_500, 1_000];
    expect(recoveredAtMs(lag, given)).toBe(7_000);
  });

  it('is the end of the spike when the lag never rose', () => {
    expect(recoveredAtMs([1, 1, 1, 1, 1, 1], given)).toBe(4_000);
  });

  it('is null when the lag does not come back in the run', () => {
    expect(recoveredAtMs([1, 1, 3_000, 6_000, 9_000, 9_000], given)).toBeNull();
  });

  it('refuses a spike outside the series', () => {
    expect(() => recoveredAtMs([1], given)).toThrow('whole series');
    expect(() => recoveredAtMs([1, 2], { ...given, spikeEndMs: 0 })).toThrow('swap them');
  });
});
