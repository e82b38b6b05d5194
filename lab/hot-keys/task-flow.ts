// The count engine of a keyed stage with a hot key: rates in, and what waits, is busy and comes out, in closed form.

import { nonNegative, positive } from '../argument.ts';
import { taskClasses, type MapSideCombine, type TaskClass } from './task-rates.ts';
import type { KeySkew } from './task-shares.ts';

export interface TaskFlowSetup {
  /** Records/s from `fromMs` on, until the next one begins. The first begins at 0. */
  readonly arrivals: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly skew: KeySkew;
  readonly taskCapacityPerSecond: number;
  readonly combine?: MapSideCombine;
  /**
   * Where records wait that a task cannot take yet. At the tasks: each has a backlog of its own, as a partition of a topic
   * has, and the others run on (K37). At the source: the channels between are bounded, so the hot task slows all (M3.6).
   */
  readonly waits: 'at the tasks' | 'at the source';
  readonly durationMs: number;
}

/** A span in which no rate changes. Lists are by class of tasks; rates and backlogs are those of one task of the class. */
export interface TaskStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly arrivedPerSecond: number;
  /** What the stage takes from the source. */
  readonly takenPerSecond: number;
  readonly sourceBacklogRecords: number;
  readonly rowsPerSecond: readonly number[];
  readonly servedPerSecond: readonly number[];
  readonly backlogRows: readonly number[];
}

/** What has happened by an instant. Lists are by class of tasks and count one task. */
export interface TaskReading {
  readonly arrived: number;
  readonly taken: number;
  readonly sourceBacklogRecords: number;
  readonly rows: readonly number[];
  readonly servedRows: readonly number[];
  readonly backlogRows: readonly number[];
  readonly stretch: TaskStretch;
}

export interface TaskFlow {
  readonly classes: readonly TaskClass[];
  /** The most records/s that the stage can take in for ever: its hottest task's bound. */
  readonly boundPerSecond: number;
  readonly stretches: readonly TaskStretch[];
  /** Readings at instants in ms, which rise and do not pass the end. */
  readAt(times: readonly number[]): TaskReading[];
}

/**
 * Runs a keyed stage as a fluid (M5, M3.6, K37). Laws: arrived = taken + source backlog; each task's rows = served + backlog;
 * no task serves more than its capacity; nothing is negative. Throws RangeError for input out of range.
 */
export function runTaskFlow(setup: TaskFlowSetup): TaskFlow {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const capacityPerSecond = positive(setup.taskCapacityPerSecond, 'taskCapacityPerSecond');
  const classes = taskClasses(setup.skew, setup.combine);
  const boundPerSecond = Math.min(...classes.map((each) => each.boundPerSecond(capacityPerSecond)));
  const isHeldAtSource = setup.waits === 'at the source';
  if (setup.arrivals[0]?.fromMs !== 0)
    throw new RangeError('arrivals does not begin at 0; let the first rate have fromMs 0.');

  const stretches: TaskStretch[] = [];
  let sourceBacklogRecords = 0;
  let backlogRows = classes.map(() => 0);
  for (const [i, { fromMs, recordsPerSecond }] of setup.arrivals.entries()) {
    const arrivedPerSecond = nonNegative(recordsPerSecond, `arrivals[${i}].recordsPerSecond`);
    if (!(fromMs >= (setup.arrivals[i - 1]?.fromMs ?? 0)))
      throw new RangeError(`arrivals[${i}] is out of order; sort by fromMs.`);
    const untilMs = Math.min(durationMs, setup.arrivals[i + 1]?.fromMs ?? Infinity);
    let nowMs = fromMs;
    while (nowMs < untilMs) {
      const takenPerSecond = !isHeldAtSource
        ? arrivedPerSecond
        : sourceBacklogRecords > 0
          ? boundPerSecond
          : Math.min(arrivedPerSecond, boundPerSecond);
      const rowsPerSecond = classes.map((each) => each.rowsPerSecond(takenPerSecond));
      const servedPerSecond = rowsPerSecond.map((rate, c) => {
        if (isHeldAtSource) return Math.min(rate, capacityPerSecond);
        return (backlogRows[c] ?? 0) > 0 ? capacityPerSecond : Math.min(rate, capacityPerSecond);
      });
      const backlogs = [sourceBacklogRecords, ...backlogRows];
      const falls = [
        takenPerSecond - arrivedPerSecond,
        ...rowsPerSecond.map((rate, c) => (servedPerSecond[c] ?? 0) - rate),
      ];
      const emptyMs = backlogs.map((backlog, at) => emptyAfterMs(backlog, falls[at] ?? 0));
      const lengthMs = Math.min(untilMs - nowMs, ...emptyMs);
      stretches.push({
        fromMs: nowMs,
        toMs: nowMs + lengthMs,
        arrivedPerSecond,
        takenPerSecond,
        sourceBacklogRecords,
        rowsPerSecond,
        servedPerSecond,
        backlogRows,
      });
      const after = backlogs.map((backlog, at) =>
        emptyMs[at] === lengthMs ? 0 : withoutRounding(backlog - ((falls[at] ?? 0) * lengthMs) / 1000),
      );
      sourceBacklogRecords = after[0] ?? 0;
      backlogRows = after.slice(1);
      nowMs += lengthMs;
    }
  }
  return { classes, boundPerSecond, stretches, readAt: (times) => readAt(stretches, times) };
}

function emptyAfterMs(backlog: number, fallPerSecond: number): number {
  return backlog > 0 && fallPerSecond > 0 ? (backlog / fallPerSecond) * 1000 : Infinity;
}

/** A backlog below a millionth of a record is rounding: a rate and its bound that are equal but for the last digit. */
function withoutRounding(backlog: number): number {
  return backlog < 1e-6 ? 0 : backlog;
}

function readAt(stretches: readonly TaskStretch[], times: readonly number[]): TaskReading[] {
  let at = 0;
  let arrived = 0;
  let taken = 0;
  let rows = stretches[0]?.rowsPerSecond.map(() => 0) ?? [];
  let servedRows = rows;
  return times.map((ms) => {
    let stretch = stretches[at] as TaskStretch;
    for (let next = stretches[at + 1]; next !== undefined && next.fromMs <= ms; next = stretches[++at + 1]) {
      const seconds = (stretch.toMs - stretch.fromMs) / 1000;
      arrived += stretch.arrivedPerSecond * seconds;
      taken += stretch.takenPerSecond * seconds;
      rows = plus(rows, stretch.rowsPerSecond, seconds);
      servedRows = plus(servedRows, stretch.servedPerSecond, seconds);
      stretch = next;
    }
    const seconds = (ms - stretch.fromMs) / 1000;
    const { arrivedPerSecond, takenPerSecond, rowsPerSecond, servedPerSecond } = stretch;
    return {
      arrived: arrived + arrivedPerSecond * seconds,
      taken: taken + takenPerSecond * seconds,
      sourceBacklogRecords: Math.max(0, stretch.sourceBacklogRecords + (arrivedPerSecond - takenPerSecond) * seconds),
      rows: plus(rows, rowsPerSecond, seconds),
      servedRows: plus(servedRows, servedPerSecond, seconds),
      backlogRows: stretch.backlogRows.map((backlog, c) =>
        Math.max(0, backlog + ((rowsPerSecond[c] ?? 0) - (servedPerSecond[c] ?? 0)) * seconds),
      ),
      stretch,
    };
  });
}

function plus(counts: readonly number[], perSecond: readonly number[], seconds: number): number[] {
  return counts.map((value, i) => value + (perSecond[i] ?? 0) * seconds);
}
