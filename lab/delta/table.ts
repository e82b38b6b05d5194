// A Delta table: a log of commits, the files that they add up to, and transactions that read, write, validate and commit.

import { nonNegativeInteger, positive, positiveInteger, shareOfOne } from '../argument.ts';
import { conflictOf, type DeltaOperation, type IsolationLevel, type TableChange } from './conflicts.ts';
import { errorOf } from './errors.ts';
import {
  allFiles,
  noFiles,
  withBytes,
  withFiles,
  withoutShare,
  withoutSmall,
  type PartitionFiles,
} from './partition-files.ts';

export interface DeltaTableOptions {
  /** Serializable unless given (D3). */
  readonly isolationLevel?: IsolationLevel;
  /** 1 KiB unless given. */
  readonly rowBytes?: number;
  /** What a rewrite or a compaction makes files of; 128 MiB unless given. */
  readonly targetFileBytes?: number;
}

/** One write to one partition of the table. */
export interface DeltaWrite {
  readonly operation: DeltaOperation;
  /** The partition that it changes; the only one of an unpartitioned table unless given. */
  readonly partition?: string;
  /** Rows that an append or a MERGE adds, or a DELETE removes; 0 for the others. */
  readonly rows?: number;
  /** Files that an append writes, one for each of its tasks; 1 unless given. */
  readonly files?: number;
  /** The condition does not name the partition, so the files of all partitions are read. */
  readonly readsWholeTable?: boolean;
  /** The part of the partition's files that have matching rows and are written anew; 1 unless given. */
  readonly touchedShare?: number;
}

/** Marks a write as batch `txnVersion` of the application `txnAppId`, so that it is written once only (D5). Both or neither. */
export interface WriteOptions {
  readonly txnAppId?: string;
  readonly txnVersion?: number;
}

export interface WriteResult {
  /** The version that the write made, or the table's version when it was skipped. */
  readonly version: number;
  /** Nothing was written: the application had committed this version or a later one, or there was nothing to compact. */
  readonly isSkipped: boolean;
  readonly addedFiles: number;
  readonly removedFiles: number;
}

/** A commit of the log. */
export interface DeltaCommit extends TableChange {
  readonly version: number;
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  readonly addedFiles: number;
  readonly removedFiles: number;
}

/** A table or a partition at a version. Small files are those below the target size. */
export interface TableSize {
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  readonly smallFiles: number;
}

/** A write that has read its snapshot and has not committed yet. */
export interface DeltaTransaction {
  readonly readVersion: number;
  /** Files of the snapshot that it had to read. */
  readonly readFiles: number;
  /** True when the application has committed this version already; `commit` then writes nothing. */
  readonly isSkipped: boolean;
  /** Throws a DeltaConcurrentModificationException when a commit since the snapshot rules this one out. */
  validate(): void;
  /** Validates and becomes the next version. Once only. */
  commit(): WriteResult;
}

const onlyPartition = 'all';

/**
 * A table in memory, without time (D2, D3, D5). Laws: versions count up by one; a failed or skipped write changes nothing;
 * rows = Σ rows added − Σ rows removed over the log; one (txnAppId, txnVersion) is committed at most once.
 *
 * @example
 * // In foreachBatch: a batch that is replayed after a failure is not written twice.
 * table.append({ rows: batch.rows }, { txnAppId: 'orders', txnVersion: batchId });
 */
export class DeltaTable {
  readonly #isolation: IsolationLevel;
  readonly #rowBytes: number;
  readonly #targetFileBytes: number;
  readonly #log: DeltaCommit[] = [];
  readonly #partitions = new Map<string, PartitionFiles>();
  readonly #txnVersions = new Map<string, number>();
  /** Of the whole table, kept up to date by each commit. */
  #size: TableSize = sizeOf(noFiles);

  constructor({
    isolationLevel = 'Serializable',
    rowBytes = 1_024,
    targetFileBytes = 134_217_728,
  }: DeltaTableOptions = {}) {
    this.#isolation = isolationLevel;
    this.#rowBytes = positive(rowBytes, 'rowBytes');
    this.#targetFileBytes = positive(targetFileBytes, 'targetFileBytes');
  }

  /** The last committed version; −1 for a table without a commit. */
  get version(): number {
    return this.#log.length - 1;
  }

  /** All commits, oldest first: `DESCRIBE HISTORY`. */
  get history(): readonly DeltaCommit[] {
    return this.#log;
  }

  /** Rows, files and bytes of the table, or of one partition. */
  size(partition?: string): TableSize {
    return partition === undefined ? this.#size : sizeOf(this.#files(partition));
  }

  /** The last version that an application has committed; null when it has none. */
  txnVersion(txnAppId: string): number | null {
    return this.#txnVersions.get(txnAppId) ?? null;
  }

  /** INSERT or a streaming append: reads nothing, so it never conflicts. */
  append(write: Omit<DeltaWrite, 'operation'>, options?: WriteOptions): WriteResult {
    return this.begin({ ...write, operation: 'append' }, options).commit();
  }

  /** MERGE: `rows` match nothing and are added; files with matching rows are written anew. */
  merge(write: Omit<DeltaWrite, 'operation'>, options?: WriteOptions): WriteResult {
    return this.begin({ ...write, operation: 'merge' }, options).commit();
  }

  /** UPDATE: files with matching rows are written anew. */
  update(write: Omit<DeltaWrite, 'operation' | 'rows'>, options?: WriteOptions): WriteResult {
    return this.begin({ ...write, operation: 'update' }, options).commit();
  }

  /** DELETE of `rows` rows. */
  delete(write: Omit<DeltaWrite, 'operation'>, options?: WriteOptions): WriteResult {
    return this.begin({ ...write, operation: 'delete' }, options).commit();
  }

