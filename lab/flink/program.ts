// A Flink program's incident as data, and the trace that a run of it leaves.

import type { HeapLimits } from '../process/heap.ts';
import type { EndOfLife } from '../process/process.ts';
import type { RunTrace, SeriesValues } from '../trace/run-trace.ts';
import type { CustomerServiceSpec } from './datastream/customer-service.ts';
import type { CostKind } from './datastream/graph.ts';
import type { SourceSpec } from './datastream/source-log.ts';
import type { JobVertexBackPressureInfo } from './rest.ts';

/** What is put before a Flink program; together with a seed it fixes everything but the program. All times in ms. */
export interface FlinkProgramScenario {
  /** Name within its exercise or figure. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what happens. */
  readonly summary: string;
  readonly durationMs: number;
  /** At `durationMs` the job is stopped; it has this long to drain. */
  readonly graceMs: number;
  readonly source: SourceSpec;
  readonly service: CustomerServiceSpec;
  readonly sink: {
    /** Rows/s that the table takes from all subtasks together; without limit by default. */
    readonly rowsPerSecond?: number;
  };
  /** Time to serve a record, by kind of operator, and by an operator's name where it differs. */
  readonly costs: Readonly<Record<CostKind, number>> & { readonly byName?: Readonly<Record<string, number>> };
  readonly cluster: {
    /** The most subtasks that one operator may have. */
    readonly slots: number;
    /** Parallelism of operators that set none, unless the program says otherwise. */
    readonly parallelism: number;
    /** Records that a channel between two subtasks holds. */
    readonly channelRecords: number;
    /** Null: no checkpoints, unless the program enables them. */
    readonly checkpointIntervalMs: number | null;
    /** `pipeline.auto-watermark-interval`; 200 in Flink. */
    readonly autoWatermarkIntervalMs: number;
    /** `state.backend.type`: with hashmap, state lies on the heap and can fill it; with rocksdb it does not. */
    readonly stateBackend: 'hashmap' | 'rocksdb';
  };
  readonly process: HeapLimits & {
    readonly restartMs: number;
    /** Failures after which the job stays down. */
    readonly mostRestarts: number;
  };
  /** The TaskManager is killed at this time. */
  readonly killAtMs?: number;
}

/** Sampled values, one per `sampleMs`; the first is at 0 ms. */
export type FlinkSeries = Record<string, SeriesValues> & {
  /** Arrived and not read by the source: `pendingRecords`. */
  readonly lagRecords: readonly number[];
  /** Age of the oldest record that the source has not read. */
  readonly lagMs: readonly number[];
  /** How far the sinks' event time is behind the clock; null before the first watermark. */
  readonly watermarkLagMs: readonly (number | null)[];
  readonly arrivedRecords: readonly number[];
  /** Rows in the table so far, duplicates included. */
  readonly writtenRows: readonly number[];
  /** In channels, operators and async calls. */
  readonly heldRecords: readonly number[];
  /** In async operators. */
  readonly inFlightRecords: readonly number[];
  readonly stateBytes: readonly number[];
  readonly heapBytes: readonly number[];
  /** Calls of the service so far, and those that it refused with 429. */
  readonly serviceCalls: readonly number[];
  readonly serviceOverBudget: readonly number[];
  readonly serviceInFlight: readonly number[];
};

export type FlinkEvent = { readonly atMs: number } & (
  | { readonly kind: 'start'; readonly life: number }
  | { readonly kind: 'checkpoint'; readonly id: number; readonly tookMs: number }
  | {
      readonly kind: 'job-failed';
      readonly operator: string;
      readonly subtask: number;
      readonly error: string;
    }
  | { readonly kind: 'end'; readonly how: EndOfLife; readonly error: string | null }
);

/** One subtask over the run, while its job was up. Times in ms/s; the three add up to 1,000. */
export interface SubtaskReport {
  readonly operator: string;
  readonly subtask: number;
  readonly busyMsPerSecond: number;
  readonly backPressuredMsPerSecond: number;
  readonly idleMsPerSecond: number;
  readonly numRecordsIn: number;
  readonly numRecordsOut: number;
  /** Records that it held at once at most; null but for async operators. */
  readonly mostInFlight: number | null;
}

/** Counts at the end of the run, in records unless named otherwise. */
export type FlinkTotals = {
  readonly arrived: number;
  /**
   * Read by the source, as its offsets have it in the end: those of the last checkpoint when the job stays down. What an earlier
   * life read beyond them is to be read again.
   */
  readonly read: number;
  /** Of what was read: with a row in the table, and with one in the dead-letter topic. */
  readonly written: number;
  readonly parked: number;
  /** Given out by no function: filtered, and completed with no result by an async function. */
  readonly filtered: number;
  readonly emptied: number;
  /** Dropped by a window, for they came too late. */
  readonly late: number;
  /** Taken up by windows or state. */
  readonly folded: number;
  /**
   * Read, and none of the above when the run ended: on their way, lost with a job that stayed down, or given to a side output
   * that nobody reads.
   */
  readonly unsettled: number;
  /** Rows in the table, and those beyond the first of each record. */
  readonly rows: number;
  readonly duplicates: number;
  readonly deadLettersBad: number;
  readonly deadLettersGood: number;
  /** Bad records that were read, and are not in the dead-letter topic. */
  readonly badMissing: number;
  readonly jobFailures: number;
  readonly checkpoints: number;
  readonly longestCheckpointMs: number;
  readonly serviceCalls: number;
  readonly serviceRows: number;
  readonly serviceOverBudget: number;
  readonly serviceUnavailable: number;
  readonly serviceFailed: number;
  readonly serviceNotFound: number;
  readonly serviceMostInFlight: number;
  /** The most calls in any second, counted from sample to sample. */
  readonly serviceMostCallsPerSecond: number;
  readonly mostStateBytes: number;
  readonly finalLagRecords: number;
  readonly returnedMs: number | null;
};

export interface FlinkTrace extends RunTrace {
  readonly scenario: FlinkProgramScenario;
  readonly series: FlinkSeries;
  readonly events: readonly FlinkEvent[];
  readonly totals: FlinkTotals;
  readonly subtasks: readonly SubtaskReport[];
  /** What `GET /jobs/:jobid/vertices/:vertexid/backpressure` said of each operator shortly before the stop, by name. */
  readonly backPressure: Readonly<Record<string, JobVertexBackPressureInfo>>;
  /** The first values in the table and in the dead-letter topic, as JSON has them. */
  readonly rows: readonly unknown[];
  readonly deadLetters: readonly unknown[];
  readonly decision: unknown;
  /** The cost of the run: resumptions of the program, and events. */
  readonly hops: number;
  readonly steps: number;
}
