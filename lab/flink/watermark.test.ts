import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noWatermark, SplitWatermarks, WatermarkMerge } from './watermark.ts';

const s = 1_000;

describe('watermarks of splits', () => {
  it('stand one ms and the out-of-orderness behind the newest timestamp', () => {
    const splits = new SplitWatermarks({ splits: 1, outOfOrdernessMs: 500 });
    expect(splits.watermarkAt(0)).toBe(noWatermark);
    splits.record(0, 10_000, 1);
    splits.record(0, 9_800, 2);
    expect(splits.watermarkAt(2)).toBe(9_499);
  });

  it('F29, SS15: an idle partition holds the watermark back unless withIdleness; in Spark it does not', () => {
    const timestamps = [0, 0];
    const plain = new SplitWatermarks({ splits: 2, outOfOrdernessMs: 0 });
    const withIdleness = new SplitWatermarks({ splits: 2, outOfOrdernessMs: 0, idleTimeoutMs: 5 * s });
    for (const each of [plain, withIdleness]) each.record(1, 1 * s, 0);
    for (let nowMs = 0; nowMs <= 60 * s; nowMs += s) {
      timestamps[0] = nowMs;
      for (const each of [plain, withIdleness]) each.record(0, nowMs, nowMs);
    }
    expect(plain.watermarkAt(60 * s)).toBe(1 * s - 1);
    expect(withIdleness.watermarkAt(60 * s)).toBe(60 * s - 1);
    // Spark takes the maximum over all partitions, so the silent one has no say.
    expect(Math.max(...timestamps)).toBe(60 * s);
  });

  it('are held back until the idleness timeout, and not a moment longer', () => {
    const splits = new SplitWatermarks({ splits: 2, outOfOrdernessMs: 0, idleTimeoutMs: 5 * s });
    splits.record(0, 9 * s, 4 * s);
    expect(splits.watermarkAt(5 * s - 1)).toBe(noWatermark);
    expect(splits.watermarkAt(5 * s)).toBe(9 * s - 1);
    expect(splits.isIdleAt(8 * s)).toBe(false);
    expect(splits.isIdleAt(9 * s)).toBe(true);
  });

  it('do not fall when an idle split comes back with old records', () => {
    const splits = new SplitWatermarks({ splits: 2, outOfOrdernessMs: 0, idleTimeoutMs: s });
    splits.record(0, 50 * s, 2 * s);
    expect(splits.watermarkAt(2 * s)).toBe(50 * s - 1);
    splits.record(1, 3 * s, 2 * s);
    expect(splits.watermarkAt(2 * s)).toBe(50 * s - 1);
    expect(splits.watermarkOf(1)).toBe(3 * s - 1);
  });

  it('keep a paused split from becoming idle, which it did before Flink 2.0 (F29)', () => {
    const idleAfterPause = (countsPausedTimeAsIdle: boolean) => {
      const splits = new SplitWatermarks({
        splits: 1,
        outOfOrdernessMs: 0,
        idleTimeoutMs: 5 * s,
        countsPausedTimeAsIdle,
      });
      splits.record(0, 0, 0);
      splits.pause(0, 1 * s);
      const whilePaused = splits.isSplitIdleAt(0, 30 * s);
      splits.resume(0, 30 * s);
      return [whilePaused, splits.isSplitIdleAt(0, 33 * s), splits.isSplitIdleAt(0, 34 * s)];
    };
    expect(idleAfterPause(false)).toEqual([false, false, true]);
    expect(idleAfterPause(true)).toEqual([true, true, true]);
  });

  it('align: a split more than the drift ahead of the slowest waits for it, and an idle one holds nobody', () => {
    const splits = new SplitWatermarks({ splits: 3, outOfOrdernessMs: 0, maxDriftMs: 10 * s, idleTimeoutMs: 60 * s });
    splits.record(0, 5 * s, 0);
    splits.record(1, 15 * s, 0);
    splits.record(2, 16 * s, 0);
    expect(splits.aheadAt(0)).toEqual([false, false, true]);
    splits.record(1, 16 * s, 30 * s);
    splits.record(2, 17 * s, 30 * s);
    expect(splits.aheadAt(60 * s)).toEqual([false, false, false]);
  });
});

describe('the watermark of an operator', () => {
  it('is the minimum over its inputs', () => {
    const merge = new WatermarkMerge(3);
    expect([merge.advance(0, 7), merge.advance(1, 9), merge.watermark]).toEqual([false, false, noWatermark]);
    expect(merge.advance(2, 3)).toBe(true);
    expect(merge.watermark).toBe(3);
    expect(merge.advance(2, 20)).toBe(true);
    expect(merge.watermark).toBe(7);
  });

  it('passes an input that has become idle, and waits for it again when it is back', () => {
    const merge = new WatermarkMerge(2);
    merge.advance(0, 7);
    expect(merge.setIdle(1, true)).toBe(true);
    expect(merge.watermark).toBe(7);
    merge.advance(1, 4);
    expect(merge.advance(0, 9)).toBe(false);
    expect(merge.advance(1, 8)).toBe(true);
    expect(merge.watermark).toBe(8);
    merge.setIdle(0, true);
    expect(merge.isIdle).toBe(false);
  });

  it('never falls, whatever the inputs do', () => {
    const steps = fc.array(
      fc.record({ input: fc.nat(3), watermark: fc.nat(1_000), idle: fc.constantFrom(null, true, false) }),
    );
    fc.assert(
      fc.property(steps, (list) => {
        const merge = new WatermarkMerge(4);
        let last = merge.watermark;
        for (const { input, watermark, idle } of list) {
          const rose = idle === null ? merge.advance(input, watermark) : merge.setIdle(input, idle);
          expect(merge.watermark > last).toBe(rose);
          expect(merge.watermark).toBeGreaterThanOrEqual(last);
          last = merge.watermark;
        }
      }),
    );
  });

  it('refuses what is no input or option, naming it', () => {
    expect(() => new WatermarkMerge(2).advance(2, 1)).toThrow('input is 2');
    expect(() => new SplitWatermarks({ splits: 0, outOfOrdernessMs: 0 })).toThrow('splits is 0');
    expect(() => new SplitWatermarks({ splits: 1, outOfOrdernessMs: 0, idleTimeoutMs: 0 })).toThrow(
      'idleTimeoutMs is 0',
    );
  });
});
