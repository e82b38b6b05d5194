// A producer's accumulator as a fluid: when it fills, what the sender is then limited to, and which records expire.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

export interface ProducerSetup {
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  /** What the broker acknowledges, in bytes/s. */
  readonly brokerBytesPerSecond: number;
  /** `buffer.memory`; Kafka's default is 32 MiB (P2). */
  readonly bufferBytes: number;
  /** `max.block.ms`; Kafka's default is 60,000. */
  readonly maxBlockMs: number;
  /** `delivery.timeout.ms`; Kafka's default is 120,000. */
  readonly deliveryTimeoutMs: number;
  /** Threads that call `send()`: as many records wait for room at once. */
  readonly senderThreads: number;
}

/** Kafka's defaults for what a setup may leave out (P2), and one sending thread. */
export const producerDefaults = {
  bufferBytes: 32 * 1_048_576,
  maxBlockMs: 60_000,
  deliveryTimeoutMs: 120_000,
  senderThreads: 1,
} as const;

export interface ProducerFlow {
  /** When the empty buffer is full, in ms; Infinity when the broker keeps up. */
  readonly fullAtMs: number;
  /** What the sender gets in once the buffer is full, records/s: the broker's rate, or all that is offered. */
  readonly admittedPerSecond: number;
  /** Time from `send()` to the acknowledgement of a record that enters a full buffer; 0 when it never fills. */
  readonly fullWaitMs: number;
  /** Whether records are older than the delivery timeout before the broker takes them (P5). */
  readonly isExpiring: boolean;
  /** How long a `send()` waits for room in the full buffer; 0 when it never fills. */
  readonly blockedMs: number;
  /** Whether that is longer than `max.block.ms`, so that the record fails: a failed future, nothing is thrown (P1). */
  readonly isBlockFailing: boolean;
  /** Bytes in the buffer at a time, never more than it holds. */
  bufferedBytesAt(ms: number): number;
}

/**
 * The accumulator of a producer that offers a steady rate to a steady broker (M1.10, P1, P2, P5). Room is free again when
 * a record is acknowledged; the buffer fills at in − out and then lets in only as much as leaves. Throws RangeError for
 * input out of range.
 */
export function producerFlow(
  setup: Partial<ProducerSetup> & Pick<ProducerSetup, 'recordsPerSecond' | 'recordBytes' | 'brokerBytesPerSecond'>,
): ProducerFlow {
  const { bufferBytes, maxBlockMs, deliveryTimeoutMs, senderThreads } = { ...producerDefaults, ...setup };
  const recordBytes = positive(setup.recordBytes, 'recordBytes');
  const offered = nonNegative(setup.recordsPerSecond, 'recordsPerSecond');
  const brokerBytes = nonNegative(setup.brokerBytesPerSecond, 'brokerBytesPerSecond');
  const growthBytes = offered * recordBytes - brokerBytes;
  const doesFill = growthBytes > 0;
  positive(bufferBytes, 'bufferBytes');
  const fullWaitMs = doesFill ? (bufferBytes / brokerBytes) * 1000 : 0;
  const blockedMs = doesFill
    ? ((positiveInteger(senderThreads, 'senderThreads') * recordBytes) / brokerBytes) * 1000
    : 0;
  return {
    fullAtMs: doesFill ? (bufferBytes / growthBytes) * 1000 : Infinity,
    admittedPerSecond: doesFill ? brokerBytes / recordBytes : offered,
    fullWaitMs,
    isExpiring: fullWaitMs > positive(deliveryTimeoutMs, 'deliveryTimeoutMs'),
    blockedMs,
    isBlockFailing: blockedMs > positive(maxBlockMs, 'maxBlockMs'),
    bufferedBytesAt: (ms) => (doesFill ? Math.min(bufferBytes, (growthBytes * nonNegative(ms, 'ms')) / 1000) : 0),
  };
}
