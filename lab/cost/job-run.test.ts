import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unchanged } from './job-cost.ts';
import { runJob, type JobSetup } from './job-run.ts';

const hourMs = 3_600_000;
/** 36 million records behind at 10,000/s, with machines for 20,000/s. */
const behind: JobSetup = {
  backlogRecords: 36_000_000,
  recordsPerSecond: 10_000,
  capacityPerSecond: 10_000,
  usdPerHour: 10,
  speedUp: { ...unchanged, scale: 2 },
  afterwards: 'go-on',
  durationMs: 4 * hourMs,
};

describe('a job with a backlog', () => {
  it('catches up with 36 M in 1 h at twice the arrivals (M10)', () => {
    const run = runJob(behind);
    expect(run.caughtUpAtMs).toBe(hourMs);
    expect(run.at(hourMs / 2).backlogRecords).toBe(18_000_000);
    expect(run.at(2 * hourMs)).toMatchObject({ backlogRecords: 0, processedPerSecond: 10_000 });
  });

  it('that was never behind has not caught up at any time', () => {
    const run = runJob({ ...behind, backlogRecords: 0 });
    expect(run.caughtUpAtMs).toBeNull();
    expect(run.at(hourMs)).toMatchObject({ backlogRecords: 0, processedPerSecond: 10_000 });
  });

  it('pays for the second machine as long as it keeps it: $80 in four hours, $50 when it is given back', () => {
    expect(runJob(behind).at(4 * hourMs).usd).toBe(80);
    expect(runJob({ ...behind, afterwards: 'give-back' }).at(4 * hourMs).usd).toBe(50);
    expect(runJob({ ...behind, afterwards: 'end' }).at(4 * hourMs).usd).toBe(20);
  });

  it('costs the same at today’s size, behind or not: the price of lag is freshness (C4)', () => {
    const stuck = runJob({ ...behind, speedUp: unchanged });
    expect(stuck.caughtUpAtMs).toBeNull();
    expect(stuck.at(4 * hourMs)).toMatchObject({ backlogRecords: 36_000_000, usd: 40 });
    expect(runJob({ ...behind, backlogRecords: 0, speedUp: unchanged }).at(4 * hourMs).usd).toBe(40);
  });

  it('falls further behind when more arrives than it takes', () => {
    const late = runJob({ ...behind, backlogRecords: 0, capacityPerSecond: 4_000 });
    expect(late.at(hourMs).backlogRecords).toBe(2_000 * 3_600);
  });

  it('conserves records, keeps to its capacity, and never gets money back', () => {
    const setup: fc.Arbitrary<JobSetup> = fc.record({
      backlogRecords: fc.nat(1e8),
      recordsPerSecond: fc.nat(20_000),
      capacityPerSecond: fc.integer({ min: 1, max: 20_000 }),
      usdPerHour: fc.nat(100),
      speedUp: fc.record({
        scale: fc.integer({ min: 1, max: 8 }),
        efficiencyShare: fc.double({ min: 0.1, max: 1, noNaN: true }),
        optimisationFactor: fc.double({ min: 1, max: 10, noNaN: true }),
      }),
      afterwards: fc.constantFrom('end' as const, 'go-on' as const, 'give-back' as const),
      durationMs: fc.constant(10 * hourMs),
    });
    fc.assert(
      fc.property(setup, (given) => {
        const run = runJob(given);
        let before = run.at(0);
        for (let step = 1; step <= 20; step++) {
          const now = run.at((step * given.durationMs) / 20);
          const left = given.backlogRecords + now.arrivedRecords - now.processedRecords;
          expect(Math.abs(left - now.backlogRecords)).toBeLessThan(1e-3);
          expect(now.processedPerSecond).toBeLessThanOrEqual(now.capacityPerSecond + 1e-9);
          expect(now.usd).toBeGreaterThanOrEqual(before.usd - 1e-9);
          expect(now.processedRecords).toBeGreaterThanOrEqual(before.processedRecords - 1e-3);
          before = now;
        }
      }),
    );
  });

  it('refuses a time outside the run', () => {
    expect(() => runJob(behind).at(5 * hourMs)).toThrow('a time of the run');
  });
});
