// What is read off a run of an async operator: counts, rates and busy time by sample, and how long results took.

import { percentileOfCounts } from './percentile-of-counts.ts';

/** State at an instant, in records. */
export interface AsyncState {
  readonly arrived: number;
  /** Taken by the operator, whose results have not left. */
  readonly inFlight: number;
  /** In the network buffers before it. */
  readonly buffered: number;
  /** Not yet read by the source. */
  readonly lag: number;
  /** Distinct records whose result has left, as the state of the job has it. */
  readonly settled: number;
}

/** A sample: state at its instant, rates over the time since the one before (null at 0 ms). */
export interface AsyncSample {
  readonly state: AsyncState;
  /** Age of the oldest record that waits, in ms (M0.5). */
  readonly lagMs: number;
  readonly arrivedPerSecond: number | null;
  readonly resultsPerSecond: number | null;
  readonly callsPerSecond: number | null;
  readonly refusedPerSecond: number | null;
  /** The subtask that was busy most (F10), in ms/s. */
  readonly busyMsPerSecond: number | null;
  readonly sourceBackPressuredMsPerSecond: number | null;
  /** Mean time from taking a record to its result; null when none left. */
  readonly resultMs: number | null;
}

export interface AsyncFailure {
  readonly atMs: number;
  /** Results that had left since the last checkpoint, and leave again. */
  readonly duplicates: number;
}

export interface AsyncRun {
  readonly samples: readonly AsyncSample[];
  readonly failures: readonly AsyncFailure[];
  readonly end: AsyncState;
  /** By subtask, over the whole run. */
  readonly busyShares: readonly number[];
  readonly totals: {
    readonly results: number;
    readonly tagged: number;
    readonly duplicates: number;
    readonly calls: number;
    readonly retries: number;
    /** Refused with 429, and with 503. */
    readonly overBudget: number;
    readonly unavailable: number;
    /** When the service first refused a call, in ms of the run; null when it never did. */
    readonly firstRefusedMs: number | null;
    /** Calls that failed after their time. */
    readonly failedCalls: number;
    readonly timeouts: number;
    readonly checkpoints: number;
    readonly mostInFlight: number;
    /** Time from taking a record to its result: percentiles by nearest rank (M0.6); null without results. */
    readonly resultP50Ms: number | null;
    readonly resultP99Ms: number | null;
    readonly resultMostMs: number | null;
  };
}

/** Counts of one sample's span. */
interface Window {
  results: number;
  resultMs: number;
  calls: number;
  refused: number;
  readonly busyMs: Float64Array;
  sourceBlockedMs: number;
}

/** Counts while the engine runs; `tick` is called once in each millisecond, before the time after it is accounted for. */
export class AsyncMeter {
  timeouts = 0;
  failures = 0;
  checkpoints = 0;
  readonly #sampleMs: number;
  readonly #samples: AsyncSample[] = [];
  readonly #failures: AsyncFailure[] = [];
  readonly #busyMs: Float64Array;
  /** How many results took 0, 1, 2 … ms. */
  #took: number[] = [];
  #window: Window;
  #last: AsyncState = { arrived: 0, inFlight: 0, buffered: 0, lag: 0, settled: 0 };
  #arrivedBefore = 0;
  #results = 0;
  #tagged = 0;
  #calls = 0;
  #retries = 0;
  #overBudget = 0;
  #unavailable = 0;
  #firstRefusedMs: number | null = null;
  #mostInFlight = 0;

  constructor(sampleMs: number, parallelism: number) {
    this.#sampleMs = sampleMs;
    this.#busyMs = new Float64Array(parallelism);
    this.#window = newWindow(parallelism);
  }

  result(tookMs: number, isTagged: boolean): void {
    if (isTagged) this.#tagged++;
    else this.#results++;
    this.#window.results++;
    this.#window.resultMs += tookMs;
    this.#took[tookMs] = (this.#took[tookMs] ?? 0) + 1;
  }
  call(isRetry: boolean): void {
    this.#calls++;
    this.#window.calls++;
    if (isRetry) this.#retries++;
  }
  refuse(atMs: number, why: 'over-budget' | 'unavailable'): void {
    this.#firstRefusedMs ??= atMs;
    this.#window.refused++;
    if (why === 'over-budget') this.#overBudget++;
    else this.#unavailable++;
  }
  fail(atMs: number, duplicates: number): void {
    this.#failures.push({ atMs, duplicates });
  }
  /** The millisecond that begins now is a busy one of a subtask; one in which the source is held back. */
  busy(subtask: number): void {
    this.#window.busyMs[subtask] = (this.#window.busyMs[subtask] ?? 0) + 1;
  }
  blockSource(): void {
    this.#window.sourceBlockedMs++;
  }

  tick(nowMs: number, state: AsyncState, lagMs: () => number): void {
    this.#last = state;
    if (state.inFlight > this.#mostInFlight) this.#mostInFlight = state.inFlight;
    if (nowMs % this.#sampleMs !== 0) return;
    const window = this.#window;
    const seconds = this.#sampleMs / 1000;
    const rate = (count: number) => (nowMs === 0 ? null : count / seconds);
    this.#samples.push({
      state,
      lagMs: lagMs(),
      arrivedPerSecond: rate(state.arrived - this.#arrivedBefore),
      resultsPerSecond: rate(window.results),
      callsPerSecond: rate(window.calls),
      refusedPerSecond: rate(window.refused),
      busyMsPerSecond: rate(window.busyMs.reduce((most, ms) => Math.max(most, ms), 0)),
      sourceBackPressuredMsPerSecond: rate(window.sourceBlockedMs),
      resultMs: window.results === 0 ? null : window.resultMs / window.results,
    });
    if (nowMs === 0) return;
    for (const [i, ms] of window.busyMs.entries()) this.#busyMs[i] = (this.#busyMs[i] ?? 0) + ms;
    this.#arrivedBefore = state.arrived;
    this.#window = newWindow(this.#busyMs.length);
  }

  /** The run as read at its end. */
  end(durationMs: number): AsyncRun {
    const took = Array.from(this.#took, (count) => count ?? 0);
    const all = took.reduce((sum, count) => sum + count, 0);
    return {
      samples: this.#samples,
      failures: this.#failures,
      end: this.#last,
      busyShares: Array.from(this.#busyMs, (ms, i) => (ms + (this.#window.busyMs[i] ?? 0)) / durationMs),
      totals: {
        results: this.#results,
        tagged: this.#tagged,
        duplicates: this.#failures.reduce((sum, { duplicates }) => sum + duplicates, 0),
        calls: this.#calls,
        retries: this.#retries,
        overBudget: this.#overBudget,
        unavailable: this.#unavailable,
        firstRefusedMs: this.#firstRefusedMs,
        failedCalls: this.failures,
        timeouts: this.timeouts,
        checkpoints: this.checkpoints,
        mostInFlight: this.#mostInFlight,
        resultP50Ms: all === 0 ? null : percentileOfCounts(took, 50),
        resultP99Ms: all === 0 ? null : percentileOfCounts(took, 99),
        resultMostMs: all === 0 ? null : took.length - 1,
      },
    };
  }
}

function newWindow(parallelism: number): Window {
  return { results: 0, resultMs: 0, calls: 0, refused: 0, busyMs: new Float64Array(parallelism), sourceBlockedMs: 0 };
}
