// What a run of DStreams looks like at even instants: the metrics of its "Streaming" tab (SS23).

import type { DStreamsRun } from './batches.ts';

export interface DStreamsReadings {
  readonly sourceBacklogRecords: readonly number[];
  readonly storedRecords: readonly number[];
  readonly waitingBatches: readonly number[];
  readonly schedulingDelayMs: readonly (number | null)[];
  readonly processingMs: readonly (number | null)[];
  readonly rateLimitPerSecond: readonly (number | null)[];
}

/**
 * Reads a run at `times` in ms, which rise. Delay and processing time are those of the batch that started last, as the page
 * shows them; null before the first. Stored records are received and not yet processed: they fill the executors.
 *
 * Law: arrived = source backlog + stored + records of the batches that have ended.
 */
export function readDStreams(run: DStreamsRun, times: readonly number[]): DStreamsReadings {
  const { batches, limits, arrived, received } = run;
  let created = 0;
  let started = 0;
  let ended = 0;
  let processed = 0;
  let limitAt = 0;
  const rows = times.map((ms) => {
    while ((batches[created]?.createdMs ?? Infinity) <= ms) created++;
    while ((batches[started]?.startMs ?? Infinity) <= ms) started++;
    while ((batches[ended]?.endMs ?? Infinity) <= ms) processed += batches[ended++]?.records ?? 0;
    while ((limits[limitAt + 1]?.fromMs ?? Infinity) <= ms) limitAt++;
    const latest = batches[started - 1];
    return {
      sourceBacklogRecords: Math.max(0, arrived.valueAt(ms) - received.valueAt(ms)),
      storedRecords: Math.max(0, received.valueAt(ms) - processed),
      waitingBatches: created - started,
      schedulingDelayMs: latest?.schedulingDelayMs ?? null,
      processingMs: latest?.processingMs ?? null,
      rateLimitPerSecond: limits[limitAt]?.recordsPerSecond ?? null,
    };
  });
  return {
    sourceBacklogRecords: rows.map((row) => row.sourceBacklogRecords),
    storedRecords: rows.map((row) => row.storedRecords),
    waitingBatches: rows.map((row) => row.waitingBatches),
    schedulingDelayMs: rows.map((row) => row.schedulingDelayMs),
    processingMs: rows.map((row) => row.processingMs),
    rateLimitPerSecond: rows.map((row) => row.rateLimitPerSecond),
  };
}
