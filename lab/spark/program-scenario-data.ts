// A streaming query's incident as data: topics, cluster, sink, faults, duration.

import type { Span } from '../kafka/scenario.ts';
import type { HeapLimits } from '../process/heap.ts';
import type { SinkSpec } from '../sink/sink.ts';

/** When records happened, as against when they arrive; at arrival unless something here says otherwise. */
export interface EventTimes {
  /** Every record happened so long before it arrived, in ms … */
  readonly lagMs?: number;
  /** … and up to this much longer, evenly spread, so that records come out of order. */
  readonly spreadMs?: number;
  /** A share of the records comes later than that. */
  readonly late?: { readonly share: number; readonly byMs: number };
  /** One partition whose producer is behind: its records happened so much earlier. */
  readonly slow?: { readonly partition: number; readonly byMs: number };
  /** A single record that is dated ahead: the first of the partition to arrive at or after `atMs`. */
  readonly future?: { readonly partition: number; readonly atMs: number; readonly aheadMs: number };
}

export interface TopicScenario {
  readonly topic: string;
  readonly partitions: number;
  readonly baseRecordsPerSecond: number;
  readonly spike?: Span & { readonly recordsPerSecond: number };
  /** The partitions' parts of the traffic, in any unit, 0 for an idle one; even, with a little seeded noise, unless given. */
  readonly partitionWeights?: readonly number[];
  /** Spans in which a partition, or the whole topic, gets nothing. */
  readonly silent?: readonly (Span & { readonly partition?: number })[];
  /** Records there when the run begins, evenly spread over the partitions by their weight. */
  readonly backlogRecords?: number;
  /** Different keys. */
  readonly keys: number;
  readonly eventTime?: EventTimes;
  /** Share of records that no sink will take. */
  readonly poisonShare: number;
}

/** What is put before a Spark program; together with a seed it fixes everything but the program. */
export interface SparkProgramScenario {
  /** Name within its exercise or figure. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what happens. */
  readonly summary: string;
  readonly durationMs: number;
  /** After `durationMs` the program's signal aborts; it has this long to return. */
  readonly graceMs: number;
  readonly topics: readonly TopicScenario[];
  readonly cluster: {
    readonly executors: number;
    readonly coresPerExecutor: number;
    /** Fixed cost of a batch in ms: planning, write-ahead log, commit. */
    readonly batchOverheadMs: number;
    /** Fixed cost of a task, and what it takes to read and compute a row, in ms of a core. */
    readonly taskOverheadMs: number;
    readonly rowMs: number;
    readonly stateRowBytes: number;
  };
  /** The heap of each executor, and of the driver; `bytesPerRecord` is a row while its task runs. */
  readonly process: HeapLimits & {
    /** From a death to the start of the next life, in ms. */
    readonly restartMs: number;
    /** Deaths after which nobody starts the application again. */
    readonly mostRestarts: number;
  };
  readonly sink: SinkSpec;
  readonly deadLetterMs: number;
  /** The application is killed at this time. */
  readonly killAtMs?: number;
  /** Seeds other than 0 move the incidents by up to this much, and the spikes' height by up to 3 %. */
  readonly wobbleMs: number;
}

/** The scenario that a seed makes of another: its incidents shifted, its spikes a little higher or lower. */
export function withSeed(scenario: SparkProgramScenario, next: () => number): SparkProgramScenario {
  const shiftMs = Math.round((2 * next() - 1) * scenario.wobbleMs);
  const height = 1 + (2 * next() - 1) * 0.03;
  const shift = <T extends Span>(span: T): T => ({ ...span, fromMs: span.fromMs + shiftMs, toMs: span.toMs + shiftMs });
  const { slow, failover } = scenario.sink;
  return {
    ...scenario,
    topics: scenario.topics.map((topic) => ({
      ...topic,
      ...(topic.spike && {
        spike: { ...shift(topic.spike), recordsPerSecond: Math.round(topic.spike.recordsPerSecond * height) },
      }),
      ...(topic.silent && { silent: topic.silent.map(shift) }),
    })),
    sink: { ...scenario.sink, ...(slow && { slow: shift(slow) }), ...(failover && { failover: shift(failover) }) },
    ...(scenario.killAtMs !== undefined && { killAtMs: scenario.killAtMs + shiftMs }),
  };
}
