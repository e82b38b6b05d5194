import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asyncRecordsPerSecond,
  blockingRecordsPerSecond,
  capacityFor,
  capacityWithin,
  inFlightCalls,
} from './async-sizing.ts';

const enrich = { parallelism: 8, latencyMs: 50 };

describe('M3.4 async I/O', () => {
  it('lets 160/s through with a blocking client, and 16,000/s with 100 calls in flight per subtask', () => {
    expect(blockingRecordsPerSecond(enrich)).toBe(160);
    expect(asyncRecordsPerSecond({ ...enrich, capacity: 100 })).toBe(16_000);
  });

  it('has 500 calls in flight at 10,000/s: a capacity of 63 per subtask, 90 at 70 % utilisation', () => {
    expect(inFlightCalls(10_000, 50)).toBe(500);
    expect(capacityFor({ ...enrich, recordsPerSecond: 10_000 })).toBe(63);
    expect(capacityFor({ ...enrich, recordsPerSecond: 10_000, utilisationShare: 0.7 })).toBe(90);
  });

  it('keeps a budget of 6,000/s with a capacity of 37: 5,920/s, and 1,480/s when calls take 200 ms', () => {
    const capacity = capacityWithin({ callsPerSecond: 6_000, parallelism: 8, lowestLatencyMs: 50 });
    expect(capacity).toBe(37);
    expect(asyncRecordsPerSecond({ ...enrich, capacity })).toBe(5_920);
    expect(asyncRecordsPerSecond({ parallelism: 8, latencyMs: 200, capacity })).toBe(1_480);
  });

  it('breaks it at 25 ms with 11,840/s, unless sized for the lowest latency: a capacity of 18 gives 5,760/s', () => {
    expect(asyncRecordsPerSecond({ parallelism: 8, latencyMs: 25, capacity: 37 })).toBe(11_840);
    const capacity = capacityWithin({ callsPerSecond: 6_000, parallelism: 8, lowestLatencyMs: 25 });
    expect(capacity).toBe(18);
    expect(asyncRecordsPerSecond({ parallelism: 8, latencyMs: 25, capacity })).toBe(5_760);
  });

  it('would allow 16,000–160,000/s with a capacity of 100–1000: 2.7–27 times the budget', () => {
    const allowed = [100, 1_000].map((capacity) => asyncRecordsPerSecond({ ...enrich, capacity }));
    expect(allowed).toEqual([16_000, 160_000]);
    expect(allowed[0]! / 6_000).toBeCloseTo(2.7, 1);
    expect(allowed[1]! / 6_000).toBeCloseTo(27, 0);
  });
});

const rates = fc.integer({ min: 1, max: 100_000 });
const subtasks = fc.integer({ min: 1, max: 64 });
const latencies = fc.integer({ min: 1, max: 10_000 });

describe('capacities', () => {
  it('carry the rate, and one less would not', () => {
    fc.assert(
      fc.property(rates, subtasks, latencies, (recordsPerSecond, parallelism, latencyMs) => {
        const capacity = capacityFor({ recordsPerSecond, parallelism, latencyMs });
        expect(asyncRecordsPerSecond({ parallelism, latencyMs, capacity })).toBeGreaterThanOrEqual(recordsPerSecond);
        if (capacity > 1)
          expect(asyncRecordsPerSecond({ parallelism, latencyMs, capacity: capacity - 1 })).toBeLessThan(
            recordsPerSecond,
          );
      }),
    );
  });

  it('keep the budget at every latency from the lowest up, and one more would not', () => {
    fc.assert(
      fc.property(rates, subtasks, latencies, (callsPerSecond, parallelism, lowestLatencyMs) => {
        const capacity = capacityWithin({ callsPerSecond, parallelism, lowestLatencyMs });
        const rateOf = (calls: number, latencyMs: number) =>
          asyncRecordsPerSecond({ parallelism, latencyMs, capacity: calls });
        if (capacity > 0)
          for (const latencyMs of [lowestLatencyMs, 2 * lowestLatencyMs])
            expect(rateOf(capacity, latencyMs)).toBeLessThanOrEqual(callsPerSecond);
        expect(rateOf(capacity + 1, lowestLatencyMs)).toBeGreaterThan(callsPerSecond);
      }),
    );
  });

  it('refuse what is no capacity, naming it', () => {
    expect(() => asyncRecordsPerSecond({ ...enrich, capacity: 0 })).toThrow('capacity is 0');
    expect(() => capacityFor({ ...enrich, recordsPerSecond: 10, utilisationShare: 0 })).toThrow(
      'utilisationShare is 0',
    );
    expect(() => inFlightCalls(10, Number.NaN)).toThrow('latencyMs');
  });
});
