import { describe, expect, it } from 'vitest';
import { isQueueStable, recordsInside, stayMs, utilisation } from './load.ts';

describe('M6 utilisation and Little’s law', () => {
  it('loads one server of 100/s with 80/s to 0.8, and four of them to 0.2', () => {
    const load = { arrivalsPerSecond: 80, servicePerSecond: 100 };
    expect(utilisation(load)).toBe(0.8);
    expect(utilisation({ ...load, servers: 4 })).toBe(0.2);
    expect(utilisation({ ...load, arrivalsPerSecond: 0 })).toBe(0);
  });

  it('calls a queue stable below 1, not at 1', () => {
    const isStable = (arrivalsPerSecond: number) => isQueueStable({ arrivalsPerSecond, servicePerSecond: 100 });
    expect([99, 100, 120].map(isStable)).toEqual([true, false, false]);
  });

  it('finds 4 records inside when 80/s stay 50 ms each, and the 50 ms from the 4', () => {
    expect(recordsInside(80, 50)).toBe(4);
    expect(stayMs(4, 80)).toBe(50);
  });

  it('refuses what cannot be meant', () => {
    expect(() => utilisation({ arrivalsPerSecond: 1, servicePerSecond: 0 })).toThrow('servicePerSecond is 0');
    expect(() => utilisation({ arrivalsPerSecond: 1, servicePerSecond: 1, servers: 1.5 })).toThrow('servers is 1.5');
    expect(() => stayMs(1, 0)).toThrow('throughputPerSecond is 0');
  });
});
