// Load profiles: an offered rate over time as data, with the cumulative count of arrivals and its inverse in closed form.

import { nonNegative } from '../argument.ts';

/**
 * A rate from `fromMs` until the next segment begins; the last one goes on for ever. With `toRecordsPerSecond` the rate
 * moves in a straight line and gets there when the next segment begins.
 */
export interface ProfileSegment {
  readonly fromMs: number;
  readonly recordsPerSecond: number;
  readonly toRecordsPerSecond?: number;
}

export interface Profile {
  /** The rate just after `ms`, in records per second. Zero before 0. */
  rateAt(ms: number): number;
  /** How many records have arrived in [0, ms]: the floor of the rate's integral. Never falls. */
  arrivedBy(ms: number): number;
  /**
   * When record number `index`, from 0, arrives: the first multiple of 0.001 ms (the grain of the lab's clock) at which
   * `arrivedBy` exceeds `index`. Infinity if it never does within 285 years (2⁵³ µs).
   */
  arrivalTimeOf(index: number): number;
}

/** The integral is kept in thousandths of a record (records/s × ms), so whole rates at whole milliseconds stay exact. */
interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly startPerSecond: number;
  readonly endPerSecond: number;
  readonly startMilli: number;
  readonly endMilli: number;
}

const usPerMs = 1000;
const milliPerRecord = 1000;

/**
 * A profile from its segments (M0.1, M0.5). Deterministic: the k-th record arrives when the integral of the rate reaches k.
 *
 * Laws: `arrivedBy` never falls; arrivedBy(arrivalTimeOf(i)) > i, and 0.001 ms earlier arrivedBy ≤ i. Both are closed
 * forms behind a binary search over the segments. Throws RangeError without a segment, when the first does not begin at
 * 0 ms or one begins before the segment ahead of it, for a negative rate, and for a ramp in the last segment.
 */
export function createProfile(segments: readonly ProfileSegment[]): Profile {
  const stretches = layOut(segments);

  function stretchAt(ms: number): Stretch {
    return firstWhere(stretches, (stretch) => stretch.endMs > ms);
  }

  return {
    rateAt(ms) {
      if (finite(ms) < 0) return 0;
      const { startMs, endMs, startPerSecond, endPerSecond } = stretchAt(ms);
      if (startPerSecond === endPerSecond) return startPerSecond;
      return startPerSecond + (endPerSecond - startPerSecond) * ((ms - startMs) / (endMs - startMs));
    },
    arrivedBy(ms) {
      if (finite(ms) <= 0) return 0;
      const milli = milliBy(stretchAt(ms), ms);
      const count = Math.floor(milli / milliPerRecord);
      // The quotient may round up to a record that is still a hair away.
      return count * milliPerRecord > milli ? count - 1 : count;
    },
    arrivalTimeOf(index) {
      if (!Number.isSafeInteger(index) || index < 0) {
        throw new RangeError(`index is ${index}; pass a record number, a whole number from 0.`);
      }
      const target = (index + 1) * milliPerRecord;
      const last = stretches.at(-1) as Stretch;
      if (target > last.endMilli) return Infinity;
      return firstInstantOf(
        firstWhere(stretches, (stretch) => stretch.endMilli >= target),
        target,
      );
    },
  };
}

function layOut(segments: readonly ProfileSegment[]): readonly Stretch[] {
  if (segments.length === 0) {
    throw new RangeError('segments is empty; pass at least one, such as { fromMs: 0, recordsPerSecond: 10 }.');
  }
  const stretches: Stretch[] = [];
  let milli = 0;
  for (const [i, segment] of segments.entries()) {
    const name = `segments[${i}]`;
    const next = segments[i + 1];
    const startMs = nonNegative(segment.fromMs, `${name}.fromMs`);
    const endMs = next === undefined ? Infinity : nonNegative(next.fromMs, `segments[${i + 1}].fromMs`);
    if (i === 0 && startMs !== 0) throw new RangeError(`${name}.fromMs is ${startMs}; begin the first segment at 0.`);
    if (endMs < startMs) throw new RangeError(`segments[${i + 1}] begins before ${name}; sort the segments by fromMs.`);
    const startPerSecond = nonNegative(segment.recordsPerSecond, `${name}.recordsPerSecond`);
    const endPerSecond = nonNegative(segment.toRecordsPerSecond ?? startPerSecond, `${name}.toRecordsPerSecond`);
    if (next === undefined && endPerSecond !== startPerSecond) {
      throw new RangeError(`${name} is a ramp without an end; add a segment that begins where the ramp arrives.`);
    }
    const startMilli = milli;
    if (next !== undefined) milli += ((endMs - startMs) * (startPerSecond + endPerSecond)) / 2;
    else if (startPerSecond > 0) milli = Infinity;
    if (endMs > startMs) stretches.push({ startMs, endMs, startPerSecond, endPerSecond, startMilli, endMilli: milli });
  }
  return stretches;
}

