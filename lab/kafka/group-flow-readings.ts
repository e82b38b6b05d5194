// What a figure or a check reads off a group's flow: lag, age, peaks, drain time, and whether retention was enough.

import { positive } from '../argument.ts';
import { headOfLineAgeMs } from '../trace/age.ts';
import type { Curve } from '../trace/curve.ts';
import type { Stretch } from './group-flow.ts';

export interface GroupFlow {
  /** The run, end to end: in each stretch every rate is constant. */
  readonly stretches: readonly Stretch[];
  readonly peakLag: { readonly atMs: number; readonly records: number };
  /** The longest time that any record waited, or has waited when the run ends. */
  readonly maxWaitMs: number;
  arrivedBy(ms: number): number;
  deliveredBy(ms: number): number;
  /** Arrived − delivered, over all partitions. */
  lagRecordsAt(ms: number): number;
  /** Age of the oldest waiting record of any partition, in ms; 0 when nothing waits. */
  headOfLineAgeMsAt(ms: number): number;
  /** The first instant at or after `fromMs` without lag; null when the run ends before. */
  drainedAtMs(fromMs: number): number | null;
  /** Whether every record was read in time (M1.8): false once one has waited longer than the retention. */
  isWithinRetention(retentionMs: number): boolean;
}

/** Differences below 1/grains, in records and in ms, are rounding. */
const grains = 1e6;
const grain = 1 / grains;

/** The readings of stretches that lie end to end; `shares` are the partitions' parts of `arrived`. Times past the end are an error. */
export function readFlow(given: {
  stretches: readonly Stretch[];
  shares: readonly number[];
  arrived: Curve;
}): GroupFlow {
  const { stretches, shares, arrived } = given;
  const endMs = stretches.at(-1)?.toMs ?? 0;

  function backlogsAt(ms: number): number[] {
    if (!(ms >= 0 && ms <= endMs)) throw new RangeError(`ms is ${ms}; pass a time of the run, 0 to ${endMs}.`);
    const stretch = stretches.find(({ toMs }) => toMs >= ms) as Stretch;
    const done = (ms - stretch.fromMs) / (stretch.toMs - stretch.fromMs);
    return stretch.startBacklogs.map((start, p) => start + ((stretch.endBacklogs[p] ?? 0) - start) * done);
  }
  const lagAt = (ms: number): number => snap(total(backlogsAt(ms)));

  /** Records of partition p up to which all have left, counted in the topic's total, so that one curve serves all. */
  const departed = (arrivedRecords: number, backlog: number, p: number): number =>
    arrivedRecords - backlog / (shares[p] ?? 1);
  const arrivals = { arrivedBy: arrived.valueAt, arrivalTimeOf: (count: number) => arrived.firstBeyond(count + grain) };

  function ageAt(ms: number): number {
    const ages = backlogsAt(ms).map((backlog, p) =>
      backlog < grain ? 0 : headOfLineAgeMs(ms, departed(arrived.valueAt(ms), backlog, p), arrivals),
    );
    return snap(Math.max(...ages));
  }

  /** The longest wait in a partition during a stretch: at its end, or where the wait bends because arrivals did. */
  function longestWaitMs(stretch: Stretch, p: number): number {
    const { fromMs, toMs } = stretch;
    const startBacklog = stretch.startBacklogs[p] ?? 0;
    const endBacklog = stretch.endBacklogs[p] ?? 0;
    if (startBacklog === 0 && endBacklog === 0) return 0;
    const from = departed(arrived.valueAt(fromMs), startBacklog, p);
    const to = departed(arrived.valueAt(toMs), endBacklog, p);
    if (to - from < grain) return headOfLineAgeMs(toMs, to, arrivals);
    const bends = arrived.points.filter(({ value }) => value > from && value < to).map(({ value }) => value);
    const waits = [...bends, to].map((left) => {
      const leftMs = fromMs + ((left - from) / (to - from)) * (toMs - fromMs);
      return leftMs - arrived.firstReaching(left - grain);
    });
    return Math.max(0, ...waits);
  }
  const waits = stretches.flatMap((stretch) => shares.map((_, p) => longestWaitMs(stretch, p)));
  const maxWaitMs = snap(waits.reduce((longest, wait) => Math.max(longest, wait), 0));

  const peakLag = [0, ...stretches.map(({ toMs }) => toMs)]
    .map((atMs) => ({ atMs, records: lagAt(atMs) }))
    .reduce((peak, sample) => (sample.records > peak.records ? sample : peak));

  return {
    stretches,
    peakLag,
    maxWaitMs,
    arrivedBy: (ms) => snap(arrived.valueAt(ms)),
    deliveredBy: (ms) => snap(arrived.valueAt(ms) - lagAt(ms)),
    lagRecordsAt: lagAt,
    headOfLineAgeMsAt: ageAt,
    drainedAtMs(fromMs) {
      // Lag moves in straight lines, so it can only come to 0 where a stretch ends.
      const found = [fromMs, ...stretches.map(({ toMs }) => toMs)].find((ms) => ms >= fromMs && lagAt(ms) === 0);
      return found ?? null;
    },
    isWithinRetention: (retentionMs) => maxWaitMs <= positive(retentionMs, 'retentionMs'),
  };
}

function snap(value: number): number {
  return Math.round(value * grains) / grains;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
