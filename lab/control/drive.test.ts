import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';
import { attemptsTable, brokenTotals, totalsOf } from './pipeline-trace.ts';
import { createPolicy, type PolicySettings } from './policy.ts';
import type { PipelineEvent } from './pipeline-events.ts';
import type { PipelineSetup } from './setup.ts';
import { describePipelineEvent } from './words.ts';

const minute = 60_000;
const hour = 60 * minute;
/** 1,000 rows a second, read every 15 min by runs of a fixed 20 min. */
const fixed: PipelineSetup = {
  traffic: [{ fromMs: 0, recordsPerSecond: 1_000 }],
  everyMs: 15 * minute,
  reads: 'own-slice',
  run: { fixedMs: 20 * minute, rowsPerSecond: 1e9 },
  clientAttempts: 1,
  faults: [],
  durationMs: 5 * hour,
};
/** 20 min for 15 min of data. */
const proportional: PipelineSetup = { ...fixed, run: { fixedMs: 0, rowsPerSecond: 750 } };
const plain: PolicySettings = {
  maxActiveRuns: 16,
  whenBusy: 'queue',
  dependsOnPast: false,
  startAfterMs: 0,
  marker: 'not checked',
  retry: { retries: 0, delayMs: 0, isGated: false },
};

function run(setup: PipelineSetup, settings: Partial<PolicySettings> = {}) {
  const { pipeline, sampler } = drive(setup, createPolicy({ ...plain, ...settings }));
  const totals = totalsOf(pipeline);
  expect(brokenTotals(totals)).toEqual([]);
  const attempts = pipeline.allAttempts();
  const slices = attempts.map(({ sliceMs }) => Math.round((sliceMs / minute) * 10) / 10);
  const starts = attempts.map(({ startedAtMs }) => Math.round((startedAtMs / minute) * 1_000) / 1_000);
  return { pipeline, series: sampler.series, totals, attempts, slices, starts };
}

describe('M12 a fixed 20 min every 15 min, over time', () => {
  it('has 2 runs at a time without a limit', () => {
    const { totals, starts } = run(fixed);
    expect(totals).toMatchObject({ mostActiveRuns: 2, mostDueRuns: 0 });
    expect(starts.slice(0, 3)).toEqual([15, 30, 45]);
  });

  it('has one more queued run each hour with one active run', () => {
    const { pipeline, totals, slices } = run({ ...fixed, durationMs: 12 * hour + minute }, { maxActiveRuns: 1 });
    // One run is at work; of the 48 that were scheduled in 12 h, 35 have ended.
    expect(pipeline.dueRuns).toBe(12);
    expect(totals.mostActiveRuns).toBe(1);
    expect(new Set(slices)).toEqual(new Set([15]));
  });

  it('reads 20 min of data in each run when they coalesce, and queues nothing', () => {
    const { pipeline, slices, starts } = run(fixed, { maxActiveRuns: 1, whenBusy: 'coalesce' });
    expect(slices.slice(0, 5)).toEqual([15, 20, 20, 20, 20]);
    expect(starts.slice(0, 4)).toEqual([15, 35, 55, 75]);
    expect(pipeline.dueRuns).toBeLessThanOrEqual(1);
  });

  it('reads 30 min of data in every second interval when runs are skipped', () => {
    expect(run(fixed, { maxActiveRuns: 1, whenBusy: 'skip' }).slices.slice(0, 4)).toEqual([15, 30, 30, 30]);
  });
});

describe('M12 a run proportional to its slice, over time', () => {
  it('reads slices of 15; 20; 26.7; 35.6; 47.4 min when it coalesces: overload by 4/3', () => {
    const { slices } = run(proportional, { maxActiveRuns: 1, whenBusy: 'coalesce' });
    expect(slices.slice(0, 5)).toEqual([15, 20, 26.7, 35.6, 47.4]);
  });

  it('keeps its run time with a capped slice, and leaves the rest to wait', () => {
    const settings = { maxActiveRuns: 1, whenBusy: 'coalesce' as const, sliceRows: 900_000 };
    const { totals, pipeline } = run(proportional, settings);
    expect(totals.longestRunMs).toBe(20 * minute);
    // 1,000 rows a second come and 750 are read.
    expect(pipeline.counts().waitingRows).toBeGreaterThan(250 * 3_600 * 4);
  });
});

