import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readScenario } from '../scenario/simulate.ts';
import { hop } from '../testing/run.ts';
import { deltaTable } from './scenario.ts';

const given = {
  system: 'delta-table',
  name: 'x',
  title: 'x',
  summary: 'x',
  durationMs: 120_000,
  partitions: 2,
  initialRows: 1_000,
};
const append = { operation: 'append', rows: 10, everyMs: 5_000, workMs: 1_000 };

it('says what to write instead of a contradiction', () => {
  const refuse = (change: object) => () => readScenario({ ...given, writers: [append], ...change });
  expect(refuse({ writers: [{ ...append, partition: 2 }] })).toThrow('write at most 1');
  expect(refuse({ writers: [{ ...append, operation: 'compaction', isIdempotent: true }] })).toThrow('no batches');
  expect(refuse({ writers: [{ ...append, checkpointDeletedAtMs: 1 }] })).toThrow('isIdempotent');
  expect(refuse({ writers: [{ ...append, everyMs: 100 }], durationMs: 86_400_000 })).toThrow('10,000 at most');
});

it('keeps the laws of its trace at any setting', async () => {
  const writer = fc.record({
    operation: fc.constantFrom('append', 'merge', 'update', 'delete'),
    partition: fc.nat(1),
    namesPartition: fc.boolean(),
    rows: fc.nat(2_000),
    startMs: fc.nat(30_000),
    everyMs: fc.integer({ min: 500, max: 20_000 }),
    workMs: fc.nat(15_000),
    attempts: fc.integer({ min: 1, max: 5 }),
    isIdempotent: fc.boolean(),
    replaysEvery: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(writer, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('Serializable', 'WriteSerializable'),
      async (writers, isolationLevel) => {
        const { scenario } = readScenario({ ...given, writers, isolationLevel });
        const trace = await deltaTable.run(scenario, 3, hop);
        expect(deltaTable.broken(trace, scenario)).toEqual([]);
        expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
      },
    ),
    { numRuns: 60 },
  );
});
