// How brokers apply a producer's byte-rate quota over time: they look at the last ten seconds, and mute for what is above.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import type { Line } from '../fluid/line.ts';
import { throttleMs } from './quota.ts';

export interface ByteRateQuota {
  /** When the quota is set, in ms of the run; what went before counts. */
  readonly fromMs: number;
  /** `producer_byte_rate`, for each broker (Q1). */
  readonly bytesPerSecond: number;
  /** Brokers that the traffic is spread over. */
  readonly brokers: number;
}

/** Ten whole samples of a second, beside the one that is filling (Q3). */
const windowMs = 10_000;
/** Brokers look at each request; this stands for the time between two. */
const lookMs = 100;

export interface QuotaMeter {
  /** How long the connection is muted from `nowMs` on; 0 within the quota, and when brokers do not look now. */
  throttleAt(nowMs: number, acked: Line): number;
  /** The next time brokers look. */
  nextLookMs(nowMs: number): number;
}

/**
 * A quota's view of what was acknowledged (M1.10, Q1–Q3): ten times a second, O over the window against the target, and for
 * what is above it (O − T)/T · W of silence. So the rate over any window stays at the target, up to what fits between two looks.
 */
export function createQuotaMeter(quota: ByteRateQuota, recordBytes: number): QuotaMeter {
  const fromMs = nonNegative(quota.fromMs, 'quota.fromMs');
  const target =
    positive(quota.bytesPerSecond, 'quota.bytesPerSecond') * positiveInteger(quota.brokers, 'quota.brokers');
  const ackedBy = (acked: Line, ms: number) =>
    ms <= 0 ? 0 : ms >= acked.endMs ? acked.end : acked.pieceAfter(ms).value;
  return {
    throttleAt(nowMs, acked) {
      if (nowMs < fromMs || (nowMs - fromMs) % lookMs !== 0) return 0;
      const bytes = (ackedBy(acked, nowMs) - ackedBy(acked, nowMs - windowMs)) * recordBytes;
      const observed = (bytes / windowMs) * 1000;
      return throttleMs({ observedBytesPerSecond: observed, targetBytesPerSecond: target, windowMs });
    },
    nextLookMs(nowMs) {
      if (nowMs < fromMs) return fromMs;
      return fromMs + (Math.floor((nowMs - fromMs) / lookMs) + 1) * lookMs;
    },
  };
}
