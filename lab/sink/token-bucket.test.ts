import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenBucket } from './token-bucket.ts';

const limits = { tokensPerSecond: 100, burst: 500 };

describe('M4.7 token bucket', () => {
  it('passes 500 of 1,000 arrivals at once, and the last one after 5 s', () => {
    const bucket = createTokenBucket(limits);
    const passedMs = Array.from({ length: 1_000 }, () => bucket.reserve(0));
    expect(passedMs.filter((ms) => ms === 0)).toHaveLength(500);
    expect(passedMs[500]).toBe(10);
    expect(passedMs.at(-1)).toBe(5_000);
  });

  it('passes one token every 10 ms when empty, however often it is asked', () => {
    const bucket = createTokenBucket(limits);
    expect(bucket.tryTake(0, 500)).toBe(true);
    const passed = Array.from({ length: 101 }, (_, ms) => bucket.tryTake(ms)).filter(Boolean);
    expect(passed).toHaveLength(10);
  });

  it('saves up to its burst and no more', () => {
    const bucket = createTokenBucket(limits);
    bucket.tryTake(0, 500);
    expect([1_000, 4_000, 60_000].map((ms) => bucket.tokensAt(ms))).toEqual([100, 400, 500]);
  });

  it('takes all or nothing', () => {
    const bucket = createTokenBucket(limits);
    expect(bucket.tryTake(0, 501)).toBe(false);
    expect(bucket.tokensAt(0)).toBe(500);
  });

  it('lets at most b + r·t tokens through', () => {
    const request = fc.record({ waitMs: fc.nat(200), count: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(request),
        (rate, burst, requests) => {
          const bucket = createTokenBucket({ tokensPerSecond: rate, burst });
          let nowMs = 0;
          let taken = 0;
          for (const { waitMs, count } of requests) {
            nowMs += waitMs;
            if (bucket.tryTake(nowMs, count)) taken += count;
            expect(taken).toBeLessThanOrEqual(burst + (rate * nowMs) / 1_000);
          }
        },
      ),
    );
  });

  it('refuses a clock that steps back', () => {
    const bucket = createTokenBucket(limits);
    bucket.tryTake(10);
    expect(() => bucket.tryTake(9)).toThrow('never steps back');
    expect(() => createTokenBucket({ tokensPerSecond: 0, burst: 1 })).toThrow('tokensPerSecond is 0');
  });
});
