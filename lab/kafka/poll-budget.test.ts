import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchMs,
  memberLimitPerSecond,
  memberRecordsPerSecond,
  pollDeadline,
  safeBatchRecords,
} from './poll-budget.ts';

const cost = { batchOverheadMs: 20, recordMs: 0.2 };

describe('M1.4 throughput of a member: 4,166.67/s, 4,545.45/s and 4,761.90/s in batches of 500, 1,000 and 2,000', () => {
  it.each([
    [500, 120, 4_166.67],
    [1_000, 220, 4_545.45],
    [2_000, 420, 4_761.9],
  ])('of %i records a batch takes %d ms and gives %d/s', (batchRecords, ms, recordsPerSecond) => {
    expect(batchMs({ ...cost, batchRecords })).toBe(ms);
    expect(memberRecordsPerSecond({ ...cost, batchRecords })).toBeCloseTo(recordsPerSecond, 2);
  });

  it('gains 9.1 % from doubling a batch of 500', () => {
    const ratio =
      memberRecordsPerSecond({ ...cost, batchRecords: 1_000 }) / memberRecordsPerSecond({ ...cost, batchRecords: 500 });
    expect(ratio).toBeCloseTo(1.091, 3);
  });

  it('grows with the batch and stays below 5,000/s', () => {
    expect(memberLimitPerSecond(0.2)).toBe(5_000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (batchRecords) => {
        const rate = memberRecordsPerSecond({ ...cost, batchRecords });
        expect(rate).toBeLessThan(memberRecordsPerSecond({ ...cost, batchRecords: batchRecords + 1 }));
        expect(rate).toBeLessThan(5_000);
      }),
    );
  });
});

describe('M1.5 poll deadline', () => {
  const slow = { batchOverheadMs: 0, recordMs: 700, maxPollIntervalMs: 300_000 };

  it('evicts a member that needs 350 s for 500 records, and hands all 500 over again', () => {
    expect(pollDeadline({ ...slow, batchRecords: 500 })).toEqual({
      betweenPollsMs: 350_000,
      evictedAtMs: 300_000,
      redeliveredRecords: 500,
    });
  });

  it('leaves a member alone that needs 140 s for 200', () => {
    expect(pollDeadline({ ...slow, batchRecords: 200 })).toEqual({
      betweenPollsMs: 140_000,
      evictedAtMs: null,
      redeliveredRecords: 0,
    });
  });

  it('allows 214 records within half the interval', () => {
    expect(safeBatchRecords({ ...slow, safetyFactor: 0.5 })).toBe(214);
  });

  it('never calls a batch safe that would be evicted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 100 }), (recordMs, percent) => {
        const batchRecords = safeBatchRecords({ ...slow, recordMs, safetyFactor: percent / 100 });
        fc.pre(batchRecords > 0);
        expect(pollDeadline({ ...slow, recordMs, batchRecords }).evictedAtMs).toBeNull();
      }),
    );
  });

  it('counts a poll exactly at the deadline as in time', () => {
    expect(pollDeadline({ ...slow, recordMs: 600, batchRecords: 500 }).evictedAtMs).toBeNull();
  });

  it('refuses a batch of no records', () => {
    expect(() => batchMs({ ...cost, batchRecords: 0 })).toThrow('batchRecords is 0');
  });
});
