// How loaded servers are, and Little's law: the two sums behind every sizing question.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** Work that comes, and what is there to do it. Rates are records per second; one server unless `servers` says more. */
export interface Load {
  readonly arrivalsPerSecond: number;
  /** What one server gets done when it is never idle. */
  readonly servicePerSecond: number;
  readonly servers?: number;
}

/** ρ = λ/(c·μ) (M6, C1): the part of their time that servers work, and above 1 the overload. */
export function utilisation({ arrivalsPerSecond, servicePerSecond, servers = 1 }: Load): number {
  return (
    nonNegative(arrivalsPerSecond, 'arrivalsPerSecond') /
    (positiveInteger(servers, 'servers') * positive(servicePerSecond, 'servicePerSecond'))
  );
}

/** Whether a queue in front of these servers settles: ρ < 1 (M6). At exactly 1 chance alone makes it grow for ever. */
export function isQueueStable(load: Load): boolean {
  return utilisation(load) < 1;
}

/** Little's law, L = λ·W (M6): records inside, from what passes through per second and how long each stays, in ms. */
export function recordsInside(throughputPerSecond: number, stayMs: number): number {
  return (nonNegative(throughputPerSecond, 'throughputPerSecond') * nonNegative(stayMs, 'stayMs')) / 1000;
}

/** Little's law the other way, W = L/λ in ms: how long a record stays where so many are inside. */
export function stayMs(records: number, throughputPerSecond: number): number {
  return (nonNegative(records, 'records') / positive(throughputPerSecond, 'throughputPerSecond')) * 1000;
}
