// A queue in order of arrival whose records are lost at a certain age: a shard that is read within its retention, a send
// buffer within its delivery timeout, a caller that gives up. One fluid serves them all.

import { positive } from '../argument.ts';
import { headOfLineAgeMs } from '../trace/age.ts';
import { grain, hairOf, Line, notBefore, snap } from './line.ts';

/** What leaves during a span, in records/s. */
export interface Outflow {
  readonly servedPerSecond: number;
  readonly expiredPerSecond: number;
}

/**
 * Records enter along `arrivals`, which their source extends, and leave from the front: served as fast as they are let, or
 * expired when they have waited `maxAgeMs` (M0.4, M0.5).
 *
 * Laws: arrived = served + expired + waiting at every instant; nothing waits longer than `maxAgeMs`; nothing is served
 * above the rate that `advance` was given; nothing expires while it is younger.
 */
export class AgingQueue {
  readonly arrivals: Line;
  /** All that has left, served or expired. */
  readonly left = new Line();
  readonly served = new Line();
  readonly expired = new Line();
  readonly maxAgeMs: number;

  /** `maxAgeMs` may be Infinity. */
  constructor(arrivals: Line, maxAgeMs: number) {
    this.arrivals = arrivals;
    this.maxAgeMs = maxAgeMs === Infinity ? maxAgeMs : positive(maxAgeMs, 'maxAgeMs');
  }

  /** Records that wait now, where the lines end. */
  get waiting(): number {
    const waiting = this.arrivals.end - this.left.end;
    return waiting < hairOf(this.arrivals.end) ? 0 : snap(waiting);
  }
  get hasWaiting(): boolean {
    return this.waiting > 0;
  }

  /** What leaves from now on, when `inPerSecond` arrive and `letPerSecond` may be served (Infinity: all at once). */
  outflow(inPerSecond: number, letPerSecond: number): Outflow {
    const servedPerSecond = this.hasWaiting ? letPerSecond : Math.min(letPerSecond, inPerSecond);
    const { gap, perSecond } = this.#oldest(inPerSecond);
    return { servedPerSecond, expiredPerSecond: gap > 0 ? 0 : Math.max(0, perSecond - servedPerSecond) };
  }

  /** When these rates stop to hold: the queue runs empty, or its front reaches `maxAgeMs`; Infinity when neither does. */
  holdsUntilMs(inPerSecond: number, { servedPerSecond, expiredPerSecond }: Outflow): number {
    const nowMs = this.arrivals.endMs;
    const outPerSecond = servedPerSecond + expiredPerSecond;
    let untilMs = Infinity;
    const fall = outPerSecond - inPerSecond;
    if (this.hasWaiting && fall > 0) untilMs = nowMs + (this.waiting / fall) * 1000;
    const { gap, perSecond, bendsAtMs } = this.#oldest(inPerSecond);
    untilMs = Math.min(untilMs, bendsAtMs);
    if (gap > 0 && perSecond > outPerSecond)
      untilMs = Math.min(untilMs, nowMs + (gap / (perSecond - outPerSecond)) * 1000);
    return notBefore(nowMs, untilMs);
  }

  /** Moves on to where `arrivals` now ends, with rates that hold until then. */
  advance({ servedPerSecond, expiredPerSecond }: Outflow): void {
    const toMs = this.arrivals.endMs;
    this.left.extend(toMs, servedPerSecond + expiredPerSecond);
    if (this.waiting === 0) this.left.end = this.arrivals.end;
    this.expired.extend(toMs, expiredPerSecond);
    this.served.extend(toMs, servedPerSecond);
    this.served.end = this.left.end - this.expired.end;
  }

  waitingAt(ms: number): number {
    const arrived = this.arrivals.curve.valueAt(ms);
    const waiting = arrived - this.left.curve.valueAt(ms);
    return waiting < hairOf(arrived) ? 0 : snap(waiting);
  }
  servedAt(ms: number): number {
    return snap(this.served.curve.valueAt(ms));
  }
  expiredAt(ms: number): number {
    return snap(this.expired.curve.valueAt(ms));
  }
  /** Age of the record at the front, in ms to the microsecond; 0 when nothing waits. */
  ageMsAt(ms: number): number {
    if (this.waitingAt(ms) === 0) return 0;
    const { curve } = this.arrivals;
    const arrivals = { arrivedBy: curve.valueAt, arrivalTimeOf: (count: number) => curve.firstBeyond(count + grain) };
    const ageMs = headOfLineAgeMs(ms, this.left.curve.valueAt(ms), arrivals);
    return Math.round(Math.min(this.maxAgeMs, ageMs) * 1000) / 1000;
  }
  /** The greatest age at the front, and when: age is straight between the bends of arrivals and of what has left. */
  get peakAge(): { readonly atMs: number; readonly ageMs: number } {
    const bends = [
      ...this.left.points.map(({ atMs }) => atMs),
      ...this.arrivals.points.map(({ value }) => this.left.curve.firstReaching(value - grain)),
    ].filter((ms) => ms <= this.left.endMs);
    return bends
      .map((atMs) => ({ atMs: snap(atMs), ageMs: this.ageMsAt(atMs) }))
      .reduce((peak, at) => (at.ageMs > peak.ageMs ? at : peak), { atMs: 0, ageMs: 0 });
  }

  /** The front against the record of `maxAgeMs`: how far off it is, how fast that one moves, and until when. */
  #oldest(inPerSecond: number): { gap: number; perSecond: number; bendsAtMs: number } {
    const nowMs = this.arrivals.endMs;
    const fromMs = nowMs - this.maxAgeMs;
    if (fromMs < 0) {
      // Nothing can be that old yet, and the first record can only be so at maxAgeMs.
      return { gap: Infinity, perSecond: 0, bendsAtMs: this.maxAgeMs };
    }
    const { value, perSecond, toMs, isLast } = this.arrivals.pieceAfter(fromMs);
    const goesOn = isLast && perSecond === inPerSecond;
    const gap = snap(this.left.end - value);
    return { gap: gap < hairOf(value) ? 0 : gap, perSecond, bendsAtMs: goesOn ? Infinity : toMs + this.maxAgeMs };
  }
}
