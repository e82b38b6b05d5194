// What a run of a queue leaves: totals, the stay of every record, and samples on an even grid.

/** Values at 0, `sampleMs`, 2 · `sampleMs` …: what holds at the end of that instant. Counts and times are since the start. */
export interface QueueSamples {
  readonly waitingRecords: number[];
  readonly inServiceRecords: number[];
  /** Age of the oldest record that waits (M0.5); 0 when none does. */
  readonly oldestWaitMs: number[];
  readonly offeredRecords: number[];
  readonly servedRecords: number[];
  readonly lostRecords: number[];
  /** Time that servers worked, all together, and that the sender was held. */
  readonly busyMs: number[];
  readonly heldMs: number[];
}

export interface QueueReadings {
  readonly ended: 'in time' | 'out of memory' | 'failed';
  readonly endedMs: number;
  readonly offeredRecords: number;
  readonly servedRecords: number;
  /** Dropped or turned away. */
  readonly lostRecords: number;
  readonly waitingRecords: number;
  readonly inServiceRecords: number;
  /** 1 while the sender stands outside with its record. */
  readonly heldRecords: number;
  readonly mostWaitingRecords: number;
  /** The most that waited and were in service together: what memory has to hold. */
  readonly mostInsideRecords: number;
  /** When the last free place was first taken; null when it never was. */
  readonly firstFullMs: number | null;
  /** From entry to the end of service, in the order of completion. */
  readonly staysMs: Float64Array;
  /** Mean time in the line, over the records whose service has begun; null without one. */
  readonly meanWaitMs: number | null;
  /** Time averages over the run. */
  readonly meanInsideRecords: number;
  readonly busyServers: number;
  readonly heldShare: number;
  readonly samples: QueueSamples;
}