/**
 * The integral up to `ms`, held to the stretch. Each step is monotone under rounding (a falling ramp is measured back
 * from its end for this reason), and so is the result.
 */
function milliBy(stretch: Stretch, ms: number): number {
  const { startMs, endMs, startPerSecond, endPerSecond, startMilli, endMilli } = stretch;
  const sinceMs = Math.max(0, ms - startMs);
  if (startPerSecond === endPerSecond) return Math.min(endMilli, startMilli + startPerSecond * sinceMs);
  const halfSlope = (endPerSecond - startPerSecond) / (2 * (endMs - startMs));
  if (halfSlope > 0) return Math.min(endMilli, startMilli + sinceMs * (startPerSecond + halfSlope * sinceMs));
  const leftMs = Math.max(0, endMs - ms);
  return Math.max(startMilli, endMilli - leftMs * (endPerSecond - halfSlope * leftMs));
}

/** The first whole microsecond, in ms, at which the integral reaches `target`: solved, then mended where rounding bit. */
function firstInstantOf(stretch: Stretch, target: number): number {
  const isReached = (us: number): boolean => milliBy(stretch, us / usPerMs) >= target;
  let reachedUs = Math.round(solve(stretch, target) * usPerMs);
  if (reachedUs >= Number.MAX_SAFE_INTEGER) return Infinity;
  let earlyUs = reachedUs - 1;
  let strideUs = 1;
  while (!isReached(reachedUs)) {
    earlyUs = reachedUs;
    reachedUs += strideUs;
    strideUs *= 2;
  }
  while (isReached(earlyUs)) {
    reachedUs = earlyUs;
    earlyUs -= strideUs;
    strideUs *= 2;
  }
  while (reachedUs - earlyUs > 1) {
    const middleUs = Math.floor((reachedUs + earlyUs) / 2);
    if (isReached(middleUs)) reachedUs = middleUs;
    else earlyUs = middleUs;
  }
  return reachedUs / usPerMs;
}

function solve(stretch: Stretch, target: number): number {
  const { startMs, endMs, startPerSecond, endPerSecond, startMilli, endMilli } = stretch;
  if (startPerSecond === endPerSecond) return startMs + (target - startMilli) / startPerSecond;
  // From the ramp's low end, `milli` thousandths take x ms: halfSlope·x² + low·x = milli, solved without cancellation.
  const isRising = endPerSecond > startPerSecond;
  const halfSlope = Math.abs(endPerSecond - startPerSecond) / (2 * (endMs - startMs));
  const low = Math.min(startPerSecond, endPerSecond);
  const milli = isRising ? target - startMilli : endMilli - target;
  const x = milli > 0 ? (2 * milli) / (low + Math.sqrt(low * low + 4 * halfSlope * milli)) : 0;
  return isRising ? startMs + x : endMs - x;
}

/** Binary search: `isFrom` is false for a first part of the list and true from there on, at the latest for its last item. */
function firstWhere(stretches: readonly Stretch[], isFrom: (stretch: Stretch) => boolean): Stretch {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isFrom(stretches[middle] as Stretch)) high = middle;
    else low = middle + 1;
  }
  return stretches[low] as Stretch;
}

function finite(ms: number): number {
  if (!Number.isFinite(ms)) throw new RangeError(`ms is ${ms}; pass a finite time in milliseconds.`);
  return ms;
}
