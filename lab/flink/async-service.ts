// The service that an async operator calls: how long it takes, how many calls a second it allows, when it is away.

import { nonNegative, positive, positiveInteger, shareOfOne } from '../argument.ts';
import { createTokenBucket, type TokenBucket } from '../sink/token-bucket.ts';
import type { Rng } from '../traffic/rng.ts';

/** How a service behaves; times in ms of the run. */
export interface ServiceSpec {
  /** Time that a call takes, from `fromMs` until the next entry begins; the first begins at 0. */
  readonly latency: readonly { readonly fromMs: number; readonly latencyMs: number }[];
  /** Latency varies evenly by ± this share. */
  readonly jitterShare?: number;
  /** This share of calls takes `stragglerMs` instead. */
  readonly stragglerShare?: number;
  readonly stragglerMs?: number;
  /** This share of calls fails after its whole time: an error that may be gone at the next try. */
  readonly failureShare?: number;
  /** Calls/s that it answers; more are refused with 429. Without limit by default. */
  readonly budgetPerSecond?: number;
  /** Calls that it works on at once; more wait in its own queue. Without limit by default. */
  readonly concurrency?: number;
  /** Spans in which every call is refused with 503. */
  readonly outages?: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** The time to refuse a call, in ms. */
export const refusalMs = 2;

/** A tenth of a second's budget may be used in one burst. */
const burstShare = 0.1;

/** Why a call was turned away before it began. */
export type Refusal = 'over-budget' | 'unavailable';

/**
 * A service without a clock of its own: the time comes with each call, and may not step back.
 *
 * Laws: in any span of t seconds it admits at most budget · t calls and a burst of a tenth of the budget; one draw of `rng`
 * for each chance that the spec names, so that a chance more moves no other. Throws RangeError for a spec out of range.
 */
export class RemoteService {
  readonly spec: ServiceSpec;
  readonly #budget: TokenBucket | null;
  readonly #rng: Rng;
  #latencyAt = 0;

  constructor(spec: ServiceSpec, rng: Rng) {
    const { latency, jitterShare = 0, stragglerShare = 0, failureShare = 0, budgetPerSecond, concurrency } = spec;
    if (latency[0]?.fromMs !== 0)
      throw new RangeError('latency does not begin at 0; let its first entry have fromMs 0.');
    for (const [i, { latencyMs }] of latency.entries()) positive(latencyMs, `latency[${i}].latencyMs`);
    shareOfOne(jitterShare, 'jitterShare');
    shareOfOne(stragglerShare, 'stragglerShare');
    shareOfOne(failureShare, 'failureShare');
    if (stragglerShare > 0) positive(spec.stragglerMs ?? 0, 'stragglerMs');
    if (concurrency !== undefined) positiveInteger(concurrency, 'concurrency');
    for (const { fromMs } of spec.outages ?? []) nonNegative(fromMs, 'outages.fromMs');
    this.spec = spec;
    this.#rng = rng;
    this.#budget =
      budgetPerSecond === undefined
        ? null
        : createTokenBucket({
            tokensPerSecond: budgetPerSecond,
            burst: Math.max(1, Math.round(budgetPerSecond * burstShare)),
          });
  }

  /** Whether a call that arrives now is turned away, with 429 or 503; null when it is taken, which uses `cost` of the budget. */
  refusalAt(nowMs: number, cost = 1): Refusal | null {
    for (const { fromMs, toMs } of this.spec.outages ?? []) if (nowMs >= fromMs && nowMs < toMs) return 'unavailable';
    return this.#budget === null || this.#budget.tryTake(nowMs, cost) ? null : 'over-budget';
  }

  /** The latency that holds at a time, without chance. */
  latencyMsAt(nowMs: number): number {
    const { latency } = this.spec;
    while ((latency[this.#latencyAt + 1]?.fromMs ?? Infinity) <= nowMs) this.#latencyAt++;
    return latency[this.#latencyAt]?.latencyMs ?? 1;
  }

  /** Draws how long the work on a call takes that begins now: whole ms, at least 1. */
  drawLatencyMs(nowMs: number): number {
    const { jitterShare = 0, stragglerShare = 0, stragglerMs = 0 } = this.spec;
    if (stragglerShare > 0 && this.#rng.next() < stragglerShare) return Math.max(1, Math.round(stragglerMs));
    const factor = jitterShare === 0 ? 1 : 1 + jitterShare * (2 * this.#rng.next() - 1);
    return Math.max(1, Math.round(this.latencyMsAt(nowMs) * factor));
  }

  /** Draws whether a call fails in the end. */
  drawFailure(): boolean {
    const { failureShare = 0 } = this.spec;
    return failureShare > 0 && this.#rng.next() < failureShare;
  }
}
