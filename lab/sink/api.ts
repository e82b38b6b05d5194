// What a learner's program calls to write: the database behind the consumer, and the dead-letter queue.

import type { ConsumerRecord } from '../kafka/api.ts';

/**
 * The database. A call takes a fixed time plus a time per row, is atomic (all rows or none), and holds
 * one of the sink's connections while it runs. Calls beyond them wait in the sink's own short queue
 * and slow it down; beyond that they are refused.
 */
export interface Sink {
  /**
   * Writes the records as rows, all or none. Writing a record again makes a second row.
   * Rejects with SinkError: look at `retryable` before you try again.
   */
  write(records: readonly ConsumerRecord[]): Promise<void>;
}

/** Why a write was refused. */
export type SinkErrorCode = 'TOO_MANY_REQUESTS' | 'UNAVAILABLE' | 'INVALID_ROWS';

/** The topic where records that can never succeed are parked, with the reason. */
export interface DeadLetterQueue {
  /** Parks one record or several; settled once the promise resolves. */
  send(records: ConsumerRecord | readonly ConsumerRecord[], reason: string): Promise<void>;
}
