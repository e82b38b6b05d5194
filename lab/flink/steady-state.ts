// What a chain of operators settles to: one throughput, and how each operator spends its time.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

export interface ChainOperator {
  readonly parallelism: number;
  /** Time for one record, in ms. */
  readonly serviceMs: number;
  /** Records out for one in; 1 unless given. */
  readonly selectivity?: number;
  /** The part of the records that the fullest subtask gets; even, 1/parallelism, unless given. */
  readonly largestShare?: number;
}

export interface OperatorSteadyState {
  /** The most that it could take by itself, in its own records per second: p/s, or 1/(s · largest share) under skew. */
  readonly capacityPerSecond: number;
  readonly recordsInPerSecond: number;
  /** Means over the subtasks; together 1000. */
  readonly busyMsPerSecond: number;
  readonly backPressuredMsPerSecond: number;
  readonly idleMsPerSecond: number;
}

export interface SteadyState {
  /** Records that the source reads per second. */
  readonly throughputPerSecond: number;
  /** Offered − read; null for an unlimited backlog. */
  readonly lagGrowthPerSecond: number | null;
  /** The place of the operator that sets the pace, the source being 0; null when all that is offered gets through. */
  readonly bottleneck: number | null;
  readonly operators: readonly OperatorSteadyState[];
}

/**
 * The steady state of a chain, the source first (M3.1, M3.3): X = min(λ, smallest capacity); before the bottleneck tasks
 * are busy or held back, after it busy or idle. `offeredPerSecond` is Infinity for an unlimited backlog. Of two equally
 * narrow operators the first is the bottleneck. Times of an operator with skew are means; see skewedOperator for each
 * subtask. Throws RangeError for an empty chain and for values out of range.
 */
export function steadyState(operators: readonly ChainOperator[], offeredPerSecond: number): SteadyState {
  if (operators.length === 0) throw new RangeError('operators is empty; pass the source first.');
  if (offeredPerSecond !== Infinity) nonNegative(offeredPerSecond, 'offeredPerSecond');
  let perSourceRecord = 1;
  const stages = operators.map((operator) => {
    const capacityPerSecond = capacityOf(operator);
    const stage = { operator, capacityPerSecond, perSourceRecord };
    perSourceRecord *= nonNegative(operator.selectivity ?? 1, 'selectivity');
    return stage;
  });
  let throughputPerSecond = offeredPerSecond;
  let bottleneck: number | null = null;
  for (const [i, stage] of stages.entries()) {
    // Of two that are equally narrow up to rounding, the first stands.
    const limit = stage.perSourceRecord === 0 ? Infinity : stage.capacityPerSecond / stage.perSourceRecord;
    if (limit < throughputPerSecond * (1 - 1e-12)) [throughputPerSecond, bottleneck] = [limit, i];
  }
  return {
    throughputPerSecond,
    lagGrowthPerSecond: offeredPerSecond === Infinity ? null : offeredPerSecond - throughputPerSecond,
    bottleneck,
    operators: stages.map((stage, i) => {
      const recordsInPerSecond = throughputPerSecond * stage.perSourceRecord;
      const { serviceMs, parallelism } = stage.operator;
      const busyMsPerSecond = Math.min(1000, (recordsInPerSecond * serviceMs) / parallelism);
      const isHeldBack = bottleneck !== null && i < bottleneck;
      return {
        capacityPerSecond: stage.capacityPerSecond,
        recordsInPerSecond,
        busyMsPerSecond,
        backPressuredMsPerSecond: isHeldBack ? 1000 - busyMsPerSecond : 0,
        idleMsPerSecond: isHeldBack ? 0 : 1000 - busyMsPerSecond,
      };
    }),
  };
}

/** Time until a buffer in front of a saturated operator is full and what lies before it turns black, in ms: B/(λ − X) (M3.3). */
export function fillMs(given: {
  bufferRecords: number;
  offeredPerSecond: number;
  throughputPerSecond: number;
}): number {
  const surplus = given.offeredPerSecond - given.throughputPerSecond;
  return (nonNegative(given.bufferRecords, 'bufferRecords') / positive(surplus, 'offered − throughput')) * 1000;
}

/** What a full buffer adds to every record's way, in ms: B/X (M3.3). A larger buffer buys waiting, not throughput. */
export function bufferWaitMs(given: { bufferRecords: number; throughputPerSecond: number }): number {
  const { bufferRecords, throughputPerSecond } = given;
  return (nonNegative(bufferRecords, 'bufferRecords') / positive(throughputPerSecond, 'throughputPerSecond')) * 1000;
}

function capacityOf({ parallelism, serviceMs, largestShare }: ChainOperator): number {
  positiveInteger(parallelism, 'parallelism');
  const subtaskPerSecond = 1000 / positive(serviceMs, 'serviceMs');
  return largestShare === undefined
    ? (parallelism * 1000) / serviceMs
    : subtaskPerSecond / positive(largestShare, 'largestShare');
}
