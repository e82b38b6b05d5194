import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScenario, ScenarioError } from '../scenario/simulate.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import heavyEnrichment from '../scenarios/flink-job/flink-heavy-enrichment.json' with { type: 'json' };
import smallChain from '../scenarios/flink-job/flink-small-chain.json' with { type: 'json' };
import type { JobScenario } from './fields-scenario.ts';
import { flinkJob } from './scenario.ts';

function traceOf(data: unknown, seed = 0): RunTrace {
  const { scenario } = readScenario(data);
  return flinkJob.run(scenario, seed, () => Promise.resolve()) as RunTrace;
}

function problemsOf(data: unknown): string {
  try {
    readScenario(data);
    return '';
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
}

const operators = heavyEnrichment.operators;
const withEnrich = (change: object): object => ({
  ...heavyEnrichment,
  operators: operators.map((operator) => (operator.name === 'enrich' ? { ...operator, ...change } : operator)),
});
const checkpoint = { intervalMs: 10_000, mode: 'aligned' };

describe('a trace of a Flink job', () => {
  it('names the bottleneck in the table, the totals and the events', () => {
    const trace = traceOf(heavyEnrichment);
    expect(trace.totals['bottleneckOperator']).toBe(2);
    const [table] = trace.tables ?? [];
    const finding = table?.columns.findIndex(({ id }) => id === 'finding') ?? -1;
    expect(table?.rows.map((row) => [row[0], row[finding]])).toEqual([
      ['source', ''],
      ['map', ''],
      ['enrich', 'bottleneck (capacity)'],
      ['sink', ''],
    ]);
    expect(trace.events.map(flinkJob.describe)).toContain('enrich is the bottleneck');
    expect(trace.events.map(flinkJob.describe)).toContain('Backpressure of source goes from ok to high');
  });

  it('shows a table’s two numbers of the web UI as those of the worst subtask', () => {
    const trace = traceOf(withEnrich({ input: 'hash', hotShare: 0.4 }));
    const enrich = trace.tables?.[0]?.rows[2];
    expect(enrich?.slice(2, 7)).toEqual([312.5, 0, 687.5, 1000, 0]);
    expect(trace.tables?.[1]?.rows.filter(([name]) => name === 'enrich').map(([, , busy]) => busy)).toEqual([
      1000, 214.286, 214.286, 214.286, 214.286, 214.286, 214.286, 214.286,
    ]);
  });

  it('counts the lag of the start as arrived, and not as traffic', () => {
    const trace = traceOf(smallChain);
    expect(trace.totals['arrivedRecords']).toBe(10_000);
    expect(trace.series['arrivedPerSecond']?.every((rate) => rate === null || rate === 0)).toBe(true);
    expect(trace.totals['p50LatencyMs']).toBeGreaterThan(1_000);
  });

  it('says the same in both engines where there is no chance', () => {
    const count = traceOf({ ...smallChain, engine: 'count' });
    const record = traceOf(smallChain);
    for (const name of ['throughputPerSecond', 'bottleneckOperator'])
      expect(count.totals[name]).toBe(record.totals[name]);
    expect(Math.abs((count.totals['writtenRecords'] ?? 0) - (record.totals['writtenRecords'] ?? 0))).toBeLessThan(5);
  });

  it('moves its records with the seed only where times are left to chance', () => {
    expect(traceOf(smallChain, 1).series).toEqual(traceOf(smallChain, 2).series);
    const chance = { ...smallChain, service: 'exponential' };
    expect(traceOf(chance, 1).totals).not.toEqual(traceOf(chance, 2).totals);
  });
});

describe('a scenario that contradicts itself', () => {
  it.each([
    ['keys without a keyBy', withEnrich({ hotShare: 0.4 }), "keys need a keyBy; write 'hash'"],
    ['two kinds of skew', withEnrich({ input: 'hash', hotShare: 0.4, zipfKeys: 9 }), 'set one of them to 0'],
    ['two operators of a name', { ...heavyEnrichment, operators: [...operators, operators[0]] }, "two operators 'map'"],
    ['a torn forward edge', withEnrich({ input: 'forward' }), 'forward needs the same'],
    ['chance without records', { ...heavyEnrichment, service: 'exponential' }, "or engine 'record'"],
    [
      'a restart from nothing',
      { ...heavyEnrichment, rescales: [{ atMs: 1, parallelism: 9, from: 'checkpoint' }] },
      'add checkpoint, or a savepoint',
    ],
    [
      'a job without slots',
      { ...heavyEnrichment, cluster: { scheduler: 'default', taskManagers: 1, slotsPerTaskManager: 4 } },
      'slots is 4; parallelism 8 needs as many',
    ],
    [
      'an incident that ends first',
      { ...heavyEnrichment, incidents: [{ operator: 'sink', fromMs: 9, toMs: 5, serviceMs: 1 }] },
      'let it end after it begins',
    ],
    [
      'an incident of nobody',
      { ...heavyEnrichment, incidents: [{ operator: 'join', fromMs: 1, toMs: 5, serviceMs: 1 }] },
      'there is no such operator',
    ],
    [
      'a parallelism that the slots decide',
      {
        ...heavyEnrichment,
        cluster: { scheduler: 'reactive', taskManagers: 2, slotsPerTaskManager: 4 },
        rescales: [{ atMs: 1, parallelism: 9, from: 'savepoint' }],
      },
      'change the TaskManagers',
    ],
    ['too many records to follow', { ...heavyEnrichment, engine: 'record' }, "write 'count'"],
    ['checkpoints of records', { ...smallChain, checkpoint }, "needs engine 'count'"],
    ['too many checkpoints', { ...heavyEnrichment, durationMs: 86_400_000, checkpoint }, 'write at least 144000'],
  ])('is refused: %s', (_, data, says) => {
    expect(problemsOf(data)).toContain(says);
  });
});

describe('any scenario that is accepted', () => {
  const anyScenario = fc
    .record({
      engine: fc.constantFrom('count' as const, 'count' as const, 'record' as const),
      durationMs: fc.constantFrom(1, 700, 9_000, 120_000),
      rate: fc.nat(3_000),
      startLagRecords: fc.constantFrom(0, 20_000),
      partitions: fc.integer({ min: 1, max: 9 }),
      enrichers: fc.integer({ min: 1, max: 12 }),
      serviceMs: fc.constantFrom(0.001, 2, 60_000),
      bufferRecords: fc.constantFrom(1, 300),
      selectivity: fc.constantFrom(0, 1, 3),
      skew: fc.constantFrom({}, { input: 'hash', hotShare: 1 }, { input: 'hash', zipfKeys: 100 }),
      mode: fc.constantFrom('aligned', 'unaligned', null),
      rescaleTo: fc.constantFrom(null, 1, 9),
      taskManagers: fc.constantFrom(null, 1, 5),
    })
    .map(({ rate, partitions, enrichers, serviceMs, bufferRecords, selectivity, skew, ...rest }) => ({
      ...smallChain,
      engine: rest.engine,
      durationMs: rest.durationMs,
      startLagRecords: rest.startLagRecords,
      traffic: [{ fromMs: 0, recordsPerSecond: rate }],
      source: { parallelism: 3, serviceMs: 0.5, partitions },
      operators: [
        { name: 'map', parallelism: 2, serviceMs: 0.2, selectivity, bufferRecords },
        { name: 'enrich', parallelism: enrichers, serviceMs, bufferRecords: 50, ...skew },
        { name: 'sink', parallelism: 2, serviceMs: 0.3 },
      ],
      incidents: [{ operator: 'sink', fromMs: 3_000, toMs: 5_000, serviceMs: 50 }],
      ...(rest.engine === 'count' &&
        rest.mode !== null && {
          checkpoint: { intervalMs: 1_500, mode: rest.mode, timeoutMs: 4_000, stateBytes: 10_000_000 },
          rescales:
            rest.rescaleTo === null
              ? []
              : [{ atMs: 2_000, operator: 'enrich', parallelism: rest.rescaleTo, from: 'checkpoint' }],
          restartMs: 1_000,
          ...(rest.taskManagers !== null && {
            cluster: {
              scheduler: 'adaptive',
              taskManagers: 3,
              slotsPerTaskManager: 2,
              changes: [{ atMs: 4_000, taskManagers: rest.taskManagers }],
            },
          }),
        }),
    }));

  it('keeps the laws of its trace', () => {
    fc.assert(
      fc.property(anyScenario, (data) => {
        const { scenario } = readScenario(data);
        const trace = traceOf(data);
        expect(flinkJob.broken(trace, scenario as JobScenario)).toEqual([]);
        expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
      }),
      { numRuns: 60 },
    );
  });

  it('has broken laws when its numbers are tampered with', () => {
    const trace = traceOf(heavyEnrichment);
    const { scenario } = readScenario(heavyEnrichment);
    expect(flinkJob.broken({ ...trace, totals: { ...trace.totals, arrivedRecords: 5 } }, scenario)).not.toEqual([]);
    expect(flinkJob.broken({ ...trace, series: { ...trace.series, lagMs: [-1] } }, scenario)).toEqual([
      'lagMs is negative somewhere',
    ]);
  });
});
