// The gate before a run: every condition that must hold, and a limit that does not flutter.

import { nonNegative, shareOfOne } from '../argument.ts';

/** What keeps a run from starting, in the order in which it is looked at. */
export type GateCondition = 'marker' | 'active runs' | 'past' | 'backlog' | 'retry budget' | 'breaker';

/** The conditions of O7, each already decided. */
export interface GateReading {
  readonly isMarkerThere: boolean;
  readonly activeRuns: number;
  readonly maxActiveRuns: number;
  /** With `depends_on_past`: no earlier run was given up (O4); true without it. */
  readonly isPastClear: boolean;
  readonly isBacklogLow: boolean;
  readonly isBreakerClosed: boolean;
  /** Retries that may still be made. */
  readonly retryBudget: number;
}

/** The conditions that do not hold; none when the run may start (M12, O7): marker ∧ active < max ∧ past ∧ backlog ∧ breaker ∧ budget. */
export function closedConditions(reading: GateReading): GateCondition[] {
  const holds: Record<GateCondition, boolean> = {
    marker: reading.isMarkerThere,
    'active runs': reading.activeRuns < reading.maxActiveRuns,
    past: reading.isPastClear,
    backlog: reading.isBacklogLow,
    'retry budget': reading.retryBudget > 0,
    breaker: reading.isBreakerClosed,
  };
  return (Object.keys(holds) as GateCondition[]).filter((condition) => !holds[condition]);
}

const wordsOf: Record<GateCondition | 'approval', string> = {
  marker: 'the _SUCCESS marker of the slice',
  'active runs': 'a run to end',
  past: 'an earlier run to be cleared',
  backlog: 'the database’s backlog to fall',
  'retry budget': 'the retry budget of another day',
  breaker: 'the circuit breaker to close',
  approval: 'the owner’s approval',
};

/** What a run that does not start waits for, in words. */
export function waitsFor(conditions: readonly (GateCondition | 'approval')[]): string {
  return `the next run waits for ${conditions.map((condition) => wordsOf[condition]).join(', and for ')}`;
}

export interface Hysteresis {
  /** Whether the gate is open at this backlog. */
  isOpen(backlog: number): boolean;
}

/**
 * A limit with two marks (M12): it closes at `limit` or above, and opens again at `reopenShare` of it (0.6 unless given) or
 * below. In between it stays as it is, so that it does not open and close with every record.
 */
export function createHysteresis({ limit, reopenShare = 0.6 }: { limit: number; reopenShare?: number }): Hysteresis {
  nonNegative(limit, 'limit');
  const reopenAt = limit * shareOfOne(reopenShare, 'reopenShare');
  let isOpen = true;
  return {
    isOpen(backlog) {
      if (nonNegative(backlog, 'backlog') >= limit) isOpen = false;
      else if (backlog <= reopenAt) isOpen = true;
      return isOpen;
    },
  };
}
