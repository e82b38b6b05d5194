import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArrivals } from './arrivals.ts';

const s = 1_000;
const steady = (recordsPerSecond: number) => [{ fromMs: 0, recordsPerSecond }];
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

describe('arrivals by partition', () => {
  it('give even partitions a record in turn, and each record to one of them', () => {
    const arrivals = createArrivals({ traffic: steady(10), partitions: 4 });
    expect(arrivals.offsetsAt(300)).toEqual([0, 1, 1, 1]);
    expect(arrivals.offsetsAt(1 * s)).toEqual([2, 2, 3, 3]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 250 }), fc.nat(1e7), fc.nat(1e5), (partitions, ms, rate) => {
        const even = createArrivals({ traffic: steady(rate), partitions });
        expect(sum(even.offsetsAt(ms))).toBe(Math.floor((rate * ms) / s));
      }),
    );
  });

  it('give a hot partition its half', () => {
    const weights = [199, ...Array.from({ length: 199 }, () => 1)];
    const arrivals = createArrivals({ traffic: steady(20_000), partitions: 200, partitionWeights: weights });
    const offsets = arrivals.offsetsAt(10 * s);
    expect(offsets[0]).toBe(100_000);
    expect(sum(offsets)).toBe(200_000);
  });

  it('count files where an offset is a file, and what was there before', () => {
    const files = createArrivals({
      traffic: steady(100),
      partitions: 1,
      recordsPerOffset: 1_000,
      backlogRecords: 5_500,
    });
    expect(files.offsetsAt(0)).toEqual([5]);
    expect(files.offsetsAt(5 * s)).toEqual([6]);
    expect(files.firstArrivalMs([4])).toBe(0);
    expect(files.firstArrivalMs([5])).toBe(5 * s);
    expect(files.lastArrivalMs([7])).toBe(15 * s);
  });

  it('know when each offset came: it is there from then on, and not before', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        weights,
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 60_000 }),
        (list, rate, ms) => {
          const arrivals = createArrivals({
            traffic: steady(rate),
            partitions: list.length,
            partitionWeights: list,
          });
          const offsets = arrivals.offsetsAt(ms);
          expect(arrivals.firstArrivalMs(offsets)).toBeGreaterThan(ms);
          expect(arrivals.lastArrivalMs(offsets)).toBeLessThanOrEqual(ms);
          const later = arrivals.offsetsAt(ms + 1);
          expect(later.every((offset, p) => offset >= (offsets[p] ?? 0))).toBe(true);
        },
      ),
    );
  });

  it('refuse weights that do not fit', () => {
    expect(() => createArrivals({ traffic: steady(1), partitions: 2, partitionWeights: [1] })).toThrow('each of the 2');
  });
});
