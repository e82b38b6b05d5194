import { describe, expect, it } from 'vitest';
import { fromSlider, parseQuantity, placesOf, toSlider } from './quantities.ts';

describe('a quantity as it is typed', () => {
  it('may carry its unit, thousands and shorthands', () => {
    const ms = ['300000', '5 min', '2 h 5 min', '1.5 s', '40ms', '168h'].map((text) => parseQuantity(text, 'ms'));
    expect(ms).toEqual([300_000, 300_000, 7_500_000, 1_500, 40, 604_800_000]);
    const rates = ['20k', '1,234,567', '1.5M', '120 k/s', '20 000', '20_000', '1e6'];
    expect(rates.map((text) => parseQuantity(text, 'records/s'))).toEqual(
      [20_000, 1_234_567, 1_500_000, 120_000, 20_000, 20_000, 1_000_000], // prettier-ignore
    );
    expect(['64 KiB', '1 MB', '512'].map((text) => parseQuantity(text, 'bytes'))).toEqual([65_536, 1_000_000, 512]);
  });
  it('has the unit that is shown when it has none of its own', () => {
    expect(parseQuantity('5', 'ms', '30 min')).toBe(300_000);
    expect(parseQuantity('5', 'ms', '2 h 5 min')).toBe(5);
    expect(['30 %', '0.3', '30', '1'].map((text) => parseQuantity(text, 'share'))).toEqual([0.3, 0.3, 0.3, 1]);
  });
  it('is refused when it is none, or could be two', () => {
    for (const text of ['', 'many', '5 apples', '--1', '1e', '20,5', '20.000', '1,2,3', '5 min 3 apples'])
      expect(parseQuantity(text, 'records'), text).toBeNull();
  });
});

describe('a slider', () => {
  const field = {
    kind: 'number',
    label: 'x',
    about: null,
    isOptional: false,
    initial: 0,
    step: null,
    unit: null,
  } as const;
  const rate = { ...field, least: 0, most: 1_000_000, isWhole: false, isLogarithmic: true };
  const count = { ...field, least: 1, most: 200, isWhole: true, isLogarithmic: false };
  it('reaches both ends, and each of its places is another value', () => {
    for (const each of [rate, count]) {
      const values = Array.from({ length: placesOf(each) + 1 }, (_, place) => fromSlider(each, place));
      expect(values[0]).toBe(each.least);
      expect(values.at(-1)).toBe(each.most);
      for (const [i, value] of values.entries()) if (i > 0) expect(value).toBeGreaterThan(values[i - 1] ?? 0);
    }
  });
  it('stands near the value that is set', () => {
    for (const value of [1, 8, 48, 200]) expect(fromSlider(count, toSlider(count, value))).toBe(value);
    for (const value of [1, 100, 5_000, 120_000]) {
      const near = fromSlider(rate, toSlider(rate, value));
      expect(Math.abs(near - value) / value).toBeLessThan(0.12);
    }
  });
});
