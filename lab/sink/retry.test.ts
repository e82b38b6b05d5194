import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callsThroughLayers, expectedAttempts, giveUpShare, offeredPerSecond } from './retry.ts';

describe('M4.3 retries', () => {
  it.each([
    [0.1, 1.11, 0.001],
    [0.5, 1.75, 0.125],
    [1, 3, 1],
  ])(
    'with f = 0.1, 0.5 and 1 make 1.11, 1.75 and 3 calls in three attempts, and give up 0.1 %%, 12.5 %% and 100 %%: f = %d makes %d and gives up %d',
    (failureShare, calls, givenUp) => {
      expect(expectedAttempts(failureShare, 3)).toBeCloseTo(calls, 9);
      expect(giveUpShare(failureShare, 3)).toBeCloseTo(givenUp, 9);
    },
  );

  it('multiply through layers: three of three attempts each make up to 27 calls', () => {
    expect(callsThroughLayers([3, 3, 3])).toBe(27);
    expect(callsThroughLayers([])).toBe(1);
  });

  it('triple the load of an outage to 2,700/s, or add a tenth, to 990/s, with a budget of 10 %', () => {
    const load = { recordsPerSecond: 900, attempts: 3 };
    expect(offeredPerSecond(load, 1)).toBe(2_700);
    expect(offeredPerSecond({ ...load, retryBudgetShare: 0.1 }, 1)).toBe(990);
    expect(offeredPerSecond({ ...load, retryBudgetShare: 0.1 }, 0.05)).toBeCloseTo(947.25, 9);
    expect(offeredPerSecond(load, 0)).toBe(900);
  });

  it('follow (1 − f^A)/(1 − f), between one call and A', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 20 }), (f, attempts) => {
        const calls = expectedAttempts(f, attempts);
        expect(calls).toBeCloseTo((1 - giveUpShare(f, attempts)) / (1 - f), 6);
        expect(calls).toBeGreaterThanOrEqual(1);
        expect(calls).toBeLessThanOrEqual(attempts);
      }),
    );
  });

  it('refuse a failure share in percent', () => {
    expect(() => expectedAttempts(10, 3)).toThrow('such as 0.1 for 10 %');
    expect(() => giveUpShare(0.1, 0)).toThrow('attempts is 0');
  });
});
