// The PID rate estimator of Spark's DStreams, line for line: contrast only, deprecated since 3.4 (SS20).

import { nonNegative, positive } from '../argument.ts';

/** The keys below `spark.streaming.backpressure.pid.`, by their names; the third really is called `derived` (SS21). */
export interface PidGains {
  readonly proportional: number;
  readonly integral: number;
  readonly derived: number;
  /** Records/s below which the rate never falls, so that there is always something to measure. Above 0. */
  readonly minRate: number;
}

export const defaultPidGains: PidGains = { proportional: 1, integral: 0.2, derived: 0, minRate: 100 };

/** A batch that has just been processed. */
export interface CompletedBatch {
  /** When its processing ended. */
  readonly endMs: number;
  readonly records: number;
  readonly processingMs: number;
  /** How long it waited between its creation and the start of its processing. */
  readonly schedulingDelayMs: number;
}

export interface RateEstimator {
  /**
   * The rate for the receiver in records/s, from one more batch; null when the rate stays as it is, which is so after the
   * first batch (it only initialises) and after a batch without records, without duration or out of order.
   */
  compute(batch: CompletedBatch): number | null;
  /** The rate that the next error is measured from; −1 before the first batch, as in Spark. */
  readonly latestRate: number;
}

/**
 * M13, SS22: error = latest rate − processing rate, in records/s; historical error = scheduling delay · processing rate /
 * batch interval; new rate = max(minRate, latest − Kp·error − Ki·historical − Kd·Δerror/s). The first batch sets the latest
 * rate to its processing rate and gives no rate.
 *
 * Law: no rate is below `minRate`. Throws RangeError for an interval or `minRate` that is not above 0, and a negative gain.
 */
export function createPidRateEstimator(batchIntervalMs: number, gains: PidGains = defaultPidGains): RateEstimator {
  positive(batchIntervalMs, 'batchIntervalMs');
  const proportional = nonNegative(gains.proportional, 'pid.proportional');
  const integral = nonNegative(gains.integral, 'pid.integral');
  const derived = nonNegative(gains.derived, 'pid.derived');
  const minRate = positive(gains.minRate, 'pid.minRate');
  let isFirstRun = true;
  let latestMs = -1;
  let latestRate = -1;
  let latestError = -1;

  return {
    get latestRate() {
      return latestRate;
    },
    compute({ endMs, records, processingMs, schedulingDelayMs }) {
      if (!(endMs > latestMs && records > 0 && processingMs > 0)) return null;
      const secondsSinceUpdate = (endMs - latestMs) / 1000;
      latestMs = endMs;
      const processingRate = (records / processingMs) * 1000;
      if (isFirstRun) {
        isFirstRun = false;
        latestRate = processingRate;
        latestError = 0;
        return null;
      }
      const error = latestRate - processingRate;
      const historicalError = (schedulingDelayMs * processingRate) / batchIntervalMs;
      const errorChange = (error - latestError) / secondsSinceUpdate;
      latestRate = Math.max(
        minRate,
        latestRate - proportional * error - integral * historicalError - derived * errorChange,
      );
      latestError = error;
      return latestRate;
    },
  };
}
