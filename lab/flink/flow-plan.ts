// What is planned for a run of the count engine: everything that changes at a known time, in order.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import type { CheckpointSetup } from './checkpoint.ts';
import { serviceChanges, type JobSetup, type Stage } from './job.ts';
import type { Scheduler } from './rescale.ts';

/** Another parallelism, for one operator or for all. It always means a restart. */
export interface Rescale {
  readonly atMs: number;
  /** The whole job unless given. */
  readonly operator?: string;
  readonly parallelism: number;
  /**
   * 'savepoint': the job stops with a savepoint, works off what is in flight, and nothing is repeated. 'checkpoint': it
   * stops at once and starts from the last completed checkpoint.
   */
  readonly from: 'savepoint' | 'checkpoint';
}

export interface ClusterSetup {
  readonly scheduler: Scheduler;
  readonly taskManagers: number;
  /** `taskmanager.numberOfTaskSlots`. */
  readonly slotsPerTaskManager: number;
  readonly changes?: readonly { readonly atMs: number; readonly taskManagers: number }[];
}

export interface FlowSetup extends JobSetup {
  readonly checkpoint?: CheckpointSetup;
  readonly rescales?: readonly Rescale[];
  /** From the stop of all tasks to the first record after it; 30 s unless given. */
  readonly restartMs?: number;
  /** A transactional sink shows results with the checkpoint that covers them, and so none twice; false unless given. */
  readonly isSinkTransactional?: boolean;
  /** Slots without end unless given. */
  readonly cluster?: ClusterSetup;
}

export type PlannedChange =
  | { readonly atMs: number; readonly kind: 'traffic'; readonly recordsPerSecond: number }
  | { readonly atMs: number; readonly kind: 'service'; readonly stage: number; readonly serviceMs: number }
  | { readonly atMs: number; readonly kind: 'rescale'; readonly rescale: Rescale }
  | { readonly atMs: number; readonly kind: 'task-managers'; readonly taskManagers: number };

/** All changes of a run in order of time. Throws RangeError for what cannot be meant, naming it. */
export function planOf(setup: FlowSetup, stages: readonly Stage[]): readonly PlannedChange[] {
  const { traffic, rescales = [], cluster } = setup;
  positive(setup.durationMs, 'durationMs');
  if (traffic[0]?.fromMs !== 0) throw new RangeError('traffic does not begin at 0; let the first rate have fromMs 0.');
  for (const [i, { fromMs, recordsPerSecond }] of traffic.entries()) {
    nonNegative(recordsPerSecond, `traffic[${i}].recordsPerSecond`);
    if (!(fromMs >= (traffic[i - 1]?.fromMs ?? 0)))
      throw new RangeError(`traffic[${i}] is out of order; sort by fromMs.`);
  }
  for (const [i, { operator, parallelism, from }] of rescales.entries()) {
    positiveInteger(parallelism, `rescales[${i}].parallelism`);
    if (operator !== undefined && !stages.some(({ name }) => name === operator))
      throw new RangeError(`rescales[${i}].operator is '${operator}'; there is no such operator.`);
    if (from === 'checkpoint' && setup.checkpoint === undefined)
      throw new RangeError(
        `rescales[${i}] starts from a checkpoint and there is none; add checkpoint, or a savepoint.`,
      );
  }
  const changes: PlannedChange[] = [
    ...traffic.map(({ fromMs: atMs, recordsPerSecond }) => ({ atMs, kind: 'traffic' as const, recordsPerSecond })),
    ...serviceChanges(setup, stages).map((change) => ({ ...change, kind: 'service' as const })),
    ...rescales.map((rescale) => ({ atMs: nonNegative(rescale.atMs, 'atMs'), kind: 'rescale' as const, rescale })),
    ...(cluster?.changes ?? []).map((change) => ({ ...change, kind: 'task-managers' as const })),
  ];
  return changes.sort((a, b) => a.atMs - b.atMs);
}
