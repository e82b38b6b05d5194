// What became of a writer's batches: the counts behind its line in the table of writers.

/** Counts of one writer. A batch is counted once; its replay, which follows a failure, counts in its own places. */
export class WriterTally {
  readonly rowsPerBatch: number;
  /** Batches that are due by the end of the run. */
  dueBatches = 0;
  writtenBatches = 0;
  failedBatches = 0;
  /** Skipped although they had never been written: their rows are missing. */
  lostBatches = 0;
  /** Replays that were skipped, as they should be, and those that were written once more. */
  skippedReplays = 0;
  writtenReplays = 0;
  failedReplays = 0;
  commits = 0;
  conflicts = 0;
  retries = 0;
  /** Versions that another writer put into the log first, without a conflict. */
  lostRaces = 0;
  longestWriteMs = 0;
  longestCheckpointMs = 0;
  #writeMs = 0;

  constructor(rowsPerBatch: number) {
    this.rowsPerBatch = rowsPerBatch;
  }

  /** Mean time from the start of a write to its commit; null without a commit. */
  get meanWriteMs(): number | null {
    return this.commits === 0 ? null : this.#writeMs / this.commits;
  }

  /** Due, and neither written nor given up nor skipped. */
  get pendingBatches(): number {
    return this.dueBatches - this.writtenBatches - this.failedBatches - this.lostBatches;
  }

  commit(writeMs: number, isReplay: boolean): void {
    this.commits++;
    this.#writeMs += writeMs;
    this.longestWriteMs = Math.max(this.longestWriteMs, writeMs);
    if (isReplay) this.writtenReplays++;
    else this.writtenBatches++;
  }

  skip(isReplay: boolean): void {
    if (isReplay) this.skippedReplays++;
    else this.lostBatches++;
  }

  giveUp(isReplay: boolean): void {
    if (isReplay) this.failedReplays++;
    else this.failedBatches++;
  }

  conflict(): void {
    this.conflicts++;
  }

  retry(): void {
    this.retries++;
  }

  race(): void {
    this.lostRaces++;
  }

  /** A compaction that found no small files: done, without a commit. */
  findNothingToDo(isReplay: boolean): void {
    if (!isReplay) this.writtenBatches++;
  }

  checkpoint(ms: number): void {
    this.longestCheckpointMs = Math.max(this.longestCheckpointMs, ms);
  }

  end(dueBatches: number): void {
    this.dueBatches = dueBatches;
  }
}
