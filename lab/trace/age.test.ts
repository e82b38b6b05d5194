import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProfile } from '../traffic/profile.ts';
import { headOfLineAgeMs } from './age.ts';

const onePerSecond = createProfile([{ fromMs: 0, recordsPerSecond: 1 }]);

describe('M0.5 headOfLineAgeMs', () => {
  it('is the age of the oldest record that has not left', () => {
    // Record 0 arrives at 1 s, record 1 at 2 s, …
    expect(headOfLineAgeMs(5_000, 0, onePerSecond)).toBe(4_000);
    expect(headOfLineAgeMs(5_000, 3, onePerSecond)).toBe(1_000);
    expect(headOfLineAgeMs(5_500, 4, onePerSecond)).toBe(500);
  });

  it('is 0 when nothing is waiting', () => {
    expect(headOfLineAgeMs(5_000, 5, onePerSecond)).toBe(0);
    expect(headOfLineAgeMs(0, 0, onePerSecond)).toBe(0);
  });

  it('does not count the silence before a record came', () => {
    const late = createProfile([
      { fromMs: 0, recordsPerSecond: 0 },
      { fromMs: 10_000, recordsPerSecond: 1_000 },
    ]);
    expect(headOfLineAgeMs(11_000, 0, late)).toBe(999);
  });

  it('peaks after record lag does: eight members in the spike of M1.8', () => {
    const spike = createProfile([
      { fromMs: 0, recordsPerSecond: 120_000 },
      { fromMs: 300_000, recordsPerSecond: 20_000 },
    ]);
    const ageS = [300, 900, 1_500].map((s) => headOfLineAgeMs(s * 1_000, 40_000 * s, spike) / 1_000);
    expect(ageS[0]).toBeCloseTo(200, 3);
    expect(ageS[1]).toBeCloseTo(600, 3);
    expect(ageS[2]).toBe(0);
  });

  it('is never negative and falls when more has left', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), fc.nat(200), fc.nat(200), (nowMs, departed, more) => {
        const age = headOfLineAgeMs(nowMs, departed, onePerSecond);
        expect(age).toBeGreaterThanOrEqual(0);
        expect(headOfLineAgeMs(nowMs, departed + more, onePerSecond)).toBeLessThanOrEqual(age);
      }),
    );
  });
});
