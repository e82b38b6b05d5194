import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAsync } from './async-engine.ts';
import type { AsyncRun, AsyncSample } from './async-meter.ts';
import type { RetrySpec } from './async-retry.ts';
import type { AsyncClient, AsyncSetup } from './async-setup.ts';

const s = 1_000;
const async = (capacity: number): AsyncClient => ({ kind: 'async', capacity, mode: 'unordered' });

/** M3.4: 10,000 records/s, 8 subtasks, a service that answers after 50 ms; nothing else that a test did not ask for. */
const enrich: AsyncSetup = {
  arrivals: [{ fromMs: 0, recordsPerSecond: 10_000 }],
  parallelism: 8,
  client: async(100),
  service: { latency: [{ fromMs: 0, latencyMs: 50 }] },
  timeoutMs: 10 * s,
  onFailure: 'tag',
  retry: { kind: 'none' },
  watermarkIntervalMs: 0,
  checkpointIntervalMs: 10 * s,
  restartMs: s,
  bufferRecords: 0,
  durationMs: 4 * s,
};
const run = (changes: Partial<AsyncSetup>, seed = 0): AsyncRun => runAsync({ ...enrich, ...changes }, seed, 100);
/** The samples after `fromMs`, when what was before has passed. */
const after = (result: AsyncRun, fromMs: number): readonly AsyncSample[] => result.samples.slice(fromMs / 100);
const meanOf = (samples: readonly AsyncSample[], pick: (sample: AsyncSample) => number | null): number =>
  samples.reduce((sum, sample) => sum + (pick(sample) ?? 0), 0) / samples.length;
const resultRate = (result: AsyncRun, fromMs: number) =>
  meanOf(after(result, fromMs), ({ resultsPerSecond }) => resultsPerSecond);

describe('an async operator as a run', () => {
  it('gives what the closed forms of M3.4 say: 160/s blocking, 16,000/s and 5,920/s with a capacity of 100 and 37', () => {
    const flood = { arrivals: [{ fromMs: 0, recordsPerSecond: 20_000 }] };
    expect(resultRate(run({ ...flood, client: { kind: 'blocking' } }), s)).toBeCloseTo(160, 0);
    expect(resultRate(run(flood), s)).toBeCloseTo(16_000, 0);
    expect(resultRate(run({ ...flood, client: async(37) }), s)).toBeCloseTo(5_920, 0);
  });

  it('has 500 calls in flight at 10,000/s, and a capacity of 63 keeps up where 62 falls behind', () => {
    expect(run({}).samples.at(-1)?.state.inFlight).toBe(500);
    expect(run({ client: async(63) }).end.lag).toBeLessThan(10);
    expect(run({ client: async(62), durationMs: 10 * s }).end.lag).toBeGreaterThan(500);
  });

  it('sends less when the service slows, 1,480/s at 200 ms, and more when it speeds up, 10,000/s at 25 ms', () => {
    const latency = [
      { fromMs: 0, latencyMs: 50 },
      { fromMs: 2 * s, latencyMs: 200 },
      { fromMs: 6 * s, latencyMs: 25 },
    ];
    const result = run({ client: async(37), service: { latency }, durationMs: 8 * s });
    const between = (fromMs: number, toMs: number) =>
      meanOf(result.samples.slice(fromMs / 100 + 1, toMs / 100 + 1), ({ callsPerSecond }) => callsPerSecond);
    expect(between(s, 2 * s)).toBeCloseTo(5_920, -1);
    expect(between(3 * s, 5 * s)).toBeCloseTo(1_480, 0);
    expect(between(7 * s, 8 * s)).toBeGreaterThan(9_990);
  });

  it('shows an exhausted operator as busy, and the source before it as back-pressured (F26)', () => {
    const full = after(run({ client: async(37) }), 2 * s);
    expect(meanOf(full, ({ busyMsPerSecond }) => busyMsPerSecond)).toBe(1_000);
    expect(meanOf(full, ({ sourceBackPressuredMsPerSecond: ms }) => ms)).toBe(1_000);
    const free = after(run({}), 2 * s);
    expect(meanOf(free, ({ busyMsPerSecond }) => busyMsPerSecond)).toBe(0);
  });

  it('lets one straggler of 1 s block the 99 behind it for the rest of that second in ordered mode (M3.4)', () => {
    const left: { record: number; atMs: number }[] = [];
    run({
      arrivals: [{ fromMs: 0, recordsPerSecond: 1_000 }],
      parallelism: 1,
      client: { kind: 'async', capacity: 100, mode: 'ordered' },
      service: {
        latency: [
          { fromMs: 0, latencyMs: 1_000 },
          { fromMs: 2, latencyMs: 50 },
        ],
      },
      durationMs: 2 * s,
      onResult: (result) => void left.push(result),
    });
    expect(left[0]).toMatchObject({ record: 0, atMs: 1 + s });
    expect(left.filter(({ atMs }) => atMs === 1 + s)).toHaveLength(100);
  });

  it('keeps results apart by watermark: frequent ones bring the head-of-line wait back to unordered mode (F24)', () => {
    const service = { ...enrich.service, stragglerShare: 0.001, stragglerMs: s };
    const rateOf = (watermarkIntervalMs: number) =>
      resultRate(run({ service, watermarkIntervalMs, durationMs: 8 * s }), 2 * s);
    const [never, often] = [rateOf(0), rateOf(100)];
    expect(never).toBeCloseTo(10_000, -2);
    expect(often).toBeLessThan(8_000);
  });
});

