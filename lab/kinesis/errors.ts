// The errors that a Kinesis client answers with, by the names of the Java library.

/** A checkpoint by a worker that no longer holds the shard's lease: another worker will read on from the last one. */
export class ShutdownException extends Error {
  override readonly name = 'ShutdownException';
}

/** A setting or a sequence number that the client does not take. */
export class IllegalArgumentException extends Error {
  override readonly name = 'IllegalArgumentException';
}
