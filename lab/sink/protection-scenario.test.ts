import { describe, expect, it } from 'vitest';
import { readScenario } from '../scenario/simulate.ts';
import { scenarios } from '../scenarios/index.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import { sinkProtection } from './protection-scenario.ts';

function traceOf(given: object): RunTrace {
  const { scenario } = readScenario(given);
  const trace = sinkProtection.run(scenario, 0, () => Promise.resolve()) as RunTrace;
  expect(sinkProtection.broken(trace, scenario)).toEqual([]);
  return trace;
}

function named(
  name: string,
  { without = [], ...changes }: { without?: string[]; [field: string]: unknown } = {},
): RunTrace {
  const given = scenarios.find((scenario) => scenario.system === 'sink-protection' && scenario.name === name);
  const kept = Object.entries({ ...given, ...changes }).filter(([field]) => !without.includes(field));
  return traceOf(Object.fromEntries(kept));
}

const plain = {
  system: 'sink-protection',
  name: 'x',
  title: 'x',
  summary: 'x',
  durationMs: 60_000,
  traffic: [{ fromMs: 0, recordsPerSecond: 10 }],
  sink: { connections: 100, callMs: 5_000, rowMs: 0, queueRecords: 1_000, discardsExpired: false },
  timeoutMs: 1_000,
  attempts: 1,
};

describe('an answer in time (T1)', () => {
  it('takes the wait and the call: of 600 calls of 5,000 ms none succeeds within 1,000 ms, and all within 5,000', () => {
    expect(traceOf(plain).totals).toMatchObject({ requests: 600, succeeded: 0, servedInTime: 0, servedLate: 600 });
    expect(traceOf({ ...plain, timeoutMs: 5_000 }).totals).toMatchObject({ succeeded: 600, servedLate: 0 });
  });

  it('leaves so much less time to wait: 400 ms before a call of 600, and 1,000 before one of none', () => {
    // The sink serves 1,000/s and 1,100 come: the wait grows by 100 ms in a second.
    const overloaded = { ...plain, traffic: [{ fromMs: 0, recordsPerSecond: 1_100 }], durationMs: 20_000 };
    const lateFromMs = (callMs: number, connections: number) => {
      const sink = { ...plain.sink, callMs, connections, queueRecords: 10_000 };
      const { series, sampleMs } = traceOf({ ...overloaded, sink });
      const goodput = series['goodputPerSecond'] ?? [];
      return goodput.findIndex((perSecond, i) => i > 0 && perSecond === 0) * sampleMs;
    };
    // A wait of w is seen after 11 · w: records that come after 10 · w have it, and are served w later.
    expect(lateFromMs(600, 600)).toBeCloseTo(4_400, -3);
    expect(lateFromMs(1, 1)).toBeCloseTo(11_000, -3);
  });
});

