// The errors that a producer answers with, by the names of Kafka's Java client.

/** A record that was not acknowledged within `delivery.timeout.ms`. */
export class TimeoutException extends Error {
  override readonly name: string = 'TimeoutException';
}

/** A send that found no memory within `max.block.ms`. */
export class BufferExhaustedException extends TimeoutException {
  override readonly name = 'BufferExhaustedException';
}
