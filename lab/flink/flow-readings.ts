// What a figure or a check reads off a run of the count engine: metrics of subtasks over a span, lag, checkpoints, restarts.

import { headOfLineAgeMs } from '../trace/age.ts';
import { createCurve, type CurvePoint } from '../trace/curve.ts';
import type { CheckpointOutcome } from './checkpoint.ts';
import type { FlowSetup } from './flow-plan.ts';
import type { SubtaskGroup } from './flow-rates.ts';
import { stagesOf } from './job.ts';
import type { JobRun, OperatorCounts, OperatorReading } from './readings.ts';

/** One operator during a stretch; lists are by group of subtasks and hold values of one subtask. */
export interface StageStretch {
  readonly groups: readonly Pick<SubtaskGroup, 'subtasks' | 'share'>[];
  readonly subtaskCapacityPerSecond: number;
  readonly bufferRecords: number;
  readonly inPerSecond: number;
  readonly served: readonly number[];
  readonly startQueues: readonly number[];
  readonly endQueues: readonly number[];
}

/** A span in which no rate changes. */
export interface FlowStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly phase: 'running' | 'draining' | 'down';
  readonly offeredPerSecond: number;
  readonly stages: readonly StageStretch[];
}

export interface Restart {
  readonly stoppedMs: number;
  readonly runningMs: number;
  readonly readAgainRecords: number;
  /** Results that an ordinary sink wrote before the restart and writes again after it. */
  readonly duplicateRecords: number;
  /** By operator, the source first. */
  readonly parallelisms: readonly number[];
}

export interface FlowRun extends JobRun {
  /** The run, end to end. */
  readonly stretches: readonly FlowStretch[];
  readonly checkpoints: readonly CheckpointOutcome[];
  readonly restarts: readonly Restart[];
  /** Changes of the number of TaskManagers that changed no parallelism (F33). */
  readonly withoutEffect: readonly { readonly atMs: number; readonly taskManagers: number }[];
}

/** Parts of a record below this are rounding. */
const grain = 1e-6;

/** The readings of stretches that lie end to end. Times past the end are an error. */
export function readFlow(given: {
  setup: FlowSetup;
  stretches: readonly FlowStretch[];
  checkpoints: readonly CheckpointOutcome[];
  restarts: readonly Restart[];
  withoutEffect: FlowRun['withoutEffect'];
  readAgainRecords: number;
  counts: readonly OperatorCounts[];
}): FlowRun {
  const { setup, stretches, counts, ...rest } = given;
  const names = stagesOf(setup).map(({ name }) => name);
  const points: CurvePoint[] = [
    { atMs: 0, value: 0 },
    { atMs: 0, value: setup.startLagRecords ?? 0 },
  ];
  for (const { fromMs, toMs, offeredPerSecond } of stretches)
    points.push({ atMs: toMs, value: (points.at(-1)?.value ?? 0) + (offeredPerSecond * (toMs - fromMs)) / 1000 });
  const arrived = createCurve(points);
  const arrivals = { arrivedBy: arrived.valueAt, arrivalTimeOf: (count: number) => arrived.firstBeyond(count + grain) };

  /** The stretch that ends at `ms` or after it. */
  function indexAt(ms: number): number {
    if (!(ms >= 0 && ms <= setup.durationMs))
      throw new RangeError(`ms is ${ms}; pass a time of the run, 0 to ${setup.durationMs}.`);
    let low = 0;
    let high = stretches.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((stretches[middle]?.toMs ?? 0) >= ms) high = middle;
      else low = middle + 1;
    }
    return low;
  }
  const stretchAt = (ms: number): FlowStretch => stretches[indexAt(ms)] as FlowStretch;

  function topicAt(ms: number): { records: number; share: number; subtasks: number }[] {
    const stretch = stretchAt(ms);
    const stage = stretch.stages[0] as StageStretch;
    return stage.groups.map(({ share, subtasks }, g) => ({
      records: queueAt(stretch, stage, g, ms),
      share,
      subtasks: subtasks.length,
    }));
  }

  return {
    ...rest,
    stretches,
    counts,
    durationMs: setup.durationMs,
    arrivedRecords: arrived.valueAt(setup.durationMs),
    arrivedBy: (ms) => arrived.valueAt(ms),
    lagRecordsAt: (ms) => topicAt(ms).reduce((sum, { records, subtasks }) => sum + records * subtasks, 0),
    lagMsAt(ms) {
      const total = arrived.valueAt(ms);
      const ages = topicAt(ms).map(({ records, share }) =>
        records < grain ? 0 : headOfLineAgeMs(ms, Math.max(0, total - records / share), arrivals),
      );
      return Math.max(0, ...ages);
    },
    isDownBetween(fromMs, toMs) {
      for (let i = indexAt(fromMs); i < stretches.length && (stretches[i]?.fromMs ?? 0) < toMs; i++)
        if (stretches[i]?.phase === 'down' && (stretches[i]?.toMs ?? 0) > fromMs) return true;
      return false;
    },
    readingsBetween(fromMs, toMs) {
      if (!(fromMs < toMs)) throw new RangeError(`The span ${fromMs} to ${toMs} is empty; let it end after it begins.`);
      const from = indexAt(fromMs);
      const to = indexAt(toMs);
      return names.map((name, i) => readStage(stretches.slice(from, to + 1), i, name, fromMs, toMs));
    },
  };
}

