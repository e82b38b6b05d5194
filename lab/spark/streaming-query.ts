// A query that runs: trigger after trigger it plans a batch, writes it down, runs it, and commits it.

import { positive } from '../argument.ts';
import { eventClass } from '../clock/kernel.ts';
import { runEpochMs } from '../process/host.ts';
import { SinkError } from '../sink/errors.ts';
import { uuidOf, type Application } from './application.ts';
import type { BatchDataFrame, OutputMode, StreamingQuery } from './api.ts';
import { createBatchFrame, type BatchLife, type BatchMemory } from './batch-frame.ts';
import { runBatch, type BatchRun } from './batch-run.ts';
import type { BatchSource } from './batch-source.ts';
import type { Checkpoint, FixedSettings, PlannedBatch } from './checkpoint.ts';
import type { SessionSettings } from './conf.ts';
import { rootOf, StreamingQueryException } from './errors.ts';
import type { Pipeline } from './pipeline.ts';
import { isEvicted, type Row } from './plan.ts';
import type { StreamingQueryProgress } from './progress.ts';
import { overheadShares, queryProgress, sumOf } from './query-progress.ts';
import type { BatchEvent } from './spark-trace.ts';
import type { Offsets } from './topic.ts';
import { isFallingBehind, lookAfterIdling, nextTriggerMs, type Trigger } from './trigger.ts';
import { WatermarkTracker } from './watermark.ts';

/** What a query does with its batches. */
export type WriteBatch = (batch: BatchDataFrame<Row>, batchId: number) => unknown;

export interface QueryOptions {
  readonly app: Application;
  readonly name: string | null;
  readonly pipeline: Pipeline;
  readonly sources: readonly BatchSource[];
  readonly mode: OutputMode;
  readonly trigger: Trigger;
  readonly settings: SessionSettings;
  readonly write: WriteBatch;
  /** In use by this query alone; its `fixed`, `offsets` and `stores` are set. */
  readonly checkpoint: Checkpoint;
  /** How many queries were started before in this run: it makes the run's id. */
  readonly startNumber: number;
}

/** spark.sql.streaming.numRecentProgressUpdates. */
const recentUpdates = 100;
/**
 * Starts a query. Laws: never two batches at once (SS2); a planned batch is written down before it runs, so a failure
 * repeats it with the same id and offsets (SS41); only the commit moves offsets, watermark and state; the next trigger is
 * `nextTriggerMs`. A trigger without data is no batch, unless a new watermark has state to evict (SS9).
 */
