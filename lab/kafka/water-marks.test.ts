import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxQueueRecords, runWaterMarks, waterMarkCycle } from './water-marks.ts';

const marks = { highMarkRecords: 10_000, lowMarkRecords: 5_000 };
const rates = { intakePerSecond: 20_000, drainPerSecond: 5_000 };

describe('M1.6 water marks', () => {
  it('bound the queue at 10,499 records for H = 10,000 and polls of 500: 10.25 MiB of 1 KiB records', () => {
    expect(maxQueueRecords(10_000, 500)).toBe(10_499);
    expect((10_499 * 1_024) / 1_024 ** 2).toBeCloseTo(10.25, 2);
  });

  it('fill in 0.333 s, drain in 1 s, run a quarter of the time and take in what is drained', () => {
    const cycle = waterMarkCycle({ ...marks, ...rates });
    expect(cycle.fillMs).toBeCloseTo(333.333, 3);
    expect(cycle).toMatchObject({ drainMs: 1_000, dutyShare: 0.25, meanIntakePerSecond: 5_000 });
    expect(cycle.fillMs / (cycle.fillMs + cycle.drainMs)).toBeCloseTo(0.25, 9);
  });

  it('agree with the count engine to one batch', () => {
    const run = runWaterMarks({ ...marks, ...rates, batchRecords: 500, durationMs: 60_000 });
    const resumed = run.turns.filter(({ isPaused }) => !isPaused);
    const first = resumed.at(0);
    const last = resumed.at(-1);
    const pause = run.turns.find(({ atMs, isPaused }) => isPaused && atMs > (first?.atMs ?? 0));
    const seconds = ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 1_000;
    const taken = (last?.takenRecords ?? 0) - (first?.takenRecords ?? 0);
    const batchMs = 500 / 20;

    expect(seconds).toBeGreaterThan(50);
    expect(Math.abs(taken - 5_000 * seconds)).toBeLessThanOrEqual(500);
    expect(Math.abs((pause?.atMs ?? 0) - (first?.atMs ?? 0) - 333.333)).toBeLessThanOrEqual(batchMs);
    expect(first?.queuedRecords).toBe(5_000);
    expect(run.maxQueueRecords).toBeGreaterThanOrEqual(10_000);
    expect(run.maxQueueRecords).toBeLessThanOrEqual(10_499);
  });

  it('never pause when the drain keeps up', () => {
    expect(waterMarkCycle({ ...marks, intakePerSecond: 5_000, drainPerSecond: 5_000 })).toMatchObject({
      fillMs: Infinity,
      dutyShare: 1,
      meanIntakePerSecond: 5_000,
    });
    expect(
      runWaterMarks({ ...marks, intakePerSecond: 4_000, drainPerSecond: 5_000, batchRecords: 500, durationMs: 60_000 })
        .turns,
    ).toEqual([]);
  });

  it('stay paused for good when nothing drains', () => {
    expect(waterMarkCycle({ ...marks, intakePerSecond: 1, drainPerSecond: 0 })).toMatchObject({
      drainMs: Infinity,
      dutyShare: 0,
    });
    const run = runWaterMarks({
      ...marks,
      intakePerSecond: 20_000,
      drainPerSecond: 0,
      batchRecords: 500,
      durationMs: 60_000,
    });
    expect(run).toMatchObject({ takenRecords: 10_000, drainedRecords: 0, queuedRecords: 10_000 });
    expect(run.turns).toEqual([{ atMs: 500, isPaused: true, queuedRecords: 10_000, takenRecords: 10_000 }]);
  });

  it('hold the bound and lose no record, whatever the rates', () => {
    fc.assert(
      fc.property(
        fc.record({
          highMarkRecords: fc.integer({ min: 1, max: 2_000 }),
          lowPercent: fc.integer({ min: 0, max: 99 }),
          batchRecords: fc.integer({ min: 1, max: 700 }),
          intakePerSecond: fc.integer({ min: 1, max: 20_000 }),
          drainPerSecond: fc.nat(20_000),
          durationMs: fc.integer({ min: 1, max: 5_000 }),
        }),
        ({ lowPercent, ...given }) => {
          const lowMarkRecords = Math.floor((given.highMarkRecords * lowPercent) / 100);
          const run = runWaterMarks({ ...given, lowMarkRecords });
          expect(run.maxQueueRecords).toBeLessThanOrEqual(maxQueueRecords(given.highMarkRecords, given.batchRecords));
          expect(run.takenRecords).toBe(run.drainedRecords + run.queuedRecords);
          expect(run.queuedRecords).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('refuse a low mark at the high mark', () => {
    expect(() => waterMarkCycle({ ...rates, highMarkRecords: 10, lowMarkRecords: 10 })).toThrow(
      'put it below highMarkRecords',
    );
  });
});
