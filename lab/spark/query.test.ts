import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReaderOptions, type OptionValues } from './options.ts';
import type { QuerySetup, TopicSource } from './query-setup.ts';
import { runQuery } from './query.ts';
import type { Trigger } from './trigger.ts';

const s = 1_000;
const gib = 1_024 ** 3;
const every = (seconds: number): Trigger => ({ kind: 'processing-time', intervalMs: seconds * s });
const steady = (recordsPerSecond: number) => [{ fromMs: 0, recordsPerSecond }];

const kafka = (options: OptionValues = {}, more: Partial<TopicSource> = {}): TopicSource => ({
  format: 'kafka',
  partitions: 1,
  options: readReaderOptions('kafka', options, more.partitions ?? 1),
  ...more,
});

/** One partition, 2,000/s, a trigger of 30 s, and a core that takes `perSecond` rows and nothing else. */
const simple = (perSecond: number, options: OptionValues = {}): QuerySetup => ({
  traffic: steady(2_000),
  source: kafka(options),
  trigger: every(30),
  cluster: { executors: 1, coresPerExecutor: 1 },
  work: { batchOverheadMs: 0, taskOverheadMs: 0, rowMs: s / perSecond },
  durationMs: 160 * s,
});

describe('M2.5 capped and saturated', () => {
  const run = runQuery({ ...simple(1_500, { maxOffsetsPerTrigger: 45_000 }), durationMs: 200 * s });
  const reports = run.batches.slice(0, 5).map((batch) => run.progressOf(batch));

  it('starts batches of 45,000 rows every 30 s, each 30 s long, without a falling-behind warning', () => {
    expect(run.batches.map(({ startMs }) => startMs / s)).toEqual([30, 60, 90, 120, 150, 180]);
    for (const { numInputRows, durationMs } of reports) {
      expect(numInputRows).toBe(45_000);
      expect(durationMs.triggerExecution).toBe(30 * s);
    }
    expect(run.events).toEqual([]);
  });

  it('reports 1,500/s in and 1,500/s processed from the first batch on, and the truth only as 15,000, 30,000, 45,000 behind', () => {
    for (const report of reports) {
      expect(report.inputRowsPerSecond).toBe(1_500);
      expect(report.processedRowsPerSecond).toBe(1_500);
    }
    const behind = reports.map(({ sources }) => Number(sources[0]?.metrics.maxOffsetsBehindLatest));
    expect(behind).toEqual([15_000, 30_000, 45_000, 60_000, 75_000]);
  });

  it('reports 0.0 in only when the very first trigger has data', () => {
    const source = kafka({ startingOffsets: 'earliest' }, { backlogRecords: 500 });
    const withData = runQuery({ ...simple(1_500), source });
    expect(withData.batches[0]?.startMs).toBe(0);
    expect(withData.batches.map((batch) => withData.progressOf(batch).inputRowsPerSecond).slice(0, 2)).toEqual([
      0, 2_000,
    ]);
  });

  it('reports 1/P of it for each of P even partitions', () => {
    const partitioned = runQuery({
      ...simple(1_500, {}),
      source: kafka({ maxOffsetsPerTrigger: 45_000 }, { partitions: 10 }),
    });
    expect(partitioned.batches.map(({ behind }) => behind.max).slice(0, 3)).toEqual([1_500, 3_000, 4_500]);
  });
});

