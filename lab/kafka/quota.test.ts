import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { throttleMs } from './quota.ts';

describe('M1.10 quota', () => {
  it('delays a client at 15 MB/s by 5 s when 10 MB/s over 10 s are allowed', () => {
    expect(throttleMs({ observedBytesPerSecond: 15e6, targetBytesPerSecond: 10e6, windowMs: 10_000 })).toBe(5_000);
  });

  it('does not delay a client within its quota', () => {
    expect(throttleMs({ observedBytesPerSecond: 10e6, targetBytesPerSecond: 10e6, windowMs: 10_000 })).toBe(0);
  });

  it('brings the rate over window and delay back to the target', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (target, more) => {
        const windowMs = 10_000;
        const delayMs = throttleMs({ observedBytesPerSecond: target + more, targetBytesPerSecond: target, windowMs });
        expect(((target + more) * windowMs) / (windowMs + delayMs) / target).toBeCloseTo(1, 9);
      }),
    );
  });
});
