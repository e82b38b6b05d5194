import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wholeCounts } from './whole-counts.ts';

it('amounts become whole numbers with the same sum', () => {
  expect(wholeCounts({ done: 993.874, givenUp: 6.126 })).toEqual({ done: 994, givenUp: 6 });
  expect(wholeCounts({ done: 1_348_662.5, givenUp: 1_337.5 })).toEqual({ done: 1_348_663, givenUp: 1_337 });
});

it('nothing is made, lost, negative or moved by more than one', () => {
  const amounts = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(amounts, (parts) => {
      const whole = Object.values(wholeCounts(Object.fromEntries(parts.map((part, i) => [`p${i}`, part]))));
      const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
      expect(Math.abs(sumOf(whole) - sumOf(parts))).toBeLessThanOrEqual(0.500_01);
      for (const [i, value] of whole.entries()) {
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(Math.abs(value - (parts[i] ?? 0))).toBeLessThanOrEqual(1.000_01);
      }
    }),
  );
});