describe('M2.6 uncapped and saturated', () => {
  const run = runQuery({ ...simple(1_500), durationMs: 420 * s });
  const batches = run.batches.slice(0, 5);

  it('grows by 4/3: 60,000, 80,000, 106,666, 142,222 and 189,629 rows', () => {
    const expected = [60_000, 80_000, 106_666, 142_222, 189_629];
    for (const [i, { numInputRows }] of batches.entries()) {
      expect(Math.abs(numInputRows - (expected[i] ?? 0))).toBeLessThanOrEqual(1);
    }
    expect((batches[4]?.numInputRows ?? 0) / (batches[3]?.numInputRows ?? 1)).toBeCloseTo(4 / 3, 4);
  });

  it('starts at 30, 70, 123.33, 194.44 and 289.26 s and takes 40, 53.33, 71.11, 94.81 and 126.42 s', () => {
    const seconds = (ms: number) => Number((ms / s).toFixed(2));
    expect(batches.map(({ startMs }) => seconds(startMs))).toEqual([30, 70, 123.33, 194.44, 289.26]);
    expect(batches.map(({ startMs, endMs }) => seconds(endMs - startMs))).toEqual([40, 53.33, 71.11, 94.81, 126.42]);
  });

  it('reports about 2,000/s in, 1,500/s processed and 0 behind every time', () => {
    for (const report of batches.map((batch) => run.progressOf(batch))) {
      expect(report.inputRowsPerSecond).toBeCloseTo(2_000, -1);
      expect(report.processedRowsPerSecond).toBeCloseTo(1_500, 0);
      expect(report.sources[0]?.metrics).toEqual({
        minOffsetsBehindLatest: '0',
        avgOffsetsBehindLatest: '0.0',
        maxOffsetsBehindLatest: '0',
      });
    }
    expect(run.events.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'falling-behind'));
  });
});

describe('M2.7 a cap that is too low', () => {
  const run = (maxOffsetsPerTrigger: number) => runQuery(simple(5_000, { maxOffsetsPerTrigger }));

  it('looks healthy: 10 s of 30 s, 1,666.7/s in, 5,000/s processed; and falls 10,000, 20,000, 30,000 behind', () => {
    const { batches, progressOf } = run(50_000);
    const done = batches.slice(0, 3);
    for (const batch of done) {
      expect(batch.endMs - batch.startMs).toBe(10 * s);
      expect(progressOf(batch).inputRowsPerSecond).toBeCloseTo(1_666.67, 2);
      expect(progressOf(batch).processedRowsPerSecond).toBe(5_000);
    }
    expect(done.map(({ behind }) => behind.max)).toEqual([10_000, 20_000, 30_000]);
  });

  it('loses 333 rows/s for ever', () => {
    const { lagRecordsAt } = runQuery({ ...simple(5_000, { maxOffsetsPerTrigger: 50_000 }), durationMs: 4_000 * s });
    expect((lagRecordsAt(3_640 * s) - lagRecordsAt(40 * s)) / 3_600).toBeCloseTo(333.33, 1);
  });

  it('of 60,000 breaks even: it stays 0 behind', () => {
    expect(run(60_000).batches.every(({ behind }) => behind.max === 0)).toBe(true);
  });
});

describe('M2.8 the rates of a batch', () => {
  it('are 2,000/s in and 5,000/s processed for 60,000 rows in 12 s, started at 30 s after a start at 0', () => {
    const { batches, progressOf } = runQuery(simple(5_000));
    const first = batches[0];
    expect(first?.numInputRows).toBe(60_000);
    expect(first?.previousStartMs).toBe(0);
    const report = progressOf(first as NonNullable<typeof first>);
    expect(report.durationMs.triggerExecution).toBe(12 * s);
    expect([report.inputRowsPerSecond, report.processedRowsPerSecond]).toEqual([2_000, 5_000]);
  });
});

describe('M2.4 a ceiling below what comes', () => {
  it('of 1,000/s under 10,000/s makes the lag grow by 9,000/s, 32.4 million an hour', () => {
    const { lagRecordsAt } = runQuery({
      ...simple(100_000, { maxOffsetsPerTrigger: 10_000 }),
      traffic: steady(10_000),
      trigger: every(10),
      durationMs: 3_700 * s,
    });
    expect(lagRecordsAt(3_610 * s) - lagRecordsAt(10 * s)).toBe(32_400_000);
  });

  it('is what the query reads: 1,250/s of 50,000 with batches of 40 s, 1,666.7/s with 10 s', () => {
    const perSecond = (rowsPerSecond: number) => {
      const { processedBy } = runQuery({
        ...simple(rowsPerSecond, { maxOffsetsPerTrigger: 50_000 }),
        durationMs: 1_300 * s,
      });
      return (processedBy(1_270 * s) - processedBy(70 * s)) / 1_200;
    };
    expect(perSecond(1_250)).toBe(1_250);
    expect(perSecond(5_000)).toBeCloseTo(1_666.67, 2);
  });
});

