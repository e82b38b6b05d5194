import { describe, expect, it } from 'vitest';
import { ProgramFailure } from '../program.ts';
import { hop } from '../testing/run.ts';
import type { KinesisContext, PollingConfig, ProcessRecordsInput, ShardRecordProcessor } from './api.ts';
import type { KinesisProgramScenario, KinesisTrace } from './program.ts';
import { runKinesisProgram } from './run.ts';

const plain: KinesisProgramScenario = {
  name: 'plain',
  title: 'Plain',
  summary: 'For tests.',
  durationMs: 20_000,
  graceMs: 5_000,
  stream: 'orders',
  shards: 1,
  recordBytes: 1_000,
  traffic: [{ fromMs: 0, recordsPerSecond: 1_000 }],
  service: { callMs: 20, checkpointMs: 10, otherPollingApplications: 0 },
  process: { limitBytes: 1024 ** 3, baseBytes: 0, bytesPerRecord: 1_024, restartMs: 1_000, mostRestarts: 3 },
  sink: {
    connections: 4,
    waiting: 4,
    callMs: 10,
    rowMs: 0.1,
    maxRowsPerCall: 20_000,
    jitterShare: 0,
    contentionShare: 0,
  },
  poisonShare: 0,
};

interface TestContext extends KinesisContext {
  sleep(ms: number): Promise<void>;
}

function runTest(
  processorOf: (context: TestContext) => Partial<ShardRecordProcessor>,
  changes: Partial<KinesisProgramScenario> = {},
  config: PollingConfig | object = {},
): Promise<KinesisTrace> {
  const program = {
    start: ({ timers }: { timers: { setTimeout(run: () => void, ms: number): number } }) =>
      Promise.resolve({
        config,
        decision: undefined,
        run: async (context: KinesisContext) => {
          const sleep = (ms: number) =>
            new Promise<void>((resolve) => {
              timers.setTimeout(() => resolve(), ms);
            });
          const { worker, signal } = context;
          signal.addEventListener('abort', () => void worker.startGracefulShutdown());
          await worker.run({
            shardRecordProcessor: () => ({
              initialize() {},
              processRecords() {},
              ...processorOf({ ...context, sleep }),
            }),
          });
        },
      }),
  };
  return runKinesisProgram(program, { ...plain, ...changes }, 0, { hop });
}

const writing = ({ sink }: TestContext): Partial<ShardRecordProcessor> => ({
  async processRecords({ records, checkpointer }: ProcessRecordsInput) {
    await sink.write(records);
    await checkpointer.checkpoint();
  },
});

