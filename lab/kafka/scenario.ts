// A Kafka consumer's incident as data: traffic, broker, process, sink, faults, duration.

import type { HeapLimits } from '../process/heap.ts';
import type { SinkSpec } from '../sink/sink.ts';

/** A span of the run, in ms. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** What is put before a consumer program; together with a seed it fixes everything but the program. */
export interface ConsumerScenario {
  /** Name within its exercise or figure. */
  name: string;
  title: string;
  /** One sentence: what happens. */
  summary: string;
  durationMs: number;
  /** After `durationMs` the program's signal aborts; it has this long to finish, commit and return. */
  graceMs: number;
  topic: string;
  /** Partitions that this member owns, and the whole group for context. */
  partitions: number;
  group: { partitions: number; members: number };
  recordBytes: number;
  /** Arrivals for this member's partitions together. */
  traffic: { baseRecordsPerSecond: number; spike?: Span & { recordsPerSecond: number } };
  broker: { fetchRttMs: number; commitRttMs: number; rebalanceMs: number };
  maxPollInterval: { defaultMs: number; mostMs: number };
  process: HeapLimits & {
    /** CPU time to hand one record to the program, in ms, before GC takes its share. */
    handOverMs: number;
    /** From a death to the start of the next life, in ms. */
    restartMs: number;
    /** Deaths after which nobody starts the process again. */
    mostRestarts: number;
  };
  sink: SinkSpec;
  deadLetterMs: number;
  /** Share of records that no sink will take. */
  poisonShare: number;
  /** The process is killed at this time. */
  killAtMs?: number;
  /** Seeds other than 0 move the incidents by up to this much, and the spike's height by up to 3 %. */
  wobbleMs: number;
}

/** The scenario that a seed makes of another: its incidents shifted, its spike a little higher or lower. */
export function withSeed(scenario: ConsumerScenario, next: () => number): ConsumerScenario {
  const shiftMs = Math.round((2 * next() - 1) * scenario.wobbleMs);
  const height = 1 + (2 * next() - 1) * 0.03;
  const shift = <T extends Span>(span: T): T => ({ ...span, fromMs: span.fromMs + shiftMs, toMs: span.toMs + shiftMs });
  const { spike } = scenario.traffic;
  const { slow, failover } = scenario.sink;
  return {
    ...scenario,
    traffic: {
      ...scenario.traffic,
      ...(spike && { spike: { ...shift(spike), recordsPerSecond: Math.round(spike.recordsPerSecond * height) } }),
    },
    sink: { ...scenario.sink, ...(slow && { slow: shift(slow) }), ...(failover && { failover: shift(failover) }) },
    ...(scenario.killAtMs !== undefined && { killAtMs: scenario.killAtMs + shiftMs }),
  };
}
