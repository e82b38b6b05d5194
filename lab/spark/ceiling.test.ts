import { describe, expect, it } from 'vitest';
import { breakEvenLimit, ceilingPerSecond } from './ceiling.ts';

const s = 1_000;

describe('M2.4 the ceiling', () => {
  it('of 50,000 every 30 s is 1,666.7/s with batches of 10 s, and 1,250/s with batches of 40 s', () => {
    expect(ceilingPerSecond({ limitRows: 50_000, intervalMs: 30 * s, batchMs: 10 * s })).toBeCloseTo(1_666.67, 2);
    expect(ceilingPerSecond({ limitRows: 50_000, intervalMs: 30 * s, batchMs: 40 * s })).toBe(1_250);
  });

  it('of 10,000 is 500/s every 20 s and 1,000/s every 10 s', () => {
    expect(ceilingPerSecond({ limitRows: 10_000, intervalMs: 20 * s, batchMs: 2 * s })).toBe(500);
    expect(ceilingPerSecond({ limitRows: 10_000, intervalMs: 10 * s, batchMs: 2 * s })).toBe(1_000);
  });

  it('is set by the batch alone without an interval', () => {
    expect(ceilingPerSecond({ limitRows: 10_000, intervalMs: 0, batchMs: 2 * s })).toBe(5_000);
    expect(() => ceilingPerSecond({ limitRows: 1, intervalMs: 0, batchMs: 0 })).toThrow('max(intervalMs, batchMs)');
  });
});

describe('M2.7 the cap that breaks even', () => {
  it('is λ · I: 60,000 for 2,000/s every 30 s', () => {
    expect(breakEvenLimit(2_000, 30 * s)).toBe(60_000);
    expect(breakEvenLimit(0.1, 1_500)).toBe(1);
    expect(breakEvenLimit(50, 1_100)).toBe(55);
  });
});
