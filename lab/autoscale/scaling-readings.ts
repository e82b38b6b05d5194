// What a run of the scaling loop says: its peaks, its waits, and how restless its scaler was.

import type { ScalingEvent, ScalingInstant, ScalingRun } from './scaling-loop.ts';

const tenMinutesMs = 600_000;
/** Lags below this are rounding. */
const grain = 1e-3;

/** The most changes of the number of replicas within any 10 minutes (M9); more than three is flapping. */
export function mostChangesPer10Min(events: readonly ScalingEvent[]): number {
  const times = events.filter(({ kind }) => kind === 'scale').map(({ atMs }) => atMs);
  return times.reduce(
    (most, fromMs) => Math.max(most, times.filter((atMs) => atMs >= fromMs && atMs < fromMs + tenMinutesMs).length),
    0,
  );
}

/** Age in ms of the oldest record that waits (M0.5), given the lag of the worst partition as in ScalingInstant. */
export function oldestAgeMs({ arrived }: ScalingRun, atMs: number, worstLagRecords: number): number {
  if (worstLagRecords < grain) return 0;
  const departed = Math.max(0, arrived.valueAt(atMs) - worstLagRecords);
  return Math.max(0, atMs - Math.min(atMs, arrived.firstBeyond(departed)));
}

/** What holds at `atMs`: the stretch that begins or goes on there (the last one at the end), and the worst lag at that time. */
export interface ScalingSpan {
  readonly atMs: number;
  readonly instant: ScalingInstant | undefined;
  readonly worstLagRecords: number;
}

/** The loop at these times, which must rise; lags are linear between two instants. */
export function instantsAt({ instants, startWorstLagRecords }: ScalingRun, times: readonly number[]): ScalingSpan[] {
  let at = 0;
  return times.map((atMs) => {
    while ((instants[at]?.atMs ?? Infinity) <= atMs && at < instants.length - 1) at++;
    const instant = instants[at];
    const from = instants[at - 1] ?? { atMs: 0, worstLagRecords: startWorstLagRecords };
    const to = instant ?? from;
    const share = to.atMs > from.atMs ? Math.min(1, (atMs - from.atMs) / (to.atMs - from.atMs)) : 1;
    const worstLagRecords = from.worstLagRecords + share * (to.worstLagRecords - from.worstLagRecords);
    return { atMs, instant, worstLagRecords };
  });
}

/**
 * The first instant from `fromMs` on at which nothing waits, in the topic or with throttled producers; null when there is
 * none. Exact to one stretch of the run.
 */
export function drainedAtMs({ instants }: ScalingRun, fromMs: number): number | null {
  const isDry = ({ lagRecords, heldBackRecords }: ScalingInstant) => lagRecords < 1 && heldBackRecords < 1;
  return instants.find((instant) => instant.atMs >= fromMs && isDry(instant))?.atMs ?? null;
}
