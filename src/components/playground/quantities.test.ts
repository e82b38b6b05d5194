import { describe, expect, it } from 'vitest';
import { fromSlider, parseQuantity, sliderTop, toSlider } from './quantities.ts';

describe('a quantity as it is typed', () => {
  it('may carry its unit, thousands and shorthands', () => {
    const ms = ['300000', '5 min', '2 h 5 min', '1.5 s', '40ms', '168h'].map((text) => parseQuantity(text, 'ms'));
    expect(ms).toEqual([300_000, 300_000, 7_500_000, 1_500, 40, 604_800_000]);
    expect(['20k', '1,234,567', '1.5M', '120 k/s'].map((text) => parseQuantity(text, 'records/s'))).toEqual([
      20_000, 1_234_567, 1_500_000, 120_000,
    ]);
    expect(['64 KiB', '1 MB', '512'].map((text) => parseQuantity(text, 'bytes'))).toEqual([65_536, 1_000_000, 512]);
    expect(['30 %', '0.3'].map((text) => parseQuantity(text, 'share'))).toEqual([0.3, 0.3]);
  });
  it('is refused when it is none', () => {
    for (const text of ['', 'many', '5 apples', '1 2', '--1', '1e'])
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
  it('reaches both ends, and comes back to where it was to two digits', () => {
    const rate = { ...field, least: 0, most: 1_000_000, isWhole: false, isLogarithmic: true };
    expect([fromSlider(rate, 0), fromSlider(rate, sliderTop)]).toEqual([0, 1_000_000]);
    for (const value of [1, 100, 5_000, 20_000, 120_000, 1_000_000])
      expect(fromSlider(rate, toSlider(rate, value))).toBe(value);
    const count = { ...field, least: 1, most: 200, isWhole: true, isLogarithmic: false };
    for (const value of [1, 8, 48, 200]) expect(fromSlider(count, toSlider(count, value))).toBe(value);
  });
});
