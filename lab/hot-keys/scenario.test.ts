import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readScenario } from '../scenario/simulate.ts';
import { hop } from '../testing/run.ts';
import { hotKeys } from './scenario.ts';

const given = {
  system: 'hot-keys',
  name: 'x',
  title: 'x',
  summary: 'x',
  durationMs: 60_000,
  traffic: [{ fromMs: 0, recordsPerSecond: 10_000 }],
  hotShare: 0.6,
  tasks: 100,
  taskCapacityPerSecond: 1_000,
};
const totalsOf = async (change: object) => {
  const { scenario } = readScenario({ ...given, ...change });
  return (await hotKeys.run(scenario, 0, hop)).totals;
};

it('SS30 shows ten wrong counts for one user without a second stage, and a right one with it', async () => {
  expect(await totalsOf({ salts: 10, isCombined: false })).toMatchObject({
    hotRecords: 360_000,
    hotResultRows: 10,
    hotCountShown: 36_000,
  });
  expect(await totalsOf({ salts: 10 })).toMatchObject({ hotResultRows: 1, hotCountShown: 360_000 });
});

it('refuses to combine before a shuffle that is not there', () => {
  const mapSideCombine = { enabled: true, inputPartitions: 10 };
  expect(() => readScenario({ ...given, waits: 'at the tasks', mapSideCombine })).toThrow(
    "set waits to 'at the source'",
  );
});

it('keeps the laws of its trace at any setting', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        hotShare: fc.double({ min: 0, max: 1, noNaN: true }),
        tasks: fc.integer({ min: 1, max: 120 }),
        taskCapacityPerSecond: fc.integer({ min: 1, max: 5_000 }),
        salts: fc.integer({ min: 1, max: 30 }),
        spread: fc.constantFrom('ideal', 'hash'),
        mapSideCombine: fc.record({ enabled: fc.boolean(), inputPartitions: fc.integer({ min: 1, max: 300 }) }),
      }),
      fc.nat(50_000),
      async (change, later) => {
        const traffic = [...given.traffic, { fromMs: 20_000, recordsPerSecond: later }];
        const { scenario } = readScenario({ ...given, ...change, traffic });
        const trace = await hotKeys.run(scenario, 0, hop);
        expect(hotKeys.broken(trace, scenario)).toEqual([]);
        expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
      },
    ),
    { numRuns: 60 },
  );
});
