// The Flink Kubernetes operator's autoscaler: the parallelism that it gives one vertex, in closed form.

import { nonNegative, positive, positiveInteger, shareOfOne } from '../argument.ts';

/** Its keys, without their prefix `job.autoscaler.` (F32). */
export interface FlinkAutoscaler {
  /** `utilization.target`, 0.7 by default. */
  readonly utilizationTarget?: number;
  /** `utilization.min` and `.max`: within them nothing changes; the target ± 0.3 by default. */
  readonly utilizationMin?: number;
  readonly utilizationMax?: number;
  /** `catch-up.duration`, in ms: the time within which a backlog should be gone; 0 asks for no capacity to catch up. */
  readonly catchUpMs?: number;
}

/** What the autoscaler measures of a vertex. CPU and memory are not among it. */
export interface VertexLoad {
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** What the vertex processes, in records/s. */
  readonly processedPerSecond: number;
  /** The share of time in which its tasks work: busyTimeMsPerSecond ÷ 1,000. */
  readonly busyShare: number;
  /** What comes in, at the source and through the operators before it. */
  readonly arrivedPerSecond: number;
  /** What waits at the source, as far as it concerns this vertex. */
  readonly backlogRecords: number;
}

/** What the vertex could do if it were never idle and never blocked, in records/s: processed ÷ busy (F32). */
export function trueProcessingPerSecond({ processedPerSecond, busyShare }: VertexLoad): number {
  return (
    nonNegative(processedPerSecond, 'processedPerSecond') / positive(shareOfOne(busyShare, 'busyShare'), 'busyShare')
  );
}

/**
 * The vertex's next parallelism (F32): ceil(p · (λ + backlog/catch-up) ÷ (target · true rate)), at most `maxParallelism`;
 * its own while the load stays between `utilization.min` and `.max`. Unlike CPU, this sees a vertex that waits for a slow
 * service, as busy time counts waiting inside the operator.
 */
export function flinkParallelism(vertex: VertexLoad, settings: FlinkAutoscaler = {}): number {
  const parallelism = positiveInteger(vertex.parallelism, 'parallelism');
  const most = positiveInteger(vertex.maxParallelism, 'maxParallelism');
  const target = positive(settings.utilizationTarget ?? 0.7, 'utilizationTarget');
  const { utilizationMin = target - 0.3, utilizationMax = target + 0.3, catchUpMs = 0 } = settings;
  const arrived = nonNegative(vertex.arrivedPerSecond, 'arrivedPerSecond');
  const backlog = nonNegative(vertex.backlogRecords, 'backlogRecords');
  const catchUp = nonNegative(catchUpMs, 'catchUpMs') === 0 ? 0 : (backlog / catchUpMs) * 1000;
  const capacity = trueProcessingPerSecond(vertex);
  const load = (arrived + catchUp) / capacity;
  const isWithin = load <= utilizationMax + 1e-9 && arrived / capacity >= utilizationMin - 1e-9;
  if (isWithin) return Math.min(parallelism, most);
  return Math.min(Math.max(1, Math.ceil((parallelism * load) / target - 1e-9)), most);
}
