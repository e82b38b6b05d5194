// An application that reads a shard, as the count engine needs it: how much comes at once, how often, how far it reads
// ahead, and how fast it processes.

import { nonNegative, positiveInteger } from '../argument.ts';
import type { Outage } from './shard-flow.ts';
import { pollingCeiling, shardLimits } from './limits.ts';
import { mostPendingRecords, prefetchLimits } from './prefetch.ts';

/** What the processor spends on a batch of n records: batchMs + n · recordMs, and checkpointMs after it. */
export interface ProcessorCost {
  readonly batchMs: number;
  readonly recordMs: number;
  readonly checkpointMs: number;
}

/** Polling with GetRecords, with the names of KCL's PollingConfig (N3, N4). */
export interface PollingReader extends ProcessorCost {
  readonly mode: 'polling';
  readonly maxRecords: number;
  readonly idleTimeBetweenReadsInMillis: number;
  readonly maxPendingProcessRecordsInput: number;
  readonly callMs: number;
}

/** Enhanced fan-out: the service pushes one event for each that the client asks for, and the client keeps 10 + 1 (N2). */
export interface FanOutReader extends ProcessorCost {
  readonly mode: 'enhanced-fan-out';
  /** Records of an event when many wait. */
  readonly eventRecords: number;
  /** From asking for an event to having it. */
  readonly deliverMs: number;
}

export type Reader = (PollingReader | FanOutReader) & { readonly outages?: readonly Outage[] };

/** Events that the fan-out publisher holds at most. */
export const fanOutQueueEvents = 11;

export interface ReaderPace {
  readonly isPolling: boolean;
  /** Records of a full batch, and the shortest time from one batch to the next, in ms. */
  readonly batchRecords: number;
  readonly cycleMs: number;
  /** Records that are fetched ahead of the processor at most. */
  readonly prefetchRecords: number;
  /** Records/s that the processor takes in full batches; Infinity when it costs nothing. */
  readonly processedPerSecond: number;
  readonly cost: ProcessorCost;
  readonly outages: readonly Outage[];
}

/** The pace of a reader at records of one size. Throws RangeError for input out of range. */
export function paceOf(reader: Reader, recordBytes: number): ReaderPace {
  const { batchMs, recordMs, checkpointMs, outages = [] } = reader;
  const isPolling = reader.mode === 'polling';
  const { batchRecords, cycleMs, prefetchRecords } = isPolling
    ? pollingPace(reader, recordBytes)
    : fanOutPace(reader, recordBytes);
  const costMs = nonNegative(batchMs, 'batchMs') + nonNegative(checkpointMs, 'checkpointMs');
  return {
    isPolling,
    batchRecords,
    cycleMs,
    prefetchRecords,
    processedPerSecond: (batchRecords / (costMs + batchRecords * nonNegative(recordMs, 'recordMs'))) * 1000,
    cost: { batchMs, recordMs, checkpointMs },
    outages,
  };
}

function pollingPace(reader: PollingReader, recordBytes: number) {
  const { maxRecords, idleTimeBetweenReadsInMillis: idleMs, callMs, maxPendingProcessRecordsInput } = reader;
  const { recordsPerCall: batchRecords, cycleMs } = pollingCeiling({ maxRecords, idleMs, callMs, recordBytes });
  const limits = {
    ...prefetchLimits,
    inputs: positiveInteger(maxPendingProcessRecordsInput, 'maxPendingProcessRecordsInput'),
  };
  const prefetchRecords = mostPendingRecords({ records: batchRecords, recordBytes }, limits);
  return { batchRecords, cycleMs, prefetchRecords };
}

function fanOutPace({ eventRecords, deliverMs }: FanOutReader, recordBytes: number) {
  const most = Math.max(1, Math.floor(shardLimits.readBytesPerSecond / recordBytes));
  const batchRecords = Math.min(positiveInteger(eventRecords, 'eventRecords'), most);
  return {
    batchRecords,
    cycleMs: Math.max(1, nonNegative(deliverMs, 'deliverMs')),
    prefetchRecords: fanOutQueueEvents * batchRecords,
  };
}
