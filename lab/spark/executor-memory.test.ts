import { describe, expect, it } from 'vitest';
import { heldBytes, outOfMemoryShare } from './executor-memory.ts';

const load = { executors: 2, coresPerExecutor: 4, rowBytes: 100, stateBytes: 0 };

describe('what the busiest executor holds', () => {
  it('is the largest task and an average one on each other busy core', () => {
    expect(heldBytes({ ...load, taskRows: Array.from({ length: 100 }, () => 10) }).rows).toBe(4 * 10 * 100);
    expect(heldBytes({ ...load, taskRows: [1_000, ...Array.from({ length: 99 }, () => 10)] }).rows).toBe(1_030 * 100);
  });

  it('is one task when there are no more tasks than executors, and half of the state', () => {
    expect(heldBytes({ ...load, taskRows: [10, 10], stateBytes: 5_000 })).toEqual({ rows: 1_000, state: 2_500 });
    expect(heldBytes({ ...load, taskRows: [] })).toEqual({ rows: 0, state: 0 });
  });

  it('is too much after the part of the batch that fits', () => {
    expect(outOfMemoryShare({ rows: 800, state: 200 }, 1_000)).toBeNull();
    expect(outOfMemoryShare({ rows: 1_600, state: 200 }, 1_000)).toBe(0.5);
    expect(outOfMemoryShare({ rows: 1_600, state: 2_000 }, 1_000)).toBe(0);
    expect(outOfMemoryShare({ rows: 0, state: 2_000 }, 1_000)).toBe(0);
  });
});