describe('M12 retries, over time', () => {
  /** For a good hour the database refuses everything; runs read what no run has committed. */
  const refusing: PipelineSetup = {
    ...fixed,
    reads: 'since-last-success',
    run: { fixedMs: 0, rowsPerSecond: 1e6 },
    clientAttempts: 3,
    faults: [{ kind: 'failing-runs', fromMs: 50.5 * minute, toMs: 122 * minute }],
  };
  const slow: PipelineSetup = { ...refusing, run: { fixedMs: 20 * minute, rowsPerSecond: 1e9 } };

  it('multiply to 18 calls for a row, all in vain: 3 attempts × 3 of the client × 2 overlapping runs', () => {
    const { totals } = run(slow, { maxActiveRuns: 2, retry: { retries: 2, delayMs: 0, isGated: false } });
    expect(totals.mostActiveRuns).toBe(2);
    expect(totals.mostCallsInVain).toBe(18);
  });

  it('are 3 calls when a breaker blocks them after the first failure', () => {
    const { totals } = run(slow, {
      maxActiveRuns: 1,
      retry: { retries: 2, delayMs: 0, isGated: true },
      breaker: { failures: 1, openMs: 2 * hour },
    });
    expect(totals.mostCallsInVain).toBe(3);
    expect(totals).toMatchObject({ failed: 0 });
  });

  it('stay within a budget for the day', () => {
    const retry = { retries: 10, delayMs: 0, isGated: true, perDay: 2 };
    expect(run({ ...slow, reads: 'own-slice' }, { maxActiveRuns: 1, retry }).totals.retries).toBe(2);
  });

  it('give up what has failed too often, and count it', () => {
    const { totals } = run({ ...slow, reads: 'own-slice' }, { maxActiveRuns: 1 });
    expect(totals.failed).toBeGreaterThan(900_000 - 1);
  });
});

describe('depends_on_past (O4), over time', () => {
  const refusing: PipelineSetup = {
    ...fixed,
    run: { fixedMs: 5 * minute, rowsPerSecond: 1e9 },
    faults: [{ kind: 'failing-runs', fromMs: 51 * minute, toMs: 70 * minute }],
  };

  it('holds every later run after one that was given up, and says why', () => {
    expect(run(refusing).totals.runs).toBe(19);
    const held = run(refusing, { dependsOnPast: true });
    expect(held.starts).toEqual([15, 30, 45, 60]);
    expect(held.pipeline.state()).toMatchObject({ givenUpRuns: 1, activeRuns: [], failedRuns: [] });
    expect(held.pipeline.events.at(-1)).toMatchObject({
      kind: 'because',
      words: 'the next run waits for an earlier run to be cleared',
    });
    expect(held.totals).toMatchObject({ failed: 900_000, mostDueRuns: 15 });
  });

  it('lets a run that is tried again with success be followed by the next', () => {
    const retried = run(refusing, { dependsOnPast: true, retry: { retries: 3, delayMs: 0, isGated: false } });
    expect(retried.starts.slice(3, 7)).toEqual([60, 65, 75, 90]);
    expect(retried.totals.failed).toBe(0);
  });
});

describe('the most of a pipeline', () => {
  /** A run writes a million rows in 10 s, and the database applies them in 1,000 s: a peak between two samples. */
  const peaky: PipelineSetup = {
    ...fixed,
    traffic: [{ fromMs: 0, recordsPerSecond: 1_000 }],
    run: { fixedMs: 0, rowsPerSecond: 100_000 },
    database: { rowsPerSecond: 1_000, queueRows: 1e9 },
  };

  it('is exact, and the same for a run of five hours and of five days', () => {
    const mostOf = (durationMs: number) => {
      const { peakBacklogRows, maxDataAgeMs, mostDueRuns, longestIntervalMs } = run({ ...peaky, durationMs }).totals;
      return { peakBacklogRows, maxDataAgeMs, mostDueRuns, longestIntervalMs };
    };
    // 900,000 rows are sent in 9 s, in which 9,000 are applied and 9,000 more produced.
    const exact = { peakBacklogRows: 891_000, maxDataAgeMs: 909_000, mostDueRuns: 0, longestIntervalMs: 900_000 };
    expect(mostOf(5 * hour)).toEqual(exact);
    expect(mostOf(5 * 24 * hour)).toEqual(exact);
  });
});

