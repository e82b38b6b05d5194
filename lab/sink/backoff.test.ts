import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../traffic/rng.ts';
import { backoffCeilingMs, expectedWaitMs, firstRetriesPerMs, fullJitterMs } from './backoff.ts';

const backoff = { baseMs: 100, capMs: 10_000 };
const retries = [0, 1, 2, 3, 4, 5, 6, 7];

describe('M4.3 backoff', () => {
  it('doubles from 100 ms up to its cap: 6,400, then 10,000', () => {
    const ceilings = retries.map((retry) => backoffCeilingMs(backoff, retry));
    expect(ceilings).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000]);
    expect(backoffCeilingMs(backoff, 5_000)).toBe(10_000);
  });

  it('waits u times the ceiling with full jitter: 50, 100, 200, 400, 800 with u = 0.5', () => {
    const waits = retries.slice(0, 5).map((retry) => fullJitterMs(backoff, retry, 0.5));
    expect(waits).toEqual([50, 100, 200, 400, 800]);
  });

  it('waits 1,550 ms over five retries on average, half of what it does without jitter', () => {
    expect(expectedWaitMs(backoff, 5, 'full')).toBe(1_550);
    expect(expectedWaitMs(backoff, 5, 'none')).toBe(3_100);
  });

  it('sends 1,000 clients back as one herd at 100 ms without jitter', () => {
    const perMs = firstRetriesPerMs(1_000, backoff, 'no jitter');
    expect(perMs[100]).toBe(1_000);
    expect(perMs.slice(0, 100).every((count) => count === 0)).toBe(true);
  });

  it('spreads them to about 10 per ms over 0–100 ms with full jitter', () => {
    const rng = createRng(42);
    const perMs = firstRetriesPerMs(1_000, backoff, () => rng.next()).slice(0, 100);
    expect(perMs.reduce((sum, count) => sum + count, 0) / 100).toBe(10);
    expect(Math.max(...perMs)).toBeLessThan(30);
    expect(perMs.filter((count) => count === 0).length).toBeLessThan(5);
  });

  it('never waits longer than the cap, and never shorter for a later retry', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.nat(100),
        (baseMs, capMs, retry) => {
          const ceiling = backoffCeilingMs({ baseMs, capMs }, retry);
          expect(ceiling).toBeLessThanOrEqual(capMs);
          expect(backoffCeilingMs({ baseMs, capMs }, retry + 1)).toBeGreaterThanOrEqual(ceiling);
        },
      ),
    );
  });

  it('refuses a u that is no draw', () => {
    expect(() => fullJitterMs(backoff, 0, 1)).toThrow('seeded rng');
    expect(() => backoffCeilingMs(backoff, -1)).toThrow('retry is -1');
  });
});
