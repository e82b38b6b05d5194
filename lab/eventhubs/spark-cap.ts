// What the Event Hubs connector for Spark reads when nobody sets a cap.

import { positive, positiveInteger } from '../argument.ts';

/** `maxEventsPerTrigger` is 1,000 for each partition unless it is set (E4). */
const defaultEventsPerPartition = 1_000;

/** The connector's default cap: events of one trigger, and events/s at a trigger of this length in ms (M8, E4). */
export function connectorDefaultCap(given: { partitions: number; triggerMs: number }): {
  readonly eventsPerTrigger: number;
  readonly eventsPerSecond: number;
} {
  const eventsPerTrigger = defaultEventsPerPartition * positiveInteger(given.partitions, 'partitions');
  return { eventsPerTrigger, eventsPerSecond: (eventsPerTrigger / positive(given.triggerMs, 'triggerMs')) * 1000 };
}
