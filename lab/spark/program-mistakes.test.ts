import { describe, expect, it } from 'vitest';
import {
  batchesOf,
  checkpointLocation,
  orders,
  plainSpark,
  runPlainSpark,
  type Log,
  type SparkTestProgram,
} from '../testing/run-spark.ts';
import type { BatchDataFrame, DataFrame, KafkaRow, SparkSession } from './api.ts';

const started = (frame: DataFrame<KafkaRow>, write: (batch: BatchDataFrame<KafkaRow>, id: number) => unknown) =>
  frame.writeStream
    .option('checkpointLocation', checkpointLocation)
    .trigger({ processingTime: '10 seconds' })
    .foreachBatch(write as (batch: BatchDataFrame<KafkaRow>, id: number) => void)
    .start();
const mistakeOf = async (program: SparkTestProgram): Promise<string> => {
  const failure = await runPlainSpark(program).then(
    () => new Error('It ran.'),
    (error: unknown) => error as Error,
  );
  return String(failure.cause);
};
const filtering = (keep: (row: KafkaRow) => unknown) =>
  mistakeOf(({ spark }) =>
    started(orders(spark).filter(keep as (row: KafkaRow) => boolean), (batch) => batch.count())
      .awaitTermination()
      .then(),
  ) as Promise<string>;

describe('a mistake in a Spark program', () => {
  it('is named when a filter answers neither true nor false, instead of dropping or keeping every row', async () => {
    expect(await filtering((row) => row.value.match(/cents/))).toMatch(/answered object: write a comparison/);
    expect(await filtering(() => Promise.resolve(true))).toMatch(/answered a promise: it cannot be async/);
    expect(await filtering(() => {})).toMatch(/answered undefined: is a `return` missing/);
    const inBatch = mistakeOf(async ({ spark }) => {
      const keep = (() => 1) as unknown as () => boolean;
      await started(orders(spark), (batch) => batch.filter(keep).count()).awaitTermination();
    });
    expect(await inBatch).toMatch(/answered number/);
  });

  it('is named when a batch is used after foreachBatch has returned', async () => {
    const said = await mistakeOf(async ({ spark, sleep }) => {
      const kept: BatchDataFrame<KafkaRow>[] = [];
      started(orders(spark), (batch) => kept.push(batch));
      await sleep(15_000);
      await kept[0]?.count();
    });
    expect(said).toMatch(/This batch is over/);
  });

  it('is told once when an action is not awaited: its rows are lost', async () => {
    const log: Log = [];
    const trace = await runPlainSpark(
      async ({ spark, sink }) => {
        const write = (batch: BatchDataFrame<KafkaRow>) => void batch.foreachPartition((rows) => sink.write(rows));
        await started(orders(spark), write).awaitTermination();
      },
      {},
      { log },
    );
    expect(trace.totals.lost).toBe(6_000);
    expect(log.map(({ text }) => text)).toEqual([expect.stringContaining('Await it')]);
  });

  it('is a time that awaitTermination cannot wait, and a number with a unit or beyond all measure', async () => {
    const waiting = (ms: unknown) =>
      mistakeOf(async ({ spark }) => void (await started(orders(spark), () => {}).awaitTermination(ms as number)));
    expect(await waiting(Number.NaN)).toMatch(/awaitTermination\(timeoutMs\) is NaN/);
    expect(await waiting('10 seconds')).toMatch(/awaitTermination\(timeoutMs\) is string/);
    const setting = (set: (spark: SparkSession) => unknown) =>
      mistakeOf(({ spark }) => {
        set(spark);
        return Promise.resolve();
      });
    expect(await setting((spark) => orders(spark, { maxOffsetsPerTrigger: '10k' }))).toMatch(/is '10k'/);
    expect(await setting(({ conf }) => conf.set('spark.sql.shuffle.partitions', 'many'))).toMatch(/is 'many'/);
    expect(await setting(({ conf }) => conf.set('spark.sql.shuffle.partitions', 1e8))).toMatch(/10000 tasks at most/);
    const many = mistakeOf(async ({ spark }) => {
      await started(orders(spark), (batch) => batch.repartition(1e8).count()).awaitTermination();
    });
    expect(await many).toMatch(/ask for 10000 at most/);
  });
});

describe('an error of the sink that a program wraps', () => {
  it('ends the query as the error itself would, and the batch comes again', async () => {
    const failover = { fromMs: 20_000, toMs: 21_000, connectMs: 20 };
    const trace = await runPlainSpark(
      async ({ spark, sink }) => {
        await started(orders(spark), async (batch) => {
          try {
            await batch.foreachPartition((rows) => sink.write(rows));
          } catch (error) {
            throw new Error('the batch has failed', { cause: error });
          }
        }).awaitTermination();
      },
      { sink: { ...plainSpark.sink, failover }, topic: { partitions: 1, partitionWeights: [1] } },
    );
    expect(trace.totals).toMatchObject({ deaths: 1, repeatedBatches: 1, lost: 0 });
    expect(batchesOf(trace)).toHaveLength(6);
  });
});

describe('one transaction for every partition of a batch', () => {
  it('writes the first and skips the others, however many run at once', async () => {
    for (const coresPerExecutor of [1, 4]) {
      const trace = await runPlainSpark(
        async ({ spark, sink }) => {
          await started(orders(spark), (batch, txnVersion) =>
            batch.foreachPartition((rows) => sink.write(rows, { txnAppId: 'orders', txnVersion })),
          ).awaitTermination();
        },
        {
          cluster: { ...plainSpark.cluster, coresPerExecutor },
          topic: { partitions: 4, partitionWeights: [1, 1, 1, 1] },
        },
      );
      expect(trace.totals.written).toBe(trace.totals.committed / 4);
      expect(trace.totals.lost).toBe((trace.totals.committed * 3) / 4);
    }
  });
});
