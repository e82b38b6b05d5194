// Reactive Streams in TypeScript: the four interfaces, and what a demand is.

/**
 * A demand of this or more is unbounded: the publisher may send as fast as it can, and backpressure is off (rule 3.17). The
 * specification says 2⁶³ − 1, Java's largest long; numbers here are exact up to 2⁵³ − 1, which takes its place. A demand that
 * adds up to more stays there.
 */
export const unboundedDemand: number = Number.MAX_SAFE_INTEGER;

/**
 * Sends records to each of its subscribers, on demand (R1). `subscribe` calls `onSubscribe` first; then at most as many
 * `onNext` as were requested (1.1), one signal at a time (1.3); then `onError` or `onComplete` and nothing more (1.7).
 */
export interface Publisher<T> {
  subscribe(subscriber: Subscriber<T>): void;
}

/** Receives records that it asked for. Its methods return at once and do not throw (2.13). */
export interface Subscriber<T> {
  /** Nothing comes until `subscription.request` is called (2.1). */
  onSubscribe(subscription: Subscription): void;
  onNext(record: T): void;
  /** The end by a failure; needs no demand (2.10). */
  onError(error: unknown): void;
  /** The end; needs no demand (2.9). */
  onComplete(): void;
}

/** One subscriber's link to one publisher. */
export interface Subscription {
  /** Asks for `n` more records; requests add up (3.8). For n that is not a whole number above 0 the stream fails (3.9). */
  request(n: number): void;
  /** Asks for the end. Records that are on their way may still arrive (2.8). */
  cancel(): void;
}

/** A stage in between: a subscriber to what is above it, a publisher to what is below. */
export interface Processor<T, R> extends Subscriber<T>, Publisher<R> {}
