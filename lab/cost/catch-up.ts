// Catching up with a backlog: how long it takes at a capacity, and the capacity for a wanted time.

import { nonNegative, positive } from '../argument.ts';

/** Hours until a backlog is gone, while more arrives: backlog/(μ − λ) (C2); null when the capacity leaves nothing for it. */
export function drainHours(given: {
  backlogRecords: number;
  recordsPerSecond: number;
  capacityPerSecond: number;
}): number | null {
  const backlog = nonNegative(given.backlogRecords, 'backlogRecords');
  const spare =
    nonNegative(given.capacityPerSecond, 'capacityPerSecond') - nonNegative(given.recordsPerSecond, 'recordsPerSecond');
  if (backlog === 0) return 0;
  return spare > 0 ? backlog / spare / 3600 : null;
}

/** The capacity in records/s that works a backlog off within `hours` while more arrives: λ + backlog/T (M10, C2). */
export function capacityToCatchUp(given: { backlogRecords: number; recordsPerSecond: number; hours: number }): number {
  const seconds = positive(given.hours, 'hours') * 3600;
  return (
    nonNegative(given.recordsPerSecond, 'recordsPerSecond') +
    nonNegative(given.backlogRecords, 'backlogRecords') / seconds
  );
}
