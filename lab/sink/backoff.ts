// How long to wait before a retry: exponential ceilings, full jitter, and what many clients at once make of them.

import { nonNegativeInteger, positive, positiveInteger } from '../argument.ts';

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** The longest wait before retry number `retry`, from 0, in ms: min(cap, base · 2^retry) (M4.3, T2). */
export function backoffCeilingMs({ baseMs, capMs }: Backoff, retry: number): number {
  let ceilingMs = positive(baseMs, 'baseMs');
  positive(capMs, 'capMs');
  for (let doubling = 0; doubling < nonNegativeInteger(retry, 'retry') && ceilingMs < capMs; doubling++) ceilingMs *= 2;
  return Math.min(capMs, ceilingMs);
}

/** A wait with full jitter in ms: u · ceiling, u uniform in [0, 1) (M4.3, T2). Half the ceiling on average. */
export function fullJitterMs(backoff: Backoff, retry: number, u: number): number {
  if (!(u >= 0 && u < 1)) throw new RangeError(`u is ${u}; pass a draw from the run's seeded rng, in [0, 1).`);
  return u * backoffCeilingMs(backoff, retry);
}

/** Mean of the waits before `retries` retries together, in ms, with full jitter or without any (M4.3). */
export function expectedWaitMs(backoff: Backoff, retries: number, jitter: 'full' | 'none'): number {
  let sumMs = 0;
  for (let retry = 0; retry < nonNegativeInteger(retries, 'retries'); retry++)
    sumMs += backoffCeilingMs(backoff, retry);
  return jitter === 'full' ? sumMs / 2 : sumMs;
}

/**
 * How many of `clients` that all failed at 0 ms make their first retry in each millisecond (M4.3): entry i counts [i, i + 1).
 * Without jitter they are one herd at `baseMs`; with it, `draw` gives each its u. The counts sum to `clients`.
 */
export function firstRetriesPerMs(clients: number, backoff: Backoff, draw: 'no jitter' | (() => number)): number[] {
  const ceilingMs = backoffCeilingMs(backoff, 0);
  const counts = Array.from({ length: Math.floor(ceilingMs) + 1 }, () => 0);
  for (let client = 0; client < positiveInteger(clients, 'clients'); client++) {
    const atMs = Math.floor(draw === 'no jitter' ? ceilingMs : fullJitterMs(backoff, 0, draw()));
    counts[atMs] = (counts[atMs] ?? 0) + 1;
  }
  return counts;
}
