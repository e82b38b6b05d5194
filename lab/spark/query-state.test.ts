import { describe, expect, it } from 'vitest';
import { runEpochMs } from '../process/host.ts';
import { plainSpark, plainTopic, runPlainSpark, type SparkTestProgram } from '../testing/run-spark.ts';
import type { DataFrame, KafkaRow, OutputMode, SparkSession, WindowBounds } from './api.ts';
import { avg, count, max, min, sum, window } from './functions.ts';
import { stateRows } from './state-size.ts';
import type { SparkTrace } from './spark-trace.ts';

const second = 1_000;
const checkpointLocation = '/checkpoints/counts';

function topic(spark: SparkSession, name = 'orders'): DataFrame<KafkaRow> {
  return spark.readStream.format('kafka').option('subscribe', name).option('startingOffsets', 'earliest').load();
}

interface Counted {
  readonly window: WindowBounds;
  readonly key: string;
  readonly count: number;
}
type Seen = { batchId: number; from: number; key: string; count: number }[];

/** Counts by window of 10 s and key every 5 s, and writes the results. */
const counting =
  (
    seen: Seen,
    {
      mode = 'append',
      delay = '10 seconds',
      frame = (spark) => topic(spark),
      partitions = 4,
    }: {
      mode?: OutputMode;
      delay?: string | null;
      frame?: (spark: SparkSession) => DataFrame<KafkaRow>;
      partitions?: number;
    } = {},
  ): SparkTestProgram =>
  async ({ spark, sink }) => {
    spark.conf.set('spark.sql.shuffle.partitions', partitions);
    const rows = delay === null ? frame(spark) : frame(spark).withWatermark('timestamp', delay);
    const query = rows
      .groupBy(window('timestamp', '10 seconds'), 'key')
      .count()
      .writeStream.outputMode(mode)
      .option('checkpointLocation', checkpointLocation)
      .trigger({ processingTime: '5 seconds' })
      .foreachBatch(async (batch, batchId) => {
        const results = await batch.collect();
        seen.push(
          ...results.map((row: Counted) => ({
            batchId,
            from: row.window.start - runEpochMs,
            key: row.key,
            count: row.count,
          })),
        );
        if (results.length > 0) await sink.write(results);
      })
      .start();
    await query.awaitTermination();
  };

const one = { keys: 1 };
const batchesOf = (trace: SparkTrace) => trace.events.filter((event) => event.kind === 'batch');
const seenAt = (trace: SparkTrace, atMs: number) => trace.series.watermarkMs[Math.floor(atMs / trace.sampleMs)];

