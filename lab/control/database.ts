// The database behind the runs, as a fluid: it accepts rows into its queue, applies them at its pace, and holds writers back
// when the queue is full.

import { nonNegative, positive } from '../argument.ts';
import type { PipelineFault, PipelineSetup } from './setup.ts';

/** How fast each of the runs that write may go, and how fast rows are applied. */
export interface WriteRates {
  readonly perRun: number;
  readonly applied: number;
  /** Nothing is accepted: what the runs send, they send in vain. */
  readonly isRefusing: boolean;
}

export class Database {
  readonly #setup: PipelineSetup;
  backlogRows = 0;
  acceptedRows = 0;
  appliedRows = 0;

  constructor(setup: PipelineSetup) {
    this.#setup = setup;
    positive(setup.run.rowsPerSecond, 'run.rowsPerSecond');
    if (setup.database !== undefined) positive(setup.database.rowsPerSecond, 'database.rowsPerSecond');
  }

  /** Whether it accepts nothing at `ms`. */
  isRefusing(ms: number): boolean {
    return this.#active(ms).some(({ kind }) => kind === 'failing-runs');
  }

  /** Rates while `writers` runs write. Laws: all writers get the same; a full queue takes in no more than it applies. */
  rates(ms: number, writers: number): WriteRates {
    const { database, run } = this.#setup;
    const isRefusing = this.isRefusing(ms);
    const incoming = isRefusing ? 0 : writers * run.rowsPerSecond;
    if (database === undefined) return { perRun: run.rowsPerSecond, applied: incoming, isRefusing };
    const capacity = this.#active(ms).reduce(
      (rate, fault) => (fault.kind === 'slow-database' ? rate * fault.capacityShare : rate),
      database.rowsPerSecond,
    );
    const isFull = this.backlogRows >= database.queueRows && incoming > capacity;
    const accepted = isFull ? capacity : incoming;
    const applied = this.backlogRows > 0 ? capacity : Math.min(capacity, accepted);
    return { perRun: isFull ? capacity / writers : run.rowsPerSecond, applied, isRefusing };
  }

  /** When, at these rates, the queue is full or empty, or a fault begins or ends; Infinity when never. */
  nextMs(nowMs: number, { perRun, applied, isRefusing }: WriteRates, writers: number): number {
    let next = Infinity;
    for (const { fromMs, toMs } of this.#setup.faults) {
      if (fromMs > nowMs) next = Math.min(next, fromMs);
      else if (toMs > nowMs) next = Math.min(next, toMs);
    }
    const { database } = this.#setup;
    if (database === undefined) return next;
    const growth = (isRefusing ? 0 : writers * perRun) - applied;
    const room = database.queueRows - this.backlogRows;
    if (growth > 0 && room > 0) next = Math.min(next, nowMs + (room / growth) * 1000);
    if (growth < 0 && this.backlogRows > 0) next = Math.min(next, nowMs + (this.backlogRows / -growth) * 1000);
    return next;
  }

  /** Takes in what was sent during `seconds`, and applies at its rate. */
  flow(sent: number, applied: number, seconds: number): void {
    this.acceptedRows += nonNegative(sent, 'sent');
    const queue = this.#setup.database?.queueRows ?? Infinity;
    const left = this.backlogRows + sent - applied * seconds;
    // An instant is rounded to a microsecond: what is beyond empty or full by then was applied.
    const next = left < 1e-6 ? 0 : Math.min(left, queue);
    this.appliedRows += this.backlogRows + sent - next;
    this.backlogRows = next;
  }

  #active(ms: number): readonly PipelineFault[] {
    return this.#setup.faults.filter(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
  }
}
