// How often one record is sent when everybody retries: the orchestrator, the client, and the run that overlaps.

import { nonNegativeInteger, positiveInteger } from '../argument.ts';
import { callsThroughLayers } from '../sink/retry.ts';

/** Attempts of a task with so many retries (O8): Airflow's `retries` come on top of the first. */
export function taskAttempts(retries: number): number {
  return nonNegativeInteger(retries, 'retries') + 1;
}

/** The most calls that one record can become (M12, O8): task attempts · client attempts · overlapping runs. */
export function callsPerRecord(given: { retries: number; clientAttempts: number; overlappingRuns: number }): number {
  return callsThroughLayers([
    taskAttempts(given.retries),
    positiveInteger(given.clientAttempts, 'clientAttempts'),
    positiveInteger(given.overlappingRuns, 'overlappingRuns'),
  ]);
}
