// The coordinator of a job's checkpoints in the count engine: one at a time, each to its end, and what a restart goes
// back to.

import {
  advanceBarrier,
  barrierMs,
  sendBarrier,
  serveBarrier,
  uploadMs,
  type Barrier,
  type CheckpointOutcome,
  type CheckpointSetup,
} from './checkpoint.ts';
import { queuedRecords } from './flow-layout.ts';
import type { FlowStage } from './flow-rates.ts';

/** A job at an instant, as the coordinator sees it. */
export interface JobInstant {
  readonly nowMs: number;
  readonly stages: readonly FlowStage[];
  /** Records that the source has read for good, and those that the sink has processed, twice or not. */
  readonly positionRecords: number;
  readonly sinkRecords: number;
  /** One record's way through all operators. */
  readonly serviceMs: number;
}

/** From where a restart goes on. */
export interface RestorePoint {
  readonly positionRecords: number;
  readonly sinkRecords: number;
  /** What unaligned barriers took along, by operator; null for an aligned checkpoint or a savepoint. */
  readonly inFlight: readonly number[] | null;
}

interface RunningCheckpoint {
  readonly startedMs: number;
  readonly positionRecords: number;
  readonly barrier: Barrier;
  readonly inFlight: readonly number[] | null;
  passed: { readonly completesMs: number; readonly sinkRecords: number } | null;
}

/**
 * Starts a checkpoint every `intervalMs`, or as soon as the last one has ended; there is only one at a time. It ends when
 * its barrier has passed the sink and its snapshot is written, or when it has expired. Without a setup it does nothing.
 */
export class CheckpointCoordinator {
  readonly outcomes: CheckpointOutcome[] = [];
  readonly #setup: CheckpointSetup | undefined;
  #nextMs: number;
  #running: RunningCheckpoint | null = null;
  #last: RestorePoint = { positionRecords: 0, sinkRecords: 0, inFlight: null };

  constructor(setup: CheckpointSetup | undefined) {
    this.#setup = setup;
    this.#nextMs = setup?.intervalMs ?? Infinity;
  }

  /** The last completed checkpoint, or the state with which the job started. */
  get last(): RestorePoint {
    return this.#last;
  }

  /** Does what is due. */
  moveOn(job: JobInstant): void {
    const setup = this.#setup;
    if (setup === undefined) return;
    if (this.#running === null && job.nowMs >= this.#nextMs) this.#running = started(setup, job);
    const running = this.#running;
    if (running === null) return;
    const isThrough = running.inFlight !== null || advanceBarrier(running.barrier, job.stages);
    if (isThrough && running.passed === null) {
      const inFlightRecords = running.inFlight?.reduce((sum, records) => sum + records, 0) ?? 0;
      // Even a barrier that overtakes waits for the record at work in each operator.
      const completesMs = job.nowMs + job.serviceMs + uploadMs(setup, inFlightRecords);
      running.passed = { completesMs, sinkRecords: job.sinkRecords };
    }
    if (running.passed !== null && running.passed.completesMs <= job.nowMs) {
      const { positionRecords, inFlight, passed } = running;
      this.#last = { positionRecords, inFlight, sinkRecords: passed.sinkRecords };
      this.#end(job.nowMs, 'completed');
    } else if (running.startedMs + setup.timeoutMs <= job.nowMs) this.#end(job.nowMs, 'expired');
  }

  /** When something is due next, if rates stay as they are. */
  nextMs(nowMs: number, stages: readonly FlowStage[]): number {
    const running = this.#running;
    if (running === null) return this.#nextMs;
    const expiresMs = running.startedMs + (this.#setup?.timeoutMs ?? Infinity);
    return Math.min(expiresMs, running.passed?.completesMs ?? nowMs + barrierMs(running.barrier, stages));
  }

  /** Lets `seconds` pass at the stages' rates. */
  step(stages: readonly FlowStage[], seconds: number): void {
    if (this.#running !== null && this.#running.passed === null) serveBarrier(this.#running.barrier, stages, seconds);
  }

  /** The job stops: what runs is given up. */
  abort(nowMs: number): void {
    if (this.#running !== null) this.#end(nowMs, 'aborted');
  }

  /** The job runs again, from `point`; the next checkpoint is an interval away. */
  restart(nowMs: number, point: RestorePoint): void {
    this.#last = point;
    this.#nextMs = nowMs + (this.#setup?.intervalMs ?? Infinity);
  }

  #end(nowMs: number, outcome: CheckpointOutcome['outcome']): void {
    const { startedMs } = this.#running as RunningCheckpoint;
    this.outcomes.push({ startedMs, endedMs: nowMs, outcome });
    this.#running = null;
    this.#nextMs = Math.max(nowMs, startedMs + (this.#setup?.intervalMs ?? Infinity));
  }
}

function started({ mode }: CheckpointSetup, { nowMs, stages, positionRecords }: JobInstant): RunningCheckpoint {
  const inFlight = mode === 'aligned' ? null : stages.map((stage, i) => (i === 0 ? 0 : queuedRecords(stage)));
  return { startedMs: nowMs, positionRecords, barrier: sendBarrier(stages), inFlight, passed: null };
}
