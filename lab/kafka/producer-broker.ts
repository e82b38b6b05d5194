// The brokers behind a producer as one: requests answered in order at a rate that changes over time, under a quota.

import { nonNegative, positive } from '../argument.ts';
import { throttleMs } from './quota.ts';

export interface BrokerSpec {
  /** What is acknowledged, in bytes/s, from `fromMs` on; 0 is an outage. The first from 0. */
  readonly acknowledged: readonly { readonly fromMs: number; readonly bytesPerSecond: number }[];
  readonly roundTripMs: number;
  /** `producer_byte_rate`, from `fromMs` on (Q1). */
  readonly quota?: { readonly fromMs: number; readonly bytesPerSecond: number };
}

const windowMs = 10_000;

/**
 * Laws: requests are answered in order; no more bytes go through in any span than the rate allows; each answer carries a
 * throttle time by the quota's formula, over the last ten seconds (M1.10, Q2, Q3).
 */
export class ProducerBroker {
  readonly #spec: BrokerSpec;
  #busyUntilMs = 0;
  /** What was answered in the last window, oldest first. */
  #answered: { readonly atMs: number; readonly bytes: number }[] = [];

  constructor(spec: BrokerSpec) {
    nonNegative(spec.roundTripMs, 'roundTripMs');
    if (spec.quota !== undefined) positive(spec.quota.bytesPerSecond, 'quota.bytesPerSecond');
    this.#spec = spec;
  }

  /** When a request of `bytes` that is sent now is answered, in ms; Infinity when the brokers never come back. */
  answerMs(nowMs: number, bytes: number): number {
    const doneMs = this.#doneMs(Math.max(nowMs, this.#busyUntilMs), bytes);
    this.#busyUntilMs = doneMs;
    return doneMs + this.#spec.roundTripMs;
  }

  /** Notes an answer; returns how long the producer is muted. */
  throttle(nowMs: number, bytes: number): number {
    this.#answered.push({ atMs: nowMs, bytes });
    while ((this.#answered[0]?.atMs ?? nowMs) <= nowMs - windowMs) this.#answered.shift();
    const { quota } = this.#spec;
    if (quota === undefined || nowMs < quota.fromMs) return 0;
    const inWindow = this.#answered.reduce((sum, answer) => sum + answer.bytes, 0);
    const observedBytesPerSecond = (inWindow / windowMs) * 1000;
    return throttleMs({ observedBytesPerSecond, targetBytesPerSecond: quota.bytesPerSecond, windowMs });
  }

  #doneMs(fromMs: number, bytes: number): number {
    const { acknowledged } = this.#spec;
    let nowMs = fromMs;
    let left = bytes;
    if (nowMs === Infinity) return Infinity;
    for (const [i, { bytesPerSecond }] of acknowledged.entries()) {
      const untilMs = acknowledged[i + 1]?.fromMs ?? Infinity;
      if (untilMs <= nowMs) continue;
      const doneMs = bytesPerSecond > 0 ? nowMs + (left / bytesPerSecond) * 1000 : Infinity;
      if (doneMs <= untilMs) return doneMs;
      left -= ((untilMs - nowMs) * bytesPerSecond) / 1000;
      nowMs = untilMs;
    }
    return Infinity;
  }
}