describe('the words of a pipeline', () => {
  const said = (events: readonly PipelineEvent[]) => events.map((event) => describePipelineEvent(event));

  it('say that a scheduled run is left out since one is still at work', () => {
    const { pipeline } = run(fixed, { maxActiveRuns: 1, whenBusy: 'skip' });
    expect(said(pipeline.events)).toContain('A scheduled run is left out: one is still at work');
  });

  it('say that a failed run waits for the retry budget, once', () => {
    const { pipeline } = run(
      { ...fixed, faults: [{ kind: 'failing-runs', fromMs: 45 * minute, toMs: 5 * hour }] },
      { maxActiveRuns: 1, retry: { retries: 5, delayMs: 10 * minute, isGated: true, perDay: 2 } },
    );
    const waits = pipeline.events.filter(({ kind }) => kind === 'because');
    expect(waits).toEqual([
      { atMs: expect.any(Number) as number, kind: 'because', words: expect.any(String) as string },
    ]);
    expect(said(waits)).toEqual(['Run 2 waits for the retry budget']);
  });
});

describe('M12 the SLA throttle, over time', () => {
  it('goes 15 → 30 → 60 min while the database is slow, and back to 45', () => {
    const slowDatabase = {
      kind: 'slow-database' as const,
      fromMs: 55 * minute,
      toMs: 130 * minute,
      capacityShare: 0.3,
    };
    const { pipeline } = run(
      {
        ...fixed,
        traffic: [{ fromMs: 0, recordsPerSecond: 800 }],
        run: { fixedMs: 2 * minute, rowsPerSecond: 2_500 },
        database: { rowsPerSecond: 2_500, queueRows: 1 },
        faults: [slowDatabase],
        durationMs: 6 * hour,
      },
      {
        maxActiveRuns: 1,
        whenBusy: 'skip',
        sliceRows: 900_000,
        throttle: {
          slaMs: 12 * minute,
          goodShare: 0.7,
          goodRuns: 3,
          stepMs: 15 * minute,
          leastMs: 15 * minute,
          mostMs: 60 * minute,
        },
      },
    );
    const intervals = pipeline.events.flatMap((event) => (event.kind === 'interval' ? [event.everyMs / minute] : []));
    expect(intervals.slice(0, 3)).toEqual([30, 60, 45]);
  });
});

describe('markers (O1–O3)', () => {
  const hourly: PipelineSetup = {
    ...fixed,
    everyMs: hour,
    run: { fixedMs: 5 * minute, rowsPerSecond: 1e6 },
    directories: { writeMs: 10 * minute },
    durationMs: 10 * hour,
  };
  const late = { kind: 'late-marker' as const, fromMs: 3 * hour, toMs: 3 * hour + 1, delayMs: 20 * minute };
  const stale = { kind: 'stale-marker' as const, fromMs: 3 * hour, toMs: 3 * hour + 1 };
  const missing = { kind: 'missing-marker' as const, fromMs: 3 * hour, toMs: 3 * hour + 1 };

  it('without a check a late directory is read before it is complete: 1.8 million of 3.6 million rows are missing', () => {
    expect(run(hourly, { startAfterMs: 15 * minute }).totals.missed).toBe(0);
    const { totals, attempts } = run({ ...hourly, faults: [late] }, { startAfterMs: 15 * minute });
    expect(totals.missed).toBeCloseTo(1_800_000, 3);
    expect(attempts[2]).toMatchObject({ rows: 1_800_000, outcome: 'succeeded' });
  });

  it('a marker that is there is not enough when an earlier run has left it', () => {
    expect(run({ ...hourly, faults: [stale] }, { marker: 'exists' }).totals.missed).toBeCloseTo(3_600_000, 3);
    const { totals, starts } = run({ ...hourly, faults: [stale] }, { marker: 'is fresh' });
    expect(totals.missed).toBe(0);
    expect(starts.slice(1, 3)).toEqual([130, 190]);
  });

  it('a fresh marker is waited for; one that never comes, until the time is out', () => {
    expect(run({ ...hourly, faults: [late] }, { marker: 'is fresh' }).starts[2]).toBe(210);
    const stuck = run({ ...hourly, faults: [missing] }, { marker: 'is fresh' });
    expect(stuck.totals.runs).toBe(2);
    const { totals } = run({ ...hourly, faults: [missing] }, { marker: 'is fresh', markerTimeoutMs: hour });
    expect(totals.skipped).toBeCloseTo(3_600_000, 3);
    expect(totals.runs).toBeGreaterThan(6);
  });
});

