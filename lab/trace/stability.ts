// Whether a lag series is under control: its trend at the end of a run, and when it came back after a spike.

import { nonNegative, positive } from '../argument.ts';

/** The part of a run, at its end, that decides about stability. */
const lastShare = 0.25;
/** A lag that grows by more than this share of the arrivals is not stable. */
const slopeShare = 0.001;

/**
 * Least-squares slope, per second, of values that were sampled every `sampleMs`; exactly 0 when they are all equal. Throws
 * RangeError for fewer than two values.
 */
export function slopePerSecond(values: readonly number[], sampleMs: number): number {
  positive(sampleMs, 'sampleMs');
  if (values.length < 2) throw new RangeError(`A slope needs two samples, not ${values.length}; take a longer span.`);
  const middle = (values.length - 1) / 2;
  const level = values[0] ?? 0;
  let weighted = 0;
  let weights = 0;
  for (const [i, value] of values.entries()) {
    weighted += (i - middle) * (value - level);
    weights += (i - middle) * (i - middle);
  }
  return (weighted / weights / sampleMs) * 1000;
}

/**
 * "Stable" for graders (M0.7): over the last quarter of the run the lag's slope is at most 0.1 % of the arrival rate.
 * `lagRecords` holds one sample every `sampleMs`, the first at 0 ms. A falling lag is stable.
 */
export function isStable(
  lagRecords: readonly number[],
  given: { sampleMs: number; recordsPerSecond: number },
): boolean {
  const from = Math.ceil((lagRecords.length - 1) * (1 - lastShare));
  const slope = slopePerSecond(lagRecords.slice(Math.max(0, from)), given.sampleMs);
  return slope <= nonNegative(given.recordsPerSecond, 'recordsPerSecond') * slopeShare;
}

/**
 * "Recovered" for graders (M0.7): the time of the first sample at or after `spikeEndMs` whose lag is at most the last one
 * at or before `spikeStartMs` plus one poll batch; null when there is none. Samples as in `isStable`. Throws RangeError
 * when the series ends before the spike begins.
 */
export function recoveredAtMs(
  lagRecords: readonly number[],
  given: { sampleMs: number; spikeStartMs: number; spikeEndMs: number; batchRecords: number },
): number | null {
  const sampleMs = positive(given.sampleMs, 'sampleMs');
  const spikeStartMs = nonNegative(given.spikeStartMs, 'spikeStartMs');
  if (!(spikeStartMs <= given.spikeEndMs)) throw new RangeError('spikeEndMs lies before spikeStartMs; swap them.');
  const before = lagRecords[Math.floor(spikeStartMs / sampleMs)];
  if (before === undefined) throw new RangeError('The series ends before spikeStartMs; pass the whole series.');
  const target = before + nonNegative(given.batchRecords, 'batchRecords');
  const found = lagRecords.findIndex((lag, i) => i * sampleMs >= given.spikeEndMs && lag <= target);
  return found === -1 ? null : found * sampleMs;
}
