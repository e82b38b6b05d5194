// A DStreams application: a receiver cuts the stream into batches of a fixed interval, and a queue of batches waits to be
// processed, one after another. Contrast only, deprecated since 3.4 (SS20).

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { createCurve, type Curve, type CurvePoint } from '../trace/curve.ts';
import { createPidRateEstimator, type PidGains } from './rate-estimator.ts';

export interface DStreamsSetup {
  /** What is written to the source from `fromMs` on, until the next one begins. The first begins at 0. */
  readonly arrivals: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly batchIntervalMs: number;
  /** What a batch costs before its first record: planning and scheduling. */
  readonly batchOverheadMs: number;
  /** How fast batches are processed that start at or after `fromMs`. The first begins at 0. */
  readonly processing: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  /** The rate estimator; without it the receiver takes all that comes, up to `maxRate` (SS21: off by default). */
  readonly pid?: PidGains;
  /** `spark.streaming.backpressure.initialRate`: the limit until the estimator gives one; `maxRate` by default. */
  readonly initialRate?: number;
  /** `spark.streaming.receiver.maxRate`, in records/s; without limit by default. */
  readonly maxRate?: number;
  readonly durationMs: number;
}

/** A batch holds what was received in the interval that ends at `createdMs`. */
export interface DStreamBatch {
  readonly createdMs: number;
  readonly records: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly schedulingDelayMs: number;
  readonly processingMs: number;
  /** The receiver's limit after this batch, in records/s; null without one. */
  readonly rateLimit: number | null;
}

export interface DStreamsRun {
  /** In order of creation. Those at the end may start or end after the run. */
  readonly batches: readonly DStreamBatch[];
  readonly arrived: Curve;
  readonly received: Curve;
  /** The receiver's limit from `fromMs` on, in records/s; null for none. */
  readonly limits: readonly { readonly fromMs: number; readonly recordsPerSecond: number | null }[];
}

/**
 * Runs the receiver as a fluid and the batches one by one (M13, SS20–SS23). A batch starts when it is created or when the one
 * before it has ended, whichever is later: the difference is its scheduling delay. With `pid` the estimator learns from each
 * batch at its end and sets the receiver's limit, in whole records/s; what the receiver does not take waits in the source,
 * which must be able to keep it.
 *
 * Laws: batches start in order and never overlap; what is received is never more than what arrived, nor in any stretch more
 * than the limit; Σ records of batches = whole records received by the last boundary. Throws RangeError for input out of range.
 */
export function runDStreams(setup: DStreamsSetup): DStreamsRun {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const intervalMs = positiveInteger(setup.batchIntervalMs, 'batchIntervalMs');
  const overheadMs = nonNegative(setup.batchOverheadMs, 'batchOverheadMs');
  const arrivals = fromZero(setup.arrivals, 'arrivals');
  const processing = fromZero(setup.processing, 'processing');
  for (const { recordsPerSecond } of processing) positive(recordsPerSecond, 'processing.recordsPerSecond');
  const maxRate = setup.maxRate === undefined ? Infinity : positive(setup.maxRate, 'maxRate');
  const initialRate = setup.initialRate === undefined ? maxRate : positive(setup.initialRate, 'initialRate');
  const estimator = setup.pid === undefined ? null : createPidRateEstimator(intervalMs, setup.pid);

  const batches: (DStreamBatch & { rateLimit: number | null })[] = [];
  let limitPerSecond = estimator === null ? maxRate : Math.min(initialRate, maxRate);
  const limits = [{ fromMs: 0, recordsPerSecond: finite(limitPerSecond) }];
  const arrivedPoints: CurvePoint[] = [{ atMs: 0, value: 0 }];
  const receivedPoints: CurvePoint[] = [{ atMs: 0, value: 0 }];

  /** One batch at a time (`spark.streaming.concurrentJobs` 1), in whole ms, as Spark measures them. */
  function planBatch(records: number, createdMs: number, freeMs: number): Omit<DStreamBatch, 'rateLimit'> {
    const startMs = Math.max(createdMs, freeMs);
    const speed = processing.findLast(({ fromMs }) => fromMs <= startMs)?.recordsPerSecond ?? 1;
    const processingMs = Math.round(overheadMs + (records / speed) * 1000);
    return {
      createdMs,
      records,
      startMs,
      endMs: startMs + processingMs,
      schedulingDelayMs: startMs - createdMs,
      processingMs,
    };
  }

  let nowMs = 0;
  // Thousandths of a record (records/s × ms), exact for whole rates at whole milliseconds.
  let arrived = 0;
  let received = 0;
  let batched = 0;
  let rateAt = 0;
  let nextDone = 0;
  let boundaryMs = intervalMs;

  while (nowMs < durationMs) {
    while ((arrivals[rateAt + 1]?.fromMs ?? Infinity) <= nowMs) rateAt++;
    const incoming = arrivals[rateAt]?.recordsPerSecond ?? 0;
    const backlog = arrived - received;
    const intake = backlog > 0 ? limitPerSecond : Math.min(incoming, limitPerSecond);
    const emptyMs = backlog > 0 && intake > incoming ? nowMs + backlog / (intake - incoming) : Infinity;
    const toMs = Math.min(
      durationMs,
      arrivals[rateAt + 1]?.fromMs ?? Infinity,
      batches[nextDone]?.endMs ?? Infinity,
      boundaryMs,
      emptyMs,
    );
    arrived += incoming * (toMs - nowMs);
    received =
      toMs === emptyMs || intake === Infinity ? arrived : Math.min(arrived, received + intake * (toMs - nowMs));
    // A remainder this small is rounding; it would be served in steps too short for the clock to move.
    if (arrived - received < 1e-3) received = arrived;
    nowMs = toMs;
    arrivedPoints.push({ atMs: nowMs, value: arrived / 1000 });
    receivedPoints.push({ atMs: nowMs, value: received / 1000 });

    for (let done = batches[nextDone]; done !== undefined && done.endMs <= nowMs; done = batches[++nextDone]) {
      const rate = estimator?.compute(done) ?? null;
      if (rate !== null) {
        limitPerSecond = Math.min(Math.floor(rate), maxRate);
        limits.push({ fromMs: nowMs, recordsPerSecond: limitPerSecond });
      }
      done.rateLimit = finite(limitPerSecond);
    }
    if (nowMs === boundaryMs) {
      const records = Math.floor((received + 1e-3) / 1000) - batched;
      batched += records;
      batches.push({ ...planBatch(records, nowMs, batches.at(-1)?.endMs ?? 0), rateLimit: finite(limitPerSecond) });
      boundaryMs += intervalMs;
    }
  }
  return { batches, arrived: createCurve(arrivedPoints), received: createCurve(receivedPoints), limits };
}

function finite(rate: number): number | null {
  return rate === Infinity ? null : rate;
}

function fromZero<T extends { readonly fromMs: number; readonly recordsPerSecond: number }>(
  list: readonly T[],
  name: string,
): readonly T[] {
  if (list[0]?.fromMs !== 0) throw new RangeError(`${name} does not begin at 0; let the first rate have fromMs 0.`);
  for (const [i, { fromMs, recordsPerSecond }] of list.entries()) {
    nonNegative(recordsPerSecond, `${name}[${i}].recordsPerSecond`);
    if (!(fromMs >= (list[i - 1]?.fromMs ?? 0))) throw new RangeError(`${name}[${i}] is out of order; sort by fromMs.`);
  }
  return list;
}