describe('the gate and the owner, over time', () => {
  /** A surge of ten times the rows for half an hour, before a database that applies 2,000 rows a second. */
  const surge: PipelineSetup = {
    ...fixed,
    traffic: [
      { fromMs: 0, recordsPerSecond: 1_000 },
      { fromMs: hour, recordsPerSecond: 10_000 },
      { fromMs: 1.5 * hour, recordsPerSecond: 1_000 },
    ],
    run: { fixedMs: 2 * minute, rowsPerSecond: 20_000 },
    database: { rowsPerSecond: 2_000, queueRows: 1e9 },
    durationMs: 12 * hour,
  };

  it('holds runs back at the backlog limit, and starts again at 60 % of it', () => {
    const backlog = { limitRows: 3_000_000, reopenShare: 0.6 };
    const settings = { whenBusy: 'coalesce' as const, maxActiveRuns: 1, sliceRows: 1_000_000 };
    const open = run(surge, settings);
    const gated = run(surge, { ...settings, backlog });
    expect(open.totals.peakBacklogRows).toBeGreaterThan(10_000_000);
    expect(gated.totals.peakBacklogRows).toBeLessThan(4_000_000);
    expect(gated.totals.waiting).toBeLessThan(1_000_000);
  });

  it('asks the owner about a large slice; nobody answers, and without an expiry everything waits (O9)', () => {
    const settings = { whenBusy: 'coalesce' as const, maxActiveRuns: 1 };
    const approval = { aboveRows: 2_000_000, onExpiry: 'start-capped' as const };
    const stuck = run(surge, { ...settings, approval });
    expect(stuck.pipeline.isAsking).toBe(true);
    expect(stuck.totals.waiting).toBeGreaterThan(30_000_000);
    const expiring = run(surge, { ...settings, approval: { ...approval, expiresAfterMs: 30 * minute } });
    expect(expiring.totals.waiting).toBeLessThan(stuck.totals.waiting ?? 0);
    expect(expiring.totals.questions).toBeGreaterThan(1);
    const answered = run({ ...surge, owner: { answersAfterMs: 10 * minute } }, { ...settings, approval });
    expect(answered.totals.waiting).toBeLessThan(2_000_000);
  });
});

