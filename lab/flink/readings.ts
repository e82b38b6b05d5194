// What an engine tells about a job that it has run: the metrics that Flink has for a subtask, over any span of the run.

/** Means of a span for subtasks that behave the same, and what lies in front of each at its end. */
export interface SubtaskReading {
  /** The subtasks' numbers: all that share one fate in the count engine, one in the record engine. */
  readonly subtasks: readonly number[];
  /** The three times; together 1000. */
  readonly busyMsPerSecond: number;
  readonly backPressuredMsPerSecond: number;
  readonly idleMsPerSecond: number;
  readonly numRecordsInPerSecond: number;
  /** Records in front of one subtask: in its input buffers, or in its part of the topic (pendingRecords) for the source. */
  readonly waitingRecords: number;
  /** waitingRecords as a part of the input buffers; null for the source, which has none. */
  readonly inPoolUsage: number | null;
}

export interface OperatorReading {
  readonly name: string;
  readonly parallelism: number;
  readonly subtasks: readonly SubtaskReading[];
}

/** Records counted over a whole run. received + restored = processed + inService + waiting + discarded. */
export interface OperatorCounts {
  readonly name: string;
  readonly parallelism: number;
  /** From the operator before, or from the topic. */
  readonly receivedRecords: number;
  readonly processedRecords: number;
  /** Handed to the next operator, or written by the sink. */
  readonly emittedRecords: number;
  readonly waitingRecords: number;
  /** At work, or finished and not yet handed on. */
  readonly inServiceRecords: number;
  /** Lost from buffers by a restart; the source reads them again. */
  readonly discardedRecords: number;
  /** Put back into buffers from an unaligned checkpoint. */
  readonly restoredRecords: number;
}

export interface JobRun {
  readonly durationMs: number;
  /** The source first. The record engine reads spans in whole samples. */
  readingsBetween(fromMs: number, toMs: number): readonly OperatorReading[];
  /** Whether no task runs at some time of the span: then there are no metrics. */
  isDownBetween(fromMs: number, toMs: number): boolean;
  /** Records in the topic by `ms`, read or not; those of the start too. */
  arrivedBy(ms: number): number;
  lagRecordsAt(ms: number): number;
  /** Age of the oldest record that waits in the topic, in ms. */
  lagMsAt(ms: number): number;
  /** In the topic at the start, and written to it during the run. */
  readonly arrivedRecords: number;
  /** Read a second time after a restart. */
  readonly readAgainRecords: number;
  /** By operator, the source first. */
  readonly counts: readonly OperatorCounts[];
}
