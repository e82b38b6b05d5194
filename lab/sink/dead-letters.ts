// Which records belong in a dead-letter queue, and how many that will be.

import { nonNegative, shareOfOne } from '../argument.ts';

/** How a record's write ended. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  /** The sink says that this record can never be written. */
  | { readonly kind: 'refused' }
  /** Every attempt failed; `doOthersSucceed` tells whether the sink took other records meanwhile. */
  | { readonly kind: 'exhausted'; readonly doOthersSucceed: boolean }
  /** Not tried: a circuit breaker is open. */
  | { readonly kind: 'rejected by breaker' };

/**
 * Whether the record is poison (M4.5, T5): refused for good, or out of attempts while others succeed. When nothing succeeds
 * it is an outage, and the answer is to pause the source: an open breaker sends no record here (M4.4).
 */
export function isDeadLetter(outcome: WriteOutcome): boolean {
  return outcome.kind === 'refused' || (outcome.kind === 'exhausted' && outcome.doOthersSucceed);
}

/** Dead letters per second and per day for a share of poison among the records (M4.5). Writing them takes capacity, too. */
export function deadLetterRate(recordsPerSecond: number, poisonShare: number): { perSecond: number; perDay: number } {
  const perSecond = nonNegative(recordsPerSecond, 'recordsPerSecond') * shareOfOne(poisonShare, 'poisonShare');
  return { perSecond, perDay: perSecond * 86_400 };
}
