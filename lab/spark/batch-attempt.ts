// What becomes of a planned batch once it starts: its tasks, how long they take, what they hold, and whether it survives.

import { shareOfOne } from '../argument.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import { batchCost, type BatchCost, type Bottleneck } from './batch-cost.ts';
import { conditionsAt, conditionsOf, doneAtMs, type Conditions } from './conditions.ts';
import { heldBytes, outOfMemoryShare, type HeldBytes } from './executor-memory.ts';
import { offsetsBehindLatest, type OffsetsBehind } from './progress.ts';
import type { BatchPlan } from './query-planner.ts';
import type { QuerySetup } from './query-setup.ts';
import type { PlannedSource } from './query-source.ts';
import { stateLoad, type StateLoad } from './state-load.ts';

/** One attempt at a batch. Offsets are by partition. */
export interface BatchAttempt extends BatchPlan {
  readonly survives: boolean;
  /** When it ends, in ms: committed, or dead after `taskMaxFailures` tries of its tasks. */
  readonly endMs: number;
  readonly numInputRows: number;
  /** latest − end per partition, in rows (SS31). */
  readonly behind: OffsetsBehind;
  readonly tasks: number;
  readonly bottleneck: Bottleneck;
  /** Rows and state on the busiest executor, in bytes; 0 when memory is no concern. */
  readonly heldBytes: number;
  /** State after the batch; null for a query without state. */
  readonly state: StateLoad | null;
}

/** What a batch needs under some conditions. */
interface Needs {
  readonly taskRows: readonly number[];
  readonly cost: BatchCost;
  readonly held: HeldBytes;
}

/** Carries out plans from `offsets` on, from `startMs` on (M2.3, SS13, SS36). */
export function createAttempts(setup: QuerySetup, source: PlannedSource) {
  const { memory, state, cluster } = setup;
  const conditions = conditionsOf(setup, source.readRowsPerSecond);
  const firstEventMs = state === undefined ? 0 : source.firstArrivalMs(source.startOffsets);
  const pace = paceOf(setup);
  /** A batch that dies comes again: what it needs is worked out once, unless retention has taken a part of it. */
  let known: { plan: BatchPlan; offsets: readonly number[]; needs: Map<Conditions, Needs> } | null = null;

  function needsOf(taken: readonly number[], load: StateLoad | null, now: Conditions): Needs {
    const taskRows = source.tasks(taken, now.cores);
    const held =
      memory === undefined
        ? { rows: 0, state: 0 }
        : heldBytes({
            taskRows,
            executors: now.executors,
            coresPerExecutor: cluster.coresPerExecutor,
            rowBytes: memory.rowBytes,
            stateBytes: (load?.rows ?? 0) * (state?.stateRowBytes ?? 0),
          });
    return { taskRows, cost: batchCost(taskRows, now), held };
  }

  return (plan: BatchPlan, offsets: readonly number[], startMs: number): BatchAttempt => {
    const { endOffsets, latestOffsets } = plan;
    const taken = endOffsets.map((end, p) => end - (offsets[p] ?? 0));
    const load = state === undefined ? null : stateLoad(state, firstEventMs, source.lastArrivalMs(endOffsets));
    const now = conditionsAt(conditions, startMs);
    if (known?.plan !== plan || known.offsets !== offsets) known = { plan, offsets, needs: new Map() };
    const needs = known.needs.get(now) ?? needsOf(taken, load, now);
    known.needs.set(now, needs);
    const { taskRows, cost, held } = needs;

    const diesAt = outOfMemoryShare(held, now.executorBytes);
    const part = diesAt === null ? 1 : diesAt * (memory?.taskMaxFailures ?? 1);
    const slower = pace();
    const wholeMs = (given: Conditions) => (given === now ? cost : batchCost(taskRows, given)).ms * slower;
    const { min, avg, max } = offsetsBehindLatest(latestOffsets, endOffsets);
    const { rowsPerOffset } = source;
    return {
      endOffsets,
      latestOffsets,
      survives: diesAt === null,
      endMs: doneAtMs(conditions, startMs, part, wholeMs),
      numInputRows: taken.reduce((sum, count) => sum + count, 0) * rowsPerOffset,
      behind: { min: min * rowsPerOffset, avg: avg * rowsPerOffset, max: max * rowsPerOffset },
      tasks: taskRows.length,
      bottleneck: cost.bottleneck,
      heldBytes: held.rows + held.state,
      state: load,
    };
  };
}

/** How many times longer than exact each batch takes; always 1 for seed 0. */
function paceOf({ seed = 0, work }: QuerySetup): () => number {
  const share = shareOfOne(work.jitterShare ?? 0, 'work.jitterShare');
  if (seed === 0 || share === 0) return () => 1;
  const rng = createRng(deriveSeed(seed, 'duration of batches'));
  return () => 1 + share * (2 * rng.next() - 1);
}
