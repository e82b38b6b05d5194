// Time lag: how long the oldest record that is still waiting has been waiting.

/** Cumulative arrivals and their inverse. A traffic profile is one; so is a cumulative curve. */
export interface Arrivals {
  /** Records that have arrived in [0, ms]. */
  arrivedBy(ms: number): number;
  /** The first instant, in ms, at which `arrivedBy` exceeds `count`: when record number `count`, from 0, arrives. */
  arrivalTimeOf(count: number): number;
}

/**
 * Head-of-line age in ms (M0.5, A7) at `nowMs`, when the first `departedRecords` have left in order of arrival:
 * t − A⁻¹(D(t)), and 0 when nothing is waiting. It is never negative, and it grows by 1 ms per ms while nothing leaves.
 */
export function headOfLineAgeMs(nowMs: number, departedRecords: number, arrivals: Arrivals): number {
  if (arrivals.arrivedBy(nowMs) <= departedRecords) return 0;
  return Math.max(0, nowMs - arrivals.arrivalTimeOf(departedRecords));
}
