// What the steps of a fleet at a sink leave: a column for each count, and one step's readings on demand.

import type { ProtectionCounts, ProtectionInstant } from './protection-api.ts';

const names = [
  'requests',
  'succeeded',
  'deadLettered',
  'gaveUp',
  'awaited',
  'retrying',
  'atSource',
  'calls',
  'retries',
  'refused',
  'servedInTime',
  'servedLate',
  'discarded',
  'queued',
] as const satisfies readonly (keyof ProtectionCounts)[];

const states = ['closed', 'open', 'half-open'] as const;

/** Columns, not objects: a run has some ten thousand steps, of which a trace shows a few hundred. Filled by the engine. */
export class ProtectionReadings {
  readonly stepMs: number;
  readonly steps: number;
  /** At the end of each step, since the start. */
  readonly counts: Readonly<Record<keyof ProtectionCounts, Float64Array>>;
  /** Requests that came in each step, and calls that were made in it. */
  readonly came: Float64Array;
  readonly called: Float64Array;
  /** Of the answers in each step; NaN without an answer. */
  readonly failedShares: Float64Array;
  readonly #sinkPerSecond: number;
  readonly #states: Uint8Array;

  constructor(given: { steps: number; stepMs: number; sinkPerSecond: number }) {
    const { steps } = given;
    this.steps = steps;
    this.stepMs = given.stepMs;
    this.#sinkPerSecond = given.sinkPerSecond;
    this.counts = Object.fromEntries(names.map((name) => [name, new Float64Array(steps)])) as Record<
      keyof ProtectionCounts,
      Float64Array
    >;
    this.came = new Float64Array(steps);
    this.called = new Float64Array(steps);
    this.failedShares = new Float64Array(steps);
    this.#states = new Uint8Array(steps);
  }

  noteBreaker(step: number, state: ProtectionInstant['breaker']): void {
    this.#states[step] = states.indexOf(state);
  }

  isOpen(step: number): boolean {
    return this.#states[step] === 1;
  }

  /** The wait of a request that comes at the end of a step, before its call: queue ÷ the sink's rate. */
  waitMs(step: number): number {
    return ((this.counts.queued[step] ?? 0) / this.#sinkPerSecond) * 1000;
  }

  /** What a count grew by in a step, as a rate. */
  perSecond(name: keyof ProtectionCounts, step: number): number {
    const column = this.counts[name];
    return ((column[step] ?? 0) - (column[step - 1] ?? 0)) / (this.stepMs / 1000);
  }

  /** The readings of a step, from 0; throws RangeError for one that is not in the run. */
  at(step: number): ProtectionInstant {
    if (!(step >= 0 && step < this.steps)) throw new RangeError(`step is ${step}; pass 0 to ${this.steps - 1}.`);
    const counts = Object.fromEntries(names.map((name) => [name, this.counts[name][step] ?? 0]));
    const seconds = this.stepMs / 1000;
    const failedShare = this.failedShares[step] ?? NaN;
    return {
      ...(counts as Record<keyof ProtectionCounts, number>),
      atMs: (step + 1) * this.stepMs,
      offeredPerSecond: (this.came[step] ?? 0) / seconds,
      callsPerSecond: (this.called[step] ?? 0) / seconds,
      goodputPerSecond: this.perSecond('succeeded', step),
      servedPerSecond: this.perSecond('servedInTime', step) + this.perSecond('servedLate', step),
      failedShare: Number.isNaN(failedShare) ? null : failedShare,
      waitMs: this.waitMs(step),
      breaker: states[this.#states[step] ?? 0] ?? 'closed',
    };
  }

  /** All steps, one after the other. */
  all(): ProtectionInstant[] {
    return Array.from({ length: this.steps }, (_, step) => this.at(step));
  }
}
