// Counts what happens in a queue while it runs, and takes a sample at each step of an even grid.

import type { RateStretch } from './arrival-clock.ts';
import type { QueueReadings, QueueSamples } from './queue-readings.ts';
import type { WaitingLine } from './waiting-line.ts';

/** Takes the readings of one run; the engine says what happens, in order of time. Fields, for speed: closures box numbers. */
export class QueueRecorder {
  readonly #sampleMs: number;
  readonly #samples: QueueSamples = {
    waitingRecords: [],
    inServiceRecords: [],
    oldestWaitMs: [],
    offeredRecords: [],
    servedRecords: [],
    lostRecords: [],
    busyMs: [],
    heldMs: [],
  };
  #staysMs = new Float64Array(1024);
  #offered = 0;
  #served = 0;
  #lost = 0;
  #begun = 0;
  #waitSumMs = 0;
  #insideSumMs = 0;
  #busySumMs = 0;
  #heldSumMs = 0;
  #mostWaiting = 0;
  #mostInside = 0;
  #firstFullMs: number | null = null;
  #nowMs = 0;
  #nextSampleMs = 0;

  constructor(sampleMs: number) {
    this.#sampleMs = sampleMs;
  }

  /** No sample is taken before. */
  get nextSampleMs(): number {
    return this.#nextSampleMs;
  }

  offered(): void {
    this.#offered += 1;
  }

  waited(ms: number): void {
    this.#begun += 1;
    this.#waitSumMs += ms;
  }

  served(stayMs: number): void {
    if (this.#served === this.#staysMs.length) {
      const grown = new Float64Array(2 * this.#staysMs.length);
      grown.set(this.#staysMs);
      this.#staysMs = grown;
    }
    this.#staysMs[this.#served++] = stayMs;
  }

  lost(records: number): void {
    this.#lost += records;
  }

  full(nowMs: number): void {
    this.#firstFullMs ??= nowMs;
  }

  /** Nothing has changed since the last call and before `nowMs`. */
  advance(nowMs: number, line: WaitingLine, busy: number, isHeld: boolean): void {
    if (this.#nextSampleMs < nowMs) this.#sampleWhile((ms) => ms < nowMs, line, busy, isHeld);
    const passedMs = nowMs - this.#nowMs;
    const waiting = line.depthRecords;
    this.#insideSumMs += (waiting + busy) * passedMs;
    this.#busySumMs += busy * passedMs;
    if (isHeld) this.#heldSumMs += passedMs;
    if (waiting > this.#mostWaiting) this.#mostWaiting = waiting;
    if (waiting + busy > this.#mostInside) this.#mostInside = waiting + busy;
    this.#nowMs = nowMs;
  }

  /**
   * As `advance` and `offered` for `count` records that join a line of `waiting`, offered when `records`, `records + 1` … of
   * rate have passed. One sum after the other, so that each is rounded as it would be; no sample is due before the last.
   */
  joined(stretch: RateStretch, records: number, count: number, waiting: number, busy: number): void {
    let nowMs = this.#nowMs;
    let insideSumMs = this.#insideSumMs;
    let busySumMs = this.#busySumMs;
    for (let i = 0; i < count; i++) {
      const nextMs = stretch.msOf(records + i);
      insideSumMs += (waiting + i + busy) * (nextMs - nowMs);
      busySumMs += busy * (nextMs - nowMs);
      nowMs = nextMs;
    }
    this.#nowMs = nowMs;
    this.#insideSumMs = insideSumMs;
    this.#busySumMs = busySumMs;
    this.#offered += count;
  }

  /** The run is over, at the time of the last `advance`, and this is what it leaves. */
  end(ended: QueueReadings['ended'], line: WaitingLine, busy: number, isHeld: boolean): QueueReadings {
    const endedMs = this.#nowMs;
    this.#sampleWhile((ms) => ms <= endedMs, line, busy, isHeld);
    const overTime = (sum: number): number => (endedMs > 0 ? sum / endedMs : 0);
    return {
      ended,
      endedMs,
      offeredRecords: this.#offered,
      servedRecords: this.#served,
      lostRecords: this.#lost,
      waitingRecords: line.depthRecords,
      inServiceRecords: busy,
      heldRecords: isHeld ? 1 : 0,
      mostWaitingRecords: Math.max(this.#mostWaiting, line.depthRecords),
      mostInsideRecords: Math.max(this.#mostInside, line.depthRecords + busy),
      firstFullMs: this.#firstFullMs,
      staysMs: this.#staysMs.subarray(0, this.#served),
      meanWaitMs: this.#begun > 0 ? this.#waitSumMs / this.#begun : null,
      meanInsideRecords: overTime(this.#insideSumMs),
      busyServers: overTime(this.#busySumMs),
      heldShare: overTime(this.#heldSumMs),
      samples: this.#samples,
    };
  }

  #sampleWhile(isDue: (ms: number) => boolean, line: WaitingLine, busy: number, isHeld: boolean): void {
    const samples = this.#samples;
    for (; isDue(this.#nextSampleMs); this.#nextSampleMs = samples.busyMs.length * this.#sampleMs) {
      const sinceMs = this.#nextSampleMs - this.#nowMs;
      samples.waitingRecords.push(line.depthRecords);
      samples.inServiceRecords.push(busy);
      samples.oldestWaitMs.push(line.depthRecords > 0 ? this.#nextSampleMs - line.oldestSinceMs : 0);
      samples.offeredRecords.push(this.#offered);
      samples.servedRecords.push(this.#served);
      samples.lostRecords.push(this.#lost);
      samples.busyMs.push(this.#busySumMs + busy * sinceMs);
      samples.heldMs.push(this.#heldSumMs + (isHeld ? sinceMs : 0));
    }
  }
}
