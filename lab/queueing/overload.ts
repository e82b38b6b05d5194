// What an overload leaves behind, as a fluid: backlog, drain time, and what a bounded buffer buys.

import { nonNegative, positive } from '../argument.ts';

/** Rates in and out, in records per second. */
export interface Flow {
  readonly arrivalsPerSecond: number;
  readonly servicePerSecond: number;
}

/** Backlog after `forMs` of overload that began with nothing waiting: (λ − μ)·t (M6); 0 while the service keeps up. */
export function backlogRecords(flow: Flow, forMs: number): number {
  return (Math.max(0, surplusPerSecond(flow)) * nonNegative(forMs, 'forMs')) / 1000;
}

/**
 * How long a backlog takes to drain while records keep coming: backlog/(μ − λ) in ms (M6, C2). 0 without a backlog, Infinity
 * when the service does not outrun the arrivals; write null for it in a trace.
 */
export function drainMs(records: number, flow: Flow): number {
  if (nonNegative(records, 'records') === 0) return 0;
  const spare = -surplusPerSecond(flow);
  return spare > 0 ? (records / spare) * 1000 : Infinity;
}

/**
 * Drain time per time of spike: (λ_spike − μ)/(μ − λ_base) (M6). 2 means that a spike of five minutes is felt for ten more.
 * 0 when the service keeps up with the spike, Infinity when it does not outrun the base.
 */
export function drainPerSpike(rates: {
  spikePerSecond: number;
  basePerSecond: number;
  servicePerSecond: number;
}): number {
  const { spikePerSecond, basePerSecond, servicePerSecond } = rates;
  const perSecond = backlogRecords({ arrivalsPerSecond: spikePerSecond, servicePerSecond }, 1000);
  return drainMs(perSecond, { arrivalsPerSecond: basePerSecond, servicePerSecond }) / 1000;
}

/** How long an empty buffer takes to fill: size/(λ − μ) in ms (M6, M2.10); Infinity when the service keeps up. */
export function fillMs(capacityRecords: number, flow: Flow): number {
  const surplus = surplusPerSecond(flow);
  return surplus > 0 ? (positive(capacityRecords, 'capacityRecords') / surplus) * 1000 : Infinity;
}

/** The wait of a record that takes the last place of a full buffer: size/μ in ms (M6). A bigger buffer is bought with it. */
export function fullBufferWaitMs(capacityRecords: number, servicePerSecond: number): number {
  return (nonNegative(capacityRecords, 'capacityRecords') / positive(servicePerSecond, 'servicePerSecond')) * 1000;
}

/**
 * Memory of a full buffer: size × record bytes × overhead (M6). `overhead` is what a runtime adds to the bytes of a record:
 * 1 for packed bytes; 2 to 5 is a rule of thumb for objects on a JVM.
 */
export function bufferBytes(capacityRecords: number, recordBytes: number, overhead = 1): number {
  return (
    nonNegative(capacityRecords, 'capacityRecords') *
    nonNegative(recordBytes, 'recordBytes') *
    positive(overhead, 'overhead')
  );
}

/** The whole records that fit into so much memory, the other way round. */
export function recordsThatFit(limitBytes: number, recordBytes: number, overhead = 1): number {
  return Math.floor(
    nonNegative(limitBytes, 'limitBytes') / (positive(recordBytes, 'recordBytes') * positive(overhead, 'overhead')),
  );
}

/**
 * The part of its time that a producer is held up once the buffer is full: 1 − μ/λ (M11), 0 when the service keeps up. One
 * that makes two records a second for a consumer of 0.667/s waits two thirds of its time.
 */
export function blockedShare({ arrivalsPerSecond, servicePerSecond }: Flow): number {
  return Math.max(
    0,
    1 - nonNegative(servicePerSecond, 'servicePerSecond') / positive(arrivalsPerSecond, 'arrivalsPerSecond'),
  );
}

function surplusPerSecond({ arrivalsPerSecond, servicePerSecond }: Flow): number {
  return nonNegative(arrivalsPerSecond, 'arrivalsPerSecond') - nonNegative(servicePerSecond, 'servicePerSecond');
}
