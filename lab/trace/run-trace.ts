// What every run leaves behind, whatever system it was: the one format that graders judge, figures draw and the command
// line prints. Systems add to it; nothing replaces it.

/** One value for each sample; null where there is nothing to measure yet. */
export type SeriesValues = readonly (number | null)[];

/** Something that happened at an instant; systems add what is worth knowing about it. */
export interface RunEvent {
  /** ms of the run. Events stand in order of time. */
  readonly atMs: number;
  /** A word for what happened, such as 'rebalance' or 'out-of-memory'. */
  readonly kind: string;
}

/** Rows that have no place on an even grid of time: batches, subtasks, shards, writers. */
export interface RunTable {
  /** A slug, such as 'batches'. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly { readonly id: string; readonly label: string; readonly unit: Unit }[];
  readonly rows: readonly (readonly (number | string | boolean | null)[])[];
}

/**
 * The trace of a run: (scenario, seed) → trace, the same bytes on every machine.
 *
 * Laws: each series has one value per sample, the first at 0 ms and the last not after `endedMs`; numbers are finite;
 * `JSON.parse(JSON.stringify(trace))` equals the trace.
 */
export interface RunTrace {
  readonly scenario: { readonly name: string; readonly title: string; readonly summary: string };
  readonly seed: number;
  readonly endedMs: number;
  readonly sampleMs: number;
  readonly series: Readonly<Record<string, SeriesValues>>;
  readonly events: readonly RunEvent[];
  /** Counts and measures of the whole run; null for what did not happen, such as a drain that was not reached. */
  readonly totals: Readonly<Record<string, number | null>>;
  readonly tables?: readonly RunTable[];
}

/** What a number counts. Names of series and totals carry it too (`lagRecords`, `batchMs`), except where it is plain. */
export type Unit =
  | 'records'
  | 'records/s'
  | 'calls'
  | 'calls/s'
  | 'rows'
  | 'rows/s'
  | 'bytes'
  | 'bytes/s'
  | 'ms'
  | 'ms/s'
  | 'h'
  | 'USD'
  | 'share'
  | 'count'
  /** 1 for yes, 0 for no. */
  | 'flag'
  | 'text';

/** What a series or a total means: for the legend of a plot, the help of a figure, the table in a terminal. */
export interface Reading {
  /** Two or three words, such as 'Lag' or 'Batch duration'. */
  readonly label: string;
  readonly unit: Unit;
  /** One sentence: how it is counted, and the real metric that it stands for when there is one. */
  readonly about: string;
}

/** A run in even steps: at most `most` samples, at a round distance, the first at 0. */
export function samplingOf(durationMs: number, most = 600): { sampleMs: number; samples: number } {
  const least = durationMs / most;
  let unit = 1;
  while (unit * 10 <= least) unit *= 10;
  const sampleMs = [1, 2, 5, 10].map((step) => step * unit).find((step) => step >= least) ?? unit * 10;
  return { sampleMs, samples: Math.floor(durationMs / sampleMs) + 1 };
}
