import { describe, expect, it } from 'vitest';
import blockingCall from '../scenarios/flink-async/flink-blocking-call.json' with { type: 'json' };
import capacity37 from '../scenarios/flink-async/flink-capacity-37.json' with { type: 'json' };
import orderedStragglers from '../scenarios/flink-async/flink-ordered-stragglers.json' with { type: 'json' };
import retries from '../scenarios/flink-async/flink-retries.json' with { type: 'json' };
import speedsUp from '../scenarios/flink-async/flink-service-speeds-up.json' with { type: 'json' };
import timeoutFailsJob from '../scenarios/flink-async/flink-timeout-fails-job.json' with { type: 'json' };
import unorderedStragglers from '../scenarios/flink-async/flink-unordered-stragglers.json' with { type: 'json' };
import type { RunTrace } from '../trace/run-trace.ts';
import { flinkAsync } from './async-scenario.ts';

const read = (given: unknown) => flinkAsync.schema.parse(given);
const run = (given: unknown, seed = 0): RunTrace =>
  flinkAsync.run(read(given), seed, () => Promise.resolve()) as RunTrace;
const problemsOf = (given: unknown): string[] =>
  flinkAsync.schema.safeParse(given).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('the scenarios of async I/O', () => {
  it('fill the operator’s time with waiting when each call blocks: 160/s', () => {
    const { series, totals } = run(blockingCall);
    expect(series['busyMsPerSecond']?.at(-1)).toBe(1_000);
    expect(totals['results']).toBe(160 * 12 - 8);
  });

  it('send 5,920 calls/s and never break the budget of 6,000 at 50 ms, and break it at 25 ms, below 11,840/s', () => {
    expect(run(capacity37).totals).toMatchObject({ overBudget: 0, mostCallsPerSecond: 5_920 });
    const { totals } = run(speedsUp);
    expect(totals['overBudget']).toBeGreaterThan(20_000);
    expect(totals['mostCallsPerSecond']).toBeGreaterThan(11_000);
    expect(totals['mostCallsPerSecond']).toBeLessThan(11_840);
  });

  it('fall behind with ordered stragglers, and not with unordered ones', () => {
    expect(run(orderedStragglers).totals['lagRecords']).toBeGreaterThan(30_000);
    expect(run(unorderedStragglers).totals['lagRecords']).toBe(0);
  });

  it('mend all but a few records by retries', () => {
    const { tagged = null, results = null } = run(retries).totals;
    expect((tagged ?? Infinity) / (results ?? 0)).toBeLessThan(0.005);
  });

  it('count what leaves twice when a timeout fails the job', () => {
    expect(run(timeoutFailsJob).totals).toMatchObject({ jobFailures: 1, timeouts: 10 });
    expect(run(timeoutFailsJob).totals['duplicates']).toBeGreaterThan(10_000);
  });

  it('differ by seed only where there is chance', () => {
    expect(run(orderedStragglers, 1).series).not.toEqual(run(orderedStragglers, 2).series);
    expect(run(capacity37, 1).series).toEqual(run(capacity37, 2).series);
  });
});

describe('a scenario that contradicts itself', () => {
  it('is refused with what to write instead', () => {
    const { service } = capacity37;
    expect(problemsOf({ ...capacity37, service: { ...service, latency: [{ fromMs: 5, latencyMs: 50 }] } })).toEqual([
      'service.latency.0.fromMs: the first latency begins at 0',
    ]);
    expect(problemsOf({ ...capacity37, service: { ...service, outages: [{ fromMs: 9, toMs: 9 }] } })).toEqual([
      'service.outages.0.toMs: an outage ends after it begins',
    ]);
    expect(problemsOf({ ...capacity37, client: { kind: 'blocking', capacity: 3 } })).toHaveLength(1);
  });

  it('is refused when its run would be too long', () => {
    const client = { kind: 'async', mode: 'unordered', capacity: 2_000 };
    expect(problemsOf({ ...capacity37, parallelism: 200, client })[0]).toContain('keep it at 40000');
    expect(problemsOf({ ...capacity37, parallelism: 200, durationMs: 120_000 })[0]).toContain('at most 40000 ms');
    const traffic = [{ fromMs: 0, recordsPerSecond: 100_000 }];
    expect(
      problemsOf({ ...capacity37, client: { ...client, capacity: 1_000 }, traffic, durationMs: 120_000 })[0],
    ).toContain('more than 2500000 calls');
  });
});
