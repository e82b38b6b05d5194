// Whole numbers for amounts of a fluid model, in which a record can be divided: nobody counts half a record.

/**
 * Rounds amounts so that their sums stay right: the first n of the results add up to the rounded sum of the first n
 * amounts, for every n. So what is divided into fates is divided into whole records, and none is made or lost.
 */
export function wholeCounts<const K extends string>(parts: Readonly<Record<K, number>>): Record<K, number> {
  let sum = 0;
  let given = 0;
  const result: Partial<Record<K, number>> = {};
  for (const [name, part] of Object.entries(parts) as [K, number][]) {
    sum += part;
    // Sums that miss a half by rounding alone count as that half.
    const upTo = Math.round(sum + 1e-6);
    result[name] = Math.max(0, upTo - given);
    given = Math.max(given, upTo);
  }
  return result as Record<K, number>;
}
