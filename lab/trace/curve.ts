// A cumulative count over time as a line of straight pieces: what a count engine knows in closed form.

/** A point of the line; between two points it is straight, before the first and after the last it is level. */
export interface CurvePoint {
  readonly atMs: number;
  readonly value: number;
}

export interface Curve {
  readonly points: readonly CurvePoint[];
  valueAt(ms: number): number;
  /** The first instant at which the curve has reached `value`; Infinity if it never does. */
  firstReaching(value: number): number;
  /** The first instant from which on the curve lies above `value`; Infinity if it never does. */
  firstBeyond(value: number): number;
}

/**
 * A curve through points whose times and values never fall. Laws: valueAt never falls; firstReaching(v) ≤ firstBeyond(v),
 * and they differ only where the curve is level at v. Throws RangeError without a point and for points out of order.
 */
export function createCurve(points: readonly CurvePoint[]): Curve {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError('points is empty; pass at least { atMs: 0, value: 0 }.');
  for (const [i, point] of points.entries()) {
    const before = points[i - 1] ?? point;
    if (!(point.atMs >= before.atMs && point.value >= before.value)) {
      throw new RangeError(
        `points[${i}] lies before or below points[${i - 1}]; pass a count that never falls, in order of time.`,
      );
    }
  }

  function inverse(value: number, isPast: (point: CurvePoint) => boolean): number {
    const at = firstIndex(points, isPast);
    const above = points[at];
    const below = points[at - 1];
    if (above === undefined) return Infinity;
    if (below === undefined || above.value === below.value) return above.atMs;
    return below.atMs + ((value - below.value) / (above.value - below.value)) * (above.atMs - below.atMs);
  }

  return {
    points,
    valueAt(ms) {
      const at = firstIndex(points, (point) => point.atMs > ms);
      const below = points[at - 1];
      const above = points[at];
      if (below === undefined) return first.value;
      if (above === undefined) return last.value;
      return below.value + ((ms - below.atMs) / (above.atMs - below.atMs)) * (above.value - below.value);
    },
    firstReaching: (value) => inverse(value, (point) => point.value >= value),
    firstBeyond: (value) => inverse(value, (point) => point.value > value),
  };
}

/** The first index for which `isPast` holds, given that it holds for all later ones; the length when it never does. */
function firstIndex(points: readonly CurvePoint[], isPast: (point: CurvePoint) => boolean): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPast(points[middle] as CurvePoint)) high = middle;
    else low = middle + 1;
  }
  return low;
}
