import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProtectionSetup } from './protection-api.ts';
import { createFleetBreaker } from './protection-breaker.ts';
import { createSchedule } from './protection-schedule.ts';
import { runProtection } from './protection.ts';

const s = 1_000;
/** M4.3: a sink of 1,000 requests/s under 900, which hangs for ten seconds after the first minute. */
const storm: ProtectionSetup = {
  traffic: [{ fromMs: 0, recordsPerSecond: 900 }],
  sink: { requestsPerSecond: 1_000, queueRequests: 10_000, discardsExpired: false },
  outages: [{ fromMs: 60 * s, toMs: 75 * s, kind: 'hangs' }],
  client: { timeoutMs: 1_000, attempts: 3, backoff: { baseMs: 100, capMs: 10_000 }, jitter: 'full' },
  durationMs: 1_500 * s,
};
const budget = { ...storm.client, retryBudgetShare: 0.1 };

function run(setup: ProtectionSetup, stepMs = 100) {
  const { readings, ...result } = runProtection(setup, stepMs);
  const instants = readings.all();
  const at = (ms: number) => instants[Math.round(ms / stepMs) - 1];
  const healed = instants.filter(({ atMs }) => atMs > 75 * s);
  const recoveredAtMs = healed.find(({ goodputPerSecond }) => goodputPerSecond >= 899)?.atMs ?? null;
  return { ...result, instants, at, end: instants.at(-1), recoveredAtMs };
}

describe('M4.3 a retry storm over time', () => {
  it('(b) keeps a sink down whose answers come too late: 2,700/s offered, nothing achieved, 24 min after it has healed', () => {
    const { end, recoveredAtMs, at } = run(storm);
    expect(at(50 * s)).toMatchObject({ callsPerSecond: 900, waitMs: 0 });
    expect(recoveredAtMs).toBeNull();
    expect(end?.callsPerSecond).toBeCloseTo(2_700, 6);
    expect(end?.goodputPerSecond).toBe(0);
    expect(end?.servedPerSecond).toBeCloseTo(1_000, 6);
  });

  it('(b) with a budget of 10 % offers 990/s and recovers by itself, about as slowly as 10/s drains', () => {
    const { at, recoveredAtMs } = run({ ...storm, client: budget });
    expect(at(200 * s)?.callsPerSecond).toBeCloseTo(990, 6);
    expect(recoveredAtMs).toBeGreaterThan(600 * s);
    expect(recoveredAtMs).toBeLessThan(1_500 * s);
  });

  it('(b) is over in seconds when the sink discards expired calls', () => {
    const { recoveredAtMs } = run({ ...storm, sink: { ...storm.sink, discardsExpired: true } });
    expect(recoveredAtMs).toBeLessThan(90 * s);
  });

  it('(b) is broken by a breaker that pauses the source, and a bucket for what has waited there', () => {
    const breaker = { windowMs: 10 * s, minimumCalls: 100, failureThreshold: 0.5, openMs: 30 * s, halfOpenCalls: 10 };
    const guarded = run({ ...storm, breaker, tokenBucket: { tokensPerSecond: 990, burst: 100 } });
    expect(guarded.recoveredAtMs).toBeLessThan(140 * s);
    expect(Math.max(...guarded.instants.map(({ atSource }) => atSource))).toBeGreaterThan(20_000);
    expect(guarded.end).toMatchObject({ deadLettered: 0 });
    expect(guarded.events.map(({ kind }) => kind)).toContain('half-open');
  });

  it('(a) leaves an ideal sink, which rejects its overload at once, to recover by itself', () => {
    const ideal = {
      ...storm,
      sink: { ...storm.sink, queueRequests: 0 },
      outages: [{ fromMs: 60 * s, toMs: 75 * s, kind: 'refuses' as const }],
    };
    const { at, recoveredAtMs } = run(ideal);
    expect(at(74 * s)?.callsPerSecond).toBeCloseTo(2_700, 6);
    expect(recoveredAtMs).toBeLessThan(90 * s);
  });
});

