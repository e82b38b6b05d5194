import { describe, expect, it } from 'vitest';
import { capacityToCatchUp, drainHours } from './catch-up.ts';

const behind = { backlogRecords: 36_000_000, recordsPerSecond: 10_000 };

describe('M10 catching up', () => {
  it('with 36 M records at 10,000/s within 1 h takes 20,000/s', () => {
    expect(capacityToCatchUp({ ...behind, hours: 1 })).toBe(20_000);
    expect(drainHours({ ...behind, capacityPerSecond: 20_000 })).toBe(1);
  });

  it('never ends at a capacity that the arrivals use up (C2)', () => {
    expect(drainHours({ ...behind, capacityPerSecond: 10_000 })).toBeNull();
    expect(drainHours({ ...behind, backlogRecords: 0, capacityPerSecond: 0 })).toBe(0);
  });

  it('refuses no time at all', () => {
    expect(() => capacityToCatchUp({ ...behind, hours: 0 })).toThrow('hours');
  });
});
