// KEDA's Kafka scaler: how many replicas a lag asks for.

import { nonNegative, nonNegativeInteger, positive, positiveInteger } from '../argument.ts';

/** The trigger's metadata, under its own names (H5). */
export interface KafkaTrigger {
  /** Lag for each replica, in records. The default of 10 sends any real topic to the cap (H7). */
  readonly lagThreshold: number;
  /** Replicas beyond the partitions are wanted, as spares; false by default. */
  readonly allowIdleConsumers?: boolean;
  /** No more replicas than partitions that lag; false by default. */
  readonly limitToPartitionsWithLag?: boolean;
  /** Only numbers that divide the partitions evenly; false by default. */
  readonly ensureEvenDistributionOfPartitions?: boolean;
}

export const defaultLagThreshold = 10;

/** A topic as the scaler sees it; every partition lags unless told otherwise. */
export interface TopicLag {
  readonly lagRecords: number;
  readonly partitions: number;
  readonly partitionsWithLag?: number;
}

/**
 * The lag that the scaler reports to the HPA (H5), in records: the real one, or as much as asks for the most replicas that
 * it may ask for: one for each partition (for each partition with lag, if so told).
 */
export function reportedLagRecords(trigger: KafkaTrigger, topic: TopicLag): number {
  const threshold = positive(trigger.lagThreshold, 'lagThreshold');
  const partitions = positiveInteger(topic.partitions, 'partitions');
  const lag = nonNegative(topic.lagRecords, 'lagRecords');
  const isEven = trigger.ensureEvenDistributionOfPartitions === true;
  const wanted = isEven ? nextDivisor(partitions, replicasPer(lag, threshold)) * threshold : lag;
  if (trigger.limitToPartitionsWithLag === true) {
    const lagging = nonNegativeInteger(topic.partitionsWithLag ?? partitions, 'partitionsWithLag');
    return Math.min(wanted, lagging * threshold);
  }
  return trigger.allowIdleConsumers === true ? wanted : Math.min(wanted, partitions * threshold);
}

/**
 * Replicas for a lag (M9, H5): ceil(reported lag ÷ threshold), before the HPA's tolerance, limits and bounds. At least 1;
 * whether there is anything to do at all is the activation's question.
 */
export function replicasForLag(trigger: KafkaTrigger, topic: TopicLag): number {
  return replicasPer(reportedLagRecords(trigger, topic), trigger.lagThreshold);
}

function replicasPer(lagRecords: number, threshold: number): number {
  return Math.max(1, Math.ceil(lagRecords / threshold - 1e-9));
}

/** The smallest divisor of the partitions that is at least `replicas`; the partitions themselves when none is. */
export function nextDivisor(partitions: number, replicas: number): number {
  for (let divisor = positiveInteger(replicas, 'replicas'); divisor < partitions; divisor++) {
    if (partitions % divisor === 0) return divisor;
  }
  return positiveInteger(partitions, 'partitions');
}

/**
 * A threshold from the time lag that is acceptable (H7): a replica's rate × T, in records. It is not a drain time: scaling by
 * lag alone settles where the replicas just keep up, with a lag of about λ · T.
 */
export function thresholdForTimeLag(given: { replicaPerSecond: number; timeLagMs: number }): number {
  return (positive(given.replicaPerSecond, 'replicaPerSecond') * positive(given.timeLagMs, 'timeLagMs')) / 1000;
}

/** The floor that lets a lag drain (H7): replicas for the usual rate at ρ, ceil(λ/(ρ · μ)). */
export function floorReplicas(given: {
  recordsPerSecond: number;
  replicaPerSecond: number;
  targetUtilisation?: number;
}): number {
  const usable =
    positive(given.replicaPerSecond, 'replicaPerSecond') *
    positive(given.targetUtilisation ?? 0.7, 'targetUtilisation');
  return Math.max(1, Math.ceil(nonNegative(given.recordsPerSecond, 'recordsPerSecond') / usable - 1e-9));
}
