import { describe, expect, it } from 'vitest';
import { hop } from '../testing/run.ts';
import type { ControlContext } from './api.ts';
import { createPolicy } from './policy.ts';
import { drive } from './drive.ts';
import { brokenTotals } from './pipeline-trace.ts';
import { runControlProgram, type ControlScenario } from './run.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A directory of 3.6 million rows each hour, written for ten minutes; runs take six minutes. */
const hourly: ControlScenario = {
  name: 'hourly',
  title: 'Hourly',
  summary: 'For tests.',
  traffic: [{ fromMs: 0, recordsPerSecond: 1_000 }],
  everyMs: hour,
  directories: { writeMs: 10 * minute },
  reads: 'own-slice',
  run: { fixedMs: 5 * minute, rowsPerSecond: 60_000 },
  clientAttempts: 3,
  faults: [],
  durationMs: 12 * hour,
};
/** The same rows in a table, read every 15 min. */
const { directories: _, ...rest } = hourly;
const table: ControlScenario = { ...rest, everyMs: 15 * minute };

type Run = (context: ControlContext, sleep: (ms: number) => Promise<void>) => unknown;

function run(body: Run, scenario: ControlScenario = hourly, seed = 0) {
  return runControlProgram(
    {
      start: ({ timers }) => {
        const sleep = (ms: number) =>
          new Promise<void>((resolve) => {
            timers.setTimeout(() => resolve(), ms);
          });
        return Promise.resolve({
          config: undefined,
          decision: undefined,
          run: (context: ControlContext) => body(context, sleep),
        });
      },
    },
    scenario,
    seed,
    { hop },
  );
}

const startsOf = ({ attempts }: Awaited<ReturnType<typeof run>>) =>
  attempts.map(({ startedAtMs }) => Math.round(startedAtMs / minute));

