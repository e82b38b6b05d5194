import { describe, expect, it } from 'vitest';
import { checkpointLocation, orders, runPlainSpark, type SparkTestProgram, type Log } from '../testing/run-spark.ts';
import type { KafkaRow, SparkSession } from './api.ts';
import { AnalysisException } from './errors.ts';
import { count, sum, window } from './functions.ts';

describe('what Spark refuses', () => {
  /** The error of a program that should not get far. */
  const refusal = async (build: (spark: SparkSession) => unknown): Promise<Error> => {
    const failure: unknown = await runPlainSpark(({ spark }) => Promise.resolve(void build(spark))).catch(
      (error: unknown) => (error as Error).cause,
    );
    return failure as Error;
  };
  const nothing = () => {};
  const start = (
    frame: { writeStream: ReturnType<typeof orders>['writeStream'] },
    mode: 'append' | 'update' | 'complete',
  ) =>
    frame.writeStream.outputMode(mode).option('checkpointLocation', checkpointLocation).foreachBatch(nothing).start();

  it('an option that its source does not read, by name', async () => {
    expect((await refusal((spark) => orders(spark, { maxEventsPerTrigger: 5 }))).message).toMatch(
      /Event Hubs.*maxOffsetsPerTrigger/s,
    );
    expect(
      (await refusal((spark) => orders(spark, { 'spark.streaming.backpressure.enabled': 'true' }))).message,
    ).toMatch(/DStreams/);
    expect((await refusal((spark) => orders(spark, { maxOffsets: 5 }))).message).toMatch(/'maxOffsets' is unknown/);
  });

  it('a query without a checkpoint, without a sink, or on a checkpoint in use', async () => {
    expect((await refusal((spark) => orders(spark).writeStream.foreachBatch(nothing).start())).message).toMatch(
      /^checkpointLocation/,
    );
    expect((await refusal((spark) => orders(spark).writeStream.start())).message).toMatch(/foreachBatch/);
    const twice = await refusal((spark) => [
      start(orders(spark) as never, 'append'),
      start(orders(spark) as never, 'append'),
    ]);
    expect(twice).toBeInstanceOf(AnalysisException);
    expect(twice.message).toMatch(/is active/);
  });

  it('an aggregate without a watermark in append mode, and complete mode without an aggregate', async () => {
    const windowed = (spark: SparkSession) => orders(spark).groupBy(window('timestamp', '5 minutes'), 'key').count();
    const append = await refusal((spark) => start(windowed(spark) as never, 'append'));
    expect(append).toBeInstanceOf(AnalysisException);
    expect(append.message).toMatch(/without watermark.*withWatermark\('timestamp'/s);
    const keyed = (spark: SparkSession) => orders(spark).withWatermark('timestamp', '1 minute').groupBy('key').count();
    expect((await refusal((spark) => start(keyed(spark) as never, 'append'))).message).toMatch(/Group by a window/);
    expect((await refusal((spark) => start(orders(spark) as never, 'complete'))).message).toMatch(
      /Complete output mode/,
    );
  });

  it('aggregates behind each other in update and complete mode (SS18)', async () => {
    const chained = (spark: SparkSession) =>
      orders(spark)
        .withWatermark('timestamp', '1 minute')
        .groupBy(window('timestamp', '5 minutes'), 'key')
        .count()
        .groupBy('window')
        .agg(sum('count'));
    for (const mode of ['update', 'complete'] as const)
      expect((await refusal((spark) => start(chained(spark) as never, mode))).message).toMatch(
        /Multiple stateful operators/,
      );
  });

  it('sources, topics, modes, triggers and writer options that there are not', async () => {
    expect((await refusal((spark) => spark.readStream.format('rate' as 'kafka'))).message).toMatch(/no source 'rate'/);
    expect((await refusal((spark) => spark.readStream.format('kafka').load())).message).toMatch(/There are: orders/);
    expect(
      (await refusal((spark) => spark.readStream.format('kafka').option('subscribe', 'x').load())).message,
    ).toMatch(/no topic 'x'/);
    expect((await refusal((spark) => orders(spark).writeStream.trigger({ processingTime: '10s' }))).message).toMatch(
      /10 minutes/,
    );
    expect(
      (await refusal((spark) => orders(spark).writeStream.trigger({ continuous: '1 second' } as never))).message,
    ).toMatch(/real-time/);
    expect((await refusal((spark) => orders(spark).writeStream.outputMode('overwrite' as never))).message).toMatch(
      /append, update, complete/,
    );
    expect((await refusal((spark) => orders(spark).writeStream.option('maxOffsetsPerTrigger', 5))).message).toMatch(
      /reader/,
    );
  });

  it('rows that are no rows', async () => {
    const causeOf = async (write: SparkTestProgram) =>
      ((await runPlainSpark(write).catch((error: unknown) => (error as Error).cause)) as Error).message;
    const writing =
      (rows: (row: KafkaRow) => unknown): SparkTestProgram =>
      async ({ spark, sink }) => {
        const query = orders(spark)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .foreachBatch(async (batch) => {
            await sink.write((await batch.collect()).map(rows) as object[]);
          })
          .start();
        await query.awaitTermination();
      };
    expect(await causeOf(writing((row) => ({ ...row })))).toMatch(/not a row of a batch/);
    expect(await causeOf(writing((row) => row.key))).toMatch(/not a row of a batch/);
    const mapped =
      (to: (row: KafkaRow) => unknown): SparkTestProgram =>
      async ({ spark }) => {
        const query = orders(spark)
          .map(to as (row: KafkaRow) => object)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .foreachBatch(() => {})
          .start();
        await query.awaitTermination();
      };
    expect(await causeOf(mapped((row) => row.key))).toMatch(/must return a row/);
    const same = {};
    expect(await causeOf(mapped(() => same))).toMatch(/Make a new one/);
  });
});

describe('settings', () => {
  it('of DStreams have no effect, and Spark says so in its log here', async () => {
    const log: Log = [];
    await runPlainSpark(
      async ({ spark }) => {
        spark.conf.set('spark.streaming.backpressure.enabled', true);
        spark.conf.set('spark.sql.adaptive.enabled', 'true');
        expect(spark.conf.get('spark.sql.shuffle.partitions')).toBe('200');
        expect(() => spark.conf.set('spark.sql.shuffle.partitions', 0)).toThrow(RangeError);
        expect(() => spark.conf.set('spark.sql.streaming.multipleWatermarkPolicy', 'avg')).toThrow('min, max');
        expect(spark.conf.get('spark.sql.shuffle.partitions')).toBe('200');
        return Promise.resolve();
      },
      {},
      { log },
    );
    expect(log.map(({ text }) => text)).toEqual([
      expect.stringContaining('belongs to DStreams'),
      expect.stringContaining('does not model it'),
    ]);
  });

  it('that the state depends on stay as they were when its checkpoint was made (SS16)', async () => {
    const log: Log = [];
    const partitions: number[] = [];
    await runPlainSpark(
      async ({ spark }) => {
        for (const wanted of [8, 16]) {
          spark.conf.set('spark.sql.shuffle.partitions', wanted);
          const query = orders(spark)
            .groupBy('key')
            .agg(count().alias('orders'))
            .writeStream.outputMode('update')
            .option('checkpointLocation', checkpointLocation)
            .trigger({ availableNow: true })
            .foreachBatch((batch) => void partitions.push(batch.getNumPartitions()))
            .start();
          await query.awaitTermination();
        }
      },
      { topic: { backlogRecords: 100 } },
      { log },
    );
    expect(new Set(partitions)).toEqual(new Set([8]));
    expect(log.map(({ text }) => text)).toContainEqual(expect.stringContaining('keeps 8'));
  });
});