describe('M2.10 a sink of 100/s behind a source of 10,000/s', () => {
  const slow: QuerySetup = {
    ...simple(1_000_000),
    traffic: steady(10_000),
    trigger: every(10),
    sink: { limitPerSecond: 100 },
    durationMs: 200_000 * s,
  };

  it('holds a first batch of 100,000 rows for 1,000 s and a second of 10,000,000 for 100,000 s, whatever the trigger', () => {
    const [first, second] = runQuery(slow).batches;
    expect([first?.numInputRows, second?.numInputRows]).toEqual([100_000, 10_000_000]);
    expect(((first?.endMs ?? 0) - (first?.startMs ?? 0)) / s).toBe(1_000);
    expect(((second?.endMs ?? 0) - (second?.startMs ?? 0)) / s).toBe(100_000);
  });

  it('with a cap of 1,000 delivers 100/s and protects the sink, while the lag grows by 9,900/s, 35.64 M an hour', () => {
    const { processedBy, lagRecordsAt, batches } = runQuery({
      ...slow,
      source: kafka({ maxOffsetsPerTrigger: 1_000 }),
      durationMs: 3_700 * s,
    });
    expect((processedBy(3_610 * s) - processedBy(10 * s)) / 3_600).toBe(100);
    expect(lagRecordsAt(3_610 * s) - lagRecordsAt(10 * s)).toBe(35_640_000);
    expect(batches.every(({ bottleneck }) => bottleneck === 'sink')).toBe(true);
  });

  it('keeps up in calls of 200 when the limit counts calls: 20,000 rows/s for the 10,000/s that come', () => {
    const { lagRecordsAt } = runQuery({
      ...slow,
      sink: { limitPerSecond: 100, limitCounts: 'calls', rowsPerCall: 200 },
      durationMs: 600 * s,
    });
    expect(lagRecordsAt(595 * s)).toBeLessThanOrEqual(150_000);
  });

  it('loses its first record when the backlog is older than 168 h, after 169.7 h', () => {
    const hourMs = 3_600 * s;
    const { events } = runQuery({
      ...slow,
      source: kafka({ maxOffsetsPerTrigger: 60_000 }, { retentionMs: 168 * hourMs }),
      durationMs: 200 * hourMs,
    });
    const loss = events.find(({ kind }) => kind === 'data-loss');
    expect((loss?.atMs ?? 0) / hourMs).toBeGreaterThanOrEqual(169.69);
    expect((loss?.atMs ?? 0) / hourMs).toBeCloseTo(169.7, 0);
    expect(loss).toMatchObject({ isFatal: true });
  });
});

describe('M2.11 triggers that end', () => {
  const backlog = (trigger: Trigger): QuerySetup => ({
    ...simple(10_000),
    source: kafka({ maxOffsetsPerTrigger: 30_000, startingOffsets: 'earliest' }, { backlogRecords: 100_000 }),
    traffic: steady(5_000),
    trigger,
    durationMs: 60 * s,
  });

  it('AvailableNow reads a backlog of 100,000 in batches of 30,000, 30,000, 30,000 and 10,000 and stops, though 50,000 came meanwhile', () => {
    const { batches, events, arrivedBy, lagRecordsAt } = runQuery(backlog({ kind: 'available-now' }));
    expect(batches.map(({ numInputRows }) => numInputRows)).toEqual([30_000, 30_000, 30_000, 10_000]);
    expect(batches.map(({ startMs }) => startMs / s)).toEqual([0, 3, 6, 9]);
    expect(batches.map(({ behind }) => behind.max)).toEqual([70_000, 40_000, 10_000, 0]);
    expect(arrivedBy(10 * s) - 100_000).toBe(50_000);
    expect(lagRecordsAt(10 * s)).toBe(50_000);
    expect(events.map(({ atMs, kind }) => ({ atMs, kind }))).toEqual([{ atMs: 10 * s, kind: 'finished' }]);
  });

  it('Once reads all 100,000 in one batch, past the limit', () => {
    const { batches, events } = runQuery(backlog({ kind: 'once' }));
    expect(batches.map(({ numInputRows }) => numInputRows)).toEqual([100_000]);
    expect(events.map(({ kind }) => kind)).toEqual(['finished']);
  });

  it('the default trigger starts the next batch at the end of the one before', () => {
    const { batches } = runQuery({ ...backlog({ kind: 'default' }), durationMs: 20 * s });
    for (const [i, { startMs }] of batches.entries()) {
      if (i > 0 && i < 4) expect(startMs).toBe(batches[i - 1]?.endMs);
    }
  });
});

