import { describe, expect, it } from 'vitest';
import { longestRetryMs, mostCalls, retryDelayMs, type RetrySpec } from './async-retry.ts';

const exponential: RetrySpec = {
  kind: 'exponential',
  maxAttempts: 5,
  initialDelayMs: 100,
  maxRetryDelayMs: 1_000,
  multiplier: 2,
};

describe('retries (F24)', () => {
  it('make at most one call more than maxAttempts, which counts what comes after the first', () => {
    expect(mostCalls({ kind: 'none' })).toBe(1);
    expect(mostCalls({ kind: 'fixed', maxAttempts: 3, delayMs: 100 })).toBe(4);
  });

  it('wait as long each time, or longer each time up to a ceiling', () => {
    const fixed: RetrySpec = { kind: 'fixed', maxAttempts: 2, delayMs: 100 };
    expect([1, 2, 3].map((calls) => retryDelayMs(fixed, calls))).toEqual([100, 100, null]);
    expect([1, 2, 3, 4, 5, 6].map((calls) => retryDelayMs(exponential, calls))).toEqual([
      100,
      200,
      400,
      800,
      1_000,
      null,
    ]);
    expect(retryDelayMs({ kind: 'none' }, 1)).toBe(null);
  });

  it('hold a place for all calls and waits together: a total timeout must leave room for them', () => {
    expect(longestRetryMs(exponential, 50)).toBe(6 * 50 + 2_500);
    expect(longestRetryMs({ kind: 'none' }, 50)).toBe(50);
  });
});