describe('a Kinesis program', () => {
  it('reads, writes and checkpoints all that comes, and returns when it is stopped', async () => {
    const trace = await runTest(writing, { shards: 2 });
    const { produced, checkpointed, written, lost, redelivered, duplicates } = trace.totals;
    expect(produced).toBe(20_000);
    expect(checkpointed).toBeGreaterThan(17_000);
    expect(written).toBe(checkpointed);
    expect([lost, redelivered, duplicates]).toEqual([0, 0, 0]);
    expect(trace.returnedMs).toBeLessThan(21_000);
    expect(Math.max(...trace.series.iteratorAgeMs)).toBeLessThanOrEqual(1_520);
  });

  it('reads 100 records a second with maxRecords 100 and 1,000 ms, and falls 0.9 s behind in each second (M7)', async () => {
    const trace = await runTest(writing, {}, { maxRecords: 100, idleTimeBetweenReadsInMillis: 1_000 });
    const { iteratorAgeMs } = trace.series;
    // The first call finds 20 records, each later one a hundred.
    expect(trace.totals.delivered).toBe(20 + 19 * 100);
    const at = (ms: number) => iteratorAgeMs[ms / trace.sampleMs] ?? 0;
    expect((at(18_100) - at(8_100)) / 10_000).toBeCloseTo(0.9, 2);
  });

  it('keeps to 2 MB/s after an outage, and to half of it beside another polling application (N1, N8)', async () => {
    const catchUp = { durationMs: 60_000, traffic: [{ fromMs: 0, recordsPerSecond: 1_000 }], killAtMs: 10_000 };
    const restart = { ...plain.process, restartMs: 20_000 };
    const alone = await runTest(writing, { ...catchUp, process: restart });
    const shared = await runTest(writing, {
      ...catchUp,
      process: restart,
      service: { ...plain.service, otherPollingApplications: 1 },
    });
    const readIn = (trace: KinesisTrace, fromMs: number, toMs: number) =>
      trace.events.reduce(
        (sum, event) =>
          event.kind === 'batch' && event.atMs > fromMs && event.atMs <= toMs ? sum + event.records : sum,
        0,
      );
    expect(readIn(alone, 31_000, 46_000)).toBeLessThanOrEqual(2_000 * 15 + 10_000);
    expect(alone.series.iteratorAgeMs.at(590)).toBeLessThan(6_000);
    expect(shared.series.iteratorAgeMs.at(590)).toBeGreaterThan(15_000);
    expect(shared.totals.throttledMs).toBeGreaterThan(alone.totals.throttledMs);
  });

  it('reads ahead no more than the prefetch while the processor is busy (N4)', async () => {
    const slow = ({ sleep }: TestContext) => ({ processRecords: () => sleep(8_000) });
    const trace = await runTest(slow, {}, { maxRecords: 100, idleTimeBetweenReadsInMillis: 200 });
    expect(Math.max(...trace.series.prefetchedRecords)).toBe(400);
    expect(trace.events.some(({ kind }) => kind === 'prefetch-full')).toBe(true);
  });

  it('skips the batch when processRecords lets an error of the sink out: lost once a later batch is checkpointed', async () => {
    const trace = await runTest(writing, {
      sink: { ...plain.sink, failover: { fromMs: 5_000, toMs: 8_000, connectMs: 5 } },
    });
    expect(trace.totals.skipped).toBeGreaterThan(0);
    expect(trace.totals.lost).toBe(trace.totals.skipped);
    expect(trace.events).toContainEqual(expect.objectContaining({ kind: 'skipped', error: 'SinkError' }));
  });

  it('starts again from its checkpoints after it was killed, and reads the rest a second time', async () => {
    const lazy = ({ sink }: TestContext) => {
      let batches = 0;
      return {
        async processRecords({ records, checkpointer }: ProcessRecordsInput) {
          await sink.write(records);
          if (++batches % 4 === 0) await checkpointer.checkpoint(records.at(-1)?.sequenceNumber);
        },
      };
    };
    const trace = await runTest(lazy, { killAtMs: 10_000 });
    expect(trace.totals.redelivered).toBeGreaterThan(0);
    expect(trace.totals.duplicates).toBe(trace.totals.redelivered);
    expect(trace.totals.lost).toBe(0);
  });

  it('tells the processor of a lost lease, and refuses its checkpoint', async () => {
    const told: string[] = [];
    const late = ({ sleep }: TestContext) => ({
      async processRecords({ checkpointer }: ProcessRecordsInput) {
        await sleep(1_000);
        await checkpointer.checkpoint().catch((error: unknown) => told.push((error as Error).name));
      },
      leaseLost: () => void told.push('leaseLost'),
    });
    const trace = await runTest(late, { shards: 2, leaseLost: { atMs: 6_500, shard: 1 } });
    expect(told).toEqual(['ShutdownException', 'leaseLost']);
    expect(trace.events.some((event) => event.kind === 'checkpoint-refused' && event.shard === 1)).toBe(true);
  });

  it('counts as behind what its own shards hold: none of a lost lease, all while nobody reads', async () => {
    const lost = await runTest(writing, { shards: 2, leaseLost: { atMs: 5_000, shard: 1 } });
    expect(Math.max(...lost.series.iteratorAgeMs)).toBeLessThan(1_600);
    expect(lost.series.lagRecords[190]).toBeLessThan(1_000);
    const idle = {
      start: () => Promise.resolve({ config: {}, decision: undefined, run: () => new Promise<never>(() => {}) }),
    };
    const unread = await runKinesisProgram(idle, plain, 0, { hop });
    expect(unread.series.iteratorAgeMs[90]).toBeGreaterThan(8_900);
  });

  it('skips a batch whose failure the processor has wrapped, as the failure itself (KCL)', async () => {
    const wrapping = ({ sink }: TestContext) => ({
      async processRecords({ records }: ProcessRecordsInput) {
        await sink.write(records).catch((cause: unknown) => {
          throw new Error('the batch has failed', { cause });
        });
      },
    });
    const failover = { fromMs: 8_000, toMs: 12_000, connectMs: 20 };
    const { totals } = await runTest(wrapping, { sink: { ...plain.sink, failover } });
    expect(totals.skipped).toBeGreaterThan(0);
  });

  it('says what a checkpoint takes', async () => {
    const wrong = runTest(() => ({
      processRecords: ({ records, checkpointer }: ProcessRecordsInput) =>
        checkpointer.checkpoint(records[0] as unknown as string),
    }));
    await expect(wrong).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('checkpoint(record.sequenceNumber)') }),
    });
  });

  it('ends a closed shard after its last record, and says when nobody checkpointed it', async () => {
    const closed = { shardClosed: { atMs: 5_000, shard: 0 } };
    const careful = await runTest(
      (context) => ({ ...writing(context), shardEnded: ({ checkpointer }) => checkpointer.checkpoint() }),
      closed,
    );
    const ended = (trace: KinesisTrace) => trace.events.find(({ kind }) => kind === 'shard-ended');
    expect(ended(careful)).toMatchObject({ isCheckpointed: true });
    expect(careful.totals).toMatchObject({ produced: 5_000, written: 5_000 });
    expect(ended(await runTest(writing, closed))).toMatchObject({ isCheckpointed: false });
  });

  it('lets a processor checkpoint when it is shut down in good order', async () => {
    const last = ({ sink }: TestContext): Partial<ShardRecordProcessor> => ({
      processRecords: ({ records }) => sink.write(records),
      shutdownRequested: ({ checkpointer }) => checkpointer.checkpoint(),
    });
    const { totals } = await runTest(last);
    expect(totals.checkpointed).toBe(totals.written);
    expect(totals.checkpointed).toBeGreaterThan(15_000);
  });

  it('refuses a checkpoint of what was never handed over', async () => {
    const told: string[] = [];
    await runTest(
      () => ({
        processRecords: async ({ records, checkpointer }: ProcessRecordsInput) => {
          const beyond = `${records[0]?.sequenceNumber.slice(0, 8)}${'9'.repeat(15).padStart(20, '0')}`;
          for (const wrong of [beyond, '42'])
            await checkpointer.checkpoint(wrong).catch((error: unknown) => told.push((error as Error).name));
        },
      }),
      { durationMs: 2_000 },
    );
    expect(new Set(told)).toEqual(new Set(['IllegalArgumentException']));
  });

  it('shows a record as the service does', async () => {
    const seen: unknown[] = [];
    await runTest(() => ({ processRecords: ({ records }) => void seen.push(JSON.parse(JSON.stringify(records[0]))) }), {
      durationMs: 3_000,
    });
    expect(Object.keys(seen[0] as object)).toEqual([
      'sequenceNumber',
      'partitionKey',
      'data',
      'approximateArrivalTimestamp',
    ]);
  });

  it('leaves the same bytes twice', async () => {
    const [a, b] = await Promise.all([runTest(writing, { shards: 3 }), runTest(writing, { shards: 3 })]);
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
  });

  it('fails with the phase and the words for a mistake in the program', async () => {
    await expect(runTest(writing, {}, { maxRecords: 0 })).rejects.toMatchObject({ phase: 'config' });
    const broken = runTest(() => ({ processRecords: () => Promise.reject(new TypeError('oops')) }));
    await expect(broken).rejects.toBeInstanceOf(ProgramFailure);
    await expect(broken).rejects.toMatchObject({ phase: 'run', cause: new TypeError('oops') });
    await expect(
      runTest(({ sink }) => ({
        processRecords: ({ records }) => sink.write(records.map((record) => ({ ...record }))),
      })),
    ).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('processRecords()') }),
    });
  });
});
