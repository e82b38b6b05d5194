import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPidRateEstimator, defaultPidGains } from './rate-estimator.ts';

describe('M13 the PID rate estimator of DStreams', () => {
  const first = { endMs: 3_000, records: 10_000, processingMs: 2_000, schedulingDelayMs: 0 };

  it('only initialises with the first batch: 10,000 records in 2,000 ms are 5,000/s', () => {
    const estimator = createPidRateEstimator(1_000);
    expect(estimator.compute(first)).toBeNull();
    expect(estimator.latestRate).toBe(5_000);
  });

  it('answers a scheduling delay of 1,000 ms at the same speed (error 0, historical 5,000) with 4,000/s', () => {
    const estimator = createPidRateEstimator(1_000);
    estimator.compute(first);
    expect(estimator.compute({ ...first, endMs: 5_000, schedulingDelayMs: 1_000 })).toBe(4_000);
  });

  it('never goes below minRate, 100/s by default', () => {
    const estimator = createPidRateEstimator(1_000);
    estimator.compute(first);
    expect(estimator.compute({ ...first, endMs: 9_000, schedulingDelayMs: 60_000 })).toBe(100);
  });

  it('keeps its rate after an empty batch, one that took no time, and one out of order', () => {
    const estimator = createPidRateEstimator(1_000);
    estimator.compute(first);
    expect(estimator.compute({ ...first, endMs: 5_000, records: 0 })).toBeNull();
    expect(estimator.compute({ ...first, endMs: 5_000, processingMs: 0 })).toBeNull();
    expect(estimator.compute({ ...first, endMs: 3_000 })).toBeNull();
    expect(estimator.latestRate).toBe(5_000);
  });

  it('lets the derived gain act on the change of the error per second', () => {
    const estimator = createPidRateEstimator(1_000, { ...defaultPidGains, proportional: 0, integral: 0, derived: 1 });
    estimator.compute(first);
    // Half the speed, 2 s later: the error goes from 0 to 2,500, by 1,250 per second.
    expect(estimator.compute({ ...first, endMs: 5_000, processingMs: 4_000 })).toBe(3_750);
  });

  it('with Kp 1 follows the measured speed, whatever the rate was before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 200, max: 100_000 }), (before, after) => {
        const estimator = createPidRateEstimator(1_000);
        estimator.compute({ endMs: 1_000, records: before, processingMs: 1_000, schedulingDelayMs: 0 });
        const rate = estimator.compute({ endMs: 2_000, records: after, processingMs: 1_000, schedulingDelayMs: 0 });
        expect(rate).toBeCloseTo(after, 6);
      }),
    );
  });

  it('refuses what Spark refuses', () => {
    expect(() => createPidRateEstimator(0)).toThrow(RangeError);
    expect(() => createPidRateEstimator(1_000, { ...defaultPidGains, integral: -1 })).toThrow('pid.integral');
    expect(() => createPidRateEstimator(1_000, { ...defaultPidGains, minRate: 0 })).toThrow('pid.minRate');
  });
});
