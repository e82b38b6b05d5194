import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferWaitMs, fillMs, steadyState, type ChainOperator } from './steady-state.ts';

/** Seed scenario: source, map, enrichment and sink; the enrichment blocks for 2 ms on each record. */
const heavy = (enrichers: number): ChainOperator[] => [
  { parallelism: 4, serviceMs: 0.01 },
  { parallelism: 4, serviceMs: 0.02 },
  { parallelism: enrichers, serviceMs: 2 },
  { parallelism: 4, serviceMs: 0.05 },
];
const offered = 10_000;

describe('M3.2 the small chain', () => {
  it('lets 100 a second through: source 100/900, map 200/800, enrich 1000/0, sink 100 busy and 900 idle', () => {
    const chain = steadyState(
      [
        { parallelism: 1, serviceMs: 1 },
        { parallelism: 1, serviceMs: 2 },
        { parallelism: 2, serviceMs: 20 },
        { parallelism: 1, serviceMs: 1 },
      ],
      Infinity,
    );
    expect(chain.throughputPerSecond).toBe(100);
    expect(chain.bottleneck).toBe(2);
    expect(chain.lagGrowthPerSecond).toBeNull();
    expect(chain.operators.map((operator) => operator.busyMsPerSecond)).toEqual([100, 200, 1000, 100]);
    expect(chain.operators.map((operator) => operator.backPressuredMsPerSecond)).toEqual([900, 800, 0, 0]);
    expect(chain.operators.map((operator) => operator.idleMsPerSecond)).toEqual([0, 0, 0, 900]);
  });
});

describe('M3.3 heavy enrichment', () => {
  it('has capacities 400k, 200k, 4k and 80k, so X = 4,000 and the Kafka lag grows by 6,000 a second', () => {
    const job = steadyState(heavy(8), offered);
    expect(job.operators.map(({ capacityPerSecond }) => capacityPerSecond)).toEqual([400_000, 200_000, 4_000, 80_000]);
    expect(job.throughputPerSecond).toBe(4_000);
    expect(job.lagGrowthPerSecond).toBe(6_000);
  });

  it('keeps the source at 10/990, the map at 20/980, the enrichment at 1000, the sink 50 busy and 950 idle', () => {
    const job = steadyState(heavy(8), offered);
    expect(job.operators.map(({ busyMsPerSecond }) => busyMsPerSecond)).toEqual([10, 20, 1000, 50]);
    expect(job.operators.map(({ backPressuredMsPerSecond }) => backPressuredMsPerSecond)).toEqual([990, 980, 0, 0]);
    expect(job.operators[3]?.idleMsPerSecond).toBe(950);
  });

  it('with ×20 reaches X = 10,000 at busy 1000, without slack; with ×24 busy 833.3, idle 166.7, nobody held back', () => {
    const exact = steadyState(heavy(20), offered);
    expect(exact.throughputPerSecond).toBe(10_000);
    expect(exact.operators[2]?.busyMsPerSecond).toBe(1000);
    const roomy = steadyState(heavy(24), offered);
    expect(roomy.bottleneck).toBeNull();
    expect(roomy.operators[2]?.busyMsPerSecond).toBeCloseTo(833.3, 1);
    expect(roomy.operators[2]?.idleMsPerSecond).toBeCloseTo(166.7, 1);
    expect(roomy.operators.every(({ backPressuredMsPerSecond }) => backPressuredMsPerSecond === 0)).toBe(true);
  });

  it('gains nothing from a buffer of 20,000 instead of 10,000 but waiting: 5 s instead of 2.5 s at 4,000/s', () => {
    expect(bufferWaitMs({ bufferRecords: 10_000, throughputPerSecond: 4_000 })).toBe(2_500);
    expect(bufferWaitMs({ bufferRecords: 20_000, throughputPerSecond: 4_000 })).toBe(5_000);
  });

  it('turns black upstream after 10,000/6,000 = 1.67 s for each buffer', () => {
    const ms = fillMs({ bufferRecords: 10_000, offeredPerSecond: offered, throughputPerSecond: 4_000 });
    expect(ms / 1000).toBeCloseTo(1.67, 2);
  });
});

describe('the steady state of any chain', () => {
  const anyChain = fc.array(
    fc.record({
      parallelism: fc.integer({ min: 1, max: 50 }),
      serviceMs: fc.double({ min: 0.01, max: 100, noNaN: true }),
      selectivity: fc.double({ min: 0.01, max: 5, noNaN: true }),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it('adds up to 1000 ms a second, and holds back exactly what lies before the bottleneck (M3.1)', () => {
    fc.assert(
      fc.property(anyChain, fc.integer({ min: 1, max: 100_000 }), (chain, offeredPerSecond) => {
        const { bottleneck, throughputPerSecond, operators } = steadyState(chain, offeredPerSecond);
        expect(throughputPerSecond).toBeLessThanOrEqual(offeredPerSecond);
        for (const [i, operator] of operators.entries()) {
          const { busyMsPerSecond, backPressuredMsPerSecond, idleMsPerSecond } = operator;
          expect(busyMsPerSecond + backPressuredMsPerSecond + idleMsPerSecond).toBeCloseTo(1000, 9);
          expect(operator.recordsInPerSecond).toBeLessThanOrEqual(operator.capacityPerSecond * (1 + 1e-9));
          if (bottleneck === null || i > bottleneck) expect(backPressuredMsPerSecond).toBe(0);
          if (i === bottleneck) expect(busyMsPerSecond).toBeCloseTo(1000, 6);
          if (bottleneck !== null && i < bottleneck) expect(idleMsPerSecond).toBe(0);
        }
      }),
    );
  });

  it('counts a window that makes one record of ten, and a split that makes two of one', () => {
    const job = steadyState(
      [
        { parallelism: 1, serviceMs: 0.1, selectivity: 2 },
        { parallelism: 1, serviceMs: 0.1, selectivity: 0.1 },
        { parallelism: 1, serviceMs: 5 },
      ],
      2_000,
    );
    expect(job.throughputPerSecond).toBe(1_000);
    expect(job.bottleneck).toBe(2);
    expect(job.operators.map(({ recordsInPerSecond }) => recordsInPerSecond)).toEqual([1_000, 2_000, 200]);
  });

  it('lets the fullest subtask set the pace', () => {
    expect(steadyState([{ parallelism: 8, serviceMs: 2, largestShare: 0.4 }], offered).throughputPerSecond).toBe(1_250);
  });

  it('refuses an empty chain and a buffer that never fills', () => {
    expect(() => steadyState([], 1)).toThrow('operators is empty');
    expect(() => fillMs({ bufferRecords: 1, offeredPerSecond: 1, throughputPerSecond: 2 })).toThrow(
      'offered − throughput is -1',
    );
  });
});
