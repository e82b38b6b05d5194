// The planner of a query: at each look, what the next batch is to read, or until when there is nothing to do.

import type { QuerySetup } from './query-setup.ts';
import type { PlannedSource } from './query-source.ts';

/** The offsets of a batch: once written to the offset log, it is these or none, after any number of restarts. */
export interface BatchPlan {
  readonly endOffsets: readonly number[];
  /** What there was when the batch was planned, or what AvailableNow froze (SS31). */
  readonly latestOffsets: readonly number[];
}

/** What a look at the source comes to. */
export type PlannedLook =
  | { readonly kind: 'batch'; readonly plan: BatchPlan }
  /** Nothing to read before `untilMs`; Infinity when nothing comes any more. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** A query that ends has read what it came for. */
  | { readonly kind: 'finished' };

/** What retention has taken away: where reading goes on, and how many offsets are gone. */
export interface DeletedOffsets {
  readonly offsets: readonly number[];
  readonly count: number;
}

export interface QueryPlanner {
  look(atMs: number, offsets: readonly number[]): PlannedLook;
  /** What of the offsets from `offsets` on, up to `endOffsets` if given, is deleted by `atMs`; null when all is there. */
  deletedBy(atMs: number, offsets: readonly number[], endOffsets?: readonly number[]): DeletedOffsets | null;
}

/** A planner with the limits of the source and the way of the trigger (M2.1, M2.11, SS4, SS11). */
export function createPlanner({ source: { options }, trigger }: QuerySetup, source: PlannedSource): QueryPlanner {
  const isUnlimited = trigger.kind === 'once';
  const frozenOffsets = trigger.kind === 'available-now' ? source.offsetsAt(0) : null;
  const isEnding = isUnlimited || frozenOffsets !== null;
  const { minOffsetsPerTrigger: least = 1, maxTriggerDelayMs: delayMs = 900_000 } = options;
  /** When the last batch that counts for `maxTriggerDelay` was planned; the first look of all counts too, as in Spark. */
  let lastMs: number | null = null;

  /** With `minOffsetsPerTrigger`: when there are so many, or the delay is over since the last batch and something is there. */
  function worthwhileMs(offsets: readonly number[], sinceMs: number): number {
    const firstMs = source.firstArrivalMs(offsets);
    if (least === 1 || firstMs === Infinity) return firstMs;
    const dueMs = sinceMs + Math.max(1, Math.ceil((firstMs - sinceMs) / delayMs)) * delayMs;
    return Math.min(dueMs, source.totalReachedMs(total(offsets) + least));
  }

  return {
    look(atMs, offsets) {
      const latestOffsets = frozenOffsets ?? source.offsetsAt(atMs);
      const waiting = latestOffsets.map((latest, p) => Math.max(0, latest - (offsets[p] ?? 0)));
      const count = total(waiting);
      const isDue = isEnding || lastMs === null || atMs - lastMs >= delayMs;
      lastMs ??= atMs;
      if (count > 0 && (isDue || count >= least)) {
        lastMs = atMs;
        const taken = source.take(waiting, isUnlimited);
        return { kind: 'batch', plan: { endOffsets: taken.map((n, p) => (offsets[p] ?? 0) + n), latestOffsets } };
      }
      return isEnding ? { kind: 'finished' } : { kind: 'wait', untilMs: worthwhileMs(offsets, lastMs) };
    },
    deletedBy(atMs, offsets, endOffsets) {
      const earliest = source.earliestAt(atMs);
      const left = offsets.map((offset, p) =>
        Math.max(offset, Math.min(earliest[p] ?? 0, endOffsets?.[p] ?? Infinity)),
      );
      const count = total(left) - total(offsets);
      return count === 0 ? null : { count, offsets: left };
    },
  };
}

function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