describe('a pipeline under a policy', () => {
  const fault = fc.record({ fromMs: fc.nat(3 * hour), lastsMs: fc.integer({ min: 1, max: hour }) });
  const anySetup: fc.Arbitrary<PipelineSetup> = fc.record(
    {
      traffic: fc
        .array(fc.record({ fromMs: fc.nat(3 * hour), recordsPerSecond: fc.nat(5_000) }), { maxLength: 3 })
        .map((list) => [{ fromMs: 0, recordsPerSecond: 500 }, ...list.toSorted((a, b) => a.fromMs - b.fromMs)]),
      everyMs: fc.constantFrom(5 * minute, 15 * minute),
      directories: fc.record({ writeMs: fc.nat(10 * minute) }),
      reads: fc.constantFrom('own-slice' as const, 'since-last-success' as const),
      run: fc.record({ fixedMs: fc.nat(10 * minute), rowsPerSecond: fc.integer({ min: 1, max: 9_000 }) }),
      clientAttempts: fc.integer({ min: 1, max: 3 }),
      database: fc.record({ rowsPerSecond: fc.integer({ min: 1, max: 5_000 }), queueRows: fc.nat(1e6) }),
      owner: fc.record({ answersAfterMs: fc.nat(hour) }),
      faults: fc.tuple(fault, fault, fault).map(([slow, failing, late]) => [
        { kind: 'slow-database' as const, fromMs: slow.fromMs, toMs: slow.fromMs + slow.lastsMs, capacityShare: 0.2 },
        { kind: 'failing-runs' as const, fromMs: failing.fromMs, toMs: failing.fromMs + failing.lastsMs },
        { kind: 'late-marker' as const, fromMs: late.fromMs, toMs: late.fromMs + late.lastsMs, delayMs: 9 * minute },
      ]),
      durationMs: fc.constant(4 * hour),
    },
    { requiredKeys: ['traffic', 'everyMs', 'reads', 'run', 'clientAttempts', 'faults', 'durationMs'] },
  );
  const anySettings: fc.Arbitrary<Partial<PolicySettings>> = fc.record(
    {
      maxActiveRuns: fc.integer({ min: 1, max: 4 }),
      whenBusy: fc.constantFrom('queue' as const, 'skip' as const, 'coalesce' as const),
      dependsOnPast: fc.boolean(),
      sliceRows: fc.integer({ min: 1_000, max: 2_000_000 }),
      marker: fc.constantFrom('not checked' as const, 'exists' as const, 'is fresh' as const),
      markerTimeoutMs: fc.integer({ min: minute, max: hour }),
      backlog: fc.record({ limitRows: fc.nat(1e6), reopenShare: fc.constant(0.6) }),
      breaker: fc.record({ failures: fc.integer({ min: 1, max: 3 }), openMs: fc.integer({ min: minute, max: hour }) }),
      retry: fc.record({
        retries: fc.nat(3),
        delayMs: fc.nat(10 * minute),
        isGated: fc.boolean(),
        perDay: fc.nat(3),
      }),
      approval: fc.record({
        aboveRows: fc.integer({ min: 1_000, max: 1_000_000 }),
        expiresAfterMs: fc.integer({ min: minute, max: hour }),
        onExpiry: fc.constantFrom('start' as const, 'start-capped' as const),
      }),
    },
    { requiredKeys: [] },
  );

  it('conserves rows, keeps to its limits, and says the same twice', () => {
    fc.assert(
      fc.property(anySetup, anySettings, (setup, settings) => {
        const first = run(setup, settings);
        const { totals, series, pipeline } = first;
        expect(JSON.stringify(attemptsTable(run(setup, settings).pipeline))).toBe(
          JSON.stringify(attemptsTable(pipeline)),
        );
        expect(totals.mostActiveRuns).toBeLessThanOrEqual(settings.maxActiveRuns ?? plain.maxActiveRuns);
        const { retry } = settings;
        if (retry?.isGated === true) expect(totals.retries).toBeLessThanOrEqual(retry.perDay ?? 0);
        if (setup.database) expect(totals.peakBacklogRows).toBeLessThanOrEqual(setup.database.queueRows + 1e-6);
        if (setup.reads === 'own-slice') expect(totals.duplicates).toBe(0);
        if (setup.directories === undefined) expect(totals.missed).toBe(0);
        for (const name of ['waitingRows', 'inRunsRows', 'databaseBacklogRows', 'dataAgeMs'] as const)
          for (const value of series[name]) expect(value).toBeGreaterThanOrEqual(0);
        for (const { attempt } of first.attempts) expect(attempt).toBeLessThanOrEqual(1 + (retry?.retries ?? 0));
        expect(first.attempts.every(({ rows }) => rows >= 0)).toBe(true);
        expect(totals.peakBacklogRows).toBeGreaterThanOrEqual(Math.floor(Math.max(...series.databaseBacklogRows)));
        expect(totals.maxDataAgeMs).toBeGreaterThanOrEqual(Math.max(...series.dataAgeMs) - 1e-3);
        const givenUp = pipeline.events.findIndex(({ kind }) => kind === 'give-up');
        if (settings.dependsOnPast === true && givenUp >= 0)
          expect(pipeline.events.slice(givenUp).some(({ kind }) => kind === 'start')).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
