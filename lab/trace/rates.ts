// Rates and shares of time, read off counts on an even grid: each is a mean over a window that ends at its sample.

/** What decides how far back a rate looks. */
export interface RateSpan {
  readonly endedMs: number;
  readonly sampleMs: number;
  /** How many records passed in the whole run. */
  readonly records: number;
  /** How many of them come at once, where they come in bursts; 1 unless given. */
  readonly burstRecords?: number;
}

/**
 * The window of a run's rates, in samples: a fiftieth of the run, or the time in which 20 records pass when that is longer,
 * though no more than an eighth of the run for them. It holds whole records, or whole bursts: with shorter windows a rate
 * flickers between none and several times the mean.
 */
export function rateWindow({ endedMs, sampleMs, records, burstRecords = 1 }: RateSpan): number {
  const recordMs = records > 0 ? endedMs / records : 0;
  const burstMs = recordMs * burstRecords;
  const leastMs = Math.max(sampleMs, endedMs / 50, Math.min(20 * recordMs, endedMs / 8));
  const isWhole = burstMs > 0 && burstMs <= endedMs / 8;
  return Math.max(1, Math.round((isWhole ? Math.ceil(leastMs / burstMs - 1e-9) * burstMs : leastMs) / sampleMs));
}

/** What a count since the start gained within the window before each sample, divided by `span`; null while it is not full. */
export function gains(counts: readonly number[], window: number, span: number): (number | null)[] {
  return counts.map((count, i) => (i < window ? null : Math.max(0, count - (counts[i - window] ?? 0)) / span));
}

/** Rates per second of a count since the start. */
export function ratesPerSecond(counts: readonly number[], window: number, sampleMs: number): (number | null)[] {
  return gains(counts, window, (window * sampleMs) / 1000);
}

/** The part of `places` that was in use within the window, of the time in use since the start: never above 1. */
export function sharesOfTime(inUseMs: readonly number[], window: number, sampleMs: number, places = 1) {
  const shares = gains(inUseMs, window, window * sampleMs * places);
  // Above 1 is nothing but the rounding of a long sum.
  return shares.map((share) => (share === null ? null : Math.min(1, share)));
}

/** The mean of the values within the window before each sample, for rates that are counted by the sample; null as above. */
export function meansOver(values: readonly (number | null)[], window: number): (number | null)[] {
  return values.map((_, i) => {
    if (i < window) return null;
    let sum = 0;
    for (let at = i - window + 1; at <= i; at++) sum += values[at] ?? 0;
    return sum / window;
  });
}
