// What a job costs: hours and money when it is scaled out, made cheaper to run, or both.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** How a job is made faster than it is today. */
export interface SpeedUp {
  /** Machines (and money per hour), as a multiple of today's. */
  readonly scale: number;
  /** The share of a perfect speed-up that the machines really give, above 0 and up to 1; counts only when they are scaled. */
  readonly efficiencyShare: number;
  /** How many times less work each record takes after an optimisation; 1 without one. */
  readonly optimisationFactor: number;
}

/** The job as it runs today. */
export const unchanged: SpeedUp = { scale: 1, efficiencyShare: 1, optimisationFactor: 1 };

/** How many times faster than today: scale · efficiency · optimisation (M10, C4). The efficiency says nothing at scale 1. */
export function speedUpFactor({ scale, efficiencyShare, optimisationFactor }: SpeedUp): number {
  const machines = positive(scale, 'scale');
  if (!(efficiencyShare > 0 && efficiencyShare <= 1)) {
    throw new RangeError(`efficiencyShare is ${efficiencyShare}; pass a share above 0 and up to 1, such as 0.8.`);
  }
  const factor = machines === 1 ? 1 : machines * efficiencyShare;
  return factor * positive(optimisationFactor, 'optimisationFactor');
}

export interface JobCost {
  readonly hours: number;
  readonly usdPerHour: number;
  readonly usd: number;
}

/**
 * Hours and money of a job that takes `hoursToday` at `usdPerHourToday` (M10, C4). Laws: scaling alone, however perfect,
 * never lowers the bill; at efficiency e the bill is today's ÷ e; an optimisation lowers hours and bill alike.
 */
export function jobCost(given: { hoursToday: number; usdPerHourToday: number; speedUp?: SpeedUp }): JobCost {
  const speedUp = given.speedUp ?? unchanged;
  const hours = nonNegative(given.hoursToday, 'hoursToday') / speedUpFactor(speedUp);
  const usdPerHour = nonNegative(given.usdPerHourToday, 'usdPerHourToday') * speedUp.scale;
  return { hours, usdPerHour, usd: hours * usdPerHour };
}

/**
 * The optimisation that a claim hides: how many times less work a record must take for `hoursToday` to become `hoursClaimed`
 * on `scale` times the machines (M10). 1 when the machines alone explain it.
 */
export function hiddenOptimisation(given: {
  hoursToday: number;
  hoursClaimed: number;
  scale: number;
  efficiencyShare?: number;
}): number {
  const needed = positive(given.hoursToday, 'hoursToday') / positive(given.hoursClaimed, 'hoursClaimed');
  const { scale, efficiencyShare = 1 } = given;
  return needed / speedUpFactor({ scale, efficiencyShare, optimisationFactor: 1 });
}

/** What a stream costs that never stops, in USD: price · 24 · days, however far behind it is (M10, C4). */
export function streamUsd({ usdPerHour, days }: { usdPerHour: number; days: number }): number {
  return nonNegative(usdPerHour, 'usdPerHour') * 24 * nonNegative(days, 'days');
}

/** Tasks for a peak with headroom: ceil(peak · headroom ÷ per task) (C3). Cutting off the fraction leaves too few. */
export function tasksForPeak(given: { peakPerSecond: number; headroom: number; taskPerSecond: number }): number {
  const wanted = nonNegative(given.peakPerSecond, 'peakPerSecond') * positive(given.headroom, 'headroom');
  // A quotient such as 2.0000000000000004 must not ask for one more.
  return positiveInteger(
    Math.max(1, Math.ceil(wanted / positive(given.taskPerSecond, 'taskPerSecond') - 1e-9)),
    'tasks',
  );
}
