import { describe, expect, it } from 'vitest';
import { coalescedSliceMs, overlappingRuns, proportionalSlicesMs, queuedRunsPerHour } from './overlap.ts';

const minute = 60_000;
const fixed = { everyMs: 15 * minute, runMs: 20 * minute };

describe('M12 a run of a fixed 20 min every 15 min', () => {
  it('overlaps: 2 at a time without a limit', () => {
    expect(overlappingRuns(fixed)).toBe(2);
    expect(overlappingRuns({ ...fixed, runMs: 15 * minute })).toBe(1);
  });

  it('queues up with one active run at most: 4 scheduled, 3 finished, +1 an hour', () => {
    expect(queuedRunsPerHour({ ...fixed, maxActiveRuns: 1 })).toBe(1);
    expect(queuedRunsPerHour({ ...fixed, maxActiveRuns: 2 })).toBe(0);
  });

  it('has no queue when runs coalesce: each reads 20 min of data', () => {
    expect(coalescedSliceMs(fixed)).toBe(20 * minute);
    expect(coalescedSliceMs({ ...fixed, runMs: 5 * minute })).toBe(15 * minute);
  });
});

describe('M12 a run whose time is proportional to its slice, 20 min for 15 min of data', () => {
  it('reads slices of 15; 20; 26.7; 35.6; 47.4 min: they grow by 4/3 for ever', () => {
    const slices = proportionalSlicesMs({ everyMs: 15 * minute, runMsPerSliceMs: 4 / 3, runs: 5 });
    expect(slices.map((ms) => Math.round((ms / minute) * 10) / 10)).toEqual([15, 20, 26.7, 35.6, 47.4]);
  });

  it('stays at one interval when it is fast enough', () => {
    expect(proportionalSlicesMs({ everyMs: minute, runMsPerSliceMs: 0.9, runs: 3 })).toEqual([minute, minute, minute]);
  });

  it('refuses no time at all', () => {
    expect(() => overlappingRuns({ everyMs: 0, runMs: 1 })).toThrow('everyMs');
  });
});
