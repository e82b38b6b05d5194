// The errors that a Flink job meets.

/** Why the service did not answer. */
export type ServiceErrorCode = 'TOO_MANY_REQUESTS' | 'UNAVAILABLE' | 'INTERNAL_ERROR' | 'NOT_FOUND';

const statusOf: Record<ServiceErrorCode, number> = {
  TOO_MANY_REQUESTS: 429,
  UNAVAILABLE: 503,
  INTERNAL_ERROR: 500,
  NOT_FOUND: 404,
};

/**
 * An answer of the service that is no answer.
 *
 * - `TOO_MANY_REQUESTS` (429): beyond the query budget. Send less, then try again.
 * - `UNAVAILABLE` (503): the service is down. Wait, then try again.
 * - `INTERNAL_ERROR` (500): this call failed; the next may not.
 * - `NOT_FOUND` (404): nobody has this id. Trying again is no use.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceErrorCode;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;
  constructor(code: ServiceErrorCode, message: string) {
    super(message);
    this.code = code;
    this.status = statusOf[code];
    this.retryable = code !== 'NOT_FOUND';
  }
}

/** An asynchronous call had no result in time, and its function has no `timeout`. */
export class TimeoutException extends Error {
  override readonly name = 'TimeoutException';
}