export function startQuery(options: QueryOptions): StreamingQuery {
  const { app, name, pipeline, sources, mode, trigger, settings, write, checkpoint } = options;
  const { world, process } = app;
  const { kernel } = world;
  const { batchOverheadMs, taskOverheadMs, rowMs } = world.scenario.cluster;
  const fixed = checkpoint.fixed as FixedSettings;
  const tracker = new WatermarkTracker(pipeline.delaysMs, fixed.policy, checkpoint.watermarkMs);
  const evicts = mode !== 'complete' && pipeline.aggregates.some(isEvicted);
  const isUnlimited = trigger.kind === 'once';
  const { id } = checkpoint;
  const runId = uuidOf(world.seed, `run/${options.startNumber}`);

  let isActive = true;
  let isTriggerActive = false;
  let hasWarned = false;
  let exception: StreamingQueryException | null = null;
  let previousTriggerMs: number | null = null;
  let recent: StreamingQueryProgress[] = [];
  let memory: BatchMemory | null = null;
  const waiters: (() => void)[] = [];
  /** AvailableNow ends at what there is now. */
  const frozen = trigger.kind === 'available-now' ? sources.map(({ topic }) => topic.latestAt(kernel.nowMs)) : null;

  /** Runs later, if the query still does. */
  function after(delayMs: number, run: () => void): void {
    kernel.after(delayMs, eventClass.timer, () => {
      if (process.isAlive && isActive) run();
    });
  }

  function onTrigger(): void {
    const startMs = kernel.nowMs;
    const isRepeat = checkpoint.planned !== null;
    const planned = checkpoint.planned ?? plan(startMs);
    if (planned === null) return;
    isTriggerActive = true;
    after(batchOverheadMs * (overheadShares.planning + overheadShares.walCommit), () => {
      checkpoint.planned = planned;
      addBatch(planned, startMs, isRepeat);
    });
  }

  /** The next batch; null when there is none now, and another look is due or the query has ended. */
  function plan(startMs: number): PlannedBatch | null {
    const from = checkpoint.offsets as readonly Offsets[];
    const latest = frozen ?? sources.map(({ topic }) => topic.latestAt(startMs));
    // What was there at the start of AvailableNow may lie behind what a repeated batch has read.
    const reachable = latest.map((offsets, at) => offsets.map((offset, p) => Math.max(offset, from[at]?.[p] ?? 0)));
    const taken = sources.map((source, at) =>
      source.take(from[at] as Offsets, reachable[at] as Offsets, startMs, isUnlimited),
    );
    const to = taken.map((each) => each.to);
    const hasData = sumOf(to) > sumOf(from);
    const hasNewWatermark = checkpoint.watermarkMs > checkpoint.previousWatermarkMs;
    if (hasData || (evicts && hasNewWatermark && settings.hasNoDataBatches)) {
      return { batchId: checkpoint.batchId + 1, from, to, latest: reachable };
    }
    idle(
      startMs,
      taken.some(({ isDelayed }) => isDelayed),
    );
    return null;
  }

  function idle(startMs: number, isDelayed: boolean): void {
    previousTriggerMs = startMs;
    if (trigger.kind === 'available-now' || trigger.kind === 'once') return end(null);
    const dataMs = isDelayed ? startMs : Math.min(...sources.map(({ topic }) => topic.nextArrivalMs(startMs)));
    if (dataMs === Infinity) return;
    const look = lookAfterIdling(trigger, startMs, dataMs);
    after(look.atMs - startMs, () => {
      previousTriggerMs = look.previousMs;
      onTrigger();
    });
  }

  function addBatch(planned: PlannedBatch, startMs: number, isRepeat: boolean): void {
    const { batchId, from, to } = planned;
    const event = { query: id, batchId, records: sumOf(to) - sumOf(from), isRepeat, startMs };
    world.note({ kind: 'batch-started', ...event });
    const own: BatchMemory = { driverRows: 0, cachedRows: 0 };
    const life: BatchLife = { openActions: 0, isOver: false };
    memory = own;
    app.memories.add(own);
    let run: BatchRun;
    try {
      run = runBatch({ world, pipeline, sources, mode, checkpoint, fixed, planned, tracker });
    } catch (error) {
      return fail(error);
    }
    const runner = {
      kernel,
      process,
      executors: app.executors,
      taskOverheadMs,
      rowMs,
      maxFailures: settings.maxFailures,
      isCancelled: () => memory !== own,
      taskFailed: (task: number, attempt: number, error: unknown) =>
        world.note({ kind: 'task-failed', task, attempt, error: (error as Error).name }),
    };
    const frame = createBatchFrame({ runner, lineage: world.lineage, memory: own, life }, () => run.parts);
    kernel.wake();
    called(write, frame, batchId).then(
      () => after(0, () => finish()),
      (error: unknown) => after(0, () => fail(error)),
    );

    function finish(): void {
      life.isOver = true;
      if (life.openActions > 0) warnOfForgotten();
      forgetBatch();
      after(batchOverheadMs * (1 - overheadShares.planning - overheadShares.walCommit), () =>
        commit(planned, run, event),
      );
    }
  }

  function warnOfForgotten(): void {
    if (hasWarned) return;
    hasWarned = true;
    world.warn(
      'foreachBatch has returned while an action of its batch still ran: the action is given up, and the batch counts as done. Await it: await batch.foreachPartition(…).',
    );
  }

  function commit(planned: PlannedBatch, run: BatchRun, event: BatchEvent): void {
    const { batchId, to, latest } = planned;
    const usedWatermarkMs = checkpoint.watermarkMs;
    run.commit();
    checkpoint.planned = null;
    checkpoint.batchId = batchId;
    checkpoint.offsets = to;
    checkpoint.previousWatermarkMs = usedWatermarkMs;
    checkpoint.watermarkMs = tracker.advance();
    for (const { topic } of sources) topic.commit();

    const endMs = kernel.nowMs;
    const progress = queryProgress({
      id,
      runId,
      name,
      planned,
      run,
      sources,
      startMs: event.startMs,
      endMs,
      previousTriggerMs,
      batchOverheadMs,
      watermarkMs: pipeline.delaysMs.length === 0 ? null : usedWatermarkMs,
    });
    recent = [...recent.slice(1 - recentUpdates), progress];
    world.progress.push(progress);
    world.note({
      kind: 'batch',
      ...event,
      behindRecords: sumOf(latest) - sumOf(to),
      lateRows: run.lateRows,
      stateRows: run.stateRows,
      watermarkMs: usedWatermarkMs > 0 ? usedWatermarkMs - runEpochMs : null,
    });
    process.checkHeap();
    if (process.isAlive) scheduleNext(event.startMs, endMs);
  }

  function scheduleNext(startMs: number, endMs: number): void {
    isTriggerActive = false;
    previousTriggerMs = startMs;
    if (trigger.kind === 'processing-time' && isFallingBehind(trigger, endMs - startMs)) {
      const { intervalMs } = trigger;
      world.note({ kind: 'falling-behind', intervalMs, tookMs: endMs - startMs });
      world.warn(
        `Current batch is falling behind. The trigger interval is ${intervalMs} milliseconds, but spent ${Math.round(endMs - startMs)} milliseconds`,
      );
    }
    const nextMs = nextTriggerMs(trigger, startMs, endMs);
    if (nextMs === Infinity) end(null);
    else after(nextMs - endMs, onTrigger);
  }

  function fail(error: unknown): void {
    // A mistake in the program ends the run, with its place in the program; a system's error ends the query.
    if (!(rootOf(error) instanceof SinkError)) return app.fail(error);
    const { name: kind, message } = error as Error;
    end(
      new StreamingQueryException(`Query ${name ?? id} terminated with exception: ${kind}: ${message}`, {
        cause: error,
      }),
    );
  }

  function forgetBatch(): void {
    if (memory !== null) app.memories.delete(memory);
    memory = null;
  }

  function end(failure: StreamingQueryException | null): void {
    if (!isActive) return;
    isActive = false;
    isTriggerActive = false;
    exception = failure;
    forgetBatch();
    checkpoint.isInUse = false;
    app.queries.delete(id);
    world.note({ kind: 'query-ended', query: id, error: failure === null ? null : (rootOf(failure) as Error).name });
    for (const waiter of waiters) waiter();
  }

  const query: StreamingQuery = Object.freeze({
    id,
    runId,
    name,
    get isActive() {
      return isActive;
    },
    get lastProgress() {
      return recent.at(-1) ?? null;
    },
    get recentProgress() {
      return [...recent];
    },
    get status() {
      const isDataAvailable =
        isActive && sumOf(sources.map(({ topic }) => topic.latestAt(kernel.nowMs))) > sumOf(checkpoint.offsets ?? []);
      const message = !isActive ? 'Stopped' : isTriggerActive ? 'Processing new data' : 'Waiting for next trigger';
      return { message, isDataAvailable, isTriggerActive };
    },
    stop: () =>
      process.promise<void>((resolve) => {
        end(null);
        kernel.after(0, eventClass.completion, () => resolve(undefined));
      }),
    awaitTermination: (timeoutMs?: number) =>
      process.promise<boolean>((resolve, reject) => {
        const answer = () => (exception === null ? resolve(true) : reject(exception));
        if (!isActive) return answer();
        waiters.push(answer);
        if (timeoutMs !== undefined)
          kernel.after(positive(timeoutMs, 'awaitTermination(timeoutMs)'), eventClass.timer, () => resolve(false));
      }),
    exception: () => exception,
  });
  app.queries.set(id, query);
  world.note({ kind: 'query-started', query: id, name });
  after(0, onTrigger);
  return query;
}

/** The outcome as a promise, also when the program throws before its first await. */
async function called(write: WriteBatch, batch: BatchDataFrame<Row>, batchId: number): Promise<void> {
  await write(batch, batchId);
}
