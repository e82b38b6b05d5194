// When an asynchronous call is tried again: Flink's AsyncRetryStrategies.

import { positiveInteger } from '../../argument.ts';
import { retryDelayMs, type RetrySpec } from '../async-retry.ts';

/** What a strategy decides; made by the builders of `AsyncRetryStrategies`. */
export interface AsyncRetryStrategy<R> {
  /** The wait before the next call after call number `calls`, from 1, has ended badly; null when it was the last. */
  backoffMs(calls: number): number | null;
  isBadResult(results: readonly R[]): boolean;
  isBadError(error: unknown): boolean;
}

class RetryStrategyBuilder<R> {
  readonly #spec: RetrySpec;
  #isBadResult: (results: readonly R[]) => boolean = () => false;
  #isBadError: (error: unknown) => boolean = () => false;
  constructor(spec: RetrySpec) {
    this.#spec = spec;
  }
  /** Tries again when this holds for the results. */
  ifResult(predicate: (results: readonly R[]) => boolean): this {
    this.#isBadResult = predicate;
    return this;
  }
  /** Tries again when this holds for the error. */
  ifException(predicate: (error: unknown) => boolean): this {
    this.#isBadError = predicate;
    return this;
  }
  build(): AsyncRetryStrategy<R> {
    const spec = this.#spec;
    const isBadResult = this.#isBadResult;
    const isBadError = this.#isBadError;
    return Object.freeze({ backoffMs: (calls: number) => retryDelayMs(spec, calls), isBadResult, isBadError });
  }
}

/** Waits as long each time. `maxAttempts` counts what comes after the first call. */
class FixedDelayRetryStrategyBuilder<R> extends RetryStrategyBuilder<R> {
  constructor(maxAttempts: number, backoffTimeMillis: number) {
    const delayMs = positiveInteger(backoffTimeMillis, 'backoffTimeMillis');
    super({ kind: 'fixed', maxAttempts: positiveInteger(maxAttempts, 'maxAttempts'), delayMs });
  }
}

/** Waits longer each time, up to `maxRetryDelay`. `maxAttempts` counts what comes after the first call. */
class ExponentialBackoffDelayRetryStrategyBuilder<R> extends RetryStrategyBuilder<R> {
  constructor(maxAttempts: number, initialDelay: number, maxRetryDelay: number, multiplier: number) {
    if (!(multiplier >= 1 && multiplier < Infinity))
      throw new RangeError(`multiplier is ${multiplier}; pass a number of 1 or more, such as 2.`);
    super({
      kind: 'exponential',
      maxAttempts: positiveInteger(maxAttempts, 'maxAttempts'),
      initialDelayMs: positiveInteger(initialDelay, 'initialDelay'),
      maxRetryDelayMs: positiveInteger(maxRetryDelay, 'maxRetryDelay'),
      multiplier,
    });
  }
}

/** `new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder(3, 100).ifException(…).build()`, as in Java. */
export const AsyncRetryStrategies = Object.freeze({
  FixedDelayRetryStrategyBuilder,
  ExponentialBackoffDelayRetryStrategyBuilder,
});

/** The two predicates that are asked for most. */
export const RetryPredicates = Object.freeze({
  EMPTY_RESULT_PREDICATE: (results: readonly unknown[]): boolean => results.length === 0,
  HAS_EXCEPTION_PREDICATE: (error: unknown): boolean => error !== null && error !== undefined,
});
