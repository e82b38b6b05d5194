import { describe, expect, it } from 'vitest';
import { conditionsAt, conditionsOf, doneAtMs } from './conditions.ts';
import type { QuerySetup } from './query-setup.ts';

const setup: QuerySetup = {
  traffic: [{ fromMs: 0, recordsPerSecond: 1 }],
  source: { format: 'kafka', partitions: 1, options: {} },
  trigger: { kind: 'default' },
  cluster: { executors: 2, coresPerExecutor: 4 },
  work: { batchOverheadMs: 0, taskOverheadMs: 0, rowMs: 4 },
  sink: { limitPerSecond: 50 },
  changes: [
    { atMs: 3_000, sinkSlowdown: 5 },
    { atMs: 1_000, executors: 4, rowMs: 2 },
  ],
  durationMs: 10_000,
};

describe('the conditions of a run', () => {
  const list = conditionsOf(setup, undefined);

  it('change one by one and keep what does not change', () => {
    expect(list.map(({ fromMs, cores, rowMs, sink }) => ({ fromMs, cores, rowMs, sink }))).toEqual([
      { fromMs: 0, cores: 8, rowMs: 4, sink: { limitPerSecond: 50 } },
      { fromMs: 1_000, cores: 16, rowMs: 2, sink: { limitPerSecond: 50 } },
      { fromMs: 3_000, cores: 16, rowMs: 2, sink: { limitPerSecond: 50, slowdown: 5 } },
    ]);
    expect(conditionsAt(list, 2_999).rowMs).toBe(2);
    expect(conditionsAt(list, 0).cores).toBe(8);
  });

  it('each move a batch on at their own pace', () => {
    // Whole, the batch takes 4 s, then 2 s: half of it is done in 500 ms at the first pace and 750 ms at the second.
    const wholeMs = ({ rowMs }: { rowMs: number }) => rowMs * 1_000;
    expect(doneAtMs(list, 500, 0.5, wholeMs)).toBe(1_750);
    expect(doneAtMs(list, 0, 1, wholeMs)).toBe(2_500);
    expect(doneAtMs(list, 5_000, 1, wholeMs)).toBe(7_000);
  });

  it('let no batch take less than a millisecond', () => {
    expect(doneAtMs(list, 500, 1, () => 0)).toBe(501);
    expect(doneAtMs(list, 500, 0, () => 1_000)).toBe(501);
  });
});