/** One operator over the stretches of a span, in the layout that holds at its end. */
function readStage(
  stretches: readonly FlowStretch[],
  i: number,
  name: string,
  fromMs: number,
  toMs: number,
): OperatorReading {
  const last = stretches.at(-1) as FlowStretch;
  const lastStage = last.stages[i] as StageStretch;
  const sums = lastStage.groups.map(() => ({ busyMs: 0, heldMs: 0, records: 0 }));
  for (const stretch of stretches) {
    const ms = Math.min(toMs, stretch.toMs) - Math.max(fromMs, stretch.fromMs);
    if (ms <= 0) continue;
    const stage = stretch.stages[i] as StageStretch;
    const isOther = stage.groups !== lastStage.groups;
    for (const [g, sum] of sums.entries()) {
      // Subtasks of another layout are other subtasks: their mean stands for each.
      const { busyShare, heldShare, served } = isOther ? meanOf(stretch, i) : timesOf(stretch, i, g);
      sum.busyMs += busyShare * ms;
      sum.heldMs += heldShare * ms;
      sum.records += (served * ms) / 1000;
    }
  }
  const perSecond = 1000 / (toMs - fromMs);
  return {
    name,
    parallelism: lastStage.groups.reduce((sum, { subtasks }) => sum + subtasks.length, 0),
    subtasks: sums.map(({ busyMs, heldMs, records }, g) => {
      const busyMsPerSecond = Math.min(1000, busyMs * perSecond);
      const backPressuredMsPerSecond = Math.min(1000 - busyMsPerSecond, heldMs * perSecond);
      const waitingRecords = queueAt(last, lastStage, g, toMs);
      return {
        subtasks: lastStage.groups[g]?.subtasks ?? [],
        busyMsPerSecond,
        backPressuredMsPerSecond,
        idleMsPerSecond: 1000 - busyMsPerSecond - backPressuredMsPerSecond,
        numRecordsInPerSecond: records * perSecond,
        waitingRecords,
        // What a restart puts back may be more than fewer subtasks have room for: the rest waits beside a full pool.
        inPoolUsage: i === 0 ? null : Math.min(1, waitingRecords / lastStage.bufferRecords),
      };
    }),
  };
}

/** Parts of its time that a subtask works and is held back: with work in front of it, it is never idle. */
function timesOf(
  { phase, stages }: FlowStretch,
  i: number,
  g: number,
): { busyShare: number; heldShare: number; served: number } {
  const stage = stages[i] as StageStretch;
  const served = stage.served[g] ?? 0;
  const busyShare = served / stage.subtaskCapacityPerSecond;
  const hasWork = (stage.startQueues[g] ?? 0) > 0 || (stage.endQueues[g] ?? 0) > 0;
  const isStopped = phase === 'down' || (phase === 'draining' && i === 0);
  const heldShare = hasWork && !isStopped ? Math.max(0, 1 - busyShare) : 0;
  return { busyShare, heldShare: heldShare < 1e-9 ? 0 : heldShare, served };
}

function meanOf(stretch: FlowStretch, i: number): { busyShare: number; heldShare: number; served: number } {
  const mean = { busyShare: 0, heldShare: 0, served: 0 };
  const groups = stretch.stages[i]?.groups ?? [];
  const all = groups.reduce((sum, { subtasks }) => sum + subtasks.length, 0);
  for (const [g, { subtasks }] of groups.entries()) {
    const times = timesOf(stretch, i, g);
    const part = subtasks.length / all;
    mean.busyShare += times.busyShare * part;
    mean.heldShare += times.heldShare * part;
    mean.served += times.served * part;
  }
  return mean;
}

function queueAt({ fromMs, toMs }: FlowStretch, stage: StageStretch, g: number, ms: number): number {
  const start = stage.startQueues[g] ?? 0;
  return start + ((stage.endQueues[g] ?? 0) - start) * ((ms - fromMs) / (toMs - fromMs));
}
