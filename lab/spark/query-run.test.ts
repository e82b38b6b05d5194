import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchesOf,
  checkpointLocation,
  orders,
  plainSpark,
  plainTopic,
  runPlainSpark,
  simpleQuery,
  type SparkTestProgram,
  type Log,
} from '../testing/run-spark.ts';

describe('a query', () => {
  it('starts a batch at each multiple of its trigger, and writes what it reads', async () => {
    const trace = await runPlainSpark(simpleQuery());
    expect(batchesOf(trace).map(({ startMs }) => startMs)).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    expect(trace.progress.map(({ numInputRows }) => numInputRows)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
    expect(trace.progress.map(({ inputRowsPerSecond }) => inputRowsPerSecond)).toEqual([100, 100, 100, 100, 100, 100]);
    const { produced, committed, written, lost, duplicates } = trace.totals;
    expect([produced, committed, written, lost, duplicates]).toEqual([6_100, 6_000, 6_000, 0, 0]);
    for (const [at, lag] of trace.series.lagRecords.entries())
      expect(lag).toBe(trace.series.producedRecords[at]! - trace.series.committedRecords[at]!);
  });

  it('keeps to its cap, and says how far behind that leaves it (M2.4, SS31)', async () => {
    const trace = await runPlainSpark(simpleQuery({ maxOffsetsPerTrigger: 500 }));
    expect(trace.progress.every(({ numInputRows }) => numInputRows === 500)).toBe(true);
    const behind = trace.progress.map(({ sources }) => Number(sources[0]?.metrics.maxOffsetsBehindLatest));
    expect(behind).toEqual([250, 500, 750, 1_000, 1_250, 1_500]);
  });

  it('takes what has come meanwhile when it has no cap, so a slow batch is followed by a larger one (SS36)', async () => {
    const slow = { ...plainSpark.cluster, rowMs: 30 };
    const trace = await runPlainSpark(simpleQuery(), { cluster: slow });
    const sizes = batchesOf(trace).map(({ records }) => records);
    expect(sizes[0]).toBe(1_000);
    expect(sizes[1]).toBeGreaterThan(1_400);
    expect(trace.events.some(({ kind }) => kind === 'falling-behind')).toBe(true);
    expect(trace.progress.every(({ sources }) => sources[0]?.metrics.maxOffsetsBehindLatest === '0')).toBe(true);
  });

  it('has no progress before its first batch, then that of the last', async () => {
    const seen: unknown[] = [];
    await runPlainSpark(async ({ spark, sleep }) => {
      const query = orders(spark)
        .writeStream.option('checkpointLocation', checkpointLocation)
        .queryName('orders')
        .trigger({ processingTime: '10 seconds' })
        .foreachBatch(async (batch) => {
          await batch.count();
        })
        .start();
      seen.push(query.lastProgress, query.isActive, query.name, query.status.isTriggerActive);
      await sleep(25_000);
      seen.push(query.lastProgress?.batchId, query.recentProgress.length, query.status.isDataAvailable);
      expect(spark.streams.get(query.id)).toBe(query);
      await query.stop();
      seen.push(query.isActive, spark.streams.active.length, await query.awaitTermination());
    });
    expect(seen).toEqual([null, true, 'orders', false, 1, 2, true, false, 0, true]);
  });

  it('runs with the default trigger as soon as the last batch has ended, and waits for data', async () => {
    const trace = await runPlainSpark(
      async ({ spark }) => {
        const query = orders(spark)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .foreachBatch(async (batch) => {
            await batch.count();
          })
          .start();
        await query.awaitTermination();
      },
      { durationMs: 5_000, topic: { baseRecordsPerSecond: 2 } },
    );
    const starts = batchesOf(trace).map(({ startMs }) => Math.round(startMs));
    expect(starts).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  it('ends by itself with availableNow, at what was there when it started', async () => {
    const trace = await runPlainSpark(
      async ({ spark }) => {
        const query = orders(spark, { maxOffsetsPerTrigger: 30_000 })
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ availableNow: true })
          .foreachBatch(async (batch) => {
            await batch.count();
          })
          .start();
        expect(await query.awaitTermination()).toBe(true);
        expect(query.isActive).toBe(false);
      },
      { topic: { partitions: 1, partitionWeights: [1], backlogRecords: 100_000 } },
    );
    // M2.11: what arrives meanwhile is left for the next run.
    expect(batchesOf(trace).map(({ records }) => records)).toEqual([30_000, 30_000, 30_000, 10_000]);
  });

  it('takes everything at once with the deprecated once, whatever the cap', async () => {
    const log: Log = [];
    const trace = await runPlainSpark(
      async ({ spark }) => {
        const query = orders(spark, { maxOffsetsPerTrigger: 30_000 })
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ once: true })
          .foreachBatch(async (batch) => {
            await batch.count();
          })
          .start();
        await query.awaitTermination();
      },
      { topic: { backlogRecords: 100_000 } },
      { log },
    );
    expect(batchesOf(trace).map(({ records }) => records)).toEqual([100_000]);
    expect(log[0]).toMatchObject({ level: 'warn', text: expect.stringContaining('deprecated') as string });
  });

  it('begins at the latest offsets unless told otherwise, so what was there before is never read', async () => {
    const trace = await runPlainSpark(
      async ({ spark }) => {
        const query = spark.readStream
          .format('kafka')
          .option('subscribe', 'orders')
          .load()
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ availableNow: true })
          .foreachBatch(async (batch) => {
            await batch.count();
          })
          .start();
        await query.awaitTermination();
      },
      { topic: { backlogRecords: 5_000 } },
    );
    expect(trace.totals.delivered).toBe(0);
    expect(trace.totals.lost).toBe(5_000);
  });

  it('waits for a batch worth its while, but not for ever (minOffsetsPerTrigger)', async () => {
    const trace = await runPlainSpark(simpleQuery({ minOffsetsPerTrigger: 2_500, maxTriggerDelay: '25s' }));
    expect(batchesOf(trace).map(({ startMs, records }) => [startMs, records])).toEqual([
      [10_000, 1_000],
      [40_000, 3_000],
    ]);
  });
});

