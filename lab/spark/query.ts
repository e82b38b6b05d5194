// The count engine of a streaming query: one step for each micro-batch, one count for each partition, no record in memory.

import { positiveInteger } from '../argument.ts';
import { createAttempts, type BatchAttempt } from './batch-attempt.ts';
import { createPlanner, type BatchPlan } from './query-planner.ts';
import { readRun, type CommittedOffsets, type QueryRun } from './query-readings.ts';
import type { QuerySetup } from './query-setup.ts';
import { planSource } from './query-source.ts';
import { isFallingBehind, lookAfterIdling, nextTriggerMs } from './trigger.ts';

/** A micro-batch, or one attempt at it. What has not ended when the simulation does is running, with the end it would have had. */
export interface BatchRun extends Omit<BatchAttempt, 'survives'> {
  readonly batchId: number;
  /** Counts the starts of the query, from 0: each restart is a new run with a new runId. */
  readonly queryRun: number;
  readonly startMs: number;
  /** Start of the trigger before, with data or without (SS27); null for the first of a run. */
  readonly previousStartMs: number | null;
  readonly startOffsets: readonly number[];
  readonly outcome: 'committed' | 'running' | 'out-of-memory';
  /** The watermark that held during the batch, which the batches before it have set (SS15); null without one. */
  readonly watermarkMs: number | null;
}

/** Something that happened to the query. */
export type QueryEvent =
  | { readonly atMs: number; readonly kind: 'falling-behind'; readonly batchId: number; readonly batchMs: number }
  | { readonly atMs: number; readonly kind: 'out-of-memory'; readonly batchId: number; readonly heldBytes: number }
  | { readonly atMs: number; readonly kind: 'restart'; readonly batchId: number }
  | { readonly atMs: number; readonly kind: 'data-loss'; readonly records: number; readonly isFatal: boolean }
  /** A query that ends by itself has read what it came for (SS11). */
  | { readonly atMs: number; readonly kind: 'finished' };

/**
 * Runs a query batch by batch (M2.1–M2.8, M2.10, M2.11): plan under the limit, work, commit, wait for the trigger. Times
 * are whole ms, as on Spark's clock. No data at a look means no batch, but the look counts as a trigger (SS27).
 *
 * Laws: batches never overlap; arrived = processed + lag + lost at every instant; a batch that dies commits nothing and
 * comes again with the same offsets, or what retention has left of them: a batch reads all its records at its start.
 * Throws RangeError for input out of range, naming it.
 */
export function runQuery(setup: QuerySetup): QueryRun {
  const durationMs = positiveInteger(setup.durationMs, 'durationMs');
  const { trigger, memory, state } = setup;
  const source = planSource(setup);
  const planner = createPlanner(setup, source);
  const attempt = createAttempts(setup, source);

  const batches: BatchRun[] = [];
  const events: QueryEvent[] = [];
  const committed: CommittedOffsets[] = [{ atMs: 0, offsets: source.startOffsets, lostRecords: 0 }];
  let offsets = source.startOffsets;
  let lostRecords = 0;
  let startMs = 0;
  let previousStartMs: number | null = null;
  let queryRun = 0;
  let batchId = 0;
  let watermarkMs = state?.watermarkDelayMs === undefined ? null : 0;
  /** Outlives the death of its batch: the offset log has it. */
  let plan: BatchPlan | null = null;

  while (startMs < durationMs) {
    const deleted = planner.deletedBy(startMs, offsets, plan?.endOffsets);
    if (deleted !== null) {
      const isFatal = setup.source.options.failOnDataLoss !== false;
      events.push({ atMs: startMs, kind: 'data-loss', records: deleted.count, isFatal });
      if (isFatal) break;
      offsets = deleted.offsets;
      lostRecords += deleted.count;
      committed.push({ atMs: startMs, offsets, lostRecords });
    }
    if (plan === null) {
      const found = planner.look(startMs, offsets);
      if (found.kind === 'finished') {
        events.push({ atMs: startMs, kind: 'finished' });
        break;
      }
      if (found.kind === 'wait') {
        if (found.untilMs >= durationMs) break;
        ({ atMs: startMs, previousMs: previousStartMs } = lookAfterIdling(trigger, startMs, found.untilMs));
        continue;
      }
      ({ plan } = found);
    }

    const { survives, ...attempted } = attempt(plan, offsets, startMs);
    const { endMs, heldBytes } = attempted;
    const isOver = endMs <= durationMs;
    const outcome = !isOver ? 'running' : survives ? 'committed' : 'out-of-memory';
    batches.push({
      ...attempted,
      batchId,
      queryRun,
      startMs,
      previousStartMs,
      startOffsets: offsets,
      outcome,
      watermarkMs,
    });
    if (!isOver) break;

    if (!survives) {
      events.push({ atMs: endMs, kind: 'out-of-memory', batchId, heldBytes });
      startMs = endMs + (memory?.restartMs ?? 0);
      if (startMs < durationMs) events.push({ atMs: startMs, kind: 'restart', batchId });
      previousStartMs = null;
      queryRun += 1;
      continue;
    }
    if (isFallingBehind(trigger, endMs - startMs)) {
      events.push({ atMs: endMs, kind: 'falling-behind', batchId, batchMs: endMs - startMs });
    }
    offsets = plan.endOffsets;
    committed.push({ atMs: endMs, offsets, lostRecords });
    plan = null;
    batchId += 1;
    if (attempted.state !== null) ({ watermarkMs } = attempted.state);
    previousStartMs = startMs;
    startMs = nextTriggerMs(trigger, startMs, endMs);
    if (startMs === Infinity) events.push({ atMs: endMs, kind: 'finished' });
  }
  return readRun({ setup, source, batches, events, committed });
}
