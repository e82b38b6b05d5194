// How often a failed call is tried again, and how long it waits before.

import { nonNegativeInteger, positive, positiveInteger } from '../argument.ts';

/**
 * After Flink's AsyncRetryStrategies (F24). `maxAttempts` counts what comes **after** the first call, so a record makes at most
 * `maxAttempts + 1` calls. The operator's timeout spans them all, with the waits between them.
 */
export type RetrySpec =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly maxAttempts: number; readonly delayMs: number }
  | {
      readonly kind: 'exponential';
      readonly maxAttempts: number;
      readonly initialDelayMs: number;
      readonly maxRetryDelayMs: number;
      readonly multiplier: number;
    };

/** Calls that one record makes at most. */
export function mostCalls(retry: RetrySpec): number {
  return retry.kind === 'none' ? 1 : positiveInteger(retry.maxAttempts, 'maxAttempts') + 1;
}

/**
 * The wait in ms after call number `calls`, from 1, has failed; null when it was the last. Exponential:
 * min(most, initial · multiplier^(calls − 1)), without jitter, as in Flink.
 */
export function retryDelayMs(retry: RetrySpec, calls: number): number | null {
  if (retry.kind === 'none' || calls > retry.maxAttempts) return null;
  if (retry.kind === 'fixed') return positive(retry.delayMs, 'delayMs');
  const mostMs = positive(retry.maxRetryDelayMs, 'maxRetryDelayMs');
  let delayMs = positive(retry.initialDelayMs, 'initialDelayMs');
  for (let i = 1; i < nonNegativeInteger(calls, 'calls') && delayMs < mostMs; i++) delayMs *= retry.multiplier;
  return Math.min(mostMs, delayMs);
}

/**
 * The longest that a record can hold its place in ms when every call fails: all calls and all waits. A total timeout below it
 * cuts the last attempts off.
 */
export function longestRetryMs(retry: RetrySpec, latencyMs: number): number {
  let sumMs = positive(latencyMs, 'latencyMs');
  for (let calls = 1; ; calls++) {
    const delayMs = retryDelayMs(retry, calls);
    if (delayMs === null) return sumMs;
    sumMs += delayMs + latencyMs;
  }
}
