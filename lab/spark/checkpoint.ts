// A checkpoint location: the offsets that were planned and committed, the watermark, the state, and what is fixed for good.

import type { Accumulator } from './functions.ts';
import type { StateProvider } from './state-provider.ts';
import type { StateStore } from './state-store.ts';
import type { Offsets } from './topic.ts';
import type { WatermarkPolicy } from './watermark.ts';

/** A batch as the write-ahead log has it: planned before it runs, and run again from here after a failure (SS41). */
export interface PlannedBatch {
  readonly batchId: number;
  /** By source. */
  readonly from: readonly Offsets[];
  readonly to: readonly Offsets[];
  /** What there was when it was planned. */
  readonly latest: readonly Offsets[];
}

/** What a query cannot change any more once it has a checkpoint (SS16). */
export interface FixedSettings {
  readonly statePartitions: number;
  readonly provider: StateProvider;
  readonly policy: WatermarkPolicy;
}

/** Survives the application that writes it. */
export interface Checkpoint {
  readonly location: string;
  /** The query's `id`. */
  readonly id: string;
  /** Set with the first batch. */
  fixed: FixedSettings | null;
  /** Planned and not committed. */
  planned: PlannedBatch | null;
  /** The last committed batch; −1 before the first. */
  batchId: number;
  /** Committed offsets by source; null before the first start. */
  offsets: readonly Offsets[] | null;
  /** The watermark that the next batch works with, and the one that the last batch has. */
  watermarkMs: number;
  previousWatermarkMs: number;
  /** One for each aggregate of the query. */
  stores: readonly StateStore<Accumulator>[];
  /** Whether a query runs on it now. */
  isInUse: boolean;
}

export function newCheckpoint(location: string, id: string): Checkpoint {
  return {
    location,
    id,
    fixed: null,
    planned: null,
    batchId: -1,
    offsets: null,
    watermarkMs: 0,
    previousWatermarkMs: 0,
    stores: [],
    isInUse: false,
  };
}
