// What a poll batch costs a single-threaded member: its throughput, and the deadline of the next poll.

import { nonNegative, positive, positiveInteger, shareOfOne } from '../argument.ts';

/** A batch of `batchRecords` costs a fixed `batchOverheadMs` plus `recordMs` for each record. */
export interface BatchCost {
  readonly batchRecords: number;
  readonly batchOverheadMs: number;
  readonly recordMs: number;
}

/** Time of one batch in ms: o + b·s (M1.4). */
export function batchMs({ batchRecords, batchOverheadMs, recordMs }: BatchCost): number {
  const overheadMs = nonNegative(batchOverheadMs, 'batchOverheadMs');
  return overheadMs + positiveInteger(batchRecords, 'batchRecords') * positive(recordMs, 'recordMs');
}

/** Throughput of one single-threaded member in records/s: X(b) = b / (o + b·s) (M1.4). Grows with b, below 1/s. */
export function memberRecordsPerSecond(cost: BatchCost): number {
  return (cost.batchRecords / batchMs(cost)) * 1000;
}

/** What X(b) approaches as batches grow, in records/s: 1/s (M1.4). A larger batch can do no better. */
export function memberLimitPerSecond(recordMs: number): number {
  return 1000 / positive(recordMs, 'recordMs');
}

/** The largest batch within a share of the poll interval: floor(f · interval / s) (M1.5, K12). May be 0: no batch is safe. */
export function safeBatchRecords(given: { maxPollIntervalMs: number; recordMs: number; safetyFactor: number }): number {
  const budgetMs =
    shareOfOne(given.safetyFactor, 'safetyFactor') * positive(given.maxPollIntervalMs, 'maxPollIntervalMs');
  return Math.floor(budgetMs / positive(given.recordMs, 'recordMs'));
}

export interface PollDeadline {
  /** Time between two polls. */
  readonly betweenPollsMs: number;
  /** When the member leaves the group, counted from the poll that returned the batch; null when it polls in time. */
  readonly evictedAtMs: number | null;
  /** Records of the batch that another member processes again, because their commit comes too late and fails. */
  readonly redeliveredRecords: number;
}

/**
 * What becomes of a batch that is processed whole and then committed (M1.5, K4): a member whose next poll comes later than
 * `max.poll.interval.ms` is evicted at that deadline. Polling exactly at the deadline is in time.
 */
export function pollDeadline(given: BatchCost & { readonly maxPollIntervalMs: number }): PollDeadline {
  const betweenPollsMs = batchMs(given);
  const isLate = betweenPollsMs > positive(given.maxPollIntervalMs, 'maxPollIntervalMs');
  return {
    betweenPollsMs,
    evictedAtMs: isLate ? given.maxPollIntervalMs : null,
    redeliveredRecords: isLate ? given.batchRecords : 0,
  };
}
