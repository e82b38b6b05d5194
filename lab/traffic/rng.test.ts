import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, deriveSeed } from './rng.ts';

const draws = (seed: number, count: number): number[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => rng.next());
};

describe('M0.3 seeded randomness', () => {
  it('draws the published mulberry32 values: 0.6270739405881613 first for seed 1, 0.6011037519201636 for seed 42', () => {
    expect(draws(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
    expect(draws(42, 3)).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099]);
  });

  it('draws the same sequence again from the same seed', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        expect(draws(seed, 20)).toEqual(draws(seed, 20));
      }),
    );
  });

  it('samples −ln(1 − u)/rate from one uniform draw', () => {
    const [first] = draws(42, 1);
    expect(createRng(42).exponential(0.5)).toBeCloseTo(-Math.log(1 - (first ?? 0)) / 0.5, 12);
    const rng = createRng(7);
    const samples = Array.from({ length: 20_000 }, () => rng.exponential(4));
    expect(samples.every((sample) => sample >= 0 && Number.isFinite(sample))).toBe(true);
    expect(samples.reduce((sum, sample) => sum + sample, 0) / samples.length).toBeCloseTo(0.25, 2);
  });

  it('keeps int(n) inside 0 … n − 1 and visits every value', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed, n) => {
        const value = createRng(seed).int(n);
        expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
      }),
    );
    const rng = createRng(3);
    expect(new Set(Array.from({ length: 200 }, () => rng.int(6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  it('refuses a seed, rate or n that cannot be meant', () => {
    expect(() => createRng(0.5)).toThrow('pass a whole number');
    expect(() => createRng(1).exponential(0)).toThrow(RangeError);
    expect(() => createRng(1).int(0)).toThrow(RangeError);
  });
});

describe('deriveSeed', () => {
  it('gives the same stream for the same seed and label, and another for another', () => {
    expect(deriveSeed(42, 'sink')).toBe(deriveSeed(42, 'sink'));
    const seeds = new Set<number>();
    for (let i = 0; i < 1_000; i += 1) {
      seeds.add(deriveSeed(42, `partition-${i}`));
      seeds.add(deriveSeed(i, 'sink'));
    }
    expect(seeds.size).toBe(2_000);
  });

  it('decouples the streams: neighbours share no early draw', () => {
    expect(draws(deriveSeed(1, 'arrivals'), 3)).not.toEqual(draws(deriveSeed(1, 'service'), 3));
    expect(Number.isInteger(deriveSeed(1, ''))).toBe(true);
    expect(deriveSeed(-1, 'x')).toBeGreaterThanOrEqual(0);
  });
});
