// What a call to a sink costs, and how much a number of connections can therefore take.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** A call costs a fixed `callOverheadMs` and `rowMs` for each of its rows. */
export interface CallCost {
  readonly callOverheadMs: number;
  readonly rowMs: number;
}

/** Service time of a call of `rows` rows in ms: overhead + rows · row time (M4.1). */
export function callMs(cost: CallCost, rows: number): number {
  const overheadMs = nonNegative(cost.callOverheadMs, 'callOverheadMs');
  return overheadMs + positiveInteger(rows, 'rows') * nonNegative(cost.rowMs, 'rowMs');
}

/** Calls per second that `connections` can serve: k/S (M4.1). */
export function callsPerSecond(connections: number, serviceMs: number): number {
  return (positiveInteger(connections, 'connections') / positive(serviceMs, 'serviceMs')) * 1000;
}

/**
 * Rows per second through `connections` in calls of `rows` rows (M4.1). Larger calls share the overhead among more rows, so
 * they help only as far as there is one (T7); the limit is `connections` · 1000 / `rowMs`.
 */
export function rowsPerSecond(cost: CallCost, rows: number, connections = 1): number {
  return rows * callsPerSecond(connections, callMs(cost, rows));
}
