// A slow call of 200 rows takes 60 ms; 32 connections carry 32 × 200 / 0.06 = 106,667 rows/s, and 120,000
// come in. More members would only queue at the same database, so the producers have to send less.
import type { ScalingDecision } from '@spillway/lab';

export const decision: ScalingDecision = {
  action: 'throttle-producers',
  members: 8,
  producerRecordsPerSecond: 100_000,
  because: 'sink',
};
