import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runWriters, type DeltaWriterSetup, type WritersSetup } from './writers.ts';

const s = 1_000;
const append: DeltaWriterSetup = {
  operation: 'append',
  partition: 'a',
  rows: 1_000,
  startMs: 0,
  everyMs: 30 * s,
  workMs: 10 * s,
  attempts: 3,
  backoff: { baseMs: s, capMs: 10 * s, jitter: 'none' },
};
const merge: DeltaWriterSetup = { ...append, operation: 'merge' };
const setup: WritersSetup = {
  table: {},
  initial: ['a', 'b'].map((partition) => ({ partition, rows: 10_000, files: 10 })),
  writers: [append, append],
  commitMs: 500,
  readFileMs: 0,
  checkpointInterval: 10,
  checkpointFileMs: 0,
  durationMs: 600 * s - 1,
  seed: 0,
};
const talliesOf = (writers: DeltaWriterSetup[], more: Partial<WritersSetup> = {}) =>
  runWriters({ ...setup, ...more, writers }).tallies;

describe('D3 writers in time', () => {
  it('two appenders at the same instants never conflict: one of them puts its version a second time', () => {
    const [first, second] = talliesOf([append, append]);
    expect([first?.conflicts, second?.conflicts]).toEqual([0, 0]);
    expect([first?.lostRaces, second?.lostRaces]).toEqual([0, 20]);
    expect([first?.meanWriteMs, second?.meanWriteMs]).toEqual([10_500, 11_000]);
    expect([first?.writtenBatches, second?.writtenBatches]).toEqual([20, 20]);
  });

  it('two MERGEs on one partition: the second does its work twice, every time', () => {
    const [first, second] = talliesOf([merge, merge]);
    expect([first?.conflicts, second?.conflicts]).toEqual([0, 20]);
    // 10 s, a lost put, 1 s of back-off, and 10.5 s again.
    expect([first?.meanWriteMs, second?.meanWriteMs]).toEqual([10_500, 22_000]);
  });

  it('on two partitions they do not, unless a condition leaves the partition out', () => {
    const apart = talliesOf([merge, { ...merge, partition: 'b' }]);
    expect(apart.map(({ conflicts }) => conflicts)).toEqual([0, 0]);
    const wholeTable = talliesOf([merge, { ...merge, partition: 'b', readsWholeTable: true }]);
    expect(wholeTable.map(({ conflicts }) => conflicts)).toEqual([0, 20]);
  });

  it('a MERGE of 10 s beside an append every 4 s never commits under Serializable, always under WriteSerializable', () => {
    const writers = [{ ...append, everyMs: 4 * s, workMs: s }, merge];
    const serializable = talliesOf(writers)[1];
    expect(serializable).toMatchObject({ writtenBatches: 0, commits: 0 });
    expect((serializable?.failedBatches ?? 0) + (serializable?.pendingBatches ?? 0)).toBe(20);
    const relaxed = talliesOf(writers, { table: { isolationLevel: 'WriteSerializable' } })[1];
    expect(relaxed).toMatchObject({ writtenBatches: 20, conflicts: 0 });
  });

  it('without a retry a conflict is a lost write', () => {
    const [, second] = talliesOf([merge, { ...merge, attempts: 1 }]);
    expect(second).toMatchObject({ failedBatches: 20, retries: 0, writtenBatches: 0 });
  });
});

describe('D5 replays', () => {
  const query = { ...append, replaysEvery: 5 };

  it('write every fifth batch twice without txnAppId', () => {
    const { tallies, table } = runWriters({ ...setup, writers: [query] });
    expect(tallies[0]).toMatchObject({ writtenBatches: 20, writtenReplays: 4 });
    expect(table.size().rows).toBe(20_000 + 24 * 1_000);
  });

  it('skip them with txnAppId', () => {
    const { tallies, table } = runWriters({ ...setup, writers: [{ ...query, txnAppId: 'orders' }] });
    expect(tallies[0]).toMatchObject({ writtenBatches: 20, writtenReplays: 0, skippedReplays: 4 });
    expect(table.size().rows).toBe(20_000 + 20 * 1_000);
  });

  it('lose new batches once the checkpoint is deleted, until their ids have caught up', () => {
    const [tally] = talliesOf([{ ...append, txnAppId: 'orders', checkpointDeletedAtMs: 240 * s }]);
    expect(tally).toMatchObject({ writtenBatches: 8 + 4, lostBatches: 8 });
  });
});

describe('D4 small files', () => {
  const small = { ...append, everyMs: s, workMs: 100, files: 8, rows: 100 };
  const hour = { durationMs: 3_600 * s - 1, commitMs: 100, checkpointFileMs: 0.1 };

  it('8 a second are 28,800 in an hour, and the checkpoint of the log takes 2.9 s', () => {
    const { table, tallies } = runWriters({ ...setup, ...hour, initial: [], writers: [small] });
    const { files } = table.size();
    expect(files).toBeGreaterThan(28_700);
    expect(files).toBeLessThanOrEqual(28_800);
    expect((tallies[0]?.longestCheckpointMs ?? 0) / s).toBeCloseTo(2.88, 1);
  });

  it('a compaction every 10 minutes keeps them few and does not disturb the appends', () => {
    const compaction: DeltaWriterSetup = {
      ...append,
      operation: 'compaction',
      rows: 0,
      startMs: 600 * s,
      everyMs: 600 * s,
    };
    const { table, tallies } = runWriters({ ...setup, ...hour, initial: [], writers: [small, compaction] });
    expect(table.size().files).toBeLessThan(5_000);
    expect(tallies.map(({ conflicts }) => conflicts)).toEqual([0, 0]);
    expect(tallies[0]?.longestCheckpointMs).toBeLessThan(500);
  });
});

it('keeps its laws for any writers: each batch has one fate, rows add up, the same seed gives the same run', () => {
  const writer = fc.record({
    operation: fc.constantFrom(
      'append' as const,
      'merge' as const,
      'update' as const,
      'delete' as const,
      'compaction' as const,
    ),
    partition: fc.constantFrom('a', 'b'),
    rows: fc.nat(100),
    startMs: fc.nat(20_000),
    everyMs: fc.integer({ min: 500, max: 30_000 }),
    workMs: fc.nat(20_000),
    attempts: fc.integer({ min: 1, max: 4 }),
    replaysEvery: fc.nat(4),
    txnAppId: fc.option(fc.constantFrom('x', 'y')),
  });
  fc.assert(
    fc.property(fc.array(writer, { minLength: 1, maxLength: 5 }), fc.nat(9), (list, seed) => {
      const writers = list.map(({ txnAppId, ...each }): DeltaWriterSetup => ({
        ...each,
        backoff: { baseMs: 200, capMs: 2_000, jitter: 'full' },
        ...(txnAppId !== null && { txnAppId }),
      }));
      const given = { ...setup, writers, seed, durationMs: 120 * s };
      const { table, tallies, events } = runWriters(given);
      expect(runWriters(given).events).toEqual(events);
      const { history } = table;
      expect(table.size().rows).toBe(history.reduce((sum, each) => sum + each.rowsAdded - each.rowsRemoved, 0));
      expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      for (const tally of tallies) {
        expect(tally.pendingBatches).toBeGreaterThanOrEqual(0);
        expect(tally.conflicts).toBe(tally.retries + tally.failedBatches + tally.failedReplays);
      }
      for (const app of ['x', 'y']) {
        const versions = history.filter(({ txnAppId }) => txnAppId === app);
        expect(versions.length).toBeLessThanOrEqual((table.txnVersion(app) ?? -1) + 1);
      }
    }),
    { numRuns: 100 },
  );
});
