import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readScenario } from '../scenario/simulate.ts';
import { scenarios } from '../scenarios/index.ts';
import { hop } from '../testing/run.ts';
import { sparkBatch } from './scenario.ts';

const stage = { rows: 100_000, partitions: 10, rowMs: 0.01 };
const given = {
  system: 'spark-batch',
  name: 'x',
  title: 'x',
  summary: 'x',
  durationMs: 3_600_000,
  stages: [stage],
  sink: { limitPerSecond: 1_000, limitCounts: 'rows', rowsPerCall: 1 },
  cores: 4,
};
const traceOf = async (change: object) => {
  const { scenario } = readScenario({ ...given, ...change });
  return { trace: await sparkBatch.run(scenario, 0, hop), scenario };
};

it('SS24 misses its deadline in ms when the sink is slow, and says by how much', async () => {
  const { trace } = await traceOf({ slaMs: 60_000, taskOverheadMs: 0 });
  expect(trace.totals).toMatchObject({ isLate: 1, failedAtMs: null });
  expect(trace.totals['finishedAtMs']).toBeCloseTo(100_000, 3);
  expect(trace.totals['lateByMs']).toBeCloseTo(40_000, 3);
  expect(trace.events.map(({ kind }) => kind)).toEqual(['stage', 'late', 'finished']);
});

it('is still running when the watch ends before the job does', async () => {
  const { trace } = await traceOf({ durationMs: 50_000, taskOverheadMs: 0 });
  expect(trace.totals).toMatchObject({ finishedAtMs: null, failedAtMs: null, isLate: null });
  expect(trace.totals['writtenRows']).toBeCloseTo(50_000, 3);
});

it('SS24 keeps an input that does not fit into memory by spilling it, which takes longer and fails nothing', async () => {
  const cached = {
    cachesInput: true,
    taskMemoryBytes: 1_048_576,
    cores: 4,
    sink: { limitCounts: 'rows', rowsPerCall: 1 },
  };
  const { trace } = await traceOf({ ...cached, taskOverheadMs: 0 });
  // 4 MiB hold 4,096 of the 100,000 rows of 1 KiB.
  expect(trace.totals).toMatchObject({ failedAtMs: null, failedAttempts: 0, spilledBytes: (100_000 - 4_096) * 1_024 });
  expect(trace.totals['peakHeldBytes']).toBeLessThanOrEqual(4_194_304);
  expect(trace.events.map(({ kind }) => kind)).toEqual(['stage', 'spills', 'finished']);
  const { trace: fits } = await traceOf({ ...cached, taskOverheadMs: 0, taskMemoryBytes: 1_073_741_824 });
  expect(fits.totals['spilledBytes']).toBe(0);
  expect((trace.totals['finishedAtMs'] ?? 0) / (fits.totals['finishedAtMs'] ?? 1)).toBeGreaterThan(2.5);
});

it('SS24 batch-cached-input: full after 11 s, 55 GiB to disk, 55 s instead of 26, and late but not failed', async () => {
  const named = scenarios.find(({ name }) => name === 'batch-cached-input');
  const { trace, scenario } = await traceOf({ ...named });
  expect(sparkBatch.broken(trace, scenario)).toEqual([]);
  expect(trace.totals).toMatchObject({ isLate: 1, failedAtMs: null, failedAttempts: 0 });
  expect((trace.totals['finishedAtMs'] ?? 0) / 1_000).toBeCloseTo(54.5, 1);
  expect((trace.totals['spilledBytes'] ?? 0) / 1_024 ** 3).toBeCloseTo(55.4, 1);
  expect((trace.events.find(({ kind }) => kind === 'spills')?.atMs ?? 0) / 1_000).toBeCloseTo(10.7, 1);
  const { trace: uncached } = await traceOf({ ...named, cachesInput: false });
  expect(uncached.totals).toMatchObject({ isLate: 0, finishedAtMs: 25_500 });
});

it('SS24 names what a collect runs into first: spark.driver.maxResultSize, then spark.driver.memory', async () => {
  const collect = { write: { by: 'collect' }, sink: { limitCounts: 'rows', rowsPerCall: 1 }, rowBytes: 20_000 };
  const endOf = async (change: object) => {
    const { trace } = await traceOf({ ...collect, ...change });
    return trace.events.map((event) => sparkBatch.describe(event)).at(-1);
  };
  expect(await endOf({})).toContain('spark.driver.maxResultSize');
  expect(await endOf({ driverMaxResultBytes: 0 })).toContain('spark.driver.memory');
  expect(await endOf({ driverMaxResultBytes: 0, driverMemoryBytes: 4_294_967_296 })).toBe('The job is done');
});

it('says what to write instead of a contradiction', () => {
  const refuse = (change: object) => () => readScenario({ ...given, ...change });
  expect(refuse({ stages: [{ ...stage, largestShare: 0.05 }] })).toThrow('at least 0.1');
  expect(refuse({ stages: [{ ...stage, holdsPartition: true }] })).toThrow("'repartition'");
  expect(refuse({ write: { by: 'collect' } })).toThrow('remove it');
  expect(refuse({ rowBytes: 1_000_000, sink: { limitCounts: 'rows', rowsPerCall: 5_000 } })).toThrow(
    'write at most 1073',
  );
});

it('keeps the laws of its trace at any setting', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        stages: fc.array(
          fc.record({
            rows: fc.integer({ min: 1, max: 5_000_000 }),
            partitions: fc.integer({ min: 1, max: 300 }),
            rowMs: fc.constantFrom(0.001, 0.1),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        cores: fc.integer({ min: 1, max: 64 }),
        write: fc.record({
          by: fc.constantFrom('last stage', 'coalesce', 'repartition'),
          writers: fc.integer({ min: 1, max: 80 }),
        }),
        cachesInput: fc.boolean(),
        spillFactor: fc.double({ min: 1, max: 100, noNaN: true }),
        taskMemoryBytes: fc.constantFrom(1_048_576, 1_073_741_824),
      }),
      fc.record(
        { limitPerSecond: fc.integer({ min: 1, max: 100_000 }), connections: fc.integer({ min: 1, max: 64 }) },
        { requiredKeys: [] },
      ),
      async (change, limits) => {
        const sink = { limitCounts: 'calls', rowsPerCall: 7, callMs: 3, ...limits };
        const { trace, scenario } = await traceOf({ ...change, sink, durationMs: 86_400_000 });
        expect(sparkBatch.broken(trace, scenario)).toEqual([]);
        expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
      },
    ),
    { numRuns: 60 },
  );
});
