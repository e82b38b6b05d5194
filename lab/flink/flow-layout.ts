// How a job is laid out for the count engine: the parallelism of each operator and its subtasks in groups.

import type { FlowStage, SubtaskGroup } from './flow-rates.ts';
import { planOf, type FlowSetup } from './flow-plan.ts';
import { checkForward, sharesOf, stagesOf, type Stage } from './job.ts';
import { effectiveParallelism } from './rescale.ts';

/** Which parallelism each stage would like, and what the cluster gives. */
export interface Wish {
  readonly parallelisms: readonly number[];
  readonly taskManagers: number;
}

/** The stages as they run for a wish. Throws RangeError when the default scheduler lacks slots and for a torn forward edge. */
export function layOut(setup: FlowSetup, stages: readonly Stage[], wish: Wish): readonly Stage[] {
  const { cluster } = setup;
  const laidOut = stages.map((stage, i) => {
    const configured = wish.parallelisms[i] ?? stage.parallelism;
    if (cluster === undefined) return { ...stage, parallelism: configured };
    const slots = wish.taskManagers * cluster.slotsPerTaskManager;
    return { ...stage, parallelism: effectiveParallelism({ scheduler: cluster.scheduler, configured, slots }) };
  });
  checkForward(laidOut);
  return laidOut;
}

/** Goes through every layout of a run, as planned. Throws RangeError for the first that cannot be. */
export function checkLayouts(setup: FlowSetup): void {
  const stages = stagesOf(setup);
  const parallelisms = stages.map(({ parallelism }) => parallelism);
  let taskManagers = setup.cluster?.taskManagers ?? 0;
  layOut(setup, stages, { parallelisms, taskManagers });
  const plan = planOf(setup, stages);
  for (const [i, change] of plan.entries()) {
    if (change.kind === 'task-managers') taskManagers = change.taskManagers;
    else if (change.kind === 'rescale') applyRescale(parallelisms, stages, change.rescale);
    else continue;
    if (plan[i + 1]?.atMs !== change.atMs) layOut(setup, stages, { parallelisms, taskManagers });
  }
}

/** Writes what a rescale wants into the stages' parallelisms. */
export function applyRescale(
  parallelisms: number[],
  stages: readonly Stage[],
  { operator, parallelism }: { readonly operator?: string; readonly parallelism: number },
): void {
  for (const [i, { name }] of stages.entries())
    if (operator === undefined || operator === name) parallelisms[i] = parallelism;
}

/** Empty flow stages for a layout, with the service times that hold now. */
export function flowStagesOf(
  laidOut: readonly Stage[],
  partitions: number | undefined,
  serviceMs: readonly number[],
): readonly FlowStage[] {
  return sharesOf(laidOut, partitions).map((shares, i) => {
    const stage = laidOut[i] as Stage;
    return {
      groups: groupsOf(shares),
      bufferRecords: stage.bufferRecords,
      selectivity: stage.selectivity,
      networkPerSecond: stage.networkPerSecond,
      isForward: stage.input === 'forward',
      subtaskCapacityPerSecond: 1000 / (serviceMs[i] ?? stage.serviceMs),
      inPerSecond: 0,
      servedPerSecond: 0,
    };
  });
}

function groupsOf(shares: readonly number[]): readonly SubtaskGroup[] {
  const byShare = new Map<number, number[]>();
  for (const [subtask, share] of shares.entries()) {
    const alike = byShare.get(share);
    if (alike === undefined) byShare.set(share, [subtask]);
    else alike.push(subtask);
  }
  return [...byShare].map(([share, subtasks]) => ({ subtasks, share, queue: 0, served: 0, growth: 0 }));
}

export function queuedRecords({ groups }: FlowStage): number {
  return groups.reduce((sum, { queue, subtasks }) => sum + queue * subtasks.length, 0);
}
