// The errors of a Delta table, by the names of Delta's own exceptions.

import type { Conflict } from './conflicts.ts';

/** Another writer's commit came first and the two cannot both stand. Nothing was written; start again from a new snapshot. */
export class DeltaConcurrentModificationException extends Error {
  override readonly name: string = 'DeltaConcurrentModificationException';
  /** The version that was committed meanwhile. */
  readonly winningVersion: number;
  readonly partition: string | null;

  constructor(message: string, winningVersion: number, partition: string | null) {
    super(message);
    this.winningVersion = winningVersion;
    this.partition = partition;
  }
}

/** Files were added where this transaction has read. */
export class ConcurrentAppendException extends DeltaConcurrentModificationException {
  override readonly name = 'ConcurrentAppendException';
}

/** Files that this transaction has read were removed. */
export class ConcurrentDeleteReadException extends DeltaConcurrentModificationException {
  override readonly name = 'ConcurrentDeleteReadException';
}

/** Files that this transaction removes were removed: two compactions of the same files. */
export class ConcurrentDeleteDeleteException extends DeltaConcurrentModificationException {
  override readonly name = 'ConcurrentDeleteDeleteException';
}

/** Two transactions of one application id at the same time. */
export class ConcurrentTransactionException extends DeltaConcurrentModificationException {
  override readonly name = 'ConcurrentTransactionException';
}

/** The error of a conflict with the commit `winningVersion`. */
export function errorOf({ kind, partition }: Conflict, winningVersion: number): DeltaConcurrentModificationException {
  const by = `Version ${winningVersion} was committed meanwhile`;
  switch (kind) {
    case 'ConcurrentAppendException':
      return new ConcurrentAppendException(
        `${by} and added files to partition ${partition}, which this transaction has read. Try again from a new snapshot.`,
        winningVersion,
        partition,
      );
    case 'ConcurrentDeleteReadException':
      return new ConcurrentDeleteReadException(
        `${by} and removed files of partition ${partition}, which this transaction has read. Try again from a new snapshot.`,
        winningVersion,
        partition,
      );
    case 'ConcurrentDeleteDeleteException':
      return new ConcurrentDeleteDeleteException(
        `${by} and removed files of partition ${partition}, which this transaction removes too. Run one compaction of a partition at a time.`,
        winningVersion,
        partition,
      );
    case 'ConcurrentTransactionException':
      return new ConcurrentTransactionException(
        `${by} by the same txnAppId. Run one query for each application id.`,
        winningVersion,
        partition,
      );
    default:
      return kind satisfies never;
  }
}
