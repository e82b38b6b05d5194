// One attempt at one batch: its rows computed from the offsets, the state and the watermark that its checkpoint has.

import type { LoggedRecord } from '../kafka/record.ts';
import type { SparkWorld } from './application.ts';
import type { OutputMode } from './api.ts';
import type { BatchSource } from './batch-source.ts';
import type { Checkpoint, FixedSettings, PlannedBatch } from './checkpoint.ts';
import type { Accumulator } from './functions.ts';
import type { Parts, Pipeline } from './pipeline.ts';
import { aggregatesDeep, isEvicted } from './plan.ts';
import type { StateOperatorProgress } from './progress.ts';
import { stateMemory } from './state-provider.ts';
import type { StateChange, StateUpdate } from './state-store.ts';
import type { WatermarkTracker } from './watermark.ts';

/** Event times of the batch's watermarked rows, in ms since the epoch; null without any. */
export interface SeenEventTimes {
  readonly minMs: number;
  readonly avgMs: number;
  readonly maxMs: number;
}

export interface BatchRun {
  readonly parts: Parts;
  readonly seen: SeenEventTimes | null;
  readonly lateRows: number;
  /** State after the commit. */
  readonly stateRows: number;
  readonly stateOperators: readonly StateOperatorProgress[];
  /** Makes state and results final. */
  commit(): void;
}

/**
 * Computes a batch. Law: two attempts at one planned batch give the same rows, for nothing but `commit()` changes what they
 * come from. Throws what a function of the program throws.
 */
export function runBatch(given: {
  readonly world: SparkWorld;
  readonly pipeline: Pipeline;
  readonly sources: readonly BatchSource[];
  readonly mode: OutputMode;
  readonly checkpoint: Checkpoint;
  readonly fixed: FixedSettings;
  readonly planned: PlannedBatch;
  readonly tracker: WatermarkTracker;
}): BatchRun {
  const { world, pipeline, sources, mode, checkpoint, fixed, planned, tracker } = given;
  const { statePartitions, provider } = fixed;
  const results: LoggedRecord[] = [];
  const seen = { count: 0, sumMs: 0, minMs: Infinity, maxMs: -Infinity };

  const updates: StateUpdate<Accumulator>[] = checkpoint.stores.map((store, index) => {
    const plan = pipeline.aggregates[index] as Pipeline['aggregates'][number];
    if (mode === 'complete' || !isEvicted(plan)) return store.begin(null);
    // What an aggregate hands on lies just below the watermark, so the next one must look back one batch.
    const isFirst = aggregatesDeep(plan.input) === 0;
    return store.begin(checkpoint.watermarkMs, isFirst ? checkpoint.watermarkMs : checkpoint.previousWatermarkMs);
  });

  const parts = pipeline.run({
    statePartitions,
    read: (source) =>
      (sources[source] as BatchSource).read(planned.from[source] as number[], planned.to[source] as number[]),
    observe(input, eventMs) {
      tracker.observe(input, eventMs);
      seen.count++;
      seen.sumMs += eventMs;
      seen.minMs = Math.min(seen.minMs, eventMs);
      seen.maxMs = Math.max(seen.maxMs, eventMs);
    },
    update: (index) => updates[index] as StateUpdate<Accumulator>,
    result(name) {
      // In append mode a group comes once; in the others anew with each batch.
      const record = world.results.record(`${checkpoint.id}/${mode === 'append' ? '' : planned.batchId}/${name}`);
      results.push(record);
      return record;
    },
  });

  const changes = updates.map((update) => update.change());
  const rowsOf = (change: StateChange<Accumulator>) => change.numRowsTotal;
  return {
    parts,
    seen: seen.count === 0 ? null : { minMs: seen.minMs, avgMs: seen.sumMs / seen.count, maxMs: seen.maxMs },
    lateRows: changes.reduce((all, { lateRows }) => all + lateRows, 0),
    stateRows: changes.reduce((all, change) => all + rowsOf(change), 0),
    stateOperators: changes.map((change) => ({
      numRowsTotal: change.numRowsTotal,
      numRowsUpdated: change.updated.length,
      numRowsDroppedByWatermark: change.numRowsDroppedByWatermark,
      memoryUsedBytes: stateMemory(provider, rowsOf(change), world.scenario.cluster.stateRowBytes, statePartitions)
        .memoryUsedBytes,
    })),
    commit() {
      for (const update of updates) update.commit();
      world.results.finish(results);
    },
  };
}
