// How a source finds event times and says how far they have come.

import { nonNegative, positive } from '../../argument.ts';

type TimestampAssigner<T> = (value: T, recordTimestamp: number) => number;

interface Settings<T> {
  /** Null: the source sends no watermarks at all. */
  readonly outOfOrdernessMs: number | null;
  readonly idleTimeoutMs?: number;
  readonly maxDriftMs?: number;
  readonly assigner?: TimestampAssigner<T>;
}

/**
 * Flink's WatermarkStrategy, with times in ms. A source's watermark is the minimum over its partitions: without `withIdleness`
 * one that is silent holds all windows and timers back (F29).
 */
export class WatermarkStrategy<T> {
  readonly settings: Settings<T>;

  constructor(settings: Settings<T>) {
    this.settings = settings;
  }

  /** A record comes at most `ms` later than one with a newer event time. */
  static forBoundedOutOfOrderness<T>(ms: number): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ outOfOrdernessMs: nonNegative(ms, 'the time of forBoundedOutOfOrderness()') });
  }
  /** Event times never fall within a partition. */
  static forMonotonousTimestamps<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ outOfOrdernessMs: 0 });
  }
  /** For jobs without event time. */
  static noWatermarks<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ outOfOrdernessMs: null });
  }

  /** A partition without a record for this long no longer holds the watermark back. */
  withIdleness(ms: number): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ ...this.settings, idleTimeoutMs: positive(ms, 'the time of withIdleness()') });
  }
  /** A partition whose watermark is this far ahead of the slowest is not read until the others have caught up. */
  withWatermarkAlignment(_group: string, maxDriftMs: number): WatermarkStrategy<T> {
    const drift = positive(maxDriftMs, 'maxAllowedWatermarkDrift of withWatermarkAlignment()');
    return new WatermarkStrategy<T>({ ...this.settings, maxDriftMs: drift });
  }
  /** Takes the event time, in ms since the epoch, from the record instead of Kafka's timestamp. */
  withTimestampAssigner(assigner: TimestampAssigner<T>): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ ...this.settings, assigner });
  }
}
