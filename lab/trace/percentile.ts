// Percentiles as this course defines them (nearest rank), and the mean, from raw samples.

/**
 * The p-th percentile by nearest rank (M0.6, T9): of n ascending values, number ceil(p · n / 100), counting from 1. Always
 * one of the values. p in (0, 100]; the values need no order and keep it.
 *
 * Percentiles do not average: take the percentile of all samples, never the mean of two percentiles. Throws RangeError for
 * an empty list, a value that is NaN, and p out of range.
 */
export function percentile(values: readonly number[], p: number): number {
  if (values.some(Number.isNaN)) throw new RangeError('values holds NaN; leave out what was not measured.');
  return percentileOfSorted(Float64Array.from(values).sort(), p);
}

/** As `percentile`, for values that are already ascending: several percentiles then cost one sort. */
export function percentileOfSorted(ascending: ArrayLike<number>, p: number): number {
  if (!(p > 0 && p <= 100)) throw new RangeError(`p is ${p}; pass a percentage above 0 and up to 100, such as 95.`);
  // The order matters: (p / 100) · n is off by one for some inputs.
  const value = ascending[Math.ceil((p * ascending.length) / 100) - 1];
  if (value === undefined) throw new RangeError('An empty list has no percentile; check for samples first.');
  return value;
}

/** The arithmetic mean. Throws RangeError for an empty list. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('An empty list has no mean; check for samples first.');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