describe('a death', () => {
  it('repeats the batch that was under way: the same id, the same rows, and duplicates for what was written', async () => {
    const seen: { life: number; id: number; first: string }[] = [];
    let life = 0;
    const program: SparkTestProgram = async ({ spark, sink }) => {
      const mine = ++life;
      // A cap may be another one in the next life: it counts for new batches only.
      const query = orders(spark, { maxOffsetsPerTrigger: mine === 1 ? 800 : 600 })
        .writeStream.option('checkpointLocation', checkpointLocation)
        .trigger({ processingTime: '10 seconds' })
        .foreachBatch(async (batch, id) => {
          const rows = await batch.collect();
          const [first] = rows;
          if (first !== undefined)
            seen.push({ life: mine, id, first: `${first.partition}-${first.offset}/${rows.length}` });
          for (let at = 0; at < rows.length; at += 100) await sink.write(rows.slice(at, at + 100));
        })
        .start();
      await query.awaitTermination();
    };
    const trace = await runPlainSpark(program, { killAtMs: 20_250 });
    const second = seen.filter(({ id }) => id === 1);
    expect(second.map(({ life: of }) => of)).toEqual([1, 2]);
    expect(second[0]?.first).toBe(second[1]?.first);
    expect(second[0]?.first).toBe('0-400/800');
    expect(trace.totals.repeatedBatches).toBe(1);
    expect(trace.totals.duplicates).toBeGreaterThan(0);
    expect(trace.totals.redelivered).toBe(800);
    expect(trace.totals.lost).toBe(0);
    expect(batchesOf(trace).map(({ records }) => records)).toEqual([800, 800, 600, 600, 600, 600]);
  });

  it('leaves no second row when each write carries its batch as a transaction', async () => {
    const trace = await runPlainSpark(
      async ({ spark, sink }) => {
        const query = orders(spark)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ processingTime: '10 seconds' })
          .foreachBatch(async (batch, batchId) => {
            const rows = await batch.collect();
            for (let at = 0; at < rows.length; at += 100)
              await sink.write(rows.slice(at, at + 100), { txnAppId: `orders/${at}`, txnVersion: batchId });
          })
          .start();
        await query.awaitTermination();
      },
      { killAtMs: 20_250 },
    );
    expect(trace.totals.repeatedBatches).toBe(1);
    expect([trace.totals.duplicates, trace.totals.lost]).toEqual([0, 0]);
    expect(trace.totals.written).toBe(6_000);
  });

  it('by memory comes to a batch that its heap cannot hold; with a cap it fits', async () => {
    const small = { ...plainSpark.process, limitBytes: 3_000 * 1_024, mostRestarts: 2 };
    const backlog = { backlogRecords: 20_000 };
    const uncapped = await runPlainSpark(simpleQuery(), { process: small, topic: backlog });
    expect(uncapped.totals.deaths).toBe(3);
    expect(uncapped.totals.committed).toBe(0);
    expect(uncapped.events.find(({ kind }) => kind === 'end')).toMatchObject({ how: 'out-of-memory' });
    const capped = await runPlainSpark(simpleQuery({ maxOffsetsPerTrigger: 4_000 }), {
      process: small,
      topic: backlog,
    });
    expect(capped.totals.deaths).toBe(0);
    expect(capped.totals.written).toBeGreaterThan(20_000);
    expect(Math.max(...capped.series.heapBytes)).toBeLessThanOrEqual(small.limitBytes);
  });

  it('by memory comes to a driver that collects what its executors could hold', async () => {
    const small = { ...plainSpark.process, limitBytes: 3_000 * 1_024, mostRestarts: 0 };
    const trace = await runPlainSpark(
      async ({ spark }) => {
        const query = orders(spark, { maxOffsetsPerTrigger: 4_000 })
          .writeStream.option('checkpointLocation', checkpointLocation)
          .foreachBatch(async (batch) => {
            await batch.collect();
          })
          .start();
        await query.awaitTermination();
      },
      { process: small, topic: { backlogRecords: 20_000 } },
    );
    expect(trace.events.find(({ kind }) => kind === 'end')).toMatchObject({ how: 'out-of-memory' });
  });
});

