// The errors that a sink answers with.

import type { SinkErrorCode } from './api.ts';

const statusOf: Record<SinkErrorCode, number> = {
  TOO_MANY_REQUESTS: 429,
  UNAVAILABLE: 503,
  INVALID_ROWS: 422,
};

/**
 * A refused write; nothing of the call was written.
 *
 * - `TOO_MANY_REQUESTS` (429): more calls than the sink can hold. Wait, then try again.
 * - `UNAVAILABLE` (503): the sink is down or failing over. Wait, then try again.
 * - `INVALID_ROWS` (422): `rowIndexes` names the rows that can never be written. Trying again is no use.
 */
export class SinkError extends Error {
  override readonly name = 'SinkError';
  readonly code: SinkErrorCode;
  /** The HTTP status of the answer: 429, 503 or 422. */
  readonly status: number;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;
  /** With INVALID_ROWS: the places, in the array you sent, of the rows that can never be written. */
  readonly rowIndexes: readonly number[];

  constructor(code: SinkErrorCode, message: string, rowIndexes: readonly number[] = []) {
    super(message);
    this.code = code;
    this.status = statusOf[code];
    this.retryable = code !== 'INVALID_ROWS';
    this.rowIndexes = rowIndexes;
  }
}
