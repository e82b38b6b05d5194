// Finding the operator that holds a job back, the way one reads Flink's job graph: from the source downstream.

import { levelOf } from './levels.ts';

/** What is known about one subtask: two of its three times, in ms per second. */
export interface SubtaskTimes {
  readonly busyMsPerSecond: number;
  readonly backPressuredMsPerSecond: number;
}

export interface OperatorTimes {
  readonly name: string;
  /** At least one. */
  readonly subtasks: readonly SubtaskTimes[];
}

export type BottleneckFinding =
  /** Nobody is held back: look at the source, at the traffic, or be content. */
  | { readonly kind: 'none' }
  /** This operator works all the time and everything before it waits. */
  | {
      readonly kind: 'operator';
      readonly operator: string;
      /** All subtasks are busy: too little capacity. Only some: the keys are skewed (F21). */
      readonly cause: 'capacity' | 'skew';
    }
  /** `after` cannot hand on its records although what follows is not busy: the network, or a thread outside the task. */
  | { readonly kind: 'network-or-external'; readonly after: string };

/** A task is busy from here on. */
const busyFromMsPerSecond = 900;

/**
 * The bottleneck of a chain of operators, the source first (M3.7, F20): the operator behind the last one whose level is low
 * or high, if it is busy at 900 ms/s or more. A task counts with its worst subtask (F10). Throws RangeError for an operator
 * without subtasks.
 */
export function findBottleneck(operators: readonly OperatorTimes[]): BottleneckFinding {
  const held = operators.findLastIndex(({ name, subtasks }) => {
    if (subtasks.length === 0) throw new RangeError(`${name} has no subtasks; pass the times of each.`);
    return subtasks.some(({ backPressuredMsPerSecond: ms }) => levelOf(ms / 1000) !== 'ok');
  });
  const after = operators[held];
  if (after === undefined) return { kind: 'none' };
  const next = operators[held + 1];
  const busy = next?.subtasks.filter(({ busyMsPerSecond }) => busyMsPerSecond >= busyFromMsPerSecond).length ?? 0;
  if (next === undefined || busy === 0) return { kind: 'network-or-external', after: after.name };
  return { kind: 'operator', operator: next.name, cause: busy === next.subtasks.length ? 'capacity' : 'skew' };
}