describe('a checkpoint', () => {
  /** Each life has a location of its own, as with a time in its name. */
  const fresh = (startingOffsets: string): SparkTestProgram => {
    let life = 0;
    return async ({ spark, sink }) => {
      const query = spark.readStream
        .format('kafka')
        .option('subscribe', 'orders')
        .option('startingOffsets', startingOffsets)
        .load()
        .writeStream.option('checkpointLocation', `/checkpoints/${++life}`)
        .trigger({ processingTime: '10 seconds' })
        .foreachBatch((batch) => batch.foreachPartition((rows) => sink.write(rows)))
        .start();
      await query.awaitTermination();
    };
  };

  it('that is another one after a restart loses what came meanwhile, or writes everything again', async () => {
    const latest = await runPlainSpark(fresh('latest'), { killAtMs: 25_000 });
    expect(latest.totals.lost).toBe(600);
    expect(latest.totals.duplicates).toBe(0);
    const earliest = await runPlainSpark(fresh('earliest'), { killAtMs: 25_000 });
    expect(earliest.totals.lost).toBe(0);
    expect(earliest.totals.duplicates).toBe(2_000);
  });

  it('belongs to one query: another with more sources or aggregates is refused', async () => {
    const twice = runPlainSpark(async ({ spark }) => {
      const frames = [orders(spark), orders(spark).union(orders(spark))];
      for (const frame of frames) {
        const query = frame.writeStream
          .option('checkpointLocation', checkpointLocation)
          .trigger({ availableNow: true })
          .foreachBatch(() => {})
          .start();
        await query.awaitTermination();
      }
    });
    expect(String(((await twice.catch((error: unknown) => error)) as Error).cause)).toMatch(
      /belongs to a query with 1 sources/,
    );
  });

  it('of each query moves by itself: two that read one topic commit what both have passed', async () => {
    const trace = await runPlainSpark(async ({ spark, sink, sleep }) => {
      for (const [name, everyMs] of [
        ['fast', 5_000],
        ['slow', 20_000],
      ] as const)
        orders(spark)
          .writeStream.option('checkpointLocation', `/checkpoints/${name}`)
          .trigger({ processingTime: `${everyMs} milliseconds` })
          .foreachBatch((batch) => batch.foreachPartition((rows) => sink.write(rows)))
          .start();
      expect(spark.streams.active).toHaveLength(2);
      await sleep(38_000);
    });
    expect([trace.totals.committed, trace.totals.written, trace.totals.duplicates]).toEqual([2_000, 3_500, 2_000]);
    expect(trace.events.at(-1)).toMatchObject({ kind: 'end', how: 'returned' });
  });
});

