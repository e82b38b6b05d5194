import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeltaOperation, IsolationLevel } from './conflicts.ts';
import { ConcurrentAppendException, ConcurrentDeleteReadException, ConcurrentTransactionException } from './errors.ts';
import { DeltaTable, type DeltaWrite } from './table.ts';

/** Begins `loser`, lets `winner` commit, and tells what becomes of the loser. */
function race(loser: DeltaWrite, winner: DeltaWrite, isolationLevel: IsolationLevel): string {
  const table = new DeltaTable({ isolationLevel });
  for (const partition of ['a', 'b']) table.append({ partition, rows: 100, files: 4 });
  const transaction = table.begin(loser);
  table.begin(winner).commit();
  try {
    transaction.commit();
    return 'commits';
  } catch (error) {
    return (error as Error).name;
  }
}
const on = (operation: DeltaOperation, partition = 'a', more: Partial<DeltaWrite> = {}): DeltaWrite => ({
  operation,
  partition,
  rows: operation === 'update' || operation === 'compaction' ? 0 : 10,
  ...more,
});
const levels = ['Serializable', 'WriteSerializable'] as const;

describe('D3 which writers conflict', () => {
  it.each(levels)('two appends never do: %s', (level) => {
    expect(race(on('append'), on('append'), level)).toBe('commits');
  });

  it('a MERGE that lost to an append fails under Serializable, not under WriteSerializable', () => {
    expect(race(on('merge'), on('append'), 'Serializable')).toBe('ConcurrentAppendException');
    expect(race(on('merge'), on('append'), 'WriteSerializable')).toBe('commits');
  });

  it.each(levels)('an append that lost to a MERGE commits, for it has read nothing: %s', (level) => {
    expect(race(on('append'), on('merge'), level)).toBe('commits');
  });

  it.each(levels)('MERGE, UPDATE and DELETE on one partition do: %s', (level) => {
    for (const loser of ['merge', 'update', 'delete'] as const)
      for (const winner of ['merge', 'update', 'delete'] as const)
        expect(race(on(loser), on(winner), level)).toBe('ConcurrentAppendException');
  });

  it.each(levels)('conditions that name different partitions never do: %s', (level) => {
    expect(race(on('merge', 'a'), on('merge', 'b'), level)).toBe('commits');
    expect(race(on('merge', 'a', { readsWholeTable: true }), on('merge', 'b'), level)).toBe(
      'ConcurrentAppendException',
    );
  });

  it.each(levels)('a compaction and an append never do, a compaction and a MERGE do: %s', (level) => {
    expect(race(on('compaction'), on('append'), level)).toBe('commits');
    expect(race(on('append'), on('compaction'), level)).toBe('commits');
    expect(race(on('merge'), on('compaction'), level)).toBe('ConcurrentDeleteReadException');
    expect(race(on('compaction'), on('merge'), level)).toBe('ConcurrentDeleteReadException');
  });

  it.each(levels)(
    'two compactions of one partition remove the same files, and of two partitions do not: %s',
    (level) => {
      expect(race(on('compaction'), on('compaction'), level)).toBe('ConcurrentDeleteDeleteException');
      expect(race(on('compaction', 'a'), on('compaction', 'b'), level)).toBe('commits');
    },
  );

  it('the error names the version and the partition, and leaves the table as it was', () => {
    const table = new DeltaTable();
    table.append({ partition: 'a', rows: 5 });
    const transaction = table.begin(on('merge'));
    table.append({ partition: 'a', rows: 5 });
    expect(() => transaction.commit()).toThrow(ConcurrentAppendException);
    expect(() => transaction.commit()).toThrow('Version 1 was committed meanwhile and added files to partition a');
    expect(table.version).toBe(1);
    expect(table.size().rows).toBe(10);
    expect(ConcurrentDeleteReadException.prototype).toBeInstanceOf(Error);
  });
});

