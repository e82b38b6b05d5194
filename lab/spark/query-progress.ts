// The progress of one batch of a program's query, put together as Spark reports it.

import { runEpochMs } from '../process/host.ts';
import type { BatchRun } from './batch-run.ts';
import type { BatchSource } from './batch-source.ts';
import type { PlannedBatch } from './checkpoint.ts';
import { progressOf, type StreamingQueryProgress } from './progress.ts';
import type { Offsets } from './topic.ts';

/** The parts of a batch's fixed cost: planning, and the write-ahead log before the batch; the rest is the commit after it. */
export const overheadShares = { planning: 0.2, walCommit: 0.4 } as const;

export const sumOf = (offsets: readonly Offsets[]): number => offsets.flat().reduce((all, offset) => all + offset, 0);

/** Times in ms of the run; Spark cuts them to whole ms. */
export interface CommittedBatch {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  readonly planned: PlannedBatch;
  readonly run: BatchRun;
  readonly sources: readonly BatchSource[];
  readonly startMs: number;
  readonly endMs: number;
  readonly previousTriggerMs: number | null;
  readonly batchOverheadMs: number;
  /** The watermark that it worked with, in ms since the epoch; null without one. */
  readonly watermarkMs: number | null;
}

/** See `progressOf`. */
export function queryProgress(batch: CommittedBatch): StreamingQueryProgress {
  const { planned, run, sources, previousTriggerMs, batchOverheadMs, watermarkMs } = batch;
  const { batchId, from, to, latest } = planned;
  const atEpoch = (ms: number) => runEpochMs + Math.floor(ms);
  const walMs = Math.floor(batchOverheadMs * overheadShares.walCommit);
  return progressOf({
    id: batch.id,
    runId: batch.runId,
    name: batch.name,
    batchId,
    triggerStartMs: atEpoch(batch.startMs),
    previousTriggerStartMs: previousTriggerMs === null ? null : atEpoch(previousTriggerMs),
    triggerEndMs: atEpoch(batch.endMs),
    phases: {
      queryPlanning: Math.floor(batchOverheadMs * overheadShares.planning),
      walCommit: walMs,
      commitOffsets: walMs,
    },
    sources: sources.map(({ topic }, at) => ({
      description: `KafkaV2[Subscribe[${topic.name}]]`,
      name: topic.name,
      startOffsets: from[at] as Offsets,
      endOffsets: to[at] as Offsets,
      latestOffsets: latest[at] as Offsets,
      numInputRows: sumOf([to[at] as Offsets]) - sumOf([from[at] as Offsets]),
    })),
    ...(watermarkMs !== null && { eventTime: { watermarkMs, ...run.seen } }),
    stateOperators: run.stateOperators,
    sink: 'ForeachBatchSink',
  });
}
