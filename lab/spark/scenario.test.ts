import { describe, expect, it } from 'vitest';
import { readScenario, type ScenarioError } from '../scenario/simulate.ts';
import { scenarios } from '../scenarios/index.ts';
import { hop } from '../testing/run.ts';
import type { RunTrace } from '../trace/run-trace.ts';

const base = {
  system: 'spark-streaming',
  name: 'a-query',
  title: 'A query',
  summary: 'For tests.',
  durationMs: 600_000,
  traffic: [{ fromMs: 0, recordsPerSecond: 2_000 }],
  source: { format: 'kafka', partitions: 4 },
  trigger: { kind: 'processing-time', intervalMs: 30_000 },
  cluster: { executors: 1, coresPerExecutor: 4 },
  work: { coreRowsPerSecond: 500 },
};

async function run(changes: object, seed = 0): Promise<{ trace: RunTrace; broken: readonly string[] }> {
  const { system, scenario } = readScenario({ ...base, ...changes });
  const trace = await system.run(scenario, seed, hop);
  return { trace, broken: system.broken(trace, scenario) };
}

function problemsOf(changes: object): readonly string[] {
  try {
    readScenario({ ...base, ...changes });
    return [];
  } catch (error) {
    return (error as ScenarioError).message.split('\n');
  }
}

describe('a scenario of a streaming query', () => {
  it('is refused where its parts contradict each other, with what to write', () => {
    const source = { ...base.source, minOffsetsPerTrigger: 10, maxOffsetsPerTrigger: 5 };
    expect(problemsOf({ source })).toEqual([
      'source.minOffsetsPerTrigger: exceeds maxOffsetsPerTrigger; write at most 5.',
    ]);
    expect(problemsOf({ sink: { connections: 4 } })[0]).toContain('sink.connections: has no use');
    expect(problemsOf({ sink: { limitCounts: 'calls' } })[0]).toContain('write limitPerSecond');
    expect(problemsOf({ changes: [{ atMs: 1, executorBytes: 2_000_000 }] })[0]).toContain('changes[0].executorBytes');
    const eventhubs = { format: 'eventhubs', partitions: 4 };
    expect(problemsOf({ source: eventhubs, trigger: { kind: 'available-now' } })[0]).toContain('trigger.kind');
    expect(problemsOf({ source: { ...eventhubs, maxOffsetsPerTrigger: 5 } })[0]).toContain("'maxOffsetsPerTrigger'");
    expect(problemsOf({ source: { format: 'kinesis' } })[0]).toContain('write a format: kafka, eventhubs or delta');
  });

  it('is refused when it would run for minutes', () => {
    const trigger = { kind: 'processing-time', intervalMs: 100 };
    expect(problemsOf({ trigger, durationMs: 86_400_000 })[0]).toContain('write at most 2000000, or a longer');
    expect(problemsOf({ trigger: { kind: 'default' } })[0]).toContain('a larger batchOverheadMs');
    const wide = { ...base.source, partitions: 400, minPartitions: 2_000 };
    expect(problemsOf({ trigger, source: wide })[0]).toContain('more than a million tasks');
    const fine = { ...base.source, maxRecordsPerPartition: 100, backlogRecords: 1e9 };
    expect(problemsOf({ source: fine })[0]).toContain('source.maxRecordsPerPartition');
    const files = { format: 'delta', rowsPerFile: 1, fileBytes: 1 };
    expect(problemsOf({ source: files })[0]).toContain('source.rowsPerFile: makes too many files');
    const memory = { executorBytes: 2_000_000, rowBytes: 100, restartMs: 1_000 };
    expect(problemsOf({ memory, durationMs: 86_400_000 })[0]).toContain('memory.restartMs');
  });

  it('jitters with a seed and stays within its laws', async () => {
    const exact = await run({});
    const [one, two] = [await run({}, 1), await run({}, 2)];
    expect([exact.broken, one.broken, two.broken]).toEqual([[], [], []]);
    expect(one.trace.totals['longestBatchMs']).not.toBe(two.trace.totals['longestBatchMs']);
    expect(exact.trace.totals['longestBatchMs']).toBe(30_000);
  });

  it('keeps its laws with every part set', async () => {
    const { trace, broken } = await run({
      traffic: [
        { fromMs: 0, recordsPerSecond: 500 },
        { fromMs: 120_000, recordsPerSecond: 9_000 },
        { fromMs: 240_000, recordsPerSecond: 0 },
      ],
      source: {
        ...base.source,
        hotPartitionShare: 0.6,
        backlogRecords: 90_000,
        startingOffsets: 'earliest',
        retentionMs: 150_000,
        failOnDataLoss: false,
        maxOffsetsPerTrigger: 40_000,
        minOffsetsPerTrigger: 20_000,
        maxTriggerDelay: 60_000,
        minPartitions: 9,
        maxRecordsPerPartition: 5_000,
      },
      work: { coreRowsPerSecond: 400, taskOverheadMs: 50, batchOverheadMs: 500 },
      sink: { limitPerSecond: 20, limitCounts: 'calls', rowsPerCall: 100, callMs: 10, rowMs: 0.1, connections: 3 },
      memory: { executorBytes: 4_000_000, rowBytes: 400, restartMs: 10_000 },
      state: { windowMs: 60_000, watermarkDelayMs: 120_000, keys: 50, stateRowBytes: 100 },
      changes: [
        { atMs: 200_000, executors: 2, coreRowsPerSecond: 900, executorBytes: 64_000_000 },
        { atMs: 300_000, sinkSlowdown: 4, sinkLimitPerSecond: 60 },
      ],
    });
    expect(broken).toEqual([]);
    expect(trace.totals['restarts']).toBeGreaterThan(0);
    expect(trace.totals['lostRecords']).toBeGreaterThan(0);
    expect(trace.tables?.[0]?.rows.length).toBeGreaterThan(5);
  });
});

