import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fallingBehind, leastIdleMs, pollingCeiling, readLimitPerSecond, writeLimitPerSecond } from './limits.ts';

const hourMs = 3_600_000;
const defaults = { maxRecords: 10_000, idleMs: 1_500, callMs: 50, recordBytes: 1_000 };

describe('M7 how fast a polling application reads a shard', () => {
  it('reads 100/s with 100 records and 1,000 ms; a shard fed at 1,000/s gains 900/s and ages 0.9 s per s, 24 h old after 26.67 h', () => {
    const { recordsPerSecond, limitedBy } = pollingCeiling({ ...defaults, maxRecords: 100, idleMs: 1_000 });
    expect(recordsPerSecond).toBe(100);
    expect(limitedBy).toBe('calls');
    const behind = fallingBehind({
      writtenPerSecond: 1_000,
      readPerSecond: recordsPerSecond,
      retentionMs: 24 * hourMs,
    });
    expect(behind.lagPerSecond).toBe(900);
    expect(behind.ageMsPerSecond).toBe(900);
    expect(behind.lossAfterMs / hourMs).toBeCloseTo(26.67, 2);
  });

  it('reads 6,667/s with 10,000 records and 1,500 ms up to 300 B, and 2,000/s at 1,000 B: both above an ingest of 1,000/s', () => {
    for (const recordBytes of [1, 100, 300])
      expect(pollingCeiling({ ...defaults, recordBytes }).recordsPerSecond).toBeCloseTo(6_667, 0);
    const atKilobyte = pollingCeiling(defaults);
    expect(atKilobyte.recordsPerSecond).toBe(2_000);
    expect(atKilobyte.limitedBy).toBe('bytes');
    for (const readPerSecond of [6_667, 2_000])
      expect(fallingBehind({ writtenPerSecond: 1_000, readPerSecond, retentionMs: hourMs }).lossAfterMs).toBe(Infinity);
  });

  it('leaves two polling applications 1,000/s each at 1,000 B: no room to catch up on 1,000/s', () => {
    expect(pollingCeiling({ ...defaults, pollingApplications: 2 }).recordsPerSecond).toBe(1_000);
  });

  it('raises an idle time of 50 ms to 200 ms', () => {
    expect(leastIdleMs).toBe(200);
    expect(pollingCeiling({ ...defaults, idleMs: 50 }).cycleMs).toBe(200);
    expect(pollingCeiling({ ...defaults, maxRecords: 100, idleMs: 50 }).recordsPerSecond).toBe(500);
  });

  it('is refused for 5 s after a response of 10 MB (N1)', () => {
    expect(pollingCeiling(defaults).refusesForMs).toBe(5_000);
    expect(pollingCeiling({ ...defaults, recordBytes: 5_000 })).toMatchObject({
      recordsPerCall: 2_000,
      refusesForMs: 5_000,
    });
  });

  it('takes in 1,000 records or 1 MB a second, and hands out 2 MB', () => {
    expect([100, 1_000, 4_000].map(writeLimitPerSecond)).toEqual([1_000, 1_000, 250]);
    expect([100, 1_000, 4_000].map(readLimitPerSecond)).toEqual([20_000, 2_000, 500]);
  });

  it('never exceeds five calls, 2 MB or 10,000 records a call, whatever is set', () => {
    const whole = fc.integer({ min: 1, max: 50_000 });
    fc.assert(
      fc.property(
        whole,
        fc.nat(5_000),
        fc.nat(3_000),
        whole,
        fc.integer({ min: 1, max: 6 }),
        (maxRecords, idleMs, callMs, recordBytes, pollingApplications) => {
          const of = pollingCeiling({ maxRecords, idleMs, callMs, recordBytes, pollingApplications });
          expect((1_000 / of.cycleMs) * pollingApplications).toBeLessThanOrEqual(5 + 1e-9);
          expect(of.recordsPerSecond * recordBytes * pollingApplications).toBeLessThanOrEqual(2e6 + 1e-3);
          expect(of.recordsPerCall).toBeLessThanOrEqual(10_000);
        },
      ),
    );
  });
});
