// A cumulative count that grows while a count engine moves on: straight pieces, one for each span of a constant rate.

import { nonNegative } from '../argument.ts';
import { createCurve, type Curve, type CurvePoint } from '../trace/curve.ts';

/** Times and counts are whole multiples of 1/grains (ms and records); what is smaller is rounding. */
export const grains = 1e6;
export const grain = 1 / grains;

/** The nearest whole multiple of a grain. */
export function snap(value: number): number {
  return Math.round(value * grains) / grains;
}

/** A count as a reader is shown it: to a thousandth, which hides what adding fractions leaves behind. */
export function shown(count: number): number {
  return Math.round(count * 1000) / 1000;
}

/**
 * Laws: the line begins with 0 at 0 ms and never falls; spans of equal rate in a row are one piece, so that a long steady
 * run has few points. Counts are records, or fractions of them: round for display.
 */
export class Line {
  readonly #points: { atMs: number; value: number }[] = [{ atMs: 0, value: 0 }];
  #perSecond = 0;
  #curve: Curve | null = null;

  get points(): readonly CurvePoint[] {
    return this.#points;
  }
  get endMs(): number {
    return this.#last.atMs;
  }
  get end(): number {
    return this.#last.value;
  }
  /** Sets the count at the end straight where rounding has moved it a hair; it never falls below the piece's beginning. */
  set end(value: number) {
    this.#last.value = Math.max(value, this.#points.at(-2)?.value ?? 0);
    this.#curve = null;
  }
  /** The rate of the last piece, in records/s. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Grows at `perSecond` until `toMs`, which lies after the end. */
  extend(toMs: number, perSecond: number): void {
    const rate = nonNegative(perSecond, 'perSecond');
    const before = this.#points.at(-2);
    const goesOn = before !== undefined && rate === this.#perSecond;
    const from = goesOn ? before : this.#last;
    const value = Math.max(this.end, from.value + (rate * (toMs - from.atMs)) / 1000);
    if (goesOn) this.#points.pop();
    this.#points.push({ atMs: toMs, value });
    this.#perSecond = rate;
    this.#curve = null;
  }

  /** The piece that holds just after `ms`, which lies before the end: the count there, the rate, and how long it holds. */
  pieceAfter(ms: number): { value: number; perSecond: number; toMs: number; isLast: boolean } {
    let low = 0;
    let high = this.#points.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#points[middle] as CurvePoint).atMs > ms) high = middle;
      else low = middle + 1;
    }
    const to = this.#points[low] as CurvePoint;
    const from = this.#points[low - 1] ?? to;
    const isLast = low === this.#points.length - 1;
    const perSecond = isLast ? this.#perSecond : ((to.value - from.value) / (to.atMs - from.atMs)) * 1000;
    return { value: from.value + (perSecond * (ms - from.atMs)) / 1000, perSecond, toMs: to.atMs, isLast };
  }

  /** The line as it stands, with its inverse. */
  get curve(): Curve {
    this.#curve ??= createCurve(this.#points.map((point) => ({ ...point })));
    return this.#curve;
  }

  get #last(): { atMs: number; value: number } {
    return this.#points.at(-1) as { atMs: number; value: number };
  }
}
