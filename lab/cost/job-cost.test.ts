import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiddenOptimisation, jobCost, speedUpFactor, streamUsd, tasksForPeak, unchanged } from './job-cost.ts';

const perfectly = (scale: number) => ({ ...unchanged, scale });

describe('M10 the cost of a job', () => {
  it('is 10 h × $10 = $100, with a backlog 30 h × $10 = $300, and 10 h × $20 = $200 as the table has it', () => {
    expect(jobCost({ hoursToday: 10, usdPerHourToday: 10 })).toEqual({ hours: 10, usdPerHour: 10, usd: 100 });
    expect(jobCost({ hoursToday: 30, usdPerHourToday: 10 }).usd).toBe(300);
    const fixed = { scale: 2, efficiencyShare: 1, optimisationFactor: 1.5 };
    expect(jobCost({ hoursToday: 30, usdPerHourToday: 10, speedUp: fixed })).toEqual({
      hours: 10,
      usdPerHour: 20,
      usd: 200,
    });
  });

  it('stays $300 when the machines are doubled perfectly: 15 h × $20', () => {
    const doubled = jobCost({ hoursToday: 30, usdPerHourToday: 10, speedUp: perfectly(2) });
    expect(doubled).toEqual({ hours: 15, usdPerHour: 20, usd: 300 });
  });

  it('rises to $375 and 18.75 h when doubling gives 0.8 of a perfect speed-up', () => {
    const speedUp = { scale: 2, efficiencyShare: 0.8, optimisationFactor: 1 };
    const { hours, usd } = jobCost({ hoursToday: 30, usdPerHourToday: 10, speedUp });
    expect(hours).toBeCloseTo(18.75, 9);
    expect(usd).toBeCloseTo(375, 9);
  });

  it('falls to 10 h at 2× the money only with an optimisation of 1.5× hidden in it: a 3× speed-up', () => {
    expect(hiddenOptimisation({ hoursToday: 30, hoursClaimed: 10, scale: 2 })).toBe(1.5);
    expect(speedUpFactor({ scale: 2, efficiencyShare: 1, optimisationFactor: 1.5 })).toBe(3);
    expect(hiddenOptimisation({ hoursToday: 30, hoursClaimed: 15, scale: 2 })).toBe(1);
  });

  it('is the same for a stream that lags and one that does not: $10 × 24 h × 30 days = $7,200', () => {
    expect(streamUsd({ usdPerHour: 10, days: 30 })).toBe(7_200);
  });

  it('never falls by scaling alone, and an optimisation lowers hours and bill alike', () => {
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    const factor = fc.double({ min: 1, max: 50, noNaN: true });
    fc.assert(
      fc.property(factor, share, factor, (scale, efficiencyShare, optimisationFactor) => {
        const today = { hoursToday: 30, usdPerHourToday: 10 };
        const scaled = jobCost({ ...today, speedUp: { scale, efficiencyShare, optimisationFactor: 1 } });
        expect(scaled.usd).toBeGreaterThanOrEqual(300 - 1e-9);
        const both = jobCost({ ...today, speedUp: { scale, efficiencyShare, optimisationFactor } });
        expect(both.hours).toBeCloseTo(scaled.hours / optimisationFactor, 6);
        expect(both.usd).toBeCloseTo(scaled.usd / optimisationFactor, 6);
      }),
    );
  });

  it('refuses an efficiency in percent', () => {
    expect(() => speedUpFactor({ ...unchanged, efficiencyShare: 80 })).toThrow('such as 0.8');
    expect(() => jobCost({ hoursToday: -1, usdPerHourToday: 10 })).toThrow('hoursToday');
  });
});

describe('tasks for a peak (C3)', () => {
  it('are rounded up: 7, not 6, for twice 10,000/s at 3,000/s each', () => {
    expect(tasksForPeak({ peakPerSecond: 10_000, headroom: 2, taskPerSecond: 3_000 })).toBe(7);
    expect(tasksForPeak({ peakPerSecond: 0.3, headroom: 1, taskPerSecond: 0.1 })).toBe(3);
  });
});