describe('a windowed count', () => {
  it('in append mode gives each window once, when the watermark has passed its end', async () => {
    const seen: Seen = [];
    const trace = await runPlainSpark(counting(seen), { topic: one });
    expect(seen.map(({ from }) => from)).toEqual([0, 10_000, 20_000, 30_000]);
    expect(new Set(seen.slice(1).map(({ count: rows }) => rows))).toEqual(new Set([1_000]));
    const { results, resultsWritten, resultDuplicates, resultsLost, droppedLate, lost } = trace.totals;
    expect([results, resultsWritten, resultDuplicates, resultsLost, droppedLate, lost]).toEqual([4, 4, 0, 0, 0, 0]);
  });

  it('in update mode gives what has changed, and in complete mode everything', async () => {
    const update: Seen = [];
    await runPlainSpark(counting(update, { mode: 'update' }), { topic: one });
    const first = update.filter(({ from }) => from === 0).map(({ count: rows }) => rows);
    expect(first.slice(0, 2)).toEqual([499, 999].map((rows) => expect.closeTo(rows, -1) as unknown as number));
    const complete: Seen = [];
    const trace = await runPlainSpark(counting(complete, { mode: 'complete' }), { topic: one });
    const last = Math.max(...complete.map(({ batchId }) => batchId));
    const whole = complete.filter(({ batchId }) => batchId === last).map(({ from }) => from);
    expect(whole.sort((x, y) => x - y)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    // Complete mode keeps all there ever was.
    expect(trace.series.stateRows.at(-1)).toBeGreaterThanOrEqual(6);
  });

  it('keeps (delay + window) ÷ window rows for each key, and one more until the batch after a window has ended (M2.9)', async () => {
    const trace = await runPlainSpark(counting([], { delay: '20 seconds' }), { durationMs: 120_000 });
    const steady = batchesOf(trace)
      .filter(({ startMs }) => startMs > 60_000)
      .map((batch) => batch.stateRows);
    const closed = stateRows({ delayMs: 20 * second, windowMs: 10 * second, activeKeys: 10 });
    expect(closed).toBe(30);
    expect(Math.min(...steady)).toBe(closed);
    expect(Math.max(...steady)).toBeGreaterThan(closed);
    expect(Math.max(...steady)).toBeLessThanOrEqual(closed + 10);
    const operator = trace.progress.at(-1)?.stateOperators[0];
    expect(operator?.memoryUsedBytes).toBe((operator?.numRowsTotal ?? 0) * 200);
  });

  it('grows without a watermark for ever, in update mode, with each key and window', async () => {
    const trace = await runPlainSpark(counting([], { mode: 'update', delay: null }));
    const rows = trace.series.stateRows;
    for (let at = 1; at < rows.length; at++) expect(rows[at]!).toBeGreaterThanOrEqual(rows[at - 1]!);
    expect(trace.series.watermarkMs.every((ms) => ms === null)).toBe(true);
    expect(rows.at(-1)).toBeGreaterThanOrEqual(60);
  });

  it('drops rows for windows that have ended, and counts them', async () => {
    const eventTime = { late: { share: 0.1, byMs: 40_000 } };
    const seen: Seen = [];
    const trace = await runPlainSpark(counting(seen, { mode: 'update' }), { topic: { ...one, eventTime } });
    expect(trace.totals.droppedLate).toBeGreaterThan(100);
    expect(trace.progress.some(({ stateOperators }) => (stateOperators[0]?.numRowsDroppedByWatermark ?? 0) > 0)).toBe(
      true,
    );
    const patient = await runPlainSpark(counting([], { mode: 'update', delay: '1 minute' }), {
      topic: { ...one, eventTime },
    });
    expect(patient.totals.droppedLate).toBe(0);
    expect(patient.totals.lost).toBe(0);
  });

  it('conserves: what was counted in final windows, is still in state or was late is what was read', async () => {
    const seen: Seen = [];
    const eventTime = { spreadMs: 3_000, late: { share: 0.05, byMs: 30_000 } };
    const all: Seen = [];
    const trace = await runPlainSpark(counting(seen, { mode: 'append' }), { topic: { eventTime } });
    const same = await runPlainSpark(counting(all, { mode: 'update' }), { topic: { eventTime } });
    const lastOf = new Map(all.map((row) => [`${row.from}/${row.key}`, row.count]));
    const counted = [...lastOf.values()].reduce((a, b) => a + b, 0);
    expect(counted + same.totals.droppedLate).toBe(same.totals.committed);
    for (const row of seen) expect(lastOf.get(`${row.from}/${row.key}`)).toBe(row.count);
    expect(trace.totals.usedUp).toBe(trace.totals.committed);
  });

  it('emits its last window in a batch without data, unless that is switched off (SS9)', async () => {
    const silent = [{ fromMs: 25_000, toMs: 60_000 }];
    const seen: Seen = [];
    const trace = await runPlainSpark(counting(seen), { topic: { ...one, silent } });
    const empty = batchesOf(trace).filter(({ records }) => records === 0);
    expect(empty).toHaveLength(1);
    expect(seen.map(({ from }) => from)).toEqual([0]);
    expect(trace.progress.at(-1)?.numInputRows).toBe(0);
    const without = await runPlainSpark(
      async (context) => {
        context.spark.conf.set('spark.sql.streaming.noDataMicroBatches.enabled', false);
        await counting([])(context);
      },
      { topic: { ...one, silent } },
    );
    expect(batchesOf(without).some(({ records }) => records === 0)).toBe(false);
  });

  it('goes on from its checkpoint after a death, with no row lost or counted twice', async () => {
    const [calm, killed]: [Seen, Seen] = [[], []];
    await runPlainSpark(counting(calm), {});
    const trace = await runPlainSpark(counting(killed), { killAtMs: 25_120 });
    expect(trace.totals.deaths).toBe(1);
    expect(trace.totals.repeatedBatches).toBe(1);
    const totals = (seen: Seen) => Object.fromEntries(seen.map((row) => [`${row.from}/${row.key}`, row.count]));
    expect(totals(killed)).toEqual(totals(calm));
  });

  it('costs 200 tasks in each batch with the default number of state partitions', async () => {
    const trace = await runPlainSpark(counting([], { partitions: 200 }), { durationMs: 20_000 });
    const few = await runPlainSpark(counting([], { partitions: 4 }), { durationMs: 20_000 });
    // 200 tasks of 10 ms on four cores are 50 waves.
    expect(trace.progress[1]!.durationMs.addBatch - few.progress[1]!.durationMs.addBatch).toBeGreaterThanOrEqual(480);
  });
});

describe('M2.9 what moves a watermark in a query', () => {
  it('one idle partition of a single input does not stall it', async () => {
    const silent = [{ partition: 1, fromMs: 10_000, toMs: 60_000 }];
    const trace = await runPlainSpark(counting([]), { topic: { silent } });
    expect(seenAt(trace, 59_000)).toBeGreaterThan(40_000);
  });

  it('one idle input of two stalls it, and with it the eviction of state', async () => {
    const topics = [plainTopic, { ...plainTopic, topic: 'refunds', silent: [{ fromMs: 20_000, toMs: 60_000 }] }];
    const both = (spark: SparkSession) =>
      topic(spark)
        .withWatermark('timestamp', '10 seconds')
        .union(topic(spark, 'refunds').withWatermark('timestamp', '10 seconds'));
    const trace = await runPlainSpark(counting([], { frame: both, delay: null }), { topics });
    expect(seenAt(trace, 59_000)).toBeLessThanOrEqual(10_000);
    const rows = trace.series.stateRows;
    expect(rows.at(-1)).toBeGreaterThanOrEqual(50);

    const fastest = await runPlainSpark(
      async (context) => {
        context.spark.conf.set('spark.sql.streaming.multipleWatermarkPolicy', 'max');
        await counting([], { frame: both, delay: null })(context);
      },
      { topics },
    );
    expect(seenAt(fastest, 59_000)).toBeGreaterThan(40_000);
  });

  it('a single row that is dated 1 day ahead moves it 1 day ahead, and everything normal is late', async () => {
    const eventTime = { future: { partition: 0, atMs: 22_000, aheadMs: 86_400_000 } };
    const trace = await runPlainSpark(counting([]), { topic: { ...one, eventTime } });
    expect(seenAt(trace, 59_000)).toBeGreaterThan(86_400_000);
    const after = batchesOf(trace).filter(({ startMs }) => startMs >= 30_000);
    expect(after.every(({ lateRows, records }) => lateRows === records)).toBe(true);
    expect(trace.totals.droppedLate).toBeGreaterThan(3_000);
  });

  it('a slow partition does not hold it back: its rows are dropped instead', async () => {
    const eventTime = { slow: { partition: 1, byMs: 30_000 } };
    const trace = await runPlainSpark(counting([]), { topic: { ...one, eventTime } });
    expect(seenAt(trace, 59_000)).toBeGreaterThan(40_000);
    expect(trace.totals.droppedLate).toBeGreaterThan(1_000);
  });
});

describe('state in memory', () => {
  const many = { keys: 10_000, baseRecordsPerSecond: 500 };
  const small = { ...plainSpark.process, limitBytes: 700_000, bytesPerRecord: 100, mostRestarts: 0 };
  const withProvider =
    (name: string): SparkTestProgram =>
    async (context) => {
      context.spark.conf.set(
        'spark.sql.streaming.stateStore.providerClass',
        `org.apache.spark.sql.execution.streaming.state.${name}`,
      );
      await counting([], { delay: '1 hour', mode: 'update' })(context);
    };

  it('lies on the heap with the default provider and ends the application; RocksDB keeps it beside (SS17)', async () => {
    const heap = await runPlainSpark(withProvider('HDFSBackedStateStoreProvider'), { topic: many, process: small });
    expect(heap.events.find(({ kind }) => kind === 'end')).toMatchObject({ how: 'out-of-memory' });
    const rocks = await runPlainSpark(withProvider('RocksDBStateStoreProvider'), { topic: many, process: small });
    expect(rocks.totals.deaths).toBe(0);
    expect(rocks.series.stateRows.at(-1)).toBeGreaterThan(10_000);
  });
});

describe('aggregates', () => {
  it('are count, sum, avg, min and max, by columns that a map has made', async () => {
    const rows: Record<string, unknown>[] = [];
    await runPlainSpark(
      async ({ spark }) => {
        const query = topic(spark)
          .withColumn('cents', ({ offset }) => offset + 1)
          .select('cents', 'partition')
          .groupBy('partition')
          .agg(count(), sum('cents').alias('total'), avg('cents'), min('cents'), max('cents'))
          .writeStream.outputMode('complete')
          .option('checkpointLocation', checkpointLocation)
          .trigger({ availableNow: true })
          .foreachBatch(async (batch) => {
            rows.push(...(await batch.collect()));
          })
          .start();
        await query.awaitTermination();
      },
      { topic: { backlogRecords: 200 } },
    );
    const expected = { count: 100, total: 5_050, 'avg(cents)': 50.5, 'min(cents)': 1, 'max(cents)': 100 };
    expect(rows.sort((a, b) => Number(a['partition']) - Number(b['partition']))).toEqual([
      { partition: 0, ...expected },
      { partition: 1, ...expected },
    ]);
  });

  it('behind each other, in append mode, put a salted count together again (SS18, SS30)', async () => {
    const salted: { from: number; count: number }[] = [];
    const plainly: Seen = [];
    await runPlainSpark(
      async ({ spark }) => {
        spark.conf.set('spark.sql.shuffle.partitions', 4);
        const query = topic(spark)
          .withColumn('salt', ({ offset }) => offset % 8)
          .withWatermark('timestamp', '10 seconds')
          .groupBy(window('timestamp', '10 seconds'), 'key', 'salt')
          .count()
          .groupBy('window', 'key')
          .agg(sum('count').alias('total'))
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ processingTime: '5 seconds' })
          .foreachBatch(async (batch) => {
            for (const row of await batch.collect())
              salted.push({ from: row.window.start - runEpochMs, count: row.total });
          })
          .start();
        await query.awaitTermination();
      },
      { topic: one },
    );
    await runPlainSpark(counting(plainly), { topic: one });
    expect(salted).toEqual(plainly.map(({ from, count: rows }) => ({ from, count: rows })));
    expect(salted).toHaveLength(4);
  });

  it('name a column that has no numbers, and keys and event times that are none', async () => {
    const failing = async (build: (frame: DataFrame<KafkaRow>) => DataFrame<object>) => {
      const failure: unknown = await runPlainSpark(async ({ spark }) => {
        const query = build(topic(spark))
          .writeStream.outputMode('update')
          .option('checkpointLocation', checkpointLocation)
          .foreachBatch(() => {})
          .start();
        await query.awaitTermination();
      }).catch((error: unknown) => (error as Error).cause);
      return (failure as Error).message;
    };
    expect(await failing((frame) => frame.groupBy('key').agg(sum('value')))).toMatch(/sum\('value'\) needs a number/);
    expect(
      await failing((frame) =>
        frame
          .withColumn('o', () => ({}))
          .groupBy('o')
          .count(),
      ),
    ).toMatch(/needs text, a number/);
    expect(await failing((frame) => frame.groupBy(window('key', '1 minute')).count())).toMatch(
      /'key' must hold event times/,
    );
    expect(await failing((frame) => frame.select('nothing' as 'key'))).toMatch(/There is no column 'nothing'/);
  });
});