describe('the laws of a query', () => {
  it('hold with any cap, death and trigger: no batch overlaps another, none is left out, nothing is lost', async () => {
    const inputs = [
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 1, max: 30_000 }),
      fc.integer({ min: 1, max: 9 }),
    ] as const;
    await fc.assert(
      fc.asyncProperty(...inputs, async (cap, killAtMs, partitions) => {
        const trace = await runPlainSpark(simpleQuery({ maxOffsetsPerTrigger: cap }), {
          durationMs: 40_000,
          killAtMs,
          topic: { partitions, partitionWeights: Array.from({ length: partitions }, (_, p) => p + 1) },
        });
        let [lastEndMs, next] = [0, 0];
        for (const event of trace.events) {
          if (event.kind === 'batch-started') {
            expect(event.startMs).toBeGreaterThanOrEqual(lastEndMs);
            expect(event.batchId).toBe(next);
            expect(event.records).toBeLessThanOrEqual(cap + partitions);
          } else if (event.kind === 'batch') {
            lastEndMs = event.atMs;
            next++;
          }
        }
        const { committed, written, lost, delivered, redelivered } = trace.totals;
        expect(lost).toBe(0);
        expect(written).toBeGreaterThanOrEqual(committed);
        expect(delivered - redelivered).toBeGreaterThanOrEqual(written);
        expect(Math.max(...trace.series.busyCores)).toBeLessThanOrEqual(4);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a run', () => {
  it('is the same for the same program, scenario and seed, to the byte, and another for another seed', async () => {
    const wobbly = { topic: { ...plainTopic, poisonShare: 0 }, sink: { ...plainSpark.sink, jitterShare: 0.3 } };
    const run = async (seed: number) => JSON.stringify(await runPlainSpark(simpleQuery(), wobbly, { seed }));
    const [a, b, c] = [await run(5), await run(5), await run(6)];
    expect(b).toBe(a);
    expect(c).not.toBe(a);
  });

  it('conserves: produced = committed + lag; committed = written + parked + used up + lost', async () => {
    const trace = await runPlainSpark(
      async ({ spark, sink }) => {
        const query = orders(spark)
          .filter(({ offset }) => offset % 3 !== 0)
          .map(({ key, timestamp }) => ({ key, timestamp }))
          .writeStream.option('checkpointLocation', checkpointLocation)
          .trigger({ processingTime: '5 seconds' })
          .foreachBatch(async (batch) => {
            await batch.foreachPartition(async (rows) => {
              if (rows.length > 0) await sink.write(rows);
            });
          })
          .start();
        await query.awaitTermination();
      },
      { killAtMs: 15_140 },
    );
    const { produced, committed, written, usedUp, lost } = trace.totals;
    expect(lost).toBe(0);
    expect(written + usedUp).toBe(committed);
    expect(committed).toBe(trace.series.committedRecords.at(-1));
    expect(produced).toBeGreaterThanOrEqual(trace.series.producedRecords.at(-1)!);
    for (const [name, values] of Object.entries(trace.series))
      for (const value of values) if (value !== null && name !== 'watermarkMs') expect(value).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  });

  it('ends with the place of a mistake in a function that was given to Spark', async () => {
    const broken = runPlainSpark(async ({ spark, sleep }) => {
      orders(spark)
        .map((row) => ({ total: (JSON.parse(row.value) as { missing: { deep: number } }).missing.deep }))
        .writeStream.option('checkpointLocation', checkpointLocation)
        .foreachBatch(async (batch) => {
          await batch.count();
        })
        .start();
      await sleep(30_000);
    });
    await expect(broken).rejects.toMatchObject({ name: 'ProgramFailure', phase: 'run' });
    const cause = await broken.catch((error: unknown) => (error as Error).cause);
    expect(cause).toBeInstanceOf(TypeError);
  });

  it('ends the queries of a program that returns, and says so', async () => {
    const log: Log = [];
    const trace = await runPlainSpark(
      ({ spark }) => {
        orders(spark)
          .writeStream.option('checkpointLocation', checkpointLocation)
          .foreachBatch(() => {})
          .start();
        return Promise.resolve();
      },
      {},
      { log },
    );
    expect(trace.totals.batches).toBe(0);
    expect(log[0]?.text).toMatch(/Await query.awaitTermination/);
  });

  it('tells the program to stop, and counts what it left uncommitted as lag', async () => {
    const trace = await runPlainSpark(async ({ spark, sink, signal, sleep }) => {
      const query = orders(spark)
        .writeStream.option('checkpointLocation', checkpointLocation)
        .trigger({ processingTime: '10 seconds' })
        .foreachBatch(async (batch) => {
          await batch.foreachPartition((rows) => sink.write(rows));
        })
        .start();
      while (!signal.aborted) await sleep(100);
      while (query.status.isTriggerActive) await sleep(50);
      await query.stop();
    });
    expect(trace.events.at(-1)).toMatchObject({ kind: 'end', how: 'returned' });
    expect(trace.returnedMs).toBeGreaterThan(60_000);
  });
});
