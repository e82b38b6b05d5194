// The count engine of a producer over time: the application, the calls that wait for memory, the buffer, the brokers. In
// closed form from one change of a rate to the next, and without a record in memory.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { AgingQueue, type Outflow } from '../fluid/aging-queue.ts';
import { Line, notBefore, snap } from '../fluid/line.ts';
import { createQuotaMeter, type ByteRateQuota } from './producer-quota.ts';

export interface ProducerFlowSetup {
  /** What the application wants to send: a rate from `fromMs` on, the first from 0. */
  readonly offered: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly recordBytes: number;
  /** Threads that call `send()`: so many records wait for memory at once, the others in the application. */
  readonly senderThreads: number;
  /** `buffer.memory`, `max.block.ms`, `delivery.timeout.ms` (P2). */
  readonly bufferBytes: number;
  readonly maxBlockMs: number;
  readonly deliveryTimeoutMs: number;
  /** What the client can have on the wire, in bytes/s: see `inFlightBytesPerSecond`. */
  readonly inFlightBytesPerSecond: number;
  /** What all brokers together acknowledge, in bytes/s; 0 is an outage. The first from 0. */
  readonly brokers: readonly { readonly fromMs: number; readonly bytesPerSecond: number }[];
  readonly quota?: ByteRateQuota;
  readonly durationMs: number;
}

/** A time in which a broker holds the producer back, and for how long: `produce-throttle-time`. */
export interface Throttle {
  readonly atMs: number;
  readonly throttleMs: number;
}

export interface ProducerOverTime {
  /** In the application: waiting = not yet passed to `send()`, because every thread waits. */
  readonly application: AgingQueue;
  /** In `send()`: waiting = blocked for memory, served = in the buffer, expired = failed after `max.block.ms` (P1). */
  readonly sends: AgingQueue;
  /** In the buffer: waiting = there or on the wire, served = acknowledged, expired = failed after `delivery.timeout.ms` (P5). */
  readonly buffer: AgingQueue;
  readonly throttles: readonly Throttle[];
  /** When the buffer was first full, in ms; null when it never was. */
  readonly firstFullMs: number | null;
}

/** What the client's connections can carry (P2): requests in flight × bytes of a full request, for each round trip. */
export function inFlightBytesPerSecond(given: {
  readonly brokers: number;
  readonly partitions: number;
  readonly batchBytes: number;
  readonly recordBytes: number;
  readonly maxInFlightRequests: number;
  readonly roundTripMs: number;
}): number {
  const brokers = positiveInteger(given.brokers, 'brokers');
  const batchBytes = Math.max(positive(given.batchBytes, 'batchBytes'), positive(given.recordBytes, 'recordBytes'));
  const batches = Math.max(1, positiveInteger(given.partitions, 'partitions') / brokers);
  const requestBytes = Math.max(batchBytes, Math.min(maxRequestBytes, batchBytes * batches));
  const requests = brokers * positiveInteger(given.maxInFlightRequests, 'maxInFlightRequests');
  return (requests * requestBytes * 1000) / positive(given.roundTripMs, 'roundTripMs');
}

/** `max.request.size`: 1 MiB by default. */
const maxRequestBytes = 1_048_576;

/** Differences below this, in records, come from rounding times. */
const hair = 1e-3;

/**
 * Runs a producer (M1.10, P1–P5, Q1–Q3). The buffer lets in what is sent until it is full, then only as much as leaves;
 * `send()` waits, and with every thread waiting the application does. A record that waits for `maxBlockMs` fails, and so
 * does one that is not acknowledged within `deliveryTimeoutMs` of entering: through the future and the callback, never by
 * a throw. A quota mutes the connection for as long as its formula says.
 *
 * Laws: offered = held back + blocked + failed + buffered + acknowledged at every instant; the buffer never holds more
 * than its memory; nothing is acknowledged above the brokers' rate or while the connection is muted; nothing stays in the
 * buffer beyond the delivery timeout. Records may be fractions: round for display. The time of a request itself is not
 * held in memory. Throws RangeError for input out of range, naming it.
 */
