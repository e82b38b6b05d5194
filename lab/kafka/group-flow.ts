// The count engine of a consumer group at a topic: rates in, lag, age and blocked time out, in closed form and without a
// record in memory.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { createCurve, type CurvePoint } from '../trace/curve.ts';
import { rangeAssignment, stickyAssignment } from './assignment.ts';
import { fairShares } from './fair-share.ts';
import { readFlow, type GroupFlow } from './group-flow-readings.ts';

/** Something that changes at `atMs`. Other members mean a rebalance; the other two do not. */
export interface GroupChange {
  readonly atMs: number;
  readonly members?: number;
  readonly memberCapacityPerSecond?: number;
  readonly sinkLimitPerSecond?: number;
}

export interface GroupSetup {
  /** The topic's rate from `fromMs` on, until the next one begins. The first begins at 0. */
  readonly arrivals: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly partitions: number;
  /** The partitions' parts of the traffic, in any unit; evenly spread by default. One for each partition. */
  readonly partitionWeights?: readonly number[];
  readonly members: number;
  readonly memberCapacityPerSecond: number;
  /** What all members together may write, in records/s; without limit by default. */
  readonly sinkLimitPerSecond?: number;
  /**
   * Eager: every member stops for `stopMs`, then a range assignment holds. Cooperative: only the partitions that a sticky
   * assignment moves stop. Eager without a stop by default.
   */
  readonly rebalance?: { readonly kind: 'eager' | 'cooperative'; readonly stopMs: number };
  readonly changes?: readonly GroupChange[];
  readonly durationMs: number;
}

/** What one member does during a stretch. */
export interface MemberStretch {
  readonly partitions: readonly number[];
  readonly arrivedPerSecond: number;
  readonly deliveredPerSecond: number;
  /** Parts of its time, together 1: working, held back by the sink, and without work or stopped by a rebalance. */
  readonly busyShare: number;
  readonly blockedShare: number;
  readonly idleShare: number;
}

/** A span in which no rate changes. Lists by partition hold records (backlogs at its start and end) and records/s. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly arrivedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly members: readonly MemberStretch[];
  readonly startBacklogs: readonly number[];
  readonly endBacklogs: readonly number[];
  readonly partitionDeliveredPerSecond: readonly number[];
}

interface State {
  owned: number[][];
  capacityPerSecond: number;
  sinkLimitPerSecond: number;
  /** By partition: nobody reads it before this time. */
  stoppedUntilMs: number[];
}

/** Times are whole multiples of 1/grains ms, and a backlog below 1/grains records is rounding. */
const grains = 1e6;

/**
 * Runs a group as a fluid (M1.7–M1.9, M0.5): each member serves its partitions at its capacity, a partition that is
 * behind as fast as a fair share allows, one that is not as fast as its records come; the sink's limit is shared fairly by
 * the members. A lag of 24 million records costs as much as one of 24.
 *
 * Laws: arrived = delivered + lag at every instant, per partition and in total; delivered never falls, never exceeds a
 * member's capacity or the sink's limit; no member waits while it has work, capacity and room at the sink. Records may be
 * fractions: round for display. Throws RangeError for input out of range, naming it.
 */
export function runGroupFlow(setup: GroupSetup): GroupFlow {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const shares = partitionShares(setup);
  const rates = ratesOf(setup);
  const changes = (setup.changes ?? []).toSorted((a, b) => a.atMs - b.atMs);
  for (const change of changes) nonNegative(change.atMs, 'changes.atMs');
  const state: State = {
    owned: rangeAssignment(setup.partitions, setup.members),
    capacityPerSecond: positive(setup.memberCapacityPerSecond, 'memberCapacityPerSecond'),
    sinkLimitPerSecond: sinkLimitOf(setup.sinkLimitPerSecond),
    stoppedUntilMs: shares.map(() => 0),
  };

  const stretches: Stretch[] = [];
  const arrived: CurvePoint[] = [{ atMs: 0, value: 0 }];
  let backlogs = shares.map(() => 0);
  let nowMs = 0;
  let rateAt = 0;
  let changeAt = 0;
  while (nowMs < durationMs) {
    while ((rates[rateAt + 1]?.fromMs ?? Infinity) <= nowMs) rateAt++;
    for (let next = changes[changeAt]; next !== undefined && next.atMs <= nowMs; next = changes[++changeAt]) {
      apply(next, state, setup);
    }
    const recordsPerSecond = rates[rateAt]?.recordsPerSecond ?? 0;
    const incoming = shares.map((share) => recordsPerSecond * share);
    const { members, served } = serve(state, incoming, backlogs, nowMs);
    const toMs = Math.min(
      durationMs,
      rates[rateAt + 1]?.fromMs ?? Infinity,
      changes[changeAt]?.atMs ?? Infinity,
      ...state.stoppedUntilMs.filter((untilMs) => untilMs > nowMs),
      nextEmptyMs(nowMs, backlogs, incoming, served),
    );
    const seconds = (toMs - nowMs) / 1000;
    const startBacklogs = backlogs;
    backlogs = backlogs.map((backlog, p) => {
      const next = backlog + ((incoming[p] ?? 0) - (served[p] ?? 0)) * seconds;
      return next * grains < 1 ? 0 : next;
    });
    stretches.push({
      fromMs: nowMs,
      toMs,
      arrivedPerSecond: recordsPerSecond,
      deliveredPerSecond: served.reduce((sum, rate) => sum + rate, 0),
      members,
      startBacklogs,
      endBacklogs: backlogs,
      partitionDeliveredPerSecond: served,
    });
    arrived.push({ atMs: toMs, value: (arrived.at(-1)?.value ?? 0) + recordsPerSecond * seconds });
    nowMs = toMs;
  }
  return readFlow({ stretches, shares, arrived: createCurve(arrived) });
}

