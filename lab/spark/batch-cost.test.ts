import { describe, expect, it } from 'vitest';
import { batchCost } from './batch-cost.ts';

const base = { batchOverheadMs: 0, taskOverheadMs: 0, rowMs: 0, cores: 4 };

describe('M2.3 the duration of a batch', () => {
  it('is overhead and makespan: 200,000 rows in 200 tasks on 20 cores take 1.5 s and the overhead', () => {
    const rows = Array.from({ length: 200 }, () => 1_000);
    const conditions = { ...base, taskOverheadMs: 50, rowMs: 0.1, cores: 20 };
    expect(batchCost(rows, conditions)).toEqual({ ms: 1_500, bottleneck: 'tasks' });
    expect(batchCost(rows, { ...conditions, batchOverheadMs: 400 }).ms).toBe(1_900);
  });
});

describe('M2.10 a limit of the sink', () => {
  const rows = [50_000, 50_000];

  it('of 100 rows/s holds 100,000 rows for 1,000 s, however they are packed', () => {
    const sink = { limitPerSecond: 100 };
    expect(batchCost(rows, { ...base, sink })).toEqual({ ms: 1_000_000, bottleneck: 'sink' });
    expect(batchCost(rows, { ...base, sink: { ...sink, rowsPerCall: 200 } }).ms).toBe(1_000_000);
  });

  it('of 100 calls/s lets through 20,000 rows/s in calls of 200, more than the 10,000/s that come', () => {
    const sink = { limitPerSecond: 100, limitCounts: 'calls' as const };
    expect(batchCost(rows, { ...base, sink }).ms).toBe(1_000_000);
    const { ms } = batchCost(rows, { ...base, sink: { ...sink, rowsPerCall: 200 } });
    expect(100_000 / (ms / 1_000)).toBe(20_000);
  });
});

describe('the cost of calls', () => {
  // M4.1: a call of 10 ms + 0.1 ms a row.
  const sink = { callMs: 10, rowMs: 0.1, rowsPerCall: 200 };

  it('stands in the tasks that wait for them', () => {
    expect(batchCost([200, 200], { ...base, sink })).toEqual({ ms: 30, bottleneck: 'tasks' });
    expect(batchCost([200, 200], { ...base, sink, cores: 1 }).ms).toBe(60);
  });

  it('is held back by the connections there are', () => {
    expect(batchCost([400, 400, 400, 400], { ...base, sink: { ...sink, connections: 2 } })).toEqual({
      ms: 120,
      bottleneck: 'sink',
    });
  });

  it('grows as the sink slows down', () => {
    expect(batchCost([200], { ...base, sink: { ...sink, slowdown: 10 } }).ms).toBe(300);
    expect(batchCost([200], { ...base, sink: { limitPerSecond: 100, slowdown: 10 } }).ms).toBe(20_000);
  });

  it('does not matter when the source hands out less', () => {
    expect(batchCost([200], { ...base, sink, readRowsPerSecond: 100 })).toEqual({ ms: 2_000, bottleneck: 'source' });
  });
});
