// The closed loop of a group and its autoscaler: lag makes replicas, replicas make rebalances, and both make lag.

import { nonNegative, nonNegativeInteger, positive, positiveInteger, shareOfOne } from '../argument.ts';
import { fairShares } from '../kafka/fair-share.ts';
import { createCurve, type Curve, type CurvePoint } from '../trace/curve.ts';
import { hpaSyncMs } from './hpa.ts';
import { Pods, type Rebalance } from './pods.ts';
import { createScaler, type ScalerSettings } from './scaler.ts';

/** A rate from `fromMs` until the next begins. */
export interface RateFrom {
  readonly fromMs: number;
  readonly recordsPerSecond: number;
}

/** Producers are held to a quota from `highLagRecords` on, until the lag is at `lowLagRecords` and nothing is held back. */
export interface Throttle {
  readonly highLagRecords: number;
  readonly lowLagRecords: number;
  readonly recordsPerSecond: number;
}

export interface ScalingSetup extends ScalerSettings {
  readonly arrivals: readonly RateFrom[];
  /** Waiting at 0 ms, evenly spread over the partitions; none by default. */
  readonly startLagRecords?: number;
  readonly partitions: number;
  /** The part of the traffic of the first partition; an even one by default. */
  readonly hotPartitionShare?: number;
  readonly startReplicas: number;
  readonly replicaPerSecond: number;
  /** CPU of a replica that works at its capacity, as a share of what it requests; it falls with what it delivers. */
  readonly cpuShareAtCapacity?: number;
  /** What the sink takes from all replicas together; everything by default. */
  readonly sinkLimits?: readonly RateFrom[];
  readonly podStartMs?: number;
  readonly rebalance?: Rebalance;
  readonly throttle?: Throttle;
  /**
   * `auto.commit.interval.ms`, 5,000 by default: a scaler sees committed offsets, so as much as arrives in this time counts
   * as lag although it is processed. 0 is a commit for each record.
   */
  readonly commitMs?: number;
  readonly durationMs: number;
}

/** Kafka's default of `auto.commit.interval.ms`. */
const defaultCommitMs = 5_000;

/** The state at an instant; rates and shares are those of the stretch that ends there. */
export interface ScalingInstant {
  readonly atMs: number;
  readonly lagRecords: number;
  /** Records that throttled producers hold back. */
  readonly heldBackRecords: number;
  /** The largest backlog of a partition, as the topic's would be if all were like it. */
  readonly worstLagRecords: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly offeredPerSecond: number;
  readonly arrivedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly cpuShare: number;
}

export type ScalingEvent =
  | { readonly atMs: number; readonly kind: 'scale'; readonly from: number; readonly to: number }
  | { readonly atMs: number; readonly kind: 'throttle' | 'release' };

export interface ScalingRun {
  readonly instants: readonly ScalingInstant[];
  readonly events: readonly ScalingEvent[];
  /** As in ScalingInstant, at 0 ms. */
  readonly startWorstLagRecords: number;
  /** Cumulative records, the lag at the start among the arrivals. */
  readonly arrived: Curve;
  readonly delivered: Curve;
  readonly offeredRecords: number;
  readonly rebalances: number;
  /** Replicas · hours. */
  readonly replicaHours: number;
}

/**
 * Runs the loop (M9, H1–H9): every 15 s the scaler looks; between two looks nothing decides, and the group flows as a fluid
 * in which each replica serves its own partitions, so that the busiest has ceil(P/n) of them (M1.1).
 *
 * Laws: start lag + arrived = delivered + lag; offered = arrived + held back; nothing is delivered beyond the ready replicas'
 * capacity or the sink's limit; replicas stay within their bounds. Throws RangeError for input out of range.
 */
