import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundsAfterOutage, staleQueueAfterOutage } from './retry-storm.ts';

/** M4.3: a sink of 1,000 calls/s under 900 requests/s with three attempts each. */
const load = { recordsPerSecond: 900, attempts: 3 };
const sinkCallsPerSecond = 1_000;

describe('M4.3 after an outage', () => {
  it('(a) a sink that rejects its overload at once recovers by itself in eight rounds: 2,700, 1,823, 1,490, … 900', () => {
    const rounds = roundsAfterOutage({ load, sinkCallsPerSecond, failureShare: 1, rounds: 8 });
    expect(rounds.map(Math.round)).toEqual([2_700, 1_823, 1_490, 1_293, 1_150, 1_033, 930, 900]);
  });

  it('(b) a first-in-first-out queue of stale calls stays down: 2,700/s keep coming', () => {
    expect(staleQueueAfterOutage({ load, sinkCallsPerSecond, staleCalls: 10_000 })).toEqual({
      offeredPerSecond: 2_700,
      isMetastable: true,
      recoversAfterMs: Infinity,
    });
  });

  it('(b) with a budget of 10 % it drains, at only 10/s: 10,000 stale calls take 1,000 s', () => {
    const budgeted = { ...load, retryBudgetShare: 0.1 };
    expect(staleQueueAfterOutage({ load: budgeted, sinkCallsPerSecond, staleCalls: 10_000 })).toEqual({
      offeredPerSecond: 990,
      isMetastable: false,
      recoversAfterMs: 1_000_000,
    });
  });

  it('(b) is over at once when the stale calls are discarded', () => {
    expect(staleQueueAfterOutage({ load, sinkCallsPerSecond, staleCalls: 0 })).toEqual({
      offeredPerSecond: 900,
      isMetastable: false,
      recoversAfterMs: 0,
    });
  });

  it('(a) never offers less than the requests nor more than all attempts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5 }), (recordsPerSecond, attempts) => {
        const given = { load: { recordsPerSecond, attempts }, sinkCallsPerSecond, failureShare: 1, rounds: 20 };
        for (const offered of roundsAfterOutage(given)) {
          expect(offered).toBeGreaterThanOrEqual(recordsPerSecond);
          expect(offered).toBeLessThanOrEqual(recordsPerSecond * attempts);
        }
      }),
    );
  });
});
