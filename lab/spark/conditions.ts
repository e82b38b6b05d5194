// The conditions under which batches run, and when a batch that outlives a change of them is done.

import { nonNegative, positive } from '../argument.ts';
import type { CostConditions, SinkModel } from './batch-cost.ts';
import type { QuerySetup } from './query-setup.ts';

/** What holds from `fromMs` until the next begins. */
export interface Conditions extends CostConditions {
  readonly fromMs: number;
  readonly executors: number;
  /** Infinity when memory is no concern. */
  readonly executorBytes: number;
}

/** The conditions of a run in order of time, the first from 0. Throws RangeError for a change before 0 or out of range. */
export function conditionsOf(setup: QuerySetup, readRowsPerSecond: number | undefined): Conditions[] {
  const { cluster, work, sink, memory } = setup;
  let now: Conditions = {
    fromMs: 0,
    executors: cluster.executors,
    executorBytes: memory?.executorBytes ?? Infinity,
    cores: cluster.executors * cluster.coresPerExecutor,
    batchOverheadMs: work.batchOverheadMs,
    taskOverheadMs: work.taskOverheadMs,
    rowMs: work.rowMs,
    ...(sink !== undefined && { sink }),
    ...(readRowsPerSecond !== undefined && { readRowsPerSecond }),
  };
  const list = [now];
  for (const change of (setup.changes ?? []).toSorted((a, b) => a.atMs - b.atMs)) {
    const executors = change.executors ?? now.executors;
    const changedSink: SinkModel = {
      ...now.sink,
      ...(change.sinkLimitPerSecond !== undefined && { limitPerSecond: change.sinkLimitPerSecond }),
      ...(change.sinkSlowdown !== undefined && { slowdown: change.sinkSlowdown }),
    };
    now = {
      ...now,
      fromMs: nonNegative(change.atMs, 'changes.atMs'),
      executors,
      cores: executors * cluster.coresPerExecutor,
      rowMs: change.rowMs ?? now.rowMs,
      executorBytes: change.executorBytes ?? now.executorBytes,
      sink: changedSink,
    };
    list.push(now);
  }
  return list;
}

/** The conditions that hold at `ms`. */
export function conditionsAt(list: readonly Conditions[], ms: number): Conditions {
  let found = list[0] as Conditions;
  for (const conditions of list) if (conditions.fromMs <= ms) found = conditions;
  return found;
}

/**
 * When `part` (0 … 1) of a batch that began at `startMs` is done, in whole ms and at least 1 ms later: under each of the
 * conditions that it meets it gets on as fast as a batch would that lay wholly within them.
 */
export function doneAtMs(
  list: readonly Conditions[],
  startMs: number,
  part: number,
  wholeMs: (conditions: Conditions) => number,
): number {
  let left = part;
  let atMs = startMs;
  for (const [i, conditions] of list.entries()) {
    const untilMs = list[i + 1]?.fromMs ?? Infinity;
    if (untilMs <= atMs) continue;
    const neededMs = left * wholeMs(conditions);
    if (neededMs <= untilMs - atMs) return Math.max(startMs + 1, Math.round(atMs + neededMs));
    left -= (untilMs - atMs) / positive(wholeMs(conditions), 'the duration of a batch');
    atMs = untilMs;
  }
  return Math.max(startMs + 1, Math.round(atMs));
}
