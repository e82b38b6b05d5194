import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostUnits, packed, unitsNeeded } from './throughput-units.ts';

const kilobyte = { eventsPerSecond: 20_000, eventBytes: 1_000, readers: 1 };

describe('M8 throughput units', () => {
  it('are 20 for 20,000 events/s of 1 KB and one reader, 30 for three consumer groups, which read 60 MB/s', () => {
    expect(unitsNeeded(kilobyte).units).toBe(20);
    const three = unitsNeeded({ ...kilobyte, readers: 3 });
    expect(three).toMatchObject({
      ingressByBytes: 20,
      ingressByEvents: 20,
      egressByBytes: 30,
      egressByEvents: 15,
      units: 30,
    });
    expect((20_000 * 1_000 * 3) / 1e6).toBe(60);
  });

  it('are 120 for 120,000 events/s of 1 KB, above the 40 of a namespace', () => {
    expect(mostUnits).toBe(40);
    expect(unitsNeeded({ ...kilobyte, eventsPerSecond: 120_000 })).toMatchObject({
      units: 120,
      fitsOneNamespace: false,
    });
    expect(unitsNeeded({ ...kilobyte, eventsPerSecond: 40_000 })).toMatchObject({ units: 40, fitsOneNamespace: true });
  });

  it('are 120 for 120,000/s of 100 B, and 12 when ten are packed to one', () => {
    const small = { eventsPerSecond: 120_000, eventBytes: 100, readers: 1 };
    expect(unitsNeeded(small)).toMatchObject({ units: 120, ingressByEvents: 120, ingressByBytes: 12 });
    expect(unitsNeeded(packed(small, 10)).units).toBe(12);
  });

  it('gain nothing from packing once bytes bind: only fewer bytes help', () => {
    const large = { ...kilobyte, eventsPerSecond: 120_000 };
    expect(unitsNeeded(packed(large, 10)).units).toBe(120);
    expect(unitsNeeded(packed({ ...large, eventBytes: 250 }, 10)).units).toBe(30);
  });

  it('are never fewer for more events, more bytes or more readers, and packing never costs any', () => {
    const load = fc.record({
      eventsPerSecond: fc.nat(500_000),
      eventBytes: fc.integer({ min: 1, max: 100_000 }),
      readers: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(load, fc.integer({ min: 1, max: 100 }), (given, factor) => {
        const { units } = unitsNeeded(given);
        expect(unitsNeeded({ ...given, eventsPerSecond: given.eventsPerSecond + factor }).units).toBeGreaterThanOrEqual(
          units,
        );
        expect(unitsNeeded({ ...given, eventBytes: given.eventBytes + factor }).units).toBeGreaterThanOrEqual(units);
        expect(unitsNeeded({ ...given, readers: given.readers + 1 }).units).toBeGreaterThanOrEqual(units);
        expect(unitsNeeded(packed(given, factor)).units).toBeLessThanOrEqual(units);
      }),
    );
  });
});
