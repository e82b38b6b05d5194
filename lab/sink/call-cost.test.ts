import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callMs, callsPerSecond, rowsPerSecond } from './call-cost.ts';

const cost = { callOverheadMs: 10, rowMs: 0.1 };

describe('M4.1 cost of a call', () => {
  it('lets a connection take 99.0 rows/s one by one and 6,666.7 rows/s two hundred at a time', () => {
    expect(callMs(cost, 1)).toBe(10.1);
    expect(callMs(cost, 200)).toBe(30);
    expect(rowsPerSecond(cost, 1)).toBeCloseTo(99.0, 1);
    expect(rowsPerSecond(cost, 200)).toBeCloseTo(6_666.7, 1);
  });

  it('gives k connections of service time S a capacity of k/S', () => {
    expect(callsPerSecond(8, 50)).toBe(160);
    expect(rowsPerSecond(cost, 200, 4)).toBeCloseTo(4 * rowsPerSecond(cost, 200), 9);
  });

  it('gains nothing from larger calls when there is no overhead to share', () => {
    const perRow = { callOverheadMs: 0, rowMs: 0.1 };
    expect(rowsPerSecond(perRow, 200)).toBeCloseTo(rowsPerSecond(perRow, 1), 9);
  });

  it('rises with the rows per call, towards one row per row time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (rows) => {
        expect(rowsPerSecond(cost, rows + 1)).toBeGreaterThan(rowsPerSecond(cost, rows));
        expect(rowsPerSecond(cost, rows)).toBeLessThan(10_000);
      }),
    );
  });

  it('refuses a call without rows', () => {
    expect(() => callMs(cost, 0)).toThrow('rows is 0');
  });
});