describe('a batch that outgrows its executor', () => {
  // 30 s of 2,000/s fit; each of M2.6's batches is larger, and 142,222 rows do not.
  const dying: QuerySetup = {
    ...simple(1_500),
    memory: { executorBytes: gib, rowBytes: 8_192, taskMaxFailures: 4, restartMs: 60 * s },
    durationMs: 1_800 * s,
  };

  it('dies after its tasks were tried four times, comes back with the same offsets, and dies again (SS36)', () => {
    const { batches, events, processedBy } = runQuery(dying);
    const dead = batches.filter(({ outcome }) => outcome === 'out-of-memory');
    expect(dead.length).toBeGreaterThan(2);
    expect(new Set(dead.map(({ batchId }) => batchId))).toEqual(new Set([3]));
    expect(new Set(dead.map(({ numInputRows }) => numInputRows)).size).toBe(1);
    expect(dead.map(({ queryRun }) => queryRun)).toEqual(dead.map((_, i) => i));
    expect(dead[1]?.startMs).toBe((dead[0]?.endMs ?? 0) + 60 * s);
    expect(dead[1]?.previousStartMs).toBeNull();
    expect(events.filter(({ kind }) => kind === 'restart').length).toBeGreaterThan(2);
    expect(processedBy(1_800 * s)).toBe(246_666);
  });

  it('gets through once the executors are larger', () => {
    const { batches } = runQuery({ ...dying, changes: [{ atMs: 900 * s, executorBytes: 64 * gib }] });
    const survived = batches.find(({ batchId, outcome }) => batchId === 3 && outcome !== 'out-of-memory');
    expect(survived?.startMs).toBeGreaterThan(900 * s);
    expect(survived?.numInputRows).toBe(142_222);
  });

  it('does not exist under a cap', () => {
    const capped = runQuery({ ...dying, source: kafka({ maxOffsetsPerTrigger: 45_000 }) });
    expect(capped.batches.every(({ outcome }) => outcome !== 'out-of-memory')).toBe(true);
  });
});

describe('what changes during a run', () => {
  it('counts from its moment on, also for the batch under way', () => {
    const run = runQuery({
      ...simple(1_000),
      changes: [
        { atMs: 60 * s, rowMs: 0.5 },
        { atMs: 75 * s, executors: 2 },
      ],
    });
    // 60,000 rows: 30 s at 1,000/s do half of them, 15 s at 2,000/s the rest.
    expect(run.batches[0]).toMatchObject({ startMs: 30 * s, endMs: 75 * s });
  });

  it('lets a batch wait out a slow-down of the sink', () => {
    const { batches } = runQuery({
      ...simple(1e6),
      sink: { limitPerSecond: 4_000 },
      changes: [
        { atMs: 40 * s, sinkSlowdown: 10 },
        { atMs: 140 * s, sinkSlowdown: 1 },
      ],
    });
    // 10 s at full pace write 40,000 rows, 50 s at a tenth of it the other 20,000.
    expect(batches[0]).toMatchObject({ startMs: 30 * s, endMs: 90 * s, bottleneck: 'sink' });
  });
});

