// Optimistic concurrency control: which commit of another writer makes a transaction fail.

/** `delta.isolationLevel`: Serializable is the default of open-source Delta and Fabric's only level, WriteSerializable the default of Databricks (D3). */
export type IsolationLevel = 'Serializable' | 'WriteSerializable';

export type DeltaOperation = 'append' | 'merge' | 'update' | 'delete' | 'compaction';

/** What a transaction has read and done, by partition. An unpartitioned table has one. */
export interface TableChange {
  readonly operation: DeltaOperation;
  /** Partitions whose files it read to know what to do; an append reads none: it is blind. */
  readonly reads: 'nothing' | 'whole table' | readonly string[];
  readonly addsTo: readonly string[];
  readonly removesFrom: readonly string[];
  /** The application whose transaction it is when the write is idempotent (D5); else null. */
  readonly txnAppId: string | null;
}

/** The exception's name says what the other writer did: it added files, or removed some that were read or are to be removed. */
export interface Conflict {
  readonly kind:
    | 'ConcurrentAppendException'
    | 'ConcurrentDeleteReadException'
    | 'ConcurrentDeleteDeleteException'
    | 'ConcurrentTransactionException';
  readonly partition: string | null;
}

/**
 * Whether `current`, which read the table before `winner` was committed, may still commit (D2, D3); null when it may.
 *
 * - Files that the winner added where `current` has read: a conflict, because they should have been read. A blind append by
 *   the winner is one under Serializable only. A compaction moves rows and adds none, as a winner and as the one who checks.
 * - Files that the winner removed where `current` has read: a conflict on every level. Two compactions of the same files have
 *   one of its own, since both remove them.
 * - The same application id: a conflict.
 *
 * So two appends never conflict, an append never fails because of a MERGE (it has read nothing), and writers whose conditions
 * name different partitions never meet. Files are told apart by partition only: two that rewrite different files of one
 * partition count as a conflict here.
 */
export function conflictOf(current: TableChange, winner: TableChange, isolation: IsolationLevel): Conflict | null {
  const addsUnread =
    current.operation !== 'compaction' &&
    winner.operation !== 'compaction' &&
    (isolation === 'Serializable' || winner.operation !== 'append');
  const added = addsUnread ? firstRead(current, winner.addsTo) : null;
  if (added !== null) return { kind: 'ConcurrentAppendException', partition: added };
  const removed = firstRead(current, winner.removesFrom);
  const areCompactions = current.operation === 'compaction' && winner.operation === 'compaction';
  if (removed !== null)
    return {
      kind: areCompactions ? 'ConcurrentDeleteDeleteException' : 'ConcurrentDeleteReadException',
      partition: removed,
    };
  if (current.txnAppId !== null && current.txnAppId === winner.txnAppId)
    return { kind: 'ConcurrentTransactionException', partition: null };
  return null;
}

function firstRead({ reads }: TableChange, partitions: readonly string[]): string | null {
  if (reads === 'nothing') return null;
  return partitions.find((partition) => reads === 'whole table' || reads.includes(partition)) ?? null;
}
