import { describe, expect, it } from 'vitest';
import { closedConditions, createHysteresis, waitsFor, type GateReading } from './gate.ts';

const open: GateReading = {
  isMarkerThere: true,
  activeRuns: 0,
  maxActiveRuns: 1,
  isPastClear: true,
  isBacklogLow: true,
  isBreakerClosed: true,
  retryBudget: 3,
};

describe('M12 the gate', () => {
  it('opens when marker, active runs, backlog, breaker and retry budget all agree', () => {
    expect(closedConditions(open)).toEqual([]);
  });

  it('says what the next run waits for', () => {
    expect(waitsFor(['marker', 'backlog'])).toBe(
      'the next run waits for the _SUCCESS marker of the slice, and for the database’s backlog to fall',
    );
  });

  it('names each condition that does not hold', () => {
    expect(closedConditions({ ...open, isMarkerThere: false })).toEqual(['marker']);
    expect(closedConditions({ ...open, activeRuns: 1 })).toEqual(['active runs']);
    expect(closedConditions({ ...open, isBacklogLow: false, isBreakerClosed: false })).toEqual(['backlog', 'breaker']);
    expect(closedConditions({ ...open, isPastClear: false })).toEqual(['past']);
    expect(closedConditions({ ...open, retryBudget: 0 })).toEqual(['retry budget']);
  });

  it('closes at 100 % of the backlog limit and reopens at 60 %', () => {
    const { isOpen } = createHysteresis({ limit: 1_000 });
    expect([999, 1_000, 999, 601, 600, 999].map(isOpen)).toEqual([true, false, false, false, true, true]);
  });

  it('refuses a share in percent', () => {
    expect(() => createHysteresis({ limit: 1, reopenShare: 60 })).toThrow('reopenShare');
  });
});