function apply(change: GroupChange, state: State, setup: GroupSetup): void {
  if (change.memberCapacityPerSecond !== undefined) {
    state.capacityPerSecond = positive(change.memberCapacityPerSecond, 'changes.memberCapacityPerSecond');
  }
  if (change.sinkLimitPerSecond !== undefined) state.sinkLimitPerSecond = sinkLimitOf(change.sinkLimitPerSecond);
  const members = positiveInteger(change.members ?? state.owned.length, 'changes.members');
  if (members === state.owned.length) return;

  const { kind, stopMs } = setup.rebalance ?? { kind: 'eager', stopMs: 0 };
  const untilMs = change.atMs + nonNegative(stopMs, 'rebalance.stopMs');
  const isEager = kind === 'eager';
  const before = ownersOf(state.owned);
  state.owned = isEager
    ? rangeAssignment(setup.partitions, members)
    : stickyAssignment(
        setup.partitions,
        Array.from({ length: members }, (_, i) => state.owned[i] ?? []),
      );
  for (const [partition, owner] of ownersOf(state.owned)) {
    if (isEager || before.get(partition) !== owner) {
      state.stoppedUntilMs[partition] = Math.max(state.stoppedUntilMs[partition] ?? 0, untilMs);
    }
  }
}

/** Who reads how fast from which partition, given what is waiting. */
function serve(
  state: State,
  incoming: readonly number[],
  backlogs: readonly number[],
  nowMs: number,
): { members: MemberStretch[]; served: number[] } {
  const { owned, capacityPerSecond, sinkLimitPerSecond } = state;
  const demands = owned.map((list) =>
    list.map((p) => {
      if ((state.stoppedUntilMs[p] ?? 0) > nowMs) return 0;
      return (backlogs[p] ?? 0) > 0 ? Infinity : (incoming[p] ?? 0);
    }),
  );
  const wanted = demands.map((list) => Math.min(capacityPerSecond, total(list)));
  const allowed = fairShares(sinkLimitPerSecond, wanted);
  const served = incoming.map(() => 0);
  const members = owned.map((partitions, member) => {
    const rates = fairShares(allowed[member] ?? 0, demands[member] ?? []);
    for (const [i, partition] of partitions.entries()) served[partition] = rates[i] ?? 0;
    const deliveredPerSecond = allowed[member] ?? 0;
    const busyShare = deliveredPerSecond / capacityPerSecond;
    const blockedShare = ((wanted[member] ?? 0) - deliveredPerSecond) / capacityPerSecond;
    return {
      partitions,
      arrivedPerSecond: total(partitions.map((p) => incoming[p] ?? 0)),
      deliveredPerSecond,
      busyShare,
      blockedShare,
      idleShare: 1 - busyShare - blockedShare,
    };
  });
  return { members, served };
}

/** When the first backlog runs empty; Infinity when none does. At least one grain from now, so that time moves on. */
function nextEmptyMs(
  nowMs: number,
  backlogs: readonly number[],
  incoming: readonly number[],
  served: readonly number[],
): number {
  let firstMs = Infinity;
  for (const [p, backlog] of backlogs.entries()) {
    const fallPerSecond = (served[p] ?? 0) - (incoming[p] ?? 0);
    if (backlog <= 0 || fallPerSecond <= 0) continue;
    const emptyMs = Math.round((nowMs + (backlog / fallPerSecond) * 1000) * grains) / grains;
    firstMs = Math.min(firstMs, Math.max(emptyMs, nowMs + 1 / grains));
  }
  return firstMs;
}

function partitionShares({ partitions, partitionWeights }: GroupSetup): number[] {
  positiveInteger(partitions, 'partitions');
  const weights = partitionWeights ?? Array.from({ length: partitions }, () => 1);
  if (weights.length !== partitions) {
    throw new RangeError(
      `partitionWeights holds ${weights.length} weights; pass one for each of the ${partitions} partitions.`,
    );
  }
  const sum = positive(
    total(weights.map((weight, p) => nonNegative(weight, `partitionWeights[${p}]`))),
    'the sum of partitionWeights',
  );
  return weights.map((weight) => weight / sum);
}

function ratesOf({ arrivals }: GroupSetup): GroupSetup['arrivals'] {
  if (arrivals[0]?.fromMs !== 0)
    throw new RangeError('arrivals does not begin at 0; let the first rate have fromMs 0.');
  for (const [i, { fromMs, recordsPerSecond }] of arrivals.entries()) {
    nonNegative(recordsPerSecond, `arrivals[${i}].recordsPerSecond`);
    if (!(fromMs >= (arrivals[i - 1]?.fromMs ?? 0)))
      throw new RangeError(`arrivals[${i}] is out of order; sort by fromMs.`);
  }
  return arrivals;
}

function sinkLimitOf(limitPerSecond: number | undefined): number {
  return limitPerSecond === undefined || limitPerSecond === Infinity
    ? Infinity
    : nonNegative(limitPerSecond, 'sinkLimitPerSecond');
}

function ownersOf(owned: readonly (readonly number[])[]): Map<number, number> {
  return new Map(owned.flatMap((list, member) => list.map((partition) => [partition, member] as const)));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