describe('the readings of a query', () => {
  const crowded = { traffic: [{ fromMs: 0, recordsPerSecond: 20_000 }], trigger: { kind: 'default' } };
  const work = { coreRowsPerSecond: 500, batchOverheadMs: 500 };

  it('do not call a query caught up that only took all there was', async () => {
    const saturated = await run({ ...crowded, work });
    expect(saturated.trace.totals['caughtUpAtMs']).toBeNull();
    const enough = await run({ ...crowded, work: { ...work, coreRowsPerSecond: 50_000 } });
    expect(enough.trace.totals['caughtUpAtMs']).toBeLessThan(5_000);
    const ending = { ...base.source, backlogRecords: 1_000, startingOffsets: 'earliest' };
    const ended = await run({ source: ending, trigger: { kind: 'available-now' }, work });
    expect(ended.trace.totals['caughtUpAtMs']).toBeNull();
  });

  it('do not call a batch new that comes again after a death', async () => {
    const memory = { executorBytes: 2_000_000, rowBytes: 200, restartMs: 10_000 };
    const changes = [{ atMs: 300_000, executorBytes: 2_000_000_000 }];
    const { trace } = await run({ memory, changes, work: { coreRowsPerSecond: 2_000 } });
    const late = trace.tables?.[0]?.rows.findLast((row) => Number(row[2]) > 30_000);
    expect(trace.totals['caughtUpAtMs']).toBeGreaterThan(Number(late?.[1]) + Number(late?.[2]));
  });

  it('list what follows a crash loop', async () => {
    const memory = { executorBytes: 2_000_000, rowBytes: 200, restartMs: 5_000 };
    const { trace } = await run({ memory, source: { ...base.source, retentionMs: 400_000 } });
    expect(trace.totals['restarts']).toBeGreaterThan(12);
    expect(trace.events.map(({ kind }) => kind).filter((kind) => kind === 'restart')).toHaveLength(6);
    expect(trace.events.at(-1)?.kind).toBe('data-loss');
  });
});

describe('what the summaries of named scenarios say', () => {
  const named = async (name: string) => {
    const given = scenarios.find((scenario) => scenario.name === name);
    const { system, scenario } = readScenario(given);
    const { totals, series, sampleMs } = await system.run(scenario, 0, hop);
    const lagAt = (ms: number) => series['lagRecords']?.[Math.floor(ms / sampleMs)] ?? 0;
    return { totals, lagAt };
  };
  const minuteMs = 60_000;

  it('holds for the festival: batches of 26 s, a lag of 8.65 million, drained 47 minutes after the sale', async () => {
    const { totals } = await named('festival-sale');
    expect(totals['longestBatchMs']).toBe(26_000);
    expect(totals['peakLagRecords']).toBeCloseTo(8.65e6, -4);
    expect(((totals['caughtUpAtMs'] ?? 0) - 40 * minuteMs) / minuteMs).toBeCloseTo(47.3, 1);
  });

  it('holds for the bursts: worked off in three and a half and in six minutes', async () => {
    const iot = await named('iot-sensor-bursts');
    expect(iot.totals['longestBatchMs']).toBeLessThan(6_000);
    expect(iot.lagAt(9.75 * minuteMs)).toBeLessThan(10_000);
    const storms = await named('notam-and-weather-bursts');
    expect(storms.totals['longestBatchMs']).toBe(8_050);
    for (const endMinutes of [18, 48, 77]) {
      expect(storms.lagAt((endMinutes + 1) * minuteMs)).toBeGreaterThan(100_000);
      expect(storms.lagAt((endMinutes + 6) * minuteMs)).toBeLessThan(24_000);
    }
  });

  it('holds for the sink that slows down: over a minute, and gone seven minutes later', async () => {
    const { totals } = await named('sink-ten-times-slower');
    expect(totals['longestBatchMs']).toBeGreaterThan(60_000);
    expect(((totals['caughtUpAtMs'] ?? 0) - 20 * minuteMs) / minuteMs).toBeCloseTo(6.9, 1);
  });

  it('holds for state: 1,300,000 rows with a delay of an hour, and out of memory after almost four without', async () => {
    expect((await named('state-one-hour-delay')).totals['peakStateRows']).toBe(1_300_000);
    const { totals, lagAt } = await named('state-without-watermark');
    expect(totals['restarts']).toBeGreaterThan(100);
    expect(totals['caughtUpAtMs']).toBeNull();
    expect(lagAt(3.8 * 60 * minuteMs)).toBeLessThan(1_300_000);
    expect(lagAt(4.2 * 60 * minuteMs)).toBeGreaterThan(5_000_000);
  });

  it('holds for the cap that nobody set: 1,800 events/s behind', async () => {
    const { lagAt } = await named('event-hubs-default-cap');
    expect((lagAt(55 * minuteMs) - lagAt(5 * minuteMs)) / 3_000).toBeCloseTo(1_800, -2);
  });
});
