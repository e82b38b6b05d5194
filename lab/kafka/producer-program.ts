// A producer program's incident as data, and what a run of it leaves behind.

import type { HeapLimits } from '../process/heap.ts';
import type { EndOfLife } from '../process/process.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import type { BrokerSpec } from './producer-broker.ts';

/** What is put before a producer program; together with a seed it fixes everything but the program. */
export interface ProducerProgramScenario {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly durationMs: number;
  /** After `durationMs` the program's signal aborts and no order comes; it has this long to flush and return. */
  readonly graceMs: number;
  readonly topic: string;
  readonly partitions: number;
  /** What every record counts for in the buffer and on the wire. */
  readonly recordBytes: number;
  /** Orders as they happen. */
  readonly traffic: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly broker: BrokerSpec;
  readonly process: HeapLimits & { readonly restartMs: number; readonly mostRestarts: number };
  /** The process is killed at this time: what it had taken and not had acknowledged is gone. */
  readonly killAtMs?: number;
}

export type ProducerTraceEvent = { readonly atMs: number } & (
  | { readonly kind: 'start'; readonly life: number }
  /** One event for all sends that fail at one instant. */
  | { readonly kind: 'failed'; readonly outcome: 'block-failed' | 'expired'; records: number }
  | { readonly kind: 'throttled'; readonly throttleMs: number }
  | { readonly kind: 'end'; readonly how: EndOfLife; readonly heapBytes: number; readonly error: string | null }
);

/** Sampled values, one for each `sampleMs`. */
export type ProducerTraceSeries = {
  /** Orders that happened and that nobody has taken. */
  untakenRecords: number[];
  bufferAvailableBytes: (number | null)[];
  /** Sends that wait for memory. */
  waitingThreads: number[];
  requestsInFlight: number[];
  /** How long the oldest record has been in the buffer. */
  recordQueueMs: number[];
  heapBytes: number[];
  ackedRecords: number[];
  failedRecords: number[];
};

/** Counts at the end of the run. */
export type ProducerTraceTotals = {
  /** Orders that happened, and those that the program has taken. */
  offered: number;
  taken: number;
  /** Calls of send(), and what became of them: sent = acked + blockFailed + expired + died. */
  sent: number;
  acked: number;
  blockFailed: number;
  expired: number;
  /** In the buffer, or waiting for it, when their process ended. */
  died: number;
  /** Orders that are in Kafka, once or more often, and records beyond the first of each. */
  ordersInKafka: number;
  duplicates: number;
  /** Orders that were taken and are not in Kafka. */
  lostOrders: number;
  throttledMs: number;
};

export interface ProducerTrace extends RunTrace {
  readonly scenario: ProducerProgramScenario;
  readonly series: ProducerTraceSeries;
  readonly events: readonly ProducerTraceEvent[];
  readonly totals: ProducerTraceTotals;
  /** When the program returned, in ms of the run; null when it did not. */
  readonly returnedMs: number | null;
  /** What the program stated as its decision, as plain data; undefined when it states none. */
  readonly decision: unknown;
  /** The cost of the run: resumptions of the program, and events. */
  readonly hops: number;
  readonly steps: number;
}
