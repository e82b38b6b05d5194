// What a source has by a moment, per partition, and when each offset came: closed forms, never an event for a record.

import { nonNegative, nonNegativeInteger, positive, positiveInteger } from '../argument.ts';
import { createProfile, type ProfileSegment } from '../traffic/profile.ts';

export interface ArrivalsSetup {
  readonly traffic: readonly ProfileSegment[];
  readonly partitions: number;
  /** The partitions' parts of the traffic, in any unit; even unless given. */
  readonly partitionWeights?: readonly number[];
  /** Records that were there before the run began; they count as arrived at 0. */
  readonly backlogRecords?: number;
  /** 1 for a topic; the rows of a file where an offset counts files. */
  readonly recordsPerOffset?: number;
}

export interface SourceArrivals {
  readonly partitions: number;
  /** Offsets that each partition has by `ms`; none ever falls. */
  offsetsAt(ms: number): number[];
  /** When the first offset at or after `offsets`, of any partition, arrives, in ms; Infinity if none does. */
  firstArrivalMs(offsets: readonly number[]): number;
  /** When the last offset below `offsets`, of any partition, arrived, in ms; 0 when there is none. */
  lastArrivalMs(offsets: readonly number[]): number;
  /** When the whole source first holds `count` offsets, in ms, exact to a few records of rounding. */
  totalReachedMs(count: number): number;
}

/**
 * Deals the records of a profile out to partitions: partition p has floor((A · wₚ + φₚ) / Σw) of A records. The phases φ
 * stagger partitions of the same weight, so that one record in turn goes to each, and even partitions sum up to A exactly.
 * Throws RangeError for bad traffic, weights or counts.
 */
export function createArrivals(setup: ArrivalsSetup): SourceArrivals {
  const partitions = positiveInteger(setup.partitions, 'partitions');
  const profile = createProfile(setup.traffic);
  const backlog = nonNegativeInteger(setup.backlogRecords ?? 0, 'backlogRecords');
  const perOffset = positiveInteger(setup.recordsPerOffset ?? 1, 'recordsPerOffset');
  const weights = setup.partitionWeights ?? Array.from({ length: partitions }, () => 1);
  if (weights.length !== partitions) {
    throw new RangeError(
      `partitionWeights holds ${weights.length} weights; pass one for each of the ${partitions} partitions.`,
    );
  }
  const total = weights.reduce((sum, weight, p) => sum + nonNegative(weight, `partitionWeights[${p}]`), 0);
  const divisor = positive(total, 'the sum of partitionWeights') * perOffset;
  const phases = perOffset === 1 ? phasesOf(weights, total) : weights.map(() => 0);

  const recordsAt = (ms: number): number => backlog + profile.arrivedBy(ms);
  const recordArrivalMs = (index: number): number =>
    index === Infinity ? Infinity : index < backlog ? 0 : profile.arrivalTimeOf(index - backlog);

  /** Counted over all partitions, the record that brings partition p its offset; Infinity for one without traffic. */
  const recordOf = (p: number, offset: number): number => {
    const weight = weights[p] as number;
    return weight === 0 ? Infinity : Math.ceil(((offset + 1) * divisor - (phases[p] as number)) / weight) - 1;
  };

  return {
    partitions,
    offsetsAt(ms) {
      const records = recordsAt(ms);
      return weights.map((weight, p) => Math.floor((records * weight + (phases[p] as number)) / divisor));
    },
    firstArrivalMs(offsets) {
      let first = Infinity;
      for (let p = 0; p < partitions; p += 1) first = Math.min(first, recordOf(p, offsets[p] as number));
      return recordArrivalMs(first);
    },
    lastArrivalMs(offsets) {
      let last = -1;
      for (let p = 0; p < partitions; p += 1) {
        const offset = offsets[p] as number;
        if (offset > 0) last = Math.max(last, recordOf(p, offset - 1));
      }
      return last < 0 ? 0 : recordArrivalMs(last);
    },
    totalReachedMs: (count) => recordArrivalMs(Math.max(0, count * perOffset - 1)),
  };
}

/** Partitions of one weight take turns: the j-th of m begins j/m of a record ahead. */
function phasesOf(weights: readonly number[], total: number): number[] {
  const counts = new Map<number, number>();
  for (const weight of weights) counts.set(weight, (counts.get(weight) ?? 0) + 1);
  const seen = new Map<number, number>();
  return weights.map((weight) => {
    const rank = seen.get(weight) ?? 0;
    seen.set(weight, rank + 1);
    return (rank * total) / (counts.get(weight) as number);
  });
}
