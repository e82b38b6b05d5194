// Percentiles of whole values from how often each was seen: exact, and without a sample in memory.

/**
 * The p-th percentile by nearest rank (M0.6, T9), where `counts[v]` says how often the value v was seen: of n values,
 * number ceil(p · n / 100). p in (0, 100]. Throws RangeError for p out of range and when nothing was seen.
 */
export function percentileOfCounts(counts: readonly number[], p: number): number {
  if (!(p > 0 && p <= 100)) throw new RangeError(`p is ${p}; pass a percentage above 0 and up to 100, such as 95.`);
  const n = counts.reduce((sum, count) => sum + count, 0);
  if (n === 0) throw new RangeError('Nothing was counted, so there is no percentile; check for samples first.');
  const rank = Math.ceil((p * n) / 100);
  let seen = 0;
  for (const [value, count] of counts.entries()) {
    seen += count;
    if (seen >= rank) return value;
  }
  return counts.length - 1;
}
