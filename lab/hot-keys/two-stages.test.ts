import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../traffic/rng.ts';
import {
  aggregateNames,
  average,
  count,
  distinct,
  distinctSketch,
  max,
  min,
  NotComposableError,
  partialOf,
  sum,
} from './aggregates.ts';
import { randomSalt, saltOfEvent } from './salts.ts';
import { combine, partialsOf } from './two-stages.ts';

const events = Array.from({ length: 6_000 }, (_, i) => `event-${i}`);
const byHash = { saltOf: (id: string) => saltOfEvent(id, 10), valueOf: (id: string) => id };

describe('M5 the second stage', () => {
  it('combines 10 partials of about 600 into the 6,000 of the user; without it the user has 10 rows', () => {
    const partials = partialsOf(count, events, byHash);
    expect(partials.size).toBe(10);
    for (const partial of partials.values()) expect(Math.abs(partial - 600)).toBeLessThan(75);
    expect(combine(count, partials)).toBe(6_000);
  });

  it('gives for count, sum, min, max, average and distinct what one task alone would give', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ salt: fc.nat(5), value: fc.integer({ min: -9, max: 9 }) }), { maxLength: 40 }),
        (list) => {
          const how = {
            saltOf: ({ salt }: { salt: number }) => salt,
            valueOf: ({ value }: { value: number }) => value,
          };
          const values = list.map(({ value }) => value);
          const total = values.reduce((a, b) => a + b, 0);
          expect(combine(count, partialsOf(count, list, how))).toBe(values.length);
          expect(combine(sum, partialsOf(sum, list, how))).toBe(total);
          expect(combine(min, partialsOf(min, list, how))).toBe(values.length === 0 ? null : Math.min(...values));
          expect(combine(max, partialsOf(max, list, how))).toBe(values.length === 0 ? null : Math.max(...values));
          expect(combine(average, partialsOf(average, list, how))).toBe(
            values.length === 0 ? null : total / values.length,
          );
          const asText = { ...how, valueOf: ({ value }: { value: number }) => String(value) };
          expect(combine(distinct, partialsOf(distinct, list, asText))).toBe(new Set(values).size);
          const sketch = distinctSketch(16);
          expect(combine(sketch, partialsOf(sketch, list, asText))).toBeCloseTo(
            combine(sketch, partialsOf(sketch, list, { ...asText, saltOf: () => 0 })),
            6,
          );
        },
      ),
    );
  });

  it('cannot average averages: 1, 2 and 9 are 4 on average, their halves (1, 2) and (9) say 5.25', () => {
    const parts = [[1, 2], [9]].map((values) => values.reduce((a, b) => average.add(a, b), average.empty()));
    expect(combine(average, new Map(parts.map((part, i) => [i, part])))).toBe(4);
    expect(parts.map((part) => average.finish(part) ?? 0).reduce((a, b) => a + b, 0) / 2).toBe(5.25);
  });

  it('may add distinct counts when the salt comes from the counted value, not when it comes from the event', () => {
    const visits = events.map((id, i) => ({ id, page: `page-${i % 70}` }));
    const valueOf = ({ page }: { page: string }) => page;
    const added = (saltOf: (visit: { id: string; page: string }) => number) =>
      [...partialsOf(distinct, visits, { saltOf, valueOf }).values()].reduce((all, set) => all + set.size, 0);
    expect(added(({ page }) => saltOfEvent(page, 10))).toBe(70);
    expect(added(({ id }) => saltOfEvent(id, 10))).toBeGreaterThan(600);
  });

  it('a sketch of 1,024 hashes knows 6,000 values to within 10 %', () => {
    const sketch = distinctSketch();
    const estimate = combine(sketch, partialsOf(sketch, events, byHash));
    expect(Math.abs(estimate - 6_000)).toBeLessThan(600);
  });

  it('refuses an exact median and says what to do instead', () => {
    expect(() => partialOf('median')).toThrow(NotComposableError);
    expect(() => partialOf('median')).toThrow('mergeable sketch');
    for (const name of aggregateNames.filter((each) => each !== 'median')) expect(partialOf(name)).not.toBe('');
  });
});

describe('M5 replaying a batch', () => {
  it('gives the same partials when 10 salts come from hash(event id), and others with rand()', () => {
    expect(partialsOf(count, events, byHash)).toEqual(partialsOf(count, events.toReversed(), byHash));
    const rng = createRng(1);
    const byChance = { ...byHash, saltOf: () => randomSalt(rng, 10) };
    const [first, again] = [partialsOf(count, events, byChance), partialsOf(count, events, byChance)];
    expect(first).not.toEqual(again);
    expect(combine(count, first)).toBe(combine(count, again));
  });
});
