// The errors that a consumer answers with, by the names of Kafka's Java client.

/** A commit by a member that no longer owns the partition: another member will read those records again. */
export class CommitFailedException extends Error {
  override readonly name = 'CommitFailedException';
}

/** A setting that the client does not know, or a value that it does not take. */
export class ConfigException extends Error {
  override readonly name = 'ConfigException';
}

/** Two calls of one consumer at the same time. */
export class ConcurrentModificationException extends Error {
  override readonly name = 'ConcurrentModificationException';
}
