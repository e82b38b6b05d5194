// What makes a number of replicas change: CPU through an HPA, lag through KEDA and its HPA, or nothing.

import { nonNegative, positive } from '../argument.ts';
import { createHpa, desiredReplicas, type HpaBehavior } from './hpa.ts';
import { reportedLagRecords, replicasForLag, type KafkaTrigger } from './keda.ts';

/** Replicas by CPU, as a share of what the pods request (H1, H3). */
export interface CpuScaler {
  readonly kind: 'cpu';
  /** `averageUtilization`, as a share such as 0.7. */
  readonly targetShare: number;
}

/** A KEDA ScaledObject with a Kafka trigger and, if given, one on the arrival rate (H5–H7). */
export interface KedaScaler extends KafkaTrigger {
  readonly kind: 'keda';
  /** Records/s for each replica: a second trigger, of which the larger answer wins; none by default. */
  readonly rateThreshold?: number;
  /** `activationLagThreshold`: above it 0 replicas become 1. 0 by default. */
  readonly activationLagThreshold?: number;
  /** `pollingInterval` in ms: how often 0 replicas are looked at. 30,000 by default. */
  readonly pollingMs?: number;
  /** `cooldownPeriod` in ms: from the last activity to 0 replicas. 300,000 by default. */
  readonly cooldownMs?: number;
}

export type ScalerKind = { readonly kind: 'none' } | CpuScaler | KedaScaler;

export interface ScalerSettings {
  readonly scaler: ScalerKind;
  /** Bounds; KEDA may go to 0 replicas, an HPA alone may not. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly tolerance?: number;
  readonly behavior?: Partial<HpaBehavior>;
}

/** What a scaler measures. */
export interface ScalerReading {
  readonly replicas: number;
  /** Those of them that have joined the group. */
  readonly readyReplicas: number;
  /** Since the last look, the mean over the pods that are ready now, as a share of their requests; null without one. */
  readonly cpuShare: number | null;
  /** Log end − committed offset: what waits, and what was processed since the last commit. */
  readonly lagRecords: number;
  readonly partitions: number;
  readonly partitionsWithLag: number;
  readonly arrivedPerSecond: number;
}

export interface Scaler {
  /** The replicas from now on. Call it every `hpaSyncMs`, with the time in ms. */
  sync(nowMs: number, reading: ScalerReading): number;
}

/**
 * Laws: the answer is within the bounds; a rise is within the HPA's limit; with 0 replicas only KEDA's activation counts. A
 * ScaledObject is active, and goes neither to 0 nor stays there, while any of its triggers is: the lag above its activation
 * threshold, or, with a trigger on the rate, a rate above 0 (H6).
 */
export function createScaler(settings: ScalerSettings): Scaler {
  const { scaler, minReplicas, maxReplicas, tolerance } = settings;
  if (scaler.kind === 'none') return { sync: (_, { replicas }) => replicas };
  if (scaler.kind === 'cpu') positive(scaler.targetShare, 'targetShare');
  if (minReplicas === 0 && scaler.kind !== 'keda')
    throw new RangeError('minReplicas is 0; an HPA alone needs 1, only KEDA goes to 0.');
  const hpa = createHpa({
    minReplicas: Math.max(1, minReplicas),
    maxReplicas,
    ...(settings.behavior && { behavior: settings.behavior }),
  });
  const limits = tolerance === undefined ? {} : { tolerance };

  function wanted(reading: ScalerReading): number {
    const { replicas, readyReplicas, cpuShare, arrivedPerSecond } = reading;
    if (scaler.kind === 'cpu') {
      if (cpuShare === null) return replicas;
      return desiredReplicas({ replicas, readyReplicas, metric: cpuShare, target: scaler.targetShare, ...limits });
    }
    if (scaler.kind === 'none') return replicas;
    const lag = reportedLagRecords(scaler, reading) / replicas;
    const byLag = desiredReplicas({ replicas, metric: lag, target: scaler.lagThreshold, ...limits });
    const isKept = byLag === replicas;
    const forLag = isKept ? replicas : replicasForLag(scaler, reading);
    if (scaler.rateThreshold === undefined) return forLag;
    const rate = arrivedPerSecond / replicas;
    return Math.max(forLag, desiredReplicas({ replicas, metric: rate, target: scaler.rateThreshold, ...limits }));
  }

  if (scaler.kind === 'cpu') return { sync: (nowMs, reading) => hpa.sync(nowMs, reading.replicas, wanted(reading)) };

  const { activationLagThreshold = 0, rateThreshold, pollingMs = 30_000, cooldownMs = 300_000 } = scaler;
  positive(pollingMs, 'pollingMs');
  nonNegative(cooldownMs, 'cooldownMs');
  let polledAtMs = -Infinity;
  let activeAtMs = 0;

  return {
    sync(nowMs, reading) {
      const hasRate = rateThreshold !== undefined && reading.arrivedPerSecond > 0;
      const isActive = reading.lagRecords > activationLagThreshold || hasRate;
      if (isActive) activeAtMs = nowMs;
      if (reading.replicas === 0) {
        if (nowMs - polledAtMs < pollingMs) return 0;
        polledAtMs = nowMs;
        return isActive ? 1 : 0;
      }
      const next = hpa.sync(nowMs, reading.replicas, wanted(reading));
      return minReplicas === 0 && nowMs - activeAtMs >= cooldownMs && !isActive ? 0 : next;
    },
  };
}