describe('failures', () => {
  const straggler = { ...enrich.service, stragglerShare: 0.0005, stragglerMs: 5 * s };

  it('fail the job at a timeout by default: what left since the last checkpoint leaves again', () => {
    const result = run({
      service: straggler,
      timeoutMs: s,
      onFailure: 'fail-job',
      checkpointIntervalMs: 500,
      durationMs: 3 * s,
    });
    const [first] = result.failures;
    expect(result.failures.length).toBeGreaterThan(0);
    expect(first?.duplicates).toBeGreaterThan(0);
    const down = result.samples.filter((_, i) => i * 100 > (first?.atMs ?? 0) && i * 100 <= (first?.atMs ?? 0) + s);
    expect(down.slice(1, -1).every(({ callsPerSecond }) => callsPerSecond === 0)).toBe(true);
  });

  it('tag what times out when the function says so, and go on', () => {
    const result = run({ service: straggler, timeoutMs: s });
    expect(result.failures).toEqual([]);
    expect(result.totals.tagged).toBeGreaterThan(0);
    expect(result.totals.tagged).toBe(result.totals.timeouts);
    expect(result.totals.resultMostMs).toBe(s);
  });

  it('are tried again, up to maxAttempts after the first call', () => {
    const retry: RetrySpec = { kind: 'fixed', maxAttempts: 2, delayMs: 20 };
    const { totals } = run({ service: { ...enrich.service, failureShare: 1 }, retry });
    expect(totals.results).toBe(0);
    expect(totals.resultP50Ms).toBe(3 * 50 + 2 * 20);
    expect(totals.retries / totals.tagged).toBeCloseTo(2, 0);
  });

  it('end at the total timeout, whatever retries are left', () => {
    const retry: RetrySpec = { kind: 'fixed', maxAttempts: 50, delayMs: 100 };
    const { totals } = run({ service: { ...enrich.service, failureShare: 1 }, retry, timeoutMs: 400 });
    expect(totals.resultMostMs).toBe(400);
    expect(totals.timeouts).toBe(totals.tagged);
  });
});

describe('the service’s limits', () => {
  it('answer 429 beyond the budget, whatever the capacity', () => {
    const { totals, samples } = run({ service: { ...enrich.service, budgetPerSecond: 6_000 } });
    expect(totals.overBudget).toBeGreaterThan(10_000);
    const taken = totals.calls - totals.overBudget;
    expect(taken).toBeLessThanOrEqual(6_000 * 4 + 600 + 6);
    expect(samples.at(-1)?.refusedPerSecond).toBeCloseTo(4_000, -2);
  });

  it('make calls wait in the service when they are of concurrency: 100 at once for 50 ms are 2,000/s', () => {
    const result = run({ service: { ...enrich.service, concurrency: 100 } });
    expect(resultRate(result, 2 * s)).toBeCloseTo(2_000, -1);
    expect(result.samples.at(-1)?.resultMs).toBeCloseTo(400, -1);
  });

  it('are taken up by calls that nobody waits for any more', () => {
    const service = { ...enrich.service, latency: [{ fromMs: 0, latencyMs: 200 }], concurrency: 100 };
    const { totals } = run({ service, timeoutMs: 150 });
    expect(totals.results).toBe(0);
    expect(totals.tagged).toBeGreaterThan(0);
  });

  it('turn every call away in an outage', () => {
    const service = { ...enrich.service, outages: [{ fromMs: s, toMs: 2 * s }] };
    const { totals } = run({ service });
    expect(totals.unavailable).toBeCloseTo(10_000, -3);
    expect(totals.tagged).toBe(totals.unavailable);
  });
});