  /** OPTIMIZE: joins small files into files of full size. No row changes. */
  compact(partition?: string): WriteResult {
    return this.begin({ operation: 'compaction', ...(partition !== undefined && { partition }) }).commit();
  }

  /**
   * Reads a snapshot for a write that commits later: between the two others may commit, which is what conflicts come from.
   * Throws TypeError when one of txnAppId and txnVersion is missing, RangeError for counts out of range.
   */
  begin(write: DeltaWrite, options: WriteOptions = {}): DeltaTransaction {
    const partition = write.partition ?? onlyPartition;
    nonNegativeInteger(write.rows ?? 0, 'rows');
    positiveInteger(write.files ?? 1, 'files');
    shareOfOne(write.touchedShare ?? 1, 'touchedShare');
    const txn = readTxn(options);
    const isBlind = write.operation === 'append';
    const readVersion = this.version;
    const readFiles = isBlind
      ? 0
      : write.operation === 'compaction'
        ? this.#files(partition).small.files
        : this.size(write.readsWholeTable === true ? undefined : partition).files;
    const reads = isBlind ? 'nothing' : write.readsWholeTable === true ? 'whole table' : [partition];
    const change: TableChange = {
      operation: write.operation,
      reads,
      addsTo: [partition],
      removesFrom: isBlind ? [] : [partition],
      txnAppId: txn?.txnAppId ?? null,
    };
    const isSkipped = txn !== null && txn.txnVersion <= (this.txnVersion(txn.txnAppId) ?? -1);
    let checked = readVersion;
    let isOpen = true;

    const validate = () => {
      while (checked < this.version) {
        const winner = this.#log[checked + 1] as DeltaCommit;
        const conflict = conflictOf(change, winner, this.#isolation);
        if (conflict !== null) throw errorOf(conflict, winner.version);
        checked++;
      }
    };
    return {
      readVersion,
      readFiles,
      isSkipped,
      validate,
      commit: () => {
        if (!isOpen) throw new TypeError('This transaction has been committed; begin another one.');
        if (!isSkipped) validate();
        isOpen = false;
        if (isSkipped) return { version: this.version, isSkipped, addedFiles: 0, removedFiles: 0 };
        if (txn !== null) this.#txnVersions.set(txn.txnAppId, txn.txnVersion);
        return this.#commit(change, write, partition);
      },
    };
  }

  #files(partition: string): PartitionFiles {
    return this.#partitions.get(partition) ?? noFiles;
  }

  #commit(change: TableChange, write: DeltaWrite, partition: string): WriteResult {
    const before = this.#files(partition);
    const { after, addedFiles, removedFiles } = this.#applied(write, before);
    if (write.operation === 'compaction' && removedFiles === 0)
      return { version: this.version, isSkipped: true, addedFiles, removedFiles };
    this.#partitions.set(partition, after);
    this.#size = changed(this.#size, sizeOf(before), sizeOf(after));
    const version = this.#log.length;
    this.#log.push({
      operation: change.operation,
      reads: change.reads,
      addsTo: change.addsTo,
      removesFrom: change.removesFrom,
      txnAppId: change.txnAppId,
      version,
      rowsAdded: Math.max(0, after.rows - before.rows),
      rowsRemoved: Math.max(0, before.rows - after.rows),
      addedFiles,
      removedFiles,
    });
    return { version, isSkipped: false, addedFiles, removedFiles };
  }

  #applied(
    { operation, rows = 0, files = 1, touchedShare = 1 }: DeltaWrite,
    before: PartitionFiles,
  ): { after: PartitionFiles; addedFiles: number; removedFiles: number } {
    const target = this.#targetFileBytes;
    if (operation === 'append') {
      const after = withFiles(before, { files, bytes: rows * this.#rowBytes }, target);
      return { after: { ...after, rows: before.rows + rows }, addedFiles: files, removedFiles: 0 };
    }
    const kept = operation === 'compaction' ? withoutSmall(before) : withoutShare(before, touchedShare);
    const rowsAfter =
      operation === 'merge'
        ? before.rows + rows
        : operation === 'delete'
          ? Math.max(0, before.rows - rows)
          : before.rows;
    const bytes = Math.max(0, kept.removed.bytes + (rowsAfter - before.rows) * this.#rowBytes);
    const { files: removedFiles } = kept.removed;
    if (bytes === 0) return { after: { ...kept.after, rows: rowsAfter }, addedFiles: 0, removedFiles };
    const { after, addedFiles } = withBytes(kept.after, bytes, target);
    return { after: { ...after, rows: rowsAfter }, addedFiles, removedFiles };
  }
}

function sizeOf(partition: PartitionFiles): TableSize {
  const { files, bytes } = allFiles(partition);
  return { rows: partition.rows, files, bytes, smallFiles: partition.small.files };
}

/** A table's size when a part of it has gone from `before` to `after`. */
function changed(table: TableSize, before: TableSize, after: TableSize): TableSize {
  return {
    rows: table.rows + after.rows - before.rows,
    files: table.files + after.files - before.files,
    bytes: Math.max(0, table.bytes + after.bytes - before.bytes),
    smallFiles: table.smallFiles + after.smallFiles - before.smallFiles,
  };
}

function readTxn({ txnAppId, txnVersion }: WriteOptions): { txnAppId: string; txnVersion: number } | null {
  if (txnAppId === undefined && txnVersion === undefined) return null;
  if (txnAppId === undefined || txnVersion === undefined) {
    throw new TypeError(
      `Only ${txnAppId === undefined ? 'txnVersion' : 'txnAppId'} is given; an idempotent write needs txnAppId and txnVersion together.`,
    );
  }
  return { txnAppId, txnVersion: nonNegativeInteger(txnVersion, 'txnVersion') };
}
