// What a cap and a trigger let through at most, and the cap below which a query falls behind for ever.

import { nonNegative, positive } from '../argument.ts';

/**
 * Rows/s that a query reads at most: limit / max(interval, batch duration) (M2.4, SS8). Shorter intervals raise it, down to
 * the duration of a batch; a longer one lowers it. `intervalMs` is 0 for the default trigger. Throws RangeError when both
 * times are 0.
 */
export function ceilingPerSecond(given: { limitRows: number; intervalMs: number; batchMs: number }): number {
  const intervalMs = nonNegative(given.intervalMs, 'intervalMs');
  const spacingMs = positive(Math.max(intervalMs, nonNegative(given.batchMs, 'batchMs')), 'max(intervalMs, batchMs)');
  return positive(given.limitRows, 'limitRows') / (spacingMs / 1000);
}

/** The smallest cap that keeps up with `recordsPerSecond` when batches fit into the interval: λ · I, rounded up (M2.7). */
export function breakEvenLimit(recordsPerSecond: number, intervalMs: number): number {
  return Math.ceil((nonNegative(recordsPerSecond, 'recordsPerSecond') * positive(intervalMs, 'intervalMs')) / 1000);
}