export function runScaling(setup: ScalingSetup): ScalingRun {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const shares = sharesOf(setup);
  const capacity = positive(setup.replicaPerSecond, 'replicaPerSecond');
  const startLag = nonNegative(setup.startLagRecords ?? 0, 'startLagRecords');
  const backlogs = shares.map(() => startLag / shares.length);
  const scaler = createScaler(setup);
  const { throttle, cpuShareAtCapacity = 1 } = setup;
  const commitMs = nonNegative(setup.commitMs ?? defaultCommitMs, 'commitMs');
  const pods = new Pods({
    partitions: setup.partitions,
    replicas: nonNegativeInteger(setup.startReplicas, 'startReplicas'),
    startMs: nonNegative(setup.podStartMs ?? 0, 'podStartMs'),
    rebalance: setup.rebalance ?? { kind: 'eager', stopMs: 0 },
  });
  const arrivals = createSteps(setup.arrivals, 'arrivals');
  const sink = setup.sinkLimits === undefined ? null : createSteps(setup.sinkLimits, 'sinkLimits');

  const instants: ScalingInstant[] = [];
  const events: ScalingEvent[] = [];
  const arrived: CurvePoint[] = [{ atMs: 0, value: startLag }];
  const delivered: CurvePoint[] = [{ atMs: 0, value: 0 }];
  let nowMs = 0;
  let heldBack = 0;
  let offeredRecords = 0;
  let isThrottled = false;
  let replicaMs = 0;
  /** Of all replicas together, since the last look. */
  let workedMs = 0;
  let sinceSyncMs = 0;

  const lagRecords = () => total(backlogs);
  const worstLagRecords = () => backlogs.reduce((worst, backlog, p) => Math.max(worst, backlog / (shares[p] ?? 1)), 0);
  const startWorstLagRecords = worstLagRecords();
  const admittedPerSecond = (offered: number) =>
    !isThrottled || throttle === undefined
      ? offered
      : heldBack > 0
        ? throttle.recordsPerSecond
        : Math.min(offered, throttle.recordsPerSecond);

  function look(): void {
    if (throttle !== undefined) {
      const lag = lagRecords();
      const isNext = isThrottled ? lag > throttle.lowLagRecords || heldBack > 0 : lag >= throttle.highLagRecords;
      if (isNext !== isThrottled) events.push({ atMs: nowMs, kind: isNext ? 'throttle' : 'release' });
      isThrottled = isNext;
    }
    const from = pods.replicas;
    const readyReplicas = pods.owned.length;
    const arrivedPerSecond = admittedPerSecond(arrivals.at(nowMs));
    // Without a ready replica nothing is processed, and so nothing is left to commit.
    const uncommitted = readyReplicas === 0 ? 0 : (arrivedPerSecond * commitMs) / 1000;
    const to = scaler.sync(nowMs, {
      replicas: from,
      readyReplicas,
      cpuShare:
        sinceSyncMs > 0 && readyReplicas > 0 ? (workedMs / (readyReplicas * sinceSyncMs)) * cpuShareAtCapacity : null,
      lagRecords: lagRecords() + uncommitted,
      partitions: setup.partitions,
      partitionsWithLag: backlogs.filter((backlog, p) => backlog + uncommitted * (shares[p] ?? 0) >= 1).length,
      arrivedPerSecond,
    });
    workedMs = 0;
    sinceSyncMs = 0;
    if (to === from) return;
    events.push({ atMs: nowMs, kind: 'scale', from, to });
    pods.scaleTo(to, nowMs);
  }

  for (let nextSyncMs = 0; nowMs < durationMs;) {
    // A pod that is ready at the instant of a look counts in it (M0.2).
    pods.settle(nowMs);
    if (nowMs >= nextSyncMs) {
      look();
      pods.settle(nowMs);
      nextSyncMs += hpaSyncMs;
    }
    const offered = arrivals.at(nowMs);
    const admitted = admittedPerSecond(offered);
    const emptiedMs = heldBack > 0 && admitted > offered ? nowMs + (heldBack / (admitted - offered)) * 1000 : Infinity;
    const toMs = Math.min(
      durationMs,
      nextSyncMs,
      pods.nextMs(nowMs),
      arrivals.nextMs(nowMs),
      sink?.nextMs(nowMs) ?? Infinity,
      emptiedMs,
    );
    const stretchMs = toMs - nowMs;
    const seconds = stretchMs / 1000;
    const incoming = admitted * seconds;
    const limit = sink === null ? Infinity : sink.at(nowMs) * seconds;
    const served = serve({ pods, backlogs, shares, incoming, nowMs, most: capacity * seconds, limit });

    heldBack = toMs === emptiedMs ? 0 : Math.max(0, heldBack + (offered - admitted) * seconds);
    offeredRecords += offered * seconds;
    const ready = pods.owned.length;
    const busyShare = ready === 0 || stretchMs === 0 ? 0 : served / (ready * capacity * seconds);
    workedMs += ready * busyShare * stretchMs;
    sinceSyncMs += stretchMs;
    replicaMs += pods.replicas * stretchMs;
    nowMs = toMs;
    arrived.push({ atMs: nowMs, value: (arrived.at(-1)?.value ?? 0) + incoming });
    delivered.push({ atMs: nowMs, value: (delivered.at(-1)?.value ?? 0) + served });
    instants.push({
      atMs: nowMs,
      lagRecords: lagRecords(),
      heldBackRecords: heldBack,
      worstLagRecords: worstLagRecords(),
      replicas: pods.replicas,
      readyReplicas: ready,
      offeredPerSecond: offered,
      arrivedPerSecond: admitted,
      deliveredPerSecond: seconds > 0 ? served / seconds : 0,
      cpuShare: busyShare * cpuShareAtCapacity,
    });
  }
  return {
    instants,
    events,
    startWorstLagRecords,
    arrived: createCurve(arrived),
    delivered: createCurve(delivered),
    offeredRecords,
    rebalances: pods.rebalances,
    replicaHours: replicaMs / 3_600_000,
  };
}

