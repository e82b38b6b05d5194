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

/**
 * A difference between two counts of this size that comes from rounding alone: times are whole grains, and a double has
 * sixteen digits.
 */
export function hairOf(count: number): number {
  return 10 * grain + 1e-14 * count;
}

/** `ms`, or the next time after `nowMs` that a clock of grains and doubles can tell from it, so that a run moves on. */
export function notBefore(nowMs: number, ms: number): number {
  return Math.max(snap(ms), nowMs + Math.max(grain, 1e-15 * nowMs));
}

/** A count as a reader is shown it: to a thousandth, which hides what adding fractions leaves behind. */
export function shown(count: number): number {
  return Math.round(count * 1000) / 1000;
}

/** The end of a piece, and the rate that led there. */
interface PieceEnd {
  readonly atMs: number;
  value: number;
  readonly perSecond: number;
}

/**
 * Laws: the line begins with 0 at 0 ms and never falls; spans of equal rate in a row are one piece, so that a long steady
 * run has few points. Counts are records, or fractions of them: round for display.
 */
export class Line {
  readonly #ends: PieceEnd[] = [{ atMs: 0, value: 0, perSecond: 0 }];
  #curve: Curve | null = null;

  get points(): readonly CurvePoint[] {
    return this.#ends;
  }
  get endMs(): number {
    return this.#last.atMs;
  }
  get end(): number {
    return this.#last.value;
  }
  /** Sets the count at the end straight where rounding has moved it a hair; it never falls below the piece's beginning. */
  set end(value: number) {
    this.#last.value = Math.max(value, this.#ends.at(-2)?.value ?? 0);
    this.#curve = null;
  }

  /** Grows at `perSecond` until `toMs`, which lies after the end. */
  extend(toMs: number, perSecond: number): void {
    nonNegative(perSecond, 'perSecond');
    const before = this.#ends.at(-2);
    const goesOn = before !== undefined && perSecond === this.#last.perSecond;
    const from = goesOn ? before : this.#last;
    const value = Math.max(this.end, from.value + (perSecond * (toMs - from.atMs)) / 1000);
    if (goesOn) this.#ends.pop();
    this.#ends.push({ atMs: toMs, value, perSecond });
    this.#curve = null;
  }

  /** The piece that holds just after `ms` (the last one at the end): the count there, the rate, and how long it holds. */
  pieceAfter(ms: number): { value: number; perSecond: number; toMs: number; isLast: boolean } {
    let low = 0;
    let high = this.#ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] as PieceEnd).atMs > ms) high = middle;
      else low = middle + 1;
    }
    const { atMs: toMs, perSecond } = this.#ends[low] as PieceEnd;
    const from = this.#ends[low - 1] ?? (this.#ends[low] as PieceEnd);
    const value = from.value + (perSecond * (ms - from.atMs)) / 1000;
    return { value, perSecond, toMs, isLast: low === this.#ends.length - 1 };
  }

  /** The line as it stands, with its inverse. */
  get curve(): Curve {
    this.#curve ??= createCurve(this.#ends.map(({ atMs, value }) => ({ atMs, value })));
    return this.#curve;
  }

  get #last(): PieceEnd {
    return this.#ends.at(-1) as PieceEnd;
  }
}