describe('M4.3 a herd of 1,000 clients', () => {
  const herd: ProtectionSetup = {
    ...storm,
    traffic: [{ fromMs: 0, recordsPerSecond: 0 }],
    herd: { atMs: 0, requests: 1_000 },
    outages: [{ fromMs: 0, toMs: 1, kind: 'refuses' }],
    client: { timeoutMs: 10_000, attempts: 5, backoff: { baseMs: 100, capMs: 10_000 }, jitter: 'none' },
    durationMs: 2 * s,
  };

  it('comes back as one at 100 ms without jitter, and at 10 a millisecond with it', () => {
    const perMs = (setup: ProtectionSetup) => run(setup, 1).instants.map(({ callsPerSecond }) => callsPerSecond / s);
    const together = perMs(herd);
    expect(together[0]).toBe(1_000);
    expect(together[100]).toBe(1_000);
    expect(Math.max(...together.slice(1, 100))).toBe(0);
    const spread = perMs({ ...herd, client: { ...herd.client, jitter: 'full' } });
    expect(spread[1]).toBeCloseTo(10, 9);
    expect(spread[100]).toBeCloseTo(10, 9);
    expect(Math.max(...spread.slice(1))).toBeLessThan(11);
  });
});

describe('M4.5 poison', () => {
  const poisoned: ProtectionSetup = {
    ...storm,
    traffic: [{ fromMs: 0, recordsPerSecond: 10_000 }],
    sink: { requestsPerSecond: 20_000, queueRequests: 10_000, discardsExpired: false },
    outages: [],
    poison: { share: 0.001, goesTo: 'dead-letters' },
    durationMs: 100 * s,
  };

  it('of 0.1 % at 10,000/s makes 10 dead letters a second, and no retry', () => {
    const { end } = run(poisoned);
    expect(end?.deadLettered).toBeCloseTo(1_000, 3);
    expect(end?.retries).toBe(0);
  });

  it('is tried three times, and then lost, when it is taken for a passing fault', () => {
    const { end } = run({ ...poisoned, poison: { share: 0.001, goesTo: 'retries' } });
    expect(end?.deadLettered).toBe(0);
    expect(end?.gaveUp).toBeCloseTo(1_000, -1);
    expect(end?.retries).toBeCloseTo(2_000, -1);
  });

  it('does not come from an outage: an open breaker sends no request to the dead letters (M4.4)', () => {
    const breaker = { windowMs: 10 * s, minimumCalls: 10, failureThreshold: 0.5, openMs: 10 * s, halfOpenCalls: 3 };
    const out = { ...poisoned, outages: [{ fromMs: 20 * s, toMs: 60 * s, kind: 'refuses' as const }], breaker };
    const { at } = run(out);
    expect(at(60 * s)?.deadLettered).toBeCloseTo(at(21 * s)?.deadLettered ?? 0, 0);
    expect(at(60 * s)?.atSource).toBeGreaterThan(300_000);
  });
});

describe('the parts of the engine', () => {
  it('a schedule gives back what was put in, at one step or in equal parts', () => {
    const schedule = createSchedule(10, 1);
    schedule.at(2, 0, 5);
    schedule.spread(1, 4, 0, 8);
    expect([1, 2, 3, 4, 5].map((step) => schedule.take(step, 0))).toEqual([2, 7, 2, 2, 0]);
    expect(schedule.pending).toBe(0);
  });

  it('a breaker opens at its threshold, tries a few calls after its time, and closes with an empty window (M4.4)', () => {
    const breaker = createFleetBreaker({
      windowMs: s,
      minimumCalls: 10,
      failureThreshold: 0.5,
      openMs: 30 * s,
      halfOpenCalls: 3,
    });
    breaker.report(0, 0, 9);
    expect(breaker.state).toBe('closed');
    breaker.report(1, 9, 0);
    expect(breaker.state).toBe('open');
    expect(breaker.allowed(30 * s)).toBe(0);
    expect(breaker.allowed(30 * s + 1)).toBe(3);
    breaker.sent(3);
    expect(breaker.allowed(30 * s + 2)).toBe(0);
    breaker.report(31 * s, 2, 1);
    expect(breaker.state).toBe('closed');
  });
});

