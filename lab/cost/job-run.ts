// The count engine of a job with a backlog: what is left, what was done and what was paid at any time, in closed form.

import { nonNegative, positive } from '../argument.ts';
import { speedUpFactor, type SpeedUp } from './job-cost.ts';

export interface JobSetup {
  /** Records that wait when the job begins. */
  readonly backlogRecords: number;
  /** What arrives while it runs, records/s. */
  readonly recordsPerSecond: number;
  /** What the job takes at today's size, records/s. */
  readonly capacityPerSecond: number;
  readonly usdPerHour: number;
  readonly speedUp: SpeedUp;
  /**
   * What happens once nothing waits: a batch job ends and is no longer paid; a stream goes on; a stream that gives back
   * goes on at today's size, with the optimisation but without the additional machines.
   */
  readonly afterwards: 'end' | 'go-on' | 'give-back';
  readonly durationMs: number;
}

export interface JobInstant {
  readonly backlogRecords: number;
  readonly arrivedRecords: number;
  readonly processedRecords: number;
  readonly usd: number;
  /** Rates just after this instant. */
  readonly arrivedPerSecond: number;
  readonly processedPerSecond: number;
  readonly capacityPerSecond: number;
  readonly usdPerHour: number;
}

export interface JobRun {
  /** When nothing waits any more; null when the run ends before, or when nothing ever waited. */
  readonly caughtUpAtMs: number | null;
  at(ms: number): JobInstant;
}

const hourMs = 3_600_000;

/**
 * Runs a job (M10, C2, C4). Laws: backlog at the start + arrived = processed + backlog; nothing is processed beyond the
 * capacity; a job that has ended takes in and costs nothing more. Throws RangeError for input out of range, naming it.
 */
export function runJob(setup: JobSetup): JobRun {
  const start = nonNegative(setup.backlogRecords, 'backlogRecords');
  const incoming = nonNegative(setup.recordsPerSecond, 'recordsPerSecond');
  const today = positive(setup.capacityPerSecond, 'capacityPerSecond');
  const usdPerHourToday = nonNegative(setup.usdPerHour, 'usdPerHour');
  const durationMs = positive(setup.durationMs, 'durationMs');
  const { speedUp, afterwards } = setup;

  const behindCapacity = today * speedUpFactor(speedUp);
  const behindUsdPerHour = usdPerHourToday * speedUp.scale;
  const isGivenBack = afterwards === 'give-back';
  const laterCapacity = isGivenBack ? today * speedUp.optimisationFactor : behindCapacity;
  const laterUsdPerHour = isGivenBack ? usdPerHourToday : behindUsdPerHour;

  const spare = behindCapacity - incoming;
  const emptyMs = start === 0 ? 0 : spare > 0 ? (start / spare) * 1000 : Infinity;
  const turnMs = emptyMs <= durationMs ? emptyMs : Infinity;
  const caughtUpAtMs = start > 0 && turnMs < Infinity ? turnMs : null;

  return {
    caughtUpAtMs,
    at(ms) {
      if (!(ms >= 0 && ms <= durationMs)) {
        throw new RangeError(`ms is ${ms}; pass a time of the run, 0 … ${durationMs}.`);
      }
      const isLater = ms >= turnMs;
      const isOver = isLater && afterwards === 'end';
      const behindMs = Math.min(ms, turnMs);
      const laterMs = isOver ? 0 : ms - behindMs;
      const laterPerSecond = Math.min(laterCapacity, incoming);
      const arrivedRecords = (incoming * (behindMs + laterMs)) / 1000;
      // At the turn all that has come is done; written so, the last bits agree with the arrivals.
      const processedByTurn = isLater ? start + (incoming * behindMs) / 1000 : (behindCapacity * behindMs) / 1000;
      const processedRecords = processedByTurn + (laterPerSecond * laterMs) / 1000;
      const processedPerSecond = isOver ? 0 : isLater ? laterPerSecond : behindCapacity;
      return {
        backlogRecords: Math.max(0, start + arrivedRecords - processedRecords),
        arrivedRecords,
        processedRecords,
        usd: (behindUsdPerHour * behindMs + laterUsdPerHour * laterMs) / hourMs,
        arrivedPerSecond: isOver ? 0 : incoming,
        processedPerSecond,
        capacityPerSecond: isOver ? 0 : isLater ? laterCapacity : behindCapacity,
        usdPerHour: isOver ? 0 : isLater ? laterUsdPerHour : behindUsdPerHour,
      };
    },
  };
}
