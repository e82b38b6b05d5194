import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean, percentile, percentileOfSorted } from './percentile.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('M0.6 percentile', () => {
  it('is the nearest rank: p95 of 1…20 is 19 and of 1…100 is 95, p50 of four is 2', () => {
    expect(percentile(upTo(20), 95)).toBe(19);
    expect(percentile(upTo(100), 95)).toBe(95);
    expect(percentile([1, 2, 3, 4], 50)).toBe(2);
    expect(percentile(upTo(10), 99)).toBe(10);
  });

  it('shows one slow call of ten at p95, 90, and hides it at p90, 16, where the mean, 20.8, shows neither', () => {
    const callMs = [12, 15, 11, 14, 13, 12, 90, 16, 13, 12];
    expect(percentile(callMs, 95)).toBe(90);
    expect(percentile(callMs, 90)).toBe(16);
    expect(mean(callMs)).toBe(20.8);
  });

  it('cannot be averaged: two groups of 10 ms and 100 ms have a mean p95 of 55 and a true one of 100', () => {
    const fast = upTo(20).map(() => 10);
    const slow = upTo(20).map(() => 100);
    expect(mean([percentile(fast, 95), percentile(slow, 95)])).toBe(55);
    expect(percentile([...fast, ...slow], 95)).toBe(100);
  });

  it('multiplies before it divides, so the rank is not off by one', () => {
    expect(percentile(upTo(100), 7)).toBe(7);
    expect(Math.ceil((7 / 100) * 100)).toBe(8);
  });

  it('is one of the values, with at least p percent of them at or below it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, p) => {
        const answer = percentile(values, p);
        expect(values).toContain(answer);
        expect(values.filter((value) => value <= answer).length * 100).toBeGreaterThanOrEqual(p * values.length);
        expect(values.filter((value) => value < answer).length * 100).toBeLessThan(p * values.length);
      }),
    );
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    expect(values).toEqual([3, 1, 2]);
  });

  it('answers from a sorted list without sorting again', () => {
    expect([50, 95, 99].map((p) => percentileOfSorted(upTo(1_000), p))).toEqual([500, 950, 990]);
  });

  it('refuses what has no percentile', () => {
    expect(() => percentile([], 95)).toThrow('check for samples first');
    expect(() => percentile([1, Number.NaN], 95)).toThrow('NaN');
    expect(() => percentile([1], 0)).toThrow('p is 0');
    expect(() => percentile([1], 0.95 * 200)).toThrow(RangeError);
    expect(() => mean([])).toThrow(RangeError);
  });
});
