// One run of a pipeline: a slice of rows, and the attempt at it that is under way.

import type { Input } from './input.ts';
import type { AttemptRecord } from './setup.ts';

/** Rows sent within this time of their end are sent: instants are rounded to a microsecond. */
const roundingSeconds = 1e-6;

export class PipelineRun {
  readonly id: number;
  /** The slice, as counts of rows from the first that was produced. */
  readonly from: number;
  readonly to: number;
  readonly scheduledAtMs: number;
  attempt = 0;
  startedAtMs = 0;
  failedAtMs = 0;
  rows = 0;
  /** Rows of the slice that were not there when it was read. */
  missed = 0;
  calls = 0;
  /** Sent and refused: the client sends them again before it gives up. */
  refused = 0;
  #fixedLeftMs = 0;
  #rowsLeft = 0;

  constructor(given: { id: number; from: number; to: number; scheduledAtMs: number }) {
    this.id = given.id;
    this.from = given.from;
    this.to = given.to;
    this.scheduledAtMs = given.scheduledAtMs;
  }

  /** It writes now: its fixed part is over, and there are rows left. */
  get isWriting(): boolean {
    return this.#fixedLeftMs === 0 && this.#rowsLeft > 0;
  }
  get isSent(): boolean {
    return this.#fixedLeftMs === 0 && this.#rowsLeft === 0;
  }

  /** Begins another attempt, which reads what is there now. */
  begin(nowMs: number, fixedMs: number, input: Input): void {
    this.attempt += 1;
    this.startedAtMs = nowMs;
    this.missed = input.missingIn(this.from, this.to, nowMs);
    this.rows = this.to - this.from - this.missed;
    this.calls = 0;
    this.refused = 0;
    this.#rowsLeft = this.rows;
    this.#fixedLeftMs = fixedMs;
  }

  /** How long its present part still takes, in ms, at this rate. */
  leftMs(rowsPerSecond: number): number {
    return this.#fixedLeftMs > 0 ? this.#fixedLeftMs : (this.#rowsLeft / rowsPerSecond) * 1000;
  }

  /** Lets `leapMs` pass; answers how many rows it has sent. */
  advance(leapMs: number, rowsPerSecond: number): number {
    if (this.#fixedLeftMs > 0) {
      const leftMs = this.#fixedLeftMs - leapMs;
      this.#fixedLeftMs = leftMs < roundingSeconds * 1000 ? 0 : leftMs;
      return 0;
    }
    const wanted = (rowsPerSecond * leapMs) / 1000;
    const sent = this.#rowsLeft - wanted <= rowsPerSecond * roundingSeconds ? this.#rowsLeft : wanted;
    this.#rowsLeft -= sent;
    return sent;
  }

  /** Sends again what was refused. */
  sendRefused(): void {
    this.#rowsLeft = this.refused;
    this.refused = 0;
  }

  record(outcome: AttemptRecord['outcome'], nowMs: number, input: Input): AttemptRecord {
    return {
      runId: this.id,
      attempt: this.attempt,
      scheduledAtMs: this.scheduledAtMs,
      startedAtMs: this.startedAtMs,
      endedAtMs: outcome === 'running' ? null : nowMs,
      outcome,
      rows: this.rows,
      missedRows: this.missed,
      fromRow: this.from,
      toRow: this.to,
      sliceMs: input.reachedAtMs(this.to) - input.beyondAtMs(this.from),
      calls: this.calls,
    };
  }
}