/** Serves the backlogs for one stretch, in place; `most` is what one replica can do, `limit` what the sink takes. */
function serve(given: {
  pods: Pods;
  backlogs: number[];
  shares: readonly number[];
  incoming: number;
  nowMs: number;
  most: number;
  limit: number;
}): number {
  const { pods, backlogs, shares, incoming, nowMs, most, limit } = given;
  for (const [partition, share] of shares.entries())
    backlogs[partition] = (backlogs[partition] ?? 0) + incoming * share;
  const demands = pods.owned.map((list) => list.map((p) => (pods.isStopped(p, nowMs) ? 0 : (backlogs[p] ?? 0))));
  const wanted = demands.map((list) => Math.min(most, total(list)));
  const allowed = total(wanted) <= limit ? wanted : fairShares(limit, wanted);
  let served = 0;
  for (const [member, list] of pods.owned.entries()) {
    const demand = demands[member] ?? [];
    const room = allowed[member] ?? 0;
    const parts = total(demand) <= room ? demand : fairShares(room, demand);
    for (const [i, partition] of list.entries()) {
      const part = parts[i] ?? 0;
      backlogs[partition] = Math.max(0, (backlogs[partition] ?? 0) - part);
      served += part;
    }
  }
  return served;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function sharesOf({ partitions, hotPartitionShare }: ScalingSetup): number[] {
  const many = positiveInteger(partitions, 'partitions');
  const hot = shareOfOne(hotPartitionShare ?? 0, 'hotPartitionShare');
  const isHot = hot > 0 && many > 1;
  return Array.from({ length: many }, (_, p) => (isHot ? (p === 0 ? hot : (1 - hot) / (many - 1)) : 1 / many));
}

/** A rate over time, and when it changes next. */
function createSteps(list: readonly RateFrom[], name: string): { at(ms: number): number; nextMs(ms: number): number } {
  if (list[0]?.fromMs !== 0) throw new RangeError(`${name} does not begin at 0; let the first rate have fromMs 0.`);
  for (const [i, { fromMs, recordsPerSecond }] of list.entries()) {
    nonNegative(recordsPerSecond, `${name}[${i}].recordsPerSecond`);
    if (!(fromMs >= (list[i - 1]?.fromMs ?? 0))) throw new RangeError(`${name}[${i}] is out of order; sort by fromMs.`);
  }
  return {
    at: (ms) => list.findLast(({ fromMs }) => fromMs <= ms)?.recordsPerSecond ?? 0,
    nextMs: (ms) => list.find(({ fromMs }) => fromMs > ms)?.fromMs ?? Infinity,
  };
}
