// The Kubernetes Horizontal Pod Autoscaler: the rule, and the behaviour that holds it back.

import { nonNegative, nonNegativeInteger, positive, positiveInteger } from '../argument.ts';

/** How often the controller looks (`--horizontal-pod-autoscaler-sync-period`), in ms (H1). */
export const hpaSyncMs = 15_000;

/** No change while |metric/target − 1| is at most this (H1). */
export const defaultTolerance = 0.1;

/** Quotients such as 77/70 must not leave the tolerance, nor 3.0000000000000004 ask for one more, by their last bit. */
const roundingSlack = 1e-9;

/**
 * The replicas that a metric asks for (M9, H1): ready · metric/target, rounded up; the current number while the ratio is
 * within the tolerance. `metric` is the mean over the ready replicas, in the target's unit. A rise counts pods that are not
 * ready with 0: when that brings the ratio into the tolerance or below 1, the current number stays, as it does while none is
 * ready. At least 1, as the HPA never asks for 0.
 */
export function desiredReplicas(given: {
  replicas: number;
  /** All of them unless given. */
  readyReplicas?: number;
  metric: number;
  target: number;
  tolerance?: number;
}): number {
  const replicas = positiveInteger(given.replicas, 'replicas');
  const ready = nonNegativeInteger(given.readyReplicas ?? replicas, 'readyReplicas');
  if (ready > replicas) throw new RangeError(`readyReplicas is ${ready}, of only ${replicas}; pass at most those.`);
  const ratio = nonNegative(given.metric, 'metric') / positive(given.target, 'target');
  const tolerance = nonNegative(given.tolerance ?? defaultTolerance, 'tolerance');
  const mean = ratio > 1 ? (ratio * ready) / replicas : ratio;
  const isTurned = ratio > 1 && mean < 1;
  if (ready === 0 || isTurned || Math.abs(mean - 1) <= tolerance + roundingSlack) return replicas;
  return Math.max(1, Math.ceil(ready * ratio - roundingSlack));
}

/** The most replicas after one sync period, with the default policies: twice as many or four more, whichever is larger (H2). */
export function scaleUpLimit(replicas: number): number {
  return Math.max(2 * positiveInteger(replicas, 'replicas'), replicas + 4);
}

/** `spec.behavior`, as far as it is modelled; scaling in may take away everything at once, as by default. */
export interface HpaBehavior {
  /** `scaleUp.stabilizationWindowSeconds`, here in ms; 0 by default. */
  readonly scaleUpStabilizationMs: number;
  /** `scaleDown.stabilizationWindowSeconds`, here in ms; 300,000 by default. */
  readonly scaleDownStabilizationMs: number;
}

/** H2. */
export const defaultBehavior: HpaBehavior = { scaleUpStabilizationMs: 0, scaleDownStabilizationMs: 300_000 };

export interface Hpa {
  /**
   * What the controller sets at this sync: the recommendation after stabilisation, the scale-up limit, and the bounds. Call
   * it every `hpaSyncMs`, with the time in ms.
   */
  sync(nowMs: number, replicas: number, recommendation: number): number;
}

/**
 * An HPA between `minReplicas` and `maxReplicas` (M9, H2). Laws: the result is within the bounds; up, it is at most
 * `scaleUpLimit` and at most the lowest recommendation of its window; down, it is at least the highest recommendation of the
 * last `scaleDownStabilizationMs`, in which the number at the start counts as one.
 */
export function createHpa(given: { minReplicas: number; maxReplicas: number; behavior?: Partial<HpaBehavior> }): Hpa {
  const least = positiveInteger(given.minReplicas, 'minReplicas');
  const most = positiveInteger(given.maxReplicas, 'maxReplicas');
  if (least > most) throw new RangeError(`minReplicas is ${least}, above maxReplicas ${most}; swap them.`);
  const { scaleUpStabilizationMs: upMs, scaleDownStabilizationMs: downMs } = { ...defaultBehavior, ...given.behavior };
  nonNegative(upMs, 'scaleUpStabilizationMs');
  nonNegative(downMs, 'scaleDownStabilizationMs');
  let past: { readonly atMs: number; readonly replicas: number }[] = [];

  return {
    sync(nowMs, replicas, recommendation) {
      if (past.length === 0) past.push({ atMs: nowMs, replicas });
      past.push({ atMs: nowMs, replicas: positiveInteger(recommendation, 'recommendation') });
      past = past.filter(({ atMs }) => atMs > nowMs - Math.max(upMs, downMs) || atMs === nowMs);
      const within = (windowMs: number) =>
        past.filter(({ atMs }) => atMs > nowMs - windowMs).map((entry) => entry.replicas);
      const lowest = Math.min(recommendation, ...within(upMs));
      const highest = Math.max(recommendation, ...within(downMs));
      const stable = Math.min(Math.max(replicas, lowest), highest);
      return Math.min(Math.max(Math.min(stable, scaleUpLimit(replicas)), least), most);
    },
  };
}
