// Sharing one capacity among several who want a part of it: nobody gets more than they want, and nothing is left over
// while somebody still wants more.

/**
 * Max-min fair shares of `capacity` for `demands` (Infinity wants all it can get): small demands are met in full, the rest
 * is split evenly. Laws: 0 ≤ share ≤ demand; Σ shares = min(capacity, Σ demands), up to rounding; equal demands get equal
 * shares; who is cut short gets at least as much as anybody else.
 */
export function fairShares(capacity: number, demands: readonly number[]): number[] {
  const shares = demands.map(() => 0);
  const smallestFirst = demands.map((_, i) => i).sort((a, b) => compare(demands[a] ?? 0, demands[b] ?? 0) || a - b);
  let left = capacity;
  let waiting = demands.length;
  for (const i of smallestFirst) {
    const share = Math.min(demands[i] ?? 0, Math.max(0, left) / waiting);
    shares[i] = share;
    left -= share;
    waiting -= 1;
  }
  return shares;
}

/** Not a difference: Infinity − Infinity is NaN. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