const setups: fc.Arbitrary<AsyncSetup> = fc.record({
  arrivals: fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 0, max: 4_000 })).map(([a, b]) => [
    { fromMs: 0, recordsPerSecond: a },
    { fromMs: 500, recordsPerSecond: b },
  ]),
  parallelism: fc.integer({ min: 1, max: 5 }),
  client: fc.oneof(
    fc.constant<AsyncClient>({ kind: 'blocking' }),
    fc.record({
      kind: fc.constant('async' as const),
      capacity: fc.integer({ min: 1, max: 60 }),
      mode: fc.constantFrom('ordered' as const, 'unordered' as const),
    }),
  ),
  service: fc.record({
    latency: fc.integer({ min: 1, max: 200 }).map((latencyMs) => [{ fromMs: 0, latencyMs }]),
    jitterShare: fc.constantFrom(0, 0.5),
    stragglerShare: fc.constantFrom(0, 0.05),
    stragglerMs: fc.constant(700),
    failureShare: fc.constantFrom(0, 0.2),
    budgetPerSecond: fc.integer({ min: 50, max: 3_000 }),
    concurrency: fc.integer({ min: 1, max: 200 }),
    outages: fc.constantFrom([], [{ fromMs: 400, toMs: 600 }]),
  }),
  timeoutMs: fc.integer({ min: 10, max: 600 }),
  onFailure: fc.constantFrom('fail-job' as const, 'tag' as const),
  retry: fc.constantFrom<RetrySpec>({ kind: 'none' }, { kind: 'fixed', maxAttempts: 3, delayMs: 30 }),
  watermarkIntervalMs: fc.constantFrom(0, 50),
  checkpointIntervalMs: fc.integer({ min: 50, max: 1_000 }),
  restartMs: fc.integer({ min: 0, max: 300 }),
  bufferRecords: fc.constantFrom(0, 10),
  durationMs: fc.constant(1_500),
});

describe('laws', () => {
  it('hold at every instant: in-flight ≤ capacity, nothing is lost, ordered results leave in order', () => {
    fc.assert(
      fc.property(setups, fc.integer({ min: 0, max: 99 }), (setup, seed) => {
        const last = new Map<number, number>();
        const seen = new Set<number>();
        const outOfOrder: number[] = [];
        const mustBeInOrder = setup.client.kind === 'blocking' || setup.client.mode === 'ordered';
        const isUndisturbed = setup.onFailure === 'tag';
        const result = runAsync(
          {
            ...setup,
            onResult({ record, subtask }) {
              if (mustBeInOrder && isUndisturbed && record <= (last.get(subtask) ?? -1)) outOfOrder.push(record);
              last.set(subtask, record);
              seen.add(record);
            },
          },
          seed,
          1,
        );
        const most = setup.parallelism * (setup.client.kind === 'blocking' ? 1 : setup.client.capacity);
        const broken = result.samples.filter(({ state: { arrived, inFlight, buffered, lag, settled } }) => {
          const isWhole = lag + buffered + inFlight + settled === arrived;
          return !isWhole || inFlight > most || Math.min(inFlight, buffered, lag, settled) < 0;
        });
        expect(broken).toEqual([]);
        const { results, tagged, duplicates } = result.totals;
        expect(outOfOrder).toEqual([]);
        expect(results + tagged).toBe(result.end.settled + duplicates);
        expect(seen.size).toBeGreaterThanOrEqual(result.end.settled);
      }),
      { numRuns: 150 },
    );
  });

  it('give the same bytes for the same seed, and others for another', () => {
    const setup = { ...enrich, service: { ...enrich.service, jitterShare: 0.5 }, durationMs: s };
    const textOf = (seed: number) => JSON.stringify(runAsync(setup, seed, 10));
    expect(textOf(3)).toBe(textOf(3));
    expect(textOf(4)).not.toBe(textOf(3));
  });

  it('refuse input out of range, naming it', () => {
    expect(() => run({ client: async(0) })).toThrow('capacity is 0');
    expect(() => run({ service: { latency: [{ fromMs: 5, latencyMs: 1 }] } })).toThrow('begin at 0');
    expect(() => run({ timeoutMs: 0 })).toThrow('timeoutMs is 0');
  });
});
