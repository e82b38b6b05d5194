import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker, teachingBreaker, type CircuitBreaker } from './circuit-breaker.ts';

/** Makes one call per letter, all at `nowMs`: o succeeds, x fails. Returns how each was met: . admitted, r rejected. */
function call(breaker: CircuitBreaker, outcomes: string, nowMs = 0): string {
  return outcomes
    .split('')
    .map((outcome) => {
      const permit = breaker.admit(nowMs);
      if (outcome === 'o') permit?.succeed(nowMs);
      else permit?.fail(nowMs);
      return permit === null ? 'r' : '.';
    })
    .join('');
}
function opened(): CircuitBreaker {
  const breaker = createCircuitBreaker();
  call(breaker, 'xxxxxxxxxx');
  return breaker;
}

describe('M4.4 circuit breaker', () => {
  it('opens on the tenth call after 5 ok and 5 failures', () => {
    const breaker = createCircuitBreaker();
    call(breaker, 'oooooxxxx');
    expect(breaker.state).toBe('closed');
    call(breaker, 'x');
    expect(breaker.state).toBe('open');
  });

  it('stays closed at 40 %, and opens when the next failure pushes an ok out of the window', () => {
    const breaker = createCircuitBreaker();
    call(breaker, 'ooooooxxxx');
    expect(breaker).toMatchObject({ state: 'closed', failureShare: 0.4 });
    call(breaker, 'x');
    expect(breaker.state).toBe('open');
  });

  it('rejects without a call for 30 s, and lets the next call after that through', () => {
    const breaker = opened();
    expect(breaker.retryAtMs).toBe(30_000);
    expect(call(breaker, 'ooo', 29_999)).toBe('rrr');
    expect(breaker).toMatchObject({ state: 'open', rejectedCalls: 3 });
    expect(breaker.admit(30_000)).not.toBeNull();
    expect(breaker).toMatchObject({ state: 'half-open', retryAtMs: null });
  });

  it('closes with an empty window after ok, ok, fail in half-open (33 %)', () => {
    const breaker = opened();
    call(breaker, 'oox', 30_000);
    expect(breaker).toMatchObject({ state: 'closed', failureShare: 0 });
    call(breaker, 'xxxxxxxxx', 30_000);
    expect(breaker.state).toBe('closed');
    call(breaker, 'x', 30_000);
    expect(breaker.state).toBe('open');
  });

  it('opens again after ok, fail, fail in half-open (67 %), for another 30 s', () => {
    const breaker = opened();
    call(breaker, 'oxx', 31_000);
    expect(breaker).toMatchObject({ state: 'open', retryAtMs: 61_000 });
  });

  it('never opens on fewer than ten calls, even if all fail', () => {
    const breaker = createCircuitBreaker();
    call(breaker, 'xxxxxxxxx');
    expect(breaker).toMatchObject({ state: 'closed', failureShare: 1 });
  });

  it('admits three calls at once in half-open, and gives back the place of one that was not made', () => {
    const breaker = opened();
    const permits = [1, 2, 3].map(() => breaker.admit(30_000));
    expect(permits).not.toContain(null);
    expect(breaker.admit(30_000)).toBeNull();
    permits[0]?.release();
    expect(breaker.admit(30_000)).not.toBeNull();
  });

  it('does not count an answer from before it opened, nor a second report', () => {
    const breaker = createCircuitBreaker();
    const late = breaker.admit(0);
    call(breaker, 'xxxxxxxxxx');
    const trial = breaker.admit(30_000);
    late?.fail(30_000);
    trial?.succeed(30_000);
    trial?.fail(30_000);
    call(breaker, 'ox', 30_000);
    expect(breaker.state).toBe('closed');
  });

  it('is open only with a failed half behind it, and admits nothing until its time', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('o', 'x'), maxLength: 100 }), (outcomes) => {
        const breaker = createCircuitBreaker();
        let seen = '';
        for (const outcome of outcomes) {
          const before = breaker.state;
          const met = call(breaker, outcome, 1_000);
          expect(met).toBe(before === 'open' ? 'r' : '.');
          if (met === '.') seen += outcome;
        }
        if (breaker.state === 'open') {
          const window = seen.slice(-10);
          expect(window).toHaveLength(10);
          expect(window.replaceAll('o', '').length).toBeGreaterThanOrEqual(5);
        }
      }),
    );
  });

  it('refuses options that could never work', () => {
    expect(() => createCircuitBreaker({ ...teachingBreaker, minimumCalls: 11 })).toThrow('could never open');
    expect(() => createCircuitBreaker({ ...teachingBreaker, failureThreshold: 50 })).toThrow('such as 0.5');
  });
});
