import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erlangC, md1, mm1, mm1InsidePercentileMs, mmc } from './waiting.ts';

/** One server of 100/s at utilisation ρ. */
const at = (share: number) => ({ arrivalsPerSecond: 100 * share, servicePerSecond: 100 });
/** As the table prints it: L, W, Wq of M/M/1, Wq of M/D/1, and the 95th percentile of W. */
function row(share: number): number[] {
  const { insideRecords, insideMs, waitingMs } = mm1(at(share));
  const cells = [insideRecords, insideMs, waitingMs, md1(at(share)).waitingMs, mm1InsidePercentileMs(at(share), 95)];
  return cells.map((cell, i) => Number(cell.toFixed(i === 0 ? 2 : 1)));
}

describe('M6 the table for one server of 100/s', () => {
  it('ρ 0.50: L 1, W 20 ms, Wq 10 ms, 5 ms with even service, p95 59.9 ms', () => {
    expect(row(0.5)).toEqual([1, 20, 10, 5, 59.9]);
  });

  it('ρ 0.70: L 2.33, W 33.3 ms, Wq 23.3 ms, 11.7 ms with even service, p95 99.9 ms', () => {
    expect(row(0.7)).toEqual([2.33, 33.3, 23.3, 11.7, 99.9]);
  });

  it('ρ 0.80: L 4, W 50 ms, Wq 40 ms, 20 ms with even service, p95 149.8 ms', () => {
    expect(row(0.8)).toEqual([4, 50, 40, 20, 149.8]);
  });

  it('ρ 0.90: L 9, W 100 ms, Wq 90 ms, 45 ms with even service, p95 299.6 ms', () => {
    expect(row(0.9)).toEqual([9, 100, 90, 45, 299.6]);
  });

  it('ρ 0.95: L 19, W 200 ms, Wq 190 ms, 95 ms with even service, p95 599.1 ms', () => {
    expect(row(0.95)).toEqual([19, 200, 190, 95, 599.1]);
  });

  it('ρ 0.99: L 99, W 1,000 ms, Wq 990 ms, 495 ms with even service, p95 2,995.7 ms', () => {
    expect(row(0.99)).toEqual([99, 1_000, 990, 495, 2_995.7]);
  });

  it('gives Lq = ρ²/(1 − ρ), half of it with even service, and obeys Little', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (share) => {
        const random = mm1(at(share));
        expect(random.waitingRecords).toBeCloseTo((share * share) / (1 - share), 6);
        expect(md1(at(share)).waitingRecords).toBeCloseTo(random.waitingRecords / 2, 9);
        expect(random.insideRecords).toBeCloseTo((100 * share * random.insideMs) / 1000, 9);
        expect(random.insideRecords - random.waitingRecords).toBeCloseTo(random.utilisation, 6);
      }),
    );
  });
});

describe('M/M/c', () => {
  it('gives M/M/1 for one server', () => {
    expect(mmc(at(0.9)).insideMs).toBeCloseTo(mm1(at(0.9)).insideMs, 9);
    expect(erlangC(at(0.9))).toBeCloseTo(0.9, 12);
  });

  it('makes a third of the arrivals wait at two servers of ρ 0.5, for 3.3 ms on average', () => {
    const two = { arrivalsPerSecond: 100, servicePerSecond: 100, servers: 2 };
    expect(erlangC(two)).toBeCloseTo(1 / 3, 12);
    expect(mmc(two).waitingMs).toBeCloseTo(10 / 3, 12);
  });

  it('pools: at the same ρ more servers wait less, and a hundred of them hardly at all', () => {
    const waits = [1, 2, 4, 100].map(
      (servers) => mmc({ arrivalsPerSecond: 80 * servers, servicePerSecond: 100, servers }).waitingMs,
    );
    expect(waits).toEqual(waits.toSorted((a, b) => b - a));
    expect(waits.at(-1)).toBeLessThan(0.02);
  });
});

describe('what has no answer', () => {
  it('is refused: a queue that grows for ever, a percentile of never', () => {
    expect(() => mm1(at(1))).toThrow('grows for ever');
    expect(() => mmc({ ...at(4.1), servers: 4 })).toThrow('grows for ever');
    expect(() => mm1InsidePercentileMs(at(0.5), 100)).toThrow('p is 100');
    expect(mm1InsidePercentileMs(at(0.5), 0)).toBe(0);
  });
});
