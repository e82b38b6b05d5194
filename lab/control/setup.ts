// The world of a pipeline: what lands, what a run costs, the database behind it, its owner, and what goes wrong.

/** A rate from `fromMs` until the next begins, in rows/s. */
export interface RowsFrom {
  readonly fromMs: number;
  readonly recordsPerSecond: number;
}

/**
 * What goes wrong from `fromMs` until `toMs`:
 * - `slow-database`: it applies `capacityShare` of what it usually does;
 * - `failing-runs`: it accepts nothing; an attempt whose rows are all sent meanwhile has failed, one that outlasts it sends
 *   the refused rows again;
 * - `late-marker`: a directory that closes meanwhile is written `delayMs` longer, and marked that much later;
 * - `missing-marker`: it is written in time and never marked;
 * - `stale-marker`: it has a marker from an earlier run, before the first file is there.
 */
export type PipelineFault = { readonly fromMs: number; readonly toMs: number } & (
  | { readonly kind: 'slow-database'; readonly capacityShare: number }
  | { readonly kind: 'failing-runs' | 'missing-marker' | 'stale-marker' }
  | { readonly kind: 'late-marker'; readonly delayMs: number }
);

export interface PipelineSetup {
  /** What upstream produces. */
  readonly traffic: readonly RowsFrom[];
  /** The schedule's interval at the start, and the span of data in one directory. */
  readonly everyMs: number;
  /**
   * A directory for each interval, written during `writeMs` after its end and then marked; without it a table in which each
   * row can be read as soon as it is produced.
   */
  readonly directories?: { readonly writeMs: number };
  /** Whether each run has a slice of its own, or reads everything since the last success, as a bookmark does. */
  readonly reads: 'own-slice' | 'since-last-success';
  /** A run's time: a fixed part, and its rows at a rate, unless the database holds it back. */
  readonly run: { readonly fixedMs: number; readonly rowsPerSecond: number };
  /** Calls of the client library for a row that is refused. */
  readonly clientAttempts: number;
  /** Rows/s that it applies, and how many it accepts ahead of that; without it everything is applied at once. */
  readonly database?: { readonly rowsPerSecond: number; readonly queueRows: number };
  /** When the owner answers a question, yes; without it nobody does (O9). */
  readonly owner?: { readonly answersAfterMs: number };
  readonly faults: readonly PipelineFault[];
  readonly durationMs: number;
}

/** One attempt of one run, as it went. */
export interface AttemptRecord {
  readonly runId: number;
  readonly attempt: number;
  readonly scheduledAtMs: number;
  readonly startedAtMs: number;
  /** Null while it runs. */
  readonly endedAtMs: number | null;
  readonly outcome: 'running' | 'succeeded' | 'failed';
  /** Rows that it read, and rows of its slice that were not there yet when it did. */
  readonly rows: number;
  readonly missedRows: number;
  /** Its slice, as counts of rows from the first that was produced: from the one up to below the other. */
  readonly fromRow: number;
  readonly toRow: number;
  /** The span of time that its data is from. */
  readonly sliceMs: number;
  /** Calls to the database, the client's retries among them. */
  readonly calls: number;
}
