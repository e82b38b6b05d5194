// A checkpoint on its way through a job: barriers that queue behind records or overtake them, then the snapshot's upload.

import { nonNegative, positive } from '../argument.ts';
import type { FlowStage } from './flow-rates.ts';

export interface CheckpointSetup {
  /** `execution.checkpointing.interval`, in ms. */
  readonly intervalMs: number;
  /** Aligned barriers wait behind the records in the buffers; unaligned ones overtake them and take them along (F6). */
  readonly mode: 'aligned' | 'unaligned';
  /** `execution.checkpointing.timeout`, in ms: a checkpoint that takes longer is given up. */
  readonly timeoutMs: number;
  /** The operators' state that each checkpoint writes. */
  readonly stateBytes: number;
  readonly recordBytes: number;
  /** How fast all tasks together write to the checkpoint storage. */
  readonly storageBytesPerSecond: number;
}

export interface CheckpointOutcome {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: 'completed' | 'expired' | 'aborted';
}

/** How long the snapshot takes to write, in ms: (state + records in flight)/bandwidth; the latter for unaligned only (F6). */
export function uploadMs(setup: CheckpointSetup, inFlightRecords: number): number {
  const inFlightBytes = setup.mode === 'unaligned' ? nonNegative(inFlightRecords, 'inFlightRecords') : 0;
  const bytes = nonNegative(setup.stateBytes, 'stateBytes') + inFlightBytes * setup.recordBytes;
  return (bytes / positive(setup.storageBytesPerSecond, 'storageBytesPerSecond')) * 1000;
}

/** A barrier in the chain: the operator that it has yet to pass, and the records in front of it there, by group. */
export interface Barrier {
  stage: number;
  ahead: number[];
}

/** A barrier that the source has just sent: the first queue before it is that of the first operator. */
export function sendBarrier(stages: readonly FlowStage[]): Barrier {
  return { stage: 1, ahead: queuesOf(stages[1]) };
}

/** Moves a barrier on past every operator that has nothing left in front of it; true once it has passed the sink. */
export function advanceBarrier(barrier: Barrier, stages: readonly FlowStage[]): boolean {
  while (barrier.stage < stages.length && barrier.ahead.every((records) => records === 0)) {
    barrier.stage += 1;
    barrier.ahead = queuesOf(stages[barrier.stage]);
  }
  return barrier.stage >= stages.length;
}

/** Time until the next group has served what stands before the barrier, in ms; Infinity when none does. */
export function barrierMs(barrier: Barrier, stages: readonly FlowStage[]): number {
  let firstMs = Infinity;
  for (const [g, records] of barrier.ahead.entries()) {
    const served = stages[barrier.stage]?.groups[g]?.served ?? 0;
    if (records > 0 && served > 0) firstMs = Math.min(firstMs, (records / served) * 1000);
  }
  return firstMs;
}

/** Lets `seconds` pass: what was served no longer stands before the barrier. Less than a millionth record is none. */
export function serveBarrier(barrier: Barrier, stages: readonly FlowStage[], seconds: number): void {
  for (const [g, records] of barrier.ahead.entries()) {
    const left = records - (stages[barrier.stage]?.groups[g]?.served ?? 0) * seconds;
    barrier.ahead[g] = left < 1e-6 ? 0 : left;
  }
}

function queuesOf(stage: FlowStage | undefined): number[] {
  return stage === undefined ? [] : stage.groups.map(({ queue }) => queue);
}