export function runProducerFlow(setup: ProducerFlowSetup): ProducerOverTime {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const recordBytes = positive(setup.recordBytes, 'recordBytes');
  const room = positive(setup.bufferBytes, 'bufferBytes') / recordBytes;
  const threads = positiveInteger(setup.senderThreads, 'senderThreads');
  const wireLimit = positive(setup.inFlightBytesPerSecond, 'inFlightBytesPerSecond') / recordBytes;
  const offers = new Line();
  const application = new AgingQueue(offers, Infinity);
  const sends = new AgingQueue(application.served, setup.maxBlockMs);
  const buffer = new AgingQueue(sends.served, setup.deliveryTimeoutMs);
  const meter = setup.quota === undefined ? null : createQuotaMeter(setup.quota, recordBytes);
  const throttles: Throttle[] = [];
  const bends = [...setup.offered, ...setup.brokers].map(({ fromMs }) => fromMs).sort((a, b) => a - b);
  let firstFullMs: number | null = null;
  let mutedUntilMs = 0;

  while (offers.endMs < durationMs) {
    const nowMs = offers.endMs;
    const throttleMs = nowMs < mutedUntilMs ? 0 : (meter?.throttleAt(nowMs, buffer.served) ?? 0);
    if (throttleMs > 0) {
      throttles.push({ atMs: nowMs, throttleMs });
      mutedUntilMs = snap(nowMs + throttleMs);
    }
    const isMuted = nowMs < mutedUntilMs;
    const inPerSecond = setup.offered.findLast(({ fromMs }) => fromMs <= nowMs)?.recordsPerSecond ?? 0;
    const brokerBytes = setup.brokers.findLast(({ fromMs }) => fromMs <= nowMs)?.bytesPerSecond ?? 0;
    const ackLimit = isMuted
      ? 0
      : Math.min(nonNegative(brokerBytes, 'brokers.bytesPerSecond') / recordBytes, wireLimit);

    const isFull = buffer.waiting >= room - hair || sends.waiting > hair;
    if (isFull) firstFullMs ??= nowMs;
    const rates = ratesOf({ application, sends, buffer }, { inPerSecond, ackLimit, isFull, threads });
    const toMs = Math.min(
      durationMs,
      bends.find((ms) => ms > nowMs) ?? durationMs,
      isMuted ? mutedUntilMs : (meter?.nextLookMs(nowMs) ?? durationMs),
      application.holdsUntilMs(inPerSecond, rates.called),
      sends.holdsUntilMs(rates.called.servedPerSecond, rates.admitted),
      buffer.holdsUntilMs(rates.admitted.servedPerSecond, rates.acked),
      fullAtMs(nowMs, room - buffer.waiting, rates.admitted.servedPerSecond, rates.acked),
      fullAtMs(nowMs, threads - sends.waiting, rates.called.servedPerSecond, rates.admitted),
    );
    offers.extend(toMs, inPerSecond);
    application.advance(rates.called);
    sends.advance(rates.admitted);
    buffer.advance(rates.acked);
  }
  return { application, sends, buffer, throttles, firstFullMs };
}

/** From the brokers back to the application: a full part lets in what leaves it. */
function ratesOf(
  { application, sends, buffer }: Pick<ProducerOverTime, 'application' | 'sends' | 'buffer'>,
  now: { inPerSecond: number; ackLimit: number; isFull: boolean; threads: number },
): { called: Outflow; admitted: Outflow; acked: Outflow } {
  const { inPerSecond, ackLimit, isFull, threads } = now;
  const leaving = buffer.outflow(0, ackLimit);
  const admitLimit = isFull ? ackLimit + leaving.expiredPerSecond : Infinity;
  const isEveryThreadBlocked = sends.waiting >= threads - hair || application.waiting > hair;
  const blocked = isEveryThreadBlocked ? sends.outflow(inPerSecond, admitLimit) : null;
  const callLimit = blocked === null ? Infinity : blocked.servedPerSecond + blocked.expiredPerSecond;
  const called = application.outflow(inPerSecond, callLimit);
  const admitted = sends.outflow(called.servedPerSecond, admitLimit);
  return { called, admitted, acked: buffer.outflow(admitted.servedPerSecond, ackLimit) };
}

/** When a part with so much room is full at these rates; Infinity when it does not fill. */
function fullAtMs(nowMs: number, roomRecords: number, inPerSecond: number, out: Outflow): number {
  const rise = inPerSecond - out.servedPerSecond - out.expiredPerSecond;
  if (rise <= 0 || roomRecords < hair) return Infinity;
  return notBefore(nowMs, nowMs + (roomRecords / rise) * 1000);
}