describe('the named scenarios say what their runs do', () => {
  it('circuit-breaker: 1,337 of 1.35 million given up, each request sent for the first time once', () => {
    const { totals, events } = named('circuit-breaker');
    expect(totals).toMatchObject({ requests: 1_350_000, firstAttempts: 1_350_000, gaveUp: 1_337, retries: 4_095 });
    expect(events.map(({ kind }) => kind)).toEqual(['outage', 'open', 'healed', 'half-open', 'closed']);
  });

  it('circuit-breaker without its token bucket: at most 3 attempts of a request, however often it opens', () => {
    const { totals, events } = named('circuit-breaker', { without: ['tokenBucket'] });
    expect(totals['attempts']).toBeLessThanOrEqual(3 * 1_350_000);
    expect(totals['firstAttempts']).toBeLessThanOrEqual(1_350_000);
    expect(events.filter(({ kind }) => kind === 'open').length).toBeGreaterThan(10);
  });

  it('feature-store: opens after 1.2 s, fresh 7 s after the store is back, 354 given up; without the bucket again and again', () => {
    const { totals, events } = named('feature-store');
    expect(totals).toMatchObject({ gaveUp: 354, firstAttempts: 960_000 });
    expect(((totals['recoveredAtMs'] ?? 0) - 35_000) / 1_000).toBeCloseTo(7, 0);
    expect(((events.find(({ kind }) => kind === 'open')?.atMs ?? 0) - 30_000) / 1_000).toBeCloseTo(1.2, 1);
    const flooded = named('feature-store', { without: ['tokenBucket'] });
    expect(flooded.events.filter(({ kind }) => kind === 'open').length).toBeGreaterThan(10);
  });

  it('batched-lookups: 160 of 10,000/s key by key, 13,333 in calls of 100, and 10 ms at most for a call to fill', () => {
    const { totals } = named('batched-lookups');
    expect(totals['sinkRecordsPerSecond']).toBeCloseTo(13_333, 0);
    expect(totals['batchDelayMs']).toBeLessThan(10);
    expect(named('batched-lookups', { without: ['batching'] }).totals['sinkRecordsPerSecond']).toBeCloseTo(160, 0);
  });

  it('batching-200-50-ms: 396/s row by row, 26,667 in batches, and 20 ms at most for a batch', () => {
    const { totals } = named('batching-200-50-ms');
    expect(totals['sinkRecordsPerSecond']).toBeCloseTo(26_667, 0);
    expect(totals['batchDelayMs']).toBeLessThan(20);
    expect(named('batching-200-50-ms', { without: ['batching'] }).totals['sinkRecordsPerSecond']).toBeCloseTo(396, 0);
  });

  it('herds: 592 of 1,000 give up without jitter, and 994 succeed with it', () => {
    expect(named('herd-without-jitter').totals).toMatchObject({ gaveUp: 592, succeeded: 408 });
    expect(named('herd-with-jitter').totals).toMatchObject({ succeeded: 994 });
  });

  it('poison: 864,000 dead letters a day and no retry; taken for a passing fault, tried three times and lost', () => {
    expect(named('poison-to-dead-letters').totals).toMatchObject({ deadLettersPerDay: 864_000, retries: 0 });
    const { totals } = named('poison-to-dead-letters', { poisonGoesTo: 'retries' });
    expect(totals).toMatchObject({ deadLettered: 0 });
    expect((totals['retries'] ?? 0) / (totals['gaveUp'] ?? 1)).toBeCloseTo(2, 1);
  });

  it('the storm stays, 2,700/s at the sink for good; a budget of 10 % brings it back after 15 minutes', () => {
    const storm = named('retry-storm');
    expect(storm.totals['recoveredAtMs']).toBeNull();
    expect(storm.series['attemptsPerSecond']?.at(-1)).toBeCloseTo(2_700, 3);
    const { totals } = named('retry-budget');
    expect(((totals['recoveredAtMs'] ?? 0) - 75_000) / 60_000).toBeCloseTo(15.4, 1);
  });
});

it('refuses batches of a traffic whose rate changes, for rows in a call follow from one rate', () => {
  const batching = { maxRecords: 100, maxDelayMs: 20 };
  const traffic = (...rates: number[]) => rates.map((recordsPerSecond, i) => ({ fromMs: i * 1_000, recordsPerSecond }));
  const given = { ...plain, timeoutMs: 10_000, batching };
  expect(() => traceOf({ ...given, traffic: traffic(10, 1_000) })).toThrow('write one rate above 0 in traffic');
  expect(traceOf({ ...given, traffic: traffic(0, 1_000, 0) }).totals['rowsPerCall']).toBe(20);
  expect(traceOf({ ...plain, traffic: traffic(1, 2) }).totals['rowsPerCall']).toBe(1);
});

it('says of its settings and readings whether the call itself is counted', () => {
  expect(sinkProtection.series['waitMs']?.about).toContain('The call itself is not counted');
  expect(sinkProtection.totals['maxWaitMs']?.about).toContain('its call is not counted');
});