describe('a fleet at a sink', () => {
  const anySetup: fc.Arbitrary<ProtectionSetup> = fc.record(
    {
      traffic: fc
        .array(fc.nat(3_000), { minLength: 1, maxLength: 3 })
        .map((rates) => rates.map((recordsPerSecond, i) => ({ fromMs: i * 15 * s, recordsPerSecond }))),
      herd: fc.record({ atMs: fc.nat(59 * s), requests: fc.nat(5_000) }),
      sink: fc.record({
        requestsPerSecond: fc.integer({ min: 1, max: 3_000 }),
        callMs: fc.nat(1_000),
        queueRequests: fc.nat(10_000),
        discardsExpired: fc.boolean(),
      }),
      outages: fc
        .tuple(fc.nat(40 * s), fc.nat(20 * s), fc.constantFrom('hangs' as const, 'refuses' as const))
        .map(([fromMs, lastsMs, kind]) => [{ fromMs, toMs: fromMs + lastsMs, kind }]),
      client: fc.record(
        {
          timeoutMs: fc.integer({ min: 100, max: 5_000 }),
          attempts: fc.integer({ min: 1, max: 5 }),
          backoff: fc.constant({ baseMs: 100, capMs: 2_000 }),
          jitter: fc.constantFrom('none' as const, 'full' as const),
          retryBudgetShare: fc.double({ min: 0, max: 1, noNaN: true }),
        },
        { requiredKeys: ['timeoutMs', 'attempts', 'backoff', 'jitter'] },
      ),
      breaker: fc.record({
        windowMs: fc.constant(5 * s),
        minimumCalls: fc.constant(20),
        failureThreshold: fc.constant(0.5),
        openMs: fc.integer({ min: 500, max: 10_000 }),
        halfOpenCalls: fc.integer({ min: 1, max: 20 }),
      }),
      tokenBucket: fc.record({
        tokensPerSecond: fc.integer({ min: 1, max: 4_000 }),
        burst: fc.integer({ min: 1, max: 500 }),
      }),
      poison: fc.record({
        share: fc.double({ min: 0, max: 0.5, noNaN: true }),
        goesTo: fc.constantFrom('dead-letters' as const, 'retries' as const),
      }),
      durationMs: fc.constant(60 * s),
    },
    { requiredKeys: ['traffic', 'sink', 'outages', 'client', 'durationMs'] },
  );

  it('conserves requests and calls, keeps to capacity, queue, bucket and budget, and says the same twice', () => {
    fc.assert(
      fc.property(anySetup, (setup) => {
        const { instants, firstAttempts } = run(setup, 50);
        expect(JSON.stringify(run(setup, 50).end)).toBe(JSON.stringify(instants.at(-1)));
        for (const it of instants) {
          const settled = it.succeeded + it.deadLettered + it.gaveUp;
          expect(Math.abs(it.requests - settled - it.awaited - it.retrying - it.atSource)).toBeLessThan(1e-3);
          const answered = it.refused + it.servedInTime + it.servedLate + it.discarded;
          expect(Math.abs(it.calls - answered - it.queued)).toBeLessThan(1e-3);
          expect(it.servedPerSecond).toBeLessThanOrEqual(setup.sink.requestsPerSecond * (1 + 1e-6) + 1e-6);
          expect(it.queued).toBeLessThanOrEqual(setup.sink.queueRequests + 1e-6);
          expect(Math.min(it.awaited, it.retrying, it.atSource, it.queued)).toBeGreaterThanOrEqual(0);
        }
        const end = instants.at(-1);
        const { retryBudgetShare } = setup.client;
        if (retryBudgetShare !== undefined)
          expect(end?.retries).toBeLessThanOrEqual(retryBudgetShare * firstAttempts + 1e-3);
        const { tokenBucket } = setup;
        if (tokenBucket !== undefined)
          expect(end?.calls).toBeLessThanOrEqual(tokenBucket.burst + tokenBucket.tokensPerSecond * 60 + 1e-3);
        expect(end?.calls).toBeLessThanOrEqual((end?.requests ?? 0) * setup.client.attempts + 1e-3);
        expect(firstAttempts).toBeLessThanOrEqual((end?.requests ?? 0) + 1e-3);
        if ((setup.sink.callMs ?? 0) > setup.client.timeoutMs) expect(end?.servedInTime).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses input that cannot be meant', () => {
    expect(() => runProtection({ ...storm, client: { ...storm.client, timeoutMs: 10 } }, 100)).toThrow('shorter steps');
    expect(() => runProtection({ ...storm, poison: { share: 5, goesTo: 'retries' } }, 100)).toThrow('poison.share');
  });
});
