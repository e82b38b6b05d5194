import { describe, expect, it } from 'vitest';
import { SinkError } from '../sink/errors.ts';
import { checkpointLocation, orders, plainSpark, runPlainSpark, simpleQuery } from '../testing/run-spark.ts';
import type { BatchDataFrame, KafkaRow, StreamingQuery } from './api.ts';
import { SparkException, StreamingQueryException } from './errors.ts';
import type { SparkTrace } from './spark-trace.ts';

describe('actions of a batch', () => {
  const withBatch = async (
    act: (batch: BatchDataFrame<KafkaRow>, now: () => number) => Promise<void>,
    changes: Parameters<typeof runPlainSpark>[1] = {},
  ): Promise<SparkTrace> =>
    runPlainSpark(
      async ({ spark, now }) => {
        const query = orders(spark)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ availableNow: true })
          .foreachBatch((batch) => act(batch, now))
          .start();
        await query.awaitTermination();
      },
      {
        topic: { partitions: 8, partitionWeights: Array.from({ length: 8 }, () => 1), backlogRecords: 8_000 },
        ...changes,
      },
    );

  it('run partitions at once on as many cores as there are: eight tasks on four are two waves', async () => {
    const spans: [number, number][] = [];
    await withBatch(async (batch, now) => {
      await batch.foreachPartition(async () => {
        const startMs = now();
        await new Promise<void>((resolve) => {
          void Promise.resolve().then(resolve);
        });
        spans.push([startMs, now()]);
      });
    });
    const waves = new Set(spans.map(([startMs]) => Math.round(startMs)));
    expect(spans).toHaveLength(8);
    expect([...waves]).toHaveLength(2);
  });

  it('hold a core until the task has written, so the sink sees as many writers as there are cores', async () => {
    const trace = await runPlainSpark(simpleQuery(), {
      topic: { partitions: 8, partitionWeights: Array.from({ length: 8 }, () => 1) },
      sink: { ...plainSpark.sink, connections: 100, callMs: 1_000 },
      durationMs: 20_000,
    });
    const atOnce = (atMs: number) => trace.calls.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs).length;
    expect(Math.max(...trace.calls.map(({ startMs }) => atOnce(startMs)))).toBe(4);
  });

  it('have fewer writers after coalesce, and even partitions after repartition', async () => {
    const sizes: number[] = [];
    await withBatch(async (batch) => {
      expect([batch.coalesce(3).getNumPartitions(), batch.coalesce(100).getNumPartitions()]).toEqual([3, 8]);
      await batch.coalesce(3).foreachPartition((rows) => void sizes.push(rows.length));
      await batch.repartition(5).foreachPartition((rows) => void sizes.push(rows.length));
    });
    expect(sizes.slice(0, 3).sort((a, b) => a - b)).toEqual([2_000, 3_000, 3_000]);
    expect(sizes.slice(3)).toEqual([1_600, 1_600, 1_600, 1_600, 1_600]);
  });

  it('compute the batch anew, unless it is persisted (SS41)', async () => {
    const times: number[] = [];
    const timed = async (batch: BatchDataFrame<KafkaRow>, now: () => number) => {
      for (let i = 0; i < 2; i++) {
        const startMs = now();
        expect(await batch.count()).toBe(8_000);
        times.push(Math.round(now() - startMs));
      }
    };
    await withBatch((batch, now) => timed(batch, now));
    await withBatch((batch, now) => timed(batch.persist(), now));
    const [first, again, persisted, fromMemory] = times as [number, number, number, number];
    expect(again).toBe(first);
    expect(persisted).toBeGreaterThanOrEqual(first);
    expect(fromMemory).toBeLessThan(first / 4);
  });

  it('try a failing task again, then fail the job, the query, and with it the application', async () => {
    const trace = await runPlainSpark(simpleQuery(), { topic: { poisonShare: 0.01 }, durationMs: 20_000 });
    const failed = trace.events.filter((event) => event.kind === 'task-failed');
    expect(failed.map((event) => event.attempt)).toContain(4);
    expect(failed.every((event) => event.attempt <= 4 && event.error === 'SinkError')).toBe(true);
    expect(trace.events.find(({ kind }) => kind === 'query-ended')).toMatchObject({ error: 'SinkError' });
    expect(trace.events.find(({ kind }) => kind === 'end')).toMatchObject({
      how: 'threw',
      error: 'StreamingQueryException',
    });
    expect(trace.totals.repeatedBatches).toBeGreaterThan(0);
  });

  it('show the program what failed: SparkException in the batch, StreamingQueryException at the query', async () => {
    const seen: unknown[] = [];
    await runPlainSpark(
      async ({ spark, sink }) => {
        const query: StreamingQuery = orders(spark)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .foreachBatch(async (batch) => {
            try {
              await batch.foreachPartition((rows) => sink.write(rows));
            } catch (error) {
              seen.push(error instanceof SparkException, (error as SparkException).cause instanceof SinkError);
              throw error;
            }
          })
          .start();
        await query.awaitTermination().catch((error: unknown) => seen.push(error instanceof StreamingQueryException));
        seen.push(query.exception()?.cause instanceof SparkException);
      },
      { topic: { poisonShare: 0.5, backlogRecords: 100 } },
    );
    expect(seen).toEqual([true, true, true, true]);
  });

  it('park bad rows, and lose none', async () => {
    const trace = await runPlainSpark(
      async ({ spark, sink, deadLetters }) => {
        const isGood = ({ value }: KafkaRow) => value.endsWith('}');
        const query = orders(spark)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ processingTime: '10 seconds' })
          .foreachBatch(async (batch) => {
            await batch.foreachPartition(async (rows) => {
              const bad = rows.filter((row) => !isGood(row));
              if (bad.length > 0) await deadLetters.send(bad, 'no JSON');
              const good = rows.filter(isGood);
              if (good.length > 0) await sink.write(good);
            });
          })
          .start();
        await query.awaitTermination();
      },
      { topic: { poisonShare: 0.02 } },
    );
    const { lost, poisonPassed, poisonMissing, deadLettersBad, deadLettersGood, written } = trace.totals;
    expect(poisonPassed).toBeGreaterThan(50);
    expect([lost, poisonMissing, deadLettersGood]).toEqual([0, 0, 0]);
    expect(deadLettersBad + written).toBe(trace.totals.committed);
  });

  it('lose what nobody reads or writes: a batch is committed when its function returns', async () => {
    const trace = await runPlainSpark(async ({ spark }) => {
      const query = orders(spark)
        .writeStream.option('checkpointLocation', checkpointLocation)
        .trigger({ processingTime: '10 seconds' })
        .foreachBatch(() => {})
        .start();
      await query.awaitTermination();
    });
    expect(trace.totals.lost).toBe(6_000);
  });
});
