// The client's own bound on what it reads ahead: how the KCL holds back its calls while the processor is busy.

import { positive, positiveInteger } from '../argument.ts';

/** Batches, bytes and records that have been fetched and not yet handed to the processor. */
export interface Pending {
  readonly inputs: number;
  readonly bytes: number;
  readonly records: number;
}

export interface PrefetchLimits {
  /** `PollingConfig.maxPendingProcessRecordsInput`: 4, at most 5; 3 before KCL 3.3. */
  readonly inputs: number;
  readonly bytes: number;
  readonly records: number;
}

/** Limits of KCL 3.3 and later (N4). */
export const prefetchLimits: PrefetchLimits = { inputs: 4, bytes: 8 * 1_048_576, records: 30_000 };

/**
 * Whether the client makes its next call (M7, N4): below all three limits, or with nothing pending. It is asked before a
 * call, so one response may overshoot.
 */
export function mayFetch(pending: Pending, limits: PrefetchLimits = prefetchLimits): boolean {
  if (pending.inputs === 0) return true;
  return pending.inputs < limits.inputs && pending.bytes < limits.bytes && pending.records < limits.records;
}

/** The most records that full responses of one size leave pending, the one that overshoots included. */
export function mostPendingRecords(
  response: { readonly records: number; readonly recordBytes: number },
  limits: PrefetchLimits = prefetchLimits,
): number {
  const records = positiveInteger(response.records, 'records');
  const bytes = records * positive(response.recordBytes, 'recordBytes');
  const inputs = Math.min(limits.inputs, Math.ceil(limits.bytes / bytes), Math.ceil(limits.records / records));
  return Math.max(1, inputs) * records;
}