describe('D5 idempotent writes', () => {
  it('skip a batch that was written before, and count it once', () => {
    const table = new DeltaTable();
    const txn = { txnAppId: 'orders', txnVersion: 7 };
    expect(table.append({ rows: 100 }, txn)).toMatchObject({ version: 0, isSkipped: false });
    expect(table.append({ rows: 100 }, txn)).toMatchObject({ version: 0, isSkipped: true });
    expect(table.size().rows).toBe(100);
    expect(table.txnVersion('orders')).toBe(7);
  });

  it('skip new batches as well when a deleted checkpoint starts again at 0, unless the application id is new', () => {
    const table = new DeltaTable();
    for (let batch = 0; batch < 50; batch++) table.append({ rows: 1 }, { txnAppId: 'orders', txnVersion: batch });
    expect(table.append({ rows: 1 }, { txnAppId: 'orders', txnVersion: 0 }).isSkipped).toBe(true);
    expect(table.append({ rows: 1 }, { txnAppId: 'orders', txnVersion: 49 }).isSkipped).toBe(true);
    expect(table.append({ rows: 1 }, { txnAppId: 'orders', txnVersion: 50 }).isSkipped).toBe(false);
    expect(table.append({ rows: 1 }, { txnAppId: 'orders-2', txnVersion: 0 }).isSkipped).toBe(false);
  });

  it('need both options', () => {
    const table = new DeltaTable();
    expect(() => table.append({ rows: 1 }, { txnAppId: 'orders' })).toThrow('txnAppId and txnVersion together');
    expect(() => table.append({ rows: 1 }, { txnVersion: 1 })).toThrow(TypeError);
  });

  it('refuse two queries of one application at the same time', () => {
    const table = new DeltaTable();
    const transaction = table.begin(on('append'), { txnAppId: 'orders', txnVersion: 1 });
    table.append({ rows: 1 }, { txnAppId: 'orders', txnVersion: 1 });
    expect(() => transaction.commit()).toThrow(ConcurrentTransactionException);
  });
});

describe('D4 files', () => {
  it('small commits leave small files, and a compaction joins them', () => {
    const table = new DeltaTable();
    for (let i = 0; i < 100; i++) table.append({ rows: 1_024, files: 8 });
    expect(table.size()).toEqual({ rows: 102_400, files: 800, bytes: 104_857_600, smallFiles: 800 });
    expect(table.compact()).toMatchObject({ addedFiles: 1, removedFiles: 800 });
    expect(table.size()).toEqual({ rows: 102_400, files: 1, bytes: 104_857_600, smallFiles: 1 });
    expect(table.compact()).toMatchObject({ isSkipped: true, version: 100 });
  });

  it('a MERGE writes the files anew that it touches', () => {
    const table = new DeltaTable();
    table.append({ rows: 1_000, files: 10 });
    expect(table.merge({ rows: 50, touchedShare: 0.3 })).toMatchObject({ addedFiles: 1, removedFiles: 3 });
    expect(table.size()).toMatchObject({ rows: 1_050, files: 8, bytes: 1_050 * 1_024 });
    table.delete({ rows: 1_050 });
    expect(table.size()).toEqual({ rows: 0, files: 0, bytes: 0, smallFiles: 0 });
  });
});

it('keeps its laws over any writes: versions count up, rows add up, files are never negative', () => {
  const write = fc.record({
    operation: fc.constantFrom<DeltaOperation>('append', 'merge', 'update', 'delete', 'compaction'),
    partition: fc.constantFrom('a', 'b'),
    rows: fc.nat(100_000),
    files: fc.integer({ min: 1, max: 9 }),
    touchedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    txnVersion: fc.option(fc.nat(10)),
  });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
      const table = new DeltaTable({ targetFileBytes: 1_000_000 });
      for (const { txnVersion, ...each } of writes)
        table.begin(each, txnVersion === null ? {} : { txnAppId: 'app', txnVersion }).commit();
      const { rows, files, bytes, smallFiles } = table.size();
      const { history } = table;
      expect(history.map(({ version }) => version)).toEqual(history.map((_, i) => i));
      expect(rows).toBe(history.reduce((sum, commit) => sum + commit.rowsAdded - commit.rowsRemoved, 0));
      expect(files).toBe(history.reduce((sum, commit) => sum + commit.addedFiles - commit.removedFiles, 0));
      for (const value of [rows, files, bytes, smallFiles, files - smallFiles]) expect(value).toBeGreaterThanOrEqual(0);
    }),
  );
});
