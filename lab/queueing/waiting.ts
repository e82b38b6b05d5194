// Waiting in front of servers that keep up, in closed form: M/M/1, M/D/1 and M/M/c.

import { positiveInteger } from '../argument.ts';
import { naturalLog } from '../traffic/natural-log.ts';
import { utilisation, type Load } from './load.ts';

/** Long-run means of a stable queue. `inside` is waiting and in service together. */
export interface Waiting {
  /** ρ, the part of their time that the servers work. */
  readonly utilisation: number;
  /** L and Lq: records inside, records that wait. */
  readonly insideRecords: number;
  readonly waitingRecords: number;
  /** W and Wq: from arrival to the end of service, and to its start. */
  readonly insideMs: number;
  readonly waitingMs: number;
}

type OneServer = Omit<Load, 'servers'>;

/**
 * M/M/1 (M6): random (Poisson) arrivals, exponential service, one server, an endless first-in-first-out queue.
 * W = 1/(μ − λ), Wq = ρ·W, L = ρ/(1 − ρ), Lq = ρ·L. Throws RangeError for a load that does not settle.
 */
export function mm1(load: OneServer): Waiting {
  return waitingOf(load, mm1WaitingMs(load));
}

/**
 * M/D/1 (M6): as M/M/1, but each service takes exactly 1/μ. Wq = ρ/(2μ(1 − ρ)): half of the wait comes from the chance in
 * service times, and goes with it. Throws RangeError for a load that does not settle.
 */
export function md1(load: OneServer): Waiting {
  return waitingOf(load, mm1WaitingMs(load) / 2);
}

/**
 * M/M/c (M6): one queue in front of `servers` that work in parallel. Wq = C/(c·μ − λ) with Erlang's C, the share of arrivals
 * that find every server busy; W = Wq + 1/μ. One server gives M/M/1. Throws RangeError for a load that does not settle.
 */
export function mmc(load: Load): Waiting {
  const { servers = 1, arrivalsPerSecond, servicePerSecond } = stable(load);
  return waitingOf(load, (1000 * erlangC(load)) / (servers * servicePerSecond - arrivalsPerSecond));
}

/**
 * Erlang's C: the share of arrivals at an M/M/c queue that have to wait, 0 … 1. By way of Erlang's B, whose recursion has no
 * factorials to overflow: B₀ = 1, Bₙ = aBₙ₋₁/(n + aBₙ₋₁), C = B/(1 − ρ(1 − B)). For one server it is ρ.
 */
export function erlangC(load: Load): number {
  const { servers = 1, arrivalsPerSecond, servicePerSecond } = stable(load);
  const busyServers = arrivalsPerSecond / servicePerSecond;
  let blocked = 1;
  for (let n = 1; n <= positiveInteger(servers, 'servers'); n++)
    blocked = (busyServers * blocked) / (n + busyServers * blocked);
  return blocked / (1 - utilisation(load) * (1 - blocked));
}

/**
 * The time, in ms, within which `p` percent of the records leave an M/M/1 queue: −ln(1 − p)/(μ − λ) (M6). `p` from 0 up to
 * but not 100, which would be never.
 */
export function mm1InsidePercentileMs(load: OneServer, p: number): number {
  if (!(p >= 0 && p < 100)) throw new RangeError(`p is ${p}; pass a percentage from 0 to below 100, such as 95.`);
  return naturalLog(100 / (100 - p)) * mm1(load).insideMs;
}

function mm1WaitingMs(load: OneServer): number {
  const { arrivalsPerSecond, servicePerSecond } = stable(load);
  return (utilisation(load) * 1000) / (servicePerSecond - arrivalsPerSecond);
}

/** The other three means, by Little's law. */
function waitingOf(load: Load, waitingMs: number): Waiting {
  const insideMs = waitingMs + 1000 / load.servicePerSecond;
  return {
    utilisation: utilisation(load),
    insideRecords: (load.arrivalsPerSecond * insideMs) / 1000,
    waitingRecords: (load.arrivalsPerSecond * waitingMs) / 1000,
    insideMs,
    waitingMs,
  };
}

function stable<T extends Load>(load: T): T {
  const share = utilisation(load);
  if (share < 1) return load;
  throw new RangeError(
    `The servers are asked for ${share} of what they can do, so the queue grows for ever; pass a load below 1.`,
  );
}