describe('a source that deletes', () => {
  const hopeless: QuerySetup = {
    ...simple(1_000, {}),
    source: kafka({ maxOffsetsPerTrigger: 30_000, failOnDataLoss: false }, { retentionMs: 120 * s }),
    durationMs: 900 * s,
  };

  it('ends the query unless failOnDataLoss is false', () => {
    const source = kafka({ maxOffsetsPerTrigger: 30_000 }, { retentionMs: 120 * s });
    const { events, batches } = runQuery({ ...hopeless, source });
    expect(events.at(-1)).toMatchObject({ kind: 'data-loss', isFatal: true });
    expect(batches.at(-1)?.endMs).toBeLessThanOrEqual(events.at(-1)?.atMs ?? 0);
  });

  it('goes on behind the gap when it is false, and the records are counted as lost', () => {
    const { lostBy, arrivedBy, processedBy, lagRecordsAt, headOfLineAgeMsAt } = runQuery(hopeless);
    expect(lostBy(900 * s)).toBeGreaterThan(100_000);
    expect(arrivedBy(900 * s)).toBe(processedBy(900 * s) + lagRecordsAt(900 * s) + lostBy(900 * s));
    expect(headOfLineAgeMsAt(900 * s)).toBeLessThanOrEqual(180 * s);
  });

  it('deletes what a batch that dies again and again has still to read', () => {
    // 60,000 rows of 1 kB, from 0 to 30 s, do not fit; from 150 s on they are older than two minutes.
    const memory = { executorBytes: 40_000_000, rowBytes: 1_000, taskMaxFailures: 1, restartMs: 20 * s };
    const retentionMs = 120 * s;
    const fatal = runQuery({ ...hopeless, memory, source: kafka({}, { retentionMs }) });
    expect(fatal.events.at(-1)).toMatchObject({ kind: 'data-loss', isFatal: true });
    expect(fatal.events.at(-1)?.atMs).toBeLessThanOrEqual(180 * s);

    const { batches, lostBy, arrivedBy, processedBy, lagRecordsAt } = runQuery({
      ...hopeless,
      memory,
      source: kafka({ failOnDataLoss: false }, { retentionMs }),
    });
    const first = batches.filter(({ batchId }) => batchId === 0);
    const [dead, survivor] = [first[0], first.at(-1)];
    expect(survivor?.outcome).toBe('committed');
    expect(survivor?.endOffsets).toEqual(dead?.endOffsets);
    expect(survivor?.numInputRows).toBeLessThanOrEqual(40_000);
    expect(arrivedBy(900 * s)).toBe(processedBy(900 * s) + lagRecordsAt(900 * s) + lostBy(900 * s));
  });
});

describe('other sources', () => {
  it('Delta takes the file that crosses the soft limit: 3 GB files under 10 GB make batches of four (D1)', () => {
    const { batches } = runQuery({
      ...simple(1_000_000),
      source: {
        format: 'delta',
        rowsPerFile: 1_000,
        fileBytes: 3_000_000_000,
        backlogRecords: 10_000,
        options: readReaderOptions('delta', { maxBytesPerTrigger: 10_000_000_000 }, 1),
      },
      trigger: { kind: 'available-now' },
    });
    expect(batches.map(({ numInputRows }) => numInputRows)).toEqual([4_000, 4_000, 2_000]);
  });

  it('the Event Hubs connector reads 32,000 events a trigger from 32 partitions, 3,200/s every 10 s (M8)', () => {
    const { batches } = runQuery({
      ...simple(100_000),
      traffic: steady(10_000),
      source: { format: 'eventhubs', partitions: 32, options: readReaderOptions('eventhubs', {}, 32) },
      trigger: every(10),
    });
    expect(new Set(batches.map(({ numInputRows }) => numInputRows))).toEqual(new Set([32_000]));
  });

  it('throughput units let out 2 MB/s each (E1)', () => {
    const { batches } = runQuery({
      ...simple(1_000_000),
      traffic: steady(4_000),
      source: {
        format: 'eventhubs',
        partitions: 4,
        recordBytes: 1_000,
        throughputUnits: 1,
        options: readReaderOptions('eventhubs', { maxEventsPerTrigger: 60_000 }, 4),
      },
    });
    expect(batches[0]).toMatchObject({ numInputRows: 60_000, bottleneck: 'source', startMs: 30 * s, endMs: 60 * s });
  });

  it('minOffsetsPerTrigger waits for a batch worth having, but no longer than maxTriggerDelay (SS4)', () => {
    const startsOf = (options: OptionValues) =>
      runQuery({ ...simple(10_000, options), trigger: every(5), durationMs: 100 * s }).batches.map(
        ({ startMs }) => startMs / s,
      );
    expect(startsOf({ minOffsetsPerTrigger: 30_000 })).toEqual([15, 30, 45, 60, 75, 90]);
    expect(startsOf({ minOffsetsPerTrigger: 30_000, maxTriggerDelay: '10s' }).slice(0, 3)).toEqual([10, 20, 30]);
  });
});

