// How many throughput units a load needs, and what packing small events into fewer messages saves.

import { nonNegative, nonNegativeInteger, positive, positiveInteger } from '../argument.ts';

/** What one throughput unit of the standard tier lets through (E1). A megabyte is 1,000,000 bytes. */
export const unitLimits = {
  ingressBytesPerSecond: 1e6,
  ingressEventsPerSecond: 1_000,
  egressBytesPerSecond: 2e6,
  egressEventsPerSecond: 4_096,
} as const;

/** Units that one namespace of the standard tier can have. */
export const mostUnits = 40;

export interface Load {
  readonly eventsPerSecond: number;
  readonly eventBytes: number;
  /** Consumer groups that read everything. */
  readonly readers: number;
}

export interface UnitsNeeded {
  /** By bytes and by count, in and out: whole units. */
  readonly ingressByBytes: number;
  readonly ingressByEvents: number;
  readonly egressByBytes: number;
  readonly egressByEvents: number;
  readonly units: number;
  /** Whether one namespace of the standard tier can have so many. */
  readonly fitsOneNamespace: boolean;
}

/** Throughput units for a load (M8, E1): the greatest of four needs. Throws RangeError for input out of range. */
export function unitsNeeded(load: Load): UnitsNeeded {
  const events = nonNegative(load.eventsPerSecond, 'eventsPerSecond');
  const bytes = events * positive(load.eventBytes, 'eventBytes');
  const readers = nonNegativeInteger(load.readers, 'readers');
  const needed = {
    ingressByBytes: wholeUnits(bytes / unitLimits.ingressBytesPerSecond),
    ingressByEvents: wholeUnits(events / unitLimits.ingressEventsPerSecond),
    egressByBytes: wholeUnits((bytes * readers) / unitLimits.egressBytesPerSecond),
    egressByEvents: wholeUnits((events * readers) / unitLimits.egressEventsPerSecond),
  };
  const units = Math.max(1, ...Object.values(needed));
  return { ...needed, units, fitsOneNamespace: units <= mostUnits };
}

/** Rounded up, but not for a hair that comes from dividing. */
function wholeUnits(units: number): number {
  return Math.ceil(Math.round(units * 1e9) / 1e9);
}

/** The same load with `perMessage` events sent as one: fewer to count, the same bytes. */
export function packed(load: Load, perMessage: number): Load {
  positiveInteger(perMessage, 'perMessage');
  return { ...load, eventsPerSecond: load.eventsPerSecond / perMessage, eventBytes: load.eventBytes * perMessage };
}
