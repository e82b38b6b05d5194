// One life of a Spark application in a run: what its queries share, and what outlives it.

import type { Kernel } from '../clock/kernel.ts';
import type { ProgramProcess } from '../process/process.ts';
import { deriveSeed } from '../traffic/rng.ts';
import type { StreamingQuery } from './api.ts';
import type { BatchMemory } from './batch-frame.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Executors } from './executors.ts';
import type { Lineage } from './lineage.ts';
import type { SparkProgramScenario } from './program-scenario-data.ts';
import type { StreamingQueryProgress } from './progress.ts';
import type { ResultLog } from './result-log.ts';
import { stateMemory } from './state-provider.ts';
import type { Topic } from './topic.ts';
import type { SparkEvent } from './spark-trace.ts';

/** What a run has, whichever application runs in it. */
export interface SparkWorld {
  readonly kernel: Kernel;
  readonly scenario: SparkProgramScenario;
  readonly seed: number;
  readonly topics: ReadonlyMap<string, Topic>;
  readonly checkpoints: Map<string, Checkpoint>;
  readonly lineage: Lineage;
  readonly results: ResultLog;
  readonly progress: StreamingQueryProgress[];
  note(event: SparkEvent): void;
  /** A line of Spark's own log. */
  warn(text: string): void;
}

/** One life of the application. */
export interface Application {
  readonly world: SparkWorld;
  readonly process: ProgramProcess;
  readonly executors: Executors;
  readonly memories: Set<BatchMemory>;
  readonly queries: Map<string, StreamingQuery>;
  /** Ends the run: the program made a mistake in a function that it gave to Spark. */
  fail(error: unknown): void;
}

/**
 * Rows that fill a heap as the fullest one is filled, the driver's or an executor's: running tasks, persisted rows, state of
 * the default provider, what the driver has collected (SS17, SS24).
 */
export function rowsInMemory({ world, executors, memories }: Application): number {
  const { bytesPerRecord } = world.scenario.process;
  let [driver, cached] = [0, 0];
  for (const memory of memories) {
    driver += memory.driverRows;
    cached += memory.cachedRows;
  }
  const state = bytesPerRecord === 0 ? 0 : stateHeapBytes(world) / bytesPerRecord;
  return Math.max(driver, executors.mostRows + (cached + state) / executors.count);
}

function stateHeapBytes({ checkpoints, scenario }: SparkWorld): number {
  let bytes = 0;
  for (const { isInUse, fixed, stores } of checkpoints.values()) {
    if (!isInUse || fixed === null) continue;
    for (const { numRowsTotal } of stores) {
      bytes += stateMemory(
        fixed.provider,
        numRowsTotal,
        scenario.cluster.stateRowBytes,
        fixed.statePartitions,
      ).heapBytes;
    }
  }
  return bytes;
}

/** An id in the shape of a UUID, the same for the same seed and label. */
export function uuidOf(seed: number, label: string): string {
  const hex = [0, 1, 2, 3]
    .map((part) => deriveSeed(seed, `uuid/${part}/${label}`).toString(16).padStart(8, '0'))
    .join('');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}