describe('a query with state', () => {
  it('keeps 13 windows of 5 min under a delay of 1 h, and all of them without a watermark (M2.9)', () => {
    const minuteMs = 60 * s;
    const rowsAt = (watermarkDelayMs?: number) =>
      runQuery({
        ...simple(100_000),
        state: {
          windowMs: 5 * minuteMs,
          keys: 1_000,
          stateRowBytes: 100,
          ...(watermarkDelayMs !== undefined && { watermarkDelayMs }),
        },
        durationMs: 180 * minuteMs,
      }).lastBatchAt(179 * minuteMs)?.state?.rows;
    expect(rowsAt(60 * minuteMs)).toBe(13_000);
    expect(rowsAt()).toBe(36_000);
  });
});

describe('the count engine of a query', () => {
  const anySetup: fc.Arbitrary<QuerySetup> = fc
    .record({
      partitions: fc.integer({ min: 1, max: 6 }),
      weights: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }),
      rates: fc.array(fc.nat(3_000), { minLength: 1, maxLength: 4 }),
      limit: fc.option(fc.integer({ min: 1, max: 40_000 })),
      least: fc.option(fc.integer({ min: 1, max: 20_000 })),
      trigger: fc.constantFrom<Trigger>(every(7), every(30), { kind: 'once' }, { kind: 'available-now' }),
      rowMs: fc.integer({ min: 0, max: 20 }),
      retentionMs: fc.integer({ min: 10_000, max: 400_000 }),
      failOnDataLoss: fc.boolean(),
      executorBytes: fc.integer({ min: 1_000, max: 10_000_000 }),
      backlogRecords: fc.nat(50_000),
      startingOffsets: fc.constantFrom('earliest', 'latest'),
      changes: fc.array(
        fc.record({
          atMs: fc.nat(200_000),
          executors: fc.integer({ min: 1, max: 4 }),
          sinkSlowdown: fc.integer({ min: 1, max: 9 }),
        }),
        { maxLength: 3 },
      ),
      seed: fc.nat(5),
    })
    .map((given) => ({
      traffic: given.rates.map((recordsPerSecond, i) => ({ fromMs: i * 40 * s, recordsPerSecond })),
      source: {
        format: 'kafka',
        partitions: given.partitions,
        partitionWeights: [1, ...given.weights].slice(0, given.partitions),
        backlogRecords: given.backlogRecords,
        retentionMs: given.retentionMs,
        options: readReaderOptions(
          'kafka',
          {
            startingOffsets: given.startingOffsets,
            failOnDataLoss: given.failOnDataLoss,
            ...(given.limit !== null && { maxOffsetsPerTrigger: given.limit }),
            ...(given.least !== null && given.limit === null && { minOffsetsPerTrigger: given.least }),
          },
          given.partitions,
        ),
      },
      trigger: given.trigger,
      cluster: { executors: 1, coresPerExecutor: 2 },
      work: { batchOverheadMs: 100, taskOverheadMs: 10, rowMs: given.rowMs / 10, jitterShare: 0.2 },
      sink: { limitPerSecond: 2_500 },
      memory: { executorBytes: given.executorBytes, rowBytes: 100, taskMaxFailures: 2, restartMs: 5_000 },
      changes: given.changes,
      durationMs: 240 * s,
      seed: given.seed,
    }));

  it('conserves records, never overlaps batches, never exceeds a limit, and says the same twice', () => {
    fc.assert(
      fc.property(anySetup, (setup) => {
        const run = runQuery(setup);
        let endMs = 0;
        let offsets = run.batches[0]?.startOffsets ?? [];
        const limit = setup.source.options.maxOffsetsPerTrigger ?? Infinity;
        for (const batch of run.batches) {
          expect(batch.startMs).toBeGreaterThanOrEqual(endMs);
          expect(batch.endMs).toBeGreaterThan(batch.startMs);
          expect(batch.previousStartMs ?? -1).toBeLessThanOrEqual(batch.startMs);
          // A batch that comes again may find nothing left.
          if (batch.queryRun === 0) expect(batch.numInputRows).toBeGreaterThan(0);
          if (setup.trigger.kind !== 'once') expect(batch.numInputRows).toBeLessThanOrEqual(limit + 6);
          for (const [p, end] of batch.endOffsets.entries()) {
            expect(end).toBeLessThanOrEqual(batch.latestOffsets[p] ?? 0);
            expect(batch.startOffsets[p]).toBeGreaterThanOrEqual(offsets[p] ?? 0);
          }
          endMs = batch.endMs;
          if (batch.outcome === 'committed') offsets = batch.endOffsets;
        }
        let processed = 0;
        for (let ms = 0; ms <= 240 * s; ms += 6 * s) {
          expect(run.arrivedBy(ms)).toBe(run.processedBy(ms) + run.lagRecordsAt(ms) + run.lostBy(ms));
          expect(run.lagRecordsAt(ms)).toBeGreaterThanOrEqual(0);
          expect(run.processedBy(ms)).toBeGreaterThanOrEqual(processed);
          if (run.lagRecordsAt(ms) === 0) expect(run.headOfLineAgeMsAt(ms)).toBe(0);
          processed = run.processedBy(ms);
        }
        expect(JSON.stringify(runQuery(setup).batches)).toBe(JSON.stringify(run.batches));
      }),
      { numRuns: 300 },
    );
  });

  it('jitters the duration of batches with a seed, and with another seed otherwise; seed 0 is exact', () => {
    const durations = (seed: number) => {
      const { work, ...rest } = simple(5_000);
      return runQuery({ ...rest, work: { ...work, jitterShare: 0.1 }, seed }).batches.map(
        ({ startMs, endMs }) => endMs - startMs,
      );
    };
    expect(new Set(durations(0))).toEqual(new Set([12 * s]));
    expect(durations(1)).not.toEqual(durations(2));
    for (const ms of durations(1)) expect(Math.abs(ms - 12 * s)).toBeLessThanOrEqual(1.2 * s);
  });

  it('costs nothing while it idles', () => {
    const { batches } = runQuery({
      ...simple(1_000),
      traffic: [
        { fromMs: 0, recordsPerSecond: 0 },
        { fromMs: 86_400 * s, recordsPerSecond: 10 },
      ],
      trigger: { kind: 'default' },
      durationMs: 86_401 * s,
    });
    expect(batches[0]).toMatchObject({ startMs: 86_400_100, previousStartMs: 86_400_090, numInputRows: 1 });
  });

  it('refuses what cannot be meant', () => {
    expect(() => runQuery({ ...simple(1), durationMs: 0 })).toThrow('durationMs is 0');
    expect(() => runQuery({ ...simple(1), cluster: { executors: 0, coresPerExecutor: 1 } })).toThrow('cores is 0');
  });
});
