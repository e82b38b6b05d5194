// How long a log can wait for a reader that is too slow for it.

import { nonNegative, positive } from '../argument.ts';

/**
 * Time until a log deletes its first unread record, in ms (M2.10): the backlog ages by 1 − μ/λ ms per ms, from nothing at
 * the start, when `inPerSecond` records come and `outPerSecond` are read. Null when the reader keeps up.
 */
export function retentionReachedAfterMs(
  retentionMs: number,
  { inPerSecond, outPerSecond }: { inPerSecond: number; outPerSecond: number },
): number | null {
  const agePerMs = 1 - nonNegative(outPerSecond, 'outPerSecond') / positive(inPerSecond, 'inPerSecond');
  return agePerMs > 0 ? positive(retentionMs, 'retentionMs') / agePerMs : null;
}
