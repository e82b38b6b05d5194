import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProfile, type ProfileSegment } from './profile.ts';

const spike = createProfile([
  { fromMs: 0, recordsPerSecond: 20_000 },
  { fromMs: 60_000, recordsPerSecond: 120_000 },
  { fromMs: 360_000, recordsPerSecond: 20_000 },
]);

const rate = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 200_000 }),
  fc.double({ min: 0, max: 5_000, noNaN: true }),
);
const lengthMs = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.double({ min: 0, max: 100_000, noNaN: true }));
/** Some segments end to end; the last one, which goes on for ever, is level. */
const anySegments = fc
  .tuple(fc.array(fc.record({ lengthMs, rate, toRate: fc.option(rate) }), { maxLength: 5 }), rate)
  .map(([stretches, lastRate]) => {
    let fromMs = 0;
    const segments: ProfileSegment[] = stretches.map((stretch) => {
      const segment = { fromMs, recordsPerSecond: stretch.rate };
      fromMs += stretch.lengthMs;
      return stretch.toRate === null ? segment : { ...segment, toRecordsPerSecond: stretch.toRate };
    });
    return [...segments, { fromMs, recordsPerSecond: lastRate }];
  });

describe('createProfile', () => {
  it('counts a steady rate exactly at whole milliseconds', () => {
    const steady = createProfile([{ fromMs: 0, recordsPerSecond: 1_000 }]);
    expect([0, 0.999, 1, 2.5, 1_000].map((ms) => steady.arrivedBy(ms))).toEqual([0, 0, 1, 2, 1_000]);
    expect([0, 1, 999].map((index) => steady.arrivalTimeOf(index))).toEqual([1, 2, 1_000]);
  });

  it('begins each rate with its first instant and keeps the last one for ever', () => {
    const rates = [-1, 0, 59_999, 60_000, 359_999, 360_000, 1e9].map((ms) => spike.rateAt(ms));
    expect(rates).toEqual([0, 20_000, 20_000, 120_000, 120_000, 20_000, 20_000]);
    expect([60_000, 360_000, 361_000].map((ms) => spike.arrivedBy(ms))).toEqual([1_200_000, 37_200_000, 37_220_000]);
    expect(spike.arrivalTimeOf(37_220_000 - 1)).toBe(361_000);
  });

  it('never sees a record that the profile does not bring', () => {
    const pulse = createProfile([
      { fromMs: 0, recordsPerSecond: 10 },
      { fromMs: 1_000, recordsPerSecond: 0 },
    ]);
    expect(pulse.arrivalTimeOf(9)).toBe(1_000);
    expect(pulse.arrivalTimeOf(10)).toBe(Infinity);
    expect(pulse.arrivedBy(1e9)).toBe(10);
  });

  it('integrates a ramp: half a second from 0 to 1,000/s brings 125 of its 500 records', () => {
    const rise = createProfile([
      { fromMs: 0, recordsPerSecond: 0, toRecordsPerSecond: 1_000 },
      { fromMs: 1_000, recordsPerSecond: 1_000 },
    ]);
    expect([250, 500, 1_500].map((ms) => rise.rateAt(ms))).toEqual([250, 500, 1_000]);
    expect([500, 1_000, 1_001].map((ms) => rise.arrivedBy(ms))).toEqual([125, 500, 501]);
    expect([124, 499, 500].map((index) => rise.arrivalTimeOf(index))).toEqual([500, 1_000, 1_001]);
  });

  it('integrates a falling ramp down to its last record', () => {
    const fall = createProfile([
      { fromMs: 0, recordsPerSecond: 1_000, toRecordsPerSecond: 0 },
      { fromMs: 1_000, recordsPerSecond: 0 },
    ]);
    expect(fall.arrivedBy(500)).toBe(375);
    expect([374, 499, 500].map((index) => fall.arrivalTimeOf(index))).toEqual([500, 1_000, Infinity]);
  });

  it('waits through a silent stretch', () => {
    const gap = createProfile([
      { fromMs: 0, recordsPerSecond: 2 },
      { fromMs: 1_000, recordsPerSecond: 0 },
      { fromMs: 11_000, recordsPerSecond: 2 },
    ]);
    expect([0, 1, 2, 3].map((index) => gap.arrivalTimeOf(index))).toEqual([500, 1_000, 11_500, 12_000]);
  });

  it('gives arrivals on the grain of the clock, one microsecond', () => {
    const thirds = createProfile([{ fromMs: 0, recordsPerSecond: 3 }]);
    expect([0, 1, 2].map((index) => thirds.arrivalTimeOf(index))).toEqual([333.334, 666.667, 1_000]);
  });

  it('keeps count and inverse consistent for any profile', () => {
    fc.assert(
      fc.property(anySegments, fc.double({ min: 0, max: 1, noNaN: true }), (segments, part) => {
        const profile = createProfile(segments);
        const total = profile.arrivedBy(600_000);
        fc.pre(total > 0);
        const index = Math.min(total - 1, Math.floor(part * total));
        const atMs = profile.arrivalTimeOf(index);
        expect(profile.arrivedBy(atMs)).toBeGreaterThan(index);
        expect(profile.arrivedBy((Math.round(atMs * 1_000) - 1) / 1_000)).toBeLessThanOrEqual(index);
        expect(profile.arrivalTimeOf(index + 1)).toBeGreaterThanOrEqual(atMs);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never counts backwards, whatever the profile', () => {
    fc.assert(
      fc.property(anySegments, fc.array(fc.double({ min: 0, max: 600_000, noNaN: true })), (segments, times) => {
        const profile = createProfile(segments);
        const counts = times.toSorted((a, b) => a - b).map((ms) => profile.arrivedBy(ms));
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      }),
    );
  });

  it('refuses a profile that cannot be meant', () => {
    expect(() => createProfile([])).toThrow('at least one');
    expect(() => createProfile([{ fromMs: 5, recordsPerSecond: 1 }])).toThrow('begin the first segment at 0');
    const backwards = [0, 10, 5].map((fromMs) => ({ fromMs, recordsPerSecond: 1 }));
    expect(() => createProfile(backwards)).toThrow('sort the segments');
    expect(() => createProfile([{ fromMs: 0, recordsPerSecond: -1 }])).toThrow('segments[0].recordsPerSecond');
    expect(() => createProfile([{ fromMs: 0, recordsPerSecond: 1, toRecordsPerSecond: 2 }])).toThrow('without an end');
    expect(() => spike.arrivedBy(Infinity)).toThrow(RangeError);
    expect(() => spike.arrivalTimeOf(0.5)).toThrow(RangeError);
  });
});