describe('a control program', () => {
  it('waits for a marker that is younger than its slice (O2, O3)', async () => {
    const stale = { ...hourly, faults: [{ kind: 'stale-marker' as const, fromMs: 3 * hour, toMs: 3 * hour + 1 }] };
    const checked = await run(({ orchestrator }) => {
      orchestrator.onTick(({ nextSlice, activeRuns }) => {
        const isFresh = (nextSlice?.marker?.writtenAtMs ?? -1) >= (nextSlice?.scheduledAtMs ?? Infinity);
        if (isFresh && activeRuns.length === 0) return { start: 'interval' };
        return undefined;
      });
    }, stale);
    expect(startsOf(checked).slice(0, 4)).toEqual([70, 130, 190, 250]);
    expect(checked.totals).toMatchObject({ missed: 0 });

    const naive = await run(({ orchestrator }) => {
      orchestrator.onTick(({ nextSlice }) => (nextSlice?.marker ? { start: 'interval' } : undefined));
    }, stale);
    expect(naive.totals.missed).toBeCloseTo(3_600_000, 3);
    expect(brokenTotals(naive.totals)).toEqual([]);
  });

  it('keeps a retry budget of its own', async () => {
    const failing = { ...table, faults: [{ kind: 'failing-runs' as const, fromMs: hour, toMs: 3 * hour }] };
    let budget = 2;
    const trace = await run(({ orchestrator }) => {
      orchestrator.onTick(({ failedRuns: [failed], activeRuns, dueRuns }) => {
        if (failed !== undefined && budget > 0) {
          budget -= 1;
          return { retry: 'start' };
        }
        // Out of budget: nothing is tried until somebody looks.
        if (failed !== undefined || activeRuns.length > 0 || dueRuns === 0) return {};
        return { start: 'all' };
      });
    }, failing);
    expect(trace.totals).toMatchObject({ retries: 2, failedAttempts: 3, mostCallsInVain: 9 });
  });

  it('sees that a run was given up, and may hold the later ones as depends_on_past does', async () => {
    const failing = { ...table, faults: [{ kind: 'failing-runs' as const, fromMs: hour, toMs: 1.5 * hour }] };
    const trace = await run(({ orchestrator }) => {
      orchestrator.onTick(({ failedRuns, givenUpRuns, activeRuns, dueRuns }) => {
        if (failedRuns.length > 0) return { retry: 'give up' };
        if (givenUpRuns > 0) return { because: 'an earlier run is to be cleared' };
        return dueRuns > 0 && activeRuns.length === 0 ? { start: 'interval' } : {};
      });
    }, failing);
    expect(startsOf(trace)).toEqual([15, 30, 45, 60]);
    expect(trace.events.at(-1)).toMatchObject({ kind: 'because', words: 'an earlier run is to be cleared' });
  });

  it('asks its owner, and goes on with less when nobody answers (O9)', async () => {
    const surge = {
      ...table,
      traffic: [
        { fromMs: 0, recordsPerSecond: 1_000 },
        { fromMs: hour, recordsPerSecond: 10_000 },
        { fromMs: 2 * hour, recordsPerSecond: 1_000 },
      ],
    };
    const body: Run = ({ orchestrator }) => {
      orchestrator.onTick(({ waitingRows, activeRuns, dueRuns, approval }) => {
        if (dueRuns === 0 || activeRuns.length > 0) return;
        if (waitingRows <= 2_000_000 || approval?.status === 'approved') return { start: 'all' };
        if (approval?.status === 'expired') return { start: 'all', sliceRows: 2_000_000, because: 'nobody answered' };
        return { ask: { expiresAfterMs: 10 * minute } };
      });
    };
    const alone = await run(body, surge);
    expect(alone.events.filter(({ kind }) => kind === 'expired').length).toBeGreaterThan(3);
    expect(Math.max(...alone.attempts.map(({ rows }) => rows))).toBeCloseTo(2_000_000, 3);
    const owned = await run(body, { ...surge, owner: { answersAfterMs: 5 * minute } });
    expect(owned.totals.maxDataAgeMs ?? 0).toBeLessThan(alone.totals.maxDataAgeMs ?? 0);
  });

  it('slows its own schedule down, and tells why', async () => {
    const trace = await run(({ orchestrator }) => {
      orchestrator.onTick(({ nowMs, everyMs, dueRuns }) => ({
        ...(dueRuns > 0 && { start: 'all' as const }),
        ...(nowMs >= hour && everyMs === 15 * minute && { everyMs: 60 * minute, because: 'p95 above its SLA' }),
      }));
    }, table);
    expect(startsOf(trace).slice(0, 7)).toEqual([15, 30, 45, 60, 120, 180, 240]);
    expect(trace.events).toContainEqual({ atMs: hour, kind: 'because', words: 'p95 above its SLA' });
  });

  it('may take its time: the pipeline goes on meanwhile, and no second question is asked', async () => {
    let [calls, pending, most] = [0, 0, 0];
    const trace = await run(async ({ orchestrator, signal }, sleep) => {
      orchestrator.onTick(async () => {
        calls += 1;
        most = Math.max(most, ++pending);
        await sleep(7 * minute);
        pending -= 1;
        return { start: 'all' };
      });
      while (!signal.aborted) await sleep(hour);
    }, table);
    expect(most).toBe(1);
    expect(calls).toBeLessThan((12 * hour) / (7 * minute) + 2);
    expect(trace.totals.committed ?? 0).toBeGreaterThan(30_000_000);
  });

  it('sees what a scenario’s policy sees: the same settings give the same attempts', async () => {
    const settings = {
      maxActiveRuns: 2,
      whenBusy: 'coalesce' as const,
      dependsOnPast: false,
      startAfterMs: 0,
      marker: 'not checked' as const,
      retry: { retries: 2, delayMs: minute, isGated: false },
    };
    const failing = { ...table, faults: [{ kind: 'failing-runs' as const, fromMs: hour, toMs: 3 * hour }] };
    const policy = createPolicy(settings);
    const trace = await run(({ orchestrator }) => orchestrator.onTick(policy), failing);
    const { pipeline } = drive(failing, createPolicy(settings));
    expect(trace.attempts).toEqual(pipeline.allAttempts());
    expect(trace.totals.committed).toBe(pipeline.counts().committedRows);
  });

  it('leaves the same trace for the same seed, and another incident for another', async () => {
    const failing = {
      ...table,
      faults: [{ kind: 'failing-runs' as const, fromMs: hour, toMs: 3 * hour }],
      wobbleMs: 30 * minute,
    };
    const body: Run = ({ orchestrator }) =>
      orchestrator.onTick(({ dueRuns, failedRuns }) =>
        failedRuns.length > 0 ? { retry: 'start' } : dueRuns > 0 ? { start: 'all' } : {},
      );
    const bytes = async (seed: number) => JSON.stringify(await run(body, failing, seed));
    expect(await bytes(7)).toBe(await bytes(7));
    expect(await bytes(7)).not.toBe(await bytes(8));
  });

  it('costs a few thousand hops for half a day', async () => {
    const trace = await run(({ orchestrator }) => {
      orchestrator.onTick(({ dueRuns }) => (dueRuns > 0 ? { start: 'all' } : {}));
    }, table);
    expect(trace.hops).toBeLessThan(2_000);
  });

  it('is told what is wrong with it', async () => {
    await expect(run(() => undefined)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('orchestrator.onTick') as string },
    });
    const wrong =
      (decision: object): Run =>
      ({ orchestrator }) =>
        orchestrator.onTick(() => decision);
    await expect(run(wrong({ strat: 'all' }))).rejects.toMatchObject({
      cause: { message: expect.stringContaining("'strat'") as string },
    });
    await expect(run(wrong({ start: true }))).rejects.toMatchObject({
      cause: { message: expect.stringContaining("'interval' or 'all'") as string },
    });
    await expect(run(wrong({ sliceRows: 0 }))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('sliceRows is 0') as string },
    });
    await expect(
      run(({ orchestrator }) => {
        orchestrator.onTick(() => {
          throw new Error('my mistake');
        });
      }),
    ).rejects.toMatchObject({ phase: 'run', cause: { message: 'my mistake' } });
  });
});
