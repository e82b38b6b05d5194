// How long a broker holds back a client that exceeds its byte-rate quota.

import { nonNegative, positive } from '../argument.ts';

/**
 * Throttle time in ms: (O − T)/T · W, with the observed and target rate in bytes/s and the window in ms, and 0 within the
 * quota (M1.10, Q3). Waiting this long brings the rate over the window back to the target. Byte-rate quotas have no cap.
 */
export function throttleMs(given: {
  observedBytesPerSecond: number;
  targetBytesPerSecond: number;
  windowMs: number;
}): number {
  const target = positive(given.targetBytesPerSecond, 'targetBytesPerSecond');
  const excess = nonNegative(given.observedBytesPerSecond, 'observedBytesPerSecond') - target;
  return (Math.max(0, excess) / target) * positive(given.windowMs, 'windowMs');
}
