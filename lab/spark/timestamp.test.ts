import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoTimestamp } from './timestamp.ts';

it('prints times as a Date would, from the year 0 to 9999', () => {
  expect(isoTimestamp(0)).toBe('1970-01-01T00:00:00.000Z');
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (ms) => {
      expect(isoTimestamp(ms)).toBe(new Date(ms).toISOString());
    }),
    { numRuns: 1_000 },
  );
  expect(() => isoTimestamp(253_402_300_800_000)).toThrow('within the years');
});
