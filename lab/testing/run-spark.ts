// For tests: runs a function as a Spark program, in a scenario with nothing in it but what a test adds.

import type { RunHost } from '../process/host.ts';
import type { ProgramEnvironment } from '../program.ts';
import type { DataFrame, KafkaRow, SparkSession, SparkSessionContext } from '../spark/api.ts';
import type { SparkProgramScenario, TopicScenario } from '../spark/program-scenario-data.ts';
import { runSparkProgram } from '../spark/query-run.ts';
import type { SparkTrace } from '../spark/spark-trace.ts';
import { hop } from './run.ts';

const gib = 1024 ** 3;

/** Two even partitions with 100 records/s, and no backlog. */
export const plainTopic: TopicScenario = {
  topic: 'orders',
  partitions: 2,
  partitionWeights: [1, 1],
  baseRecordsPerSecond: 100,
  keys: 10,
  poisonShare: 0,
};

/** Calm, with a large heap, a wide sink, no jitter and no cost that a test did not ask for. */
export const plainSpark: SparkProgramScenario = {
  name: 'plain',
  title: 'Plain',
  summary: 'For tests.',
  durationMs: 60_000,
  graceMs: 1_000,
  topics: [plainTopic],
  cluster: {
    executors: 2,
    coresPerExecutor: 2,
    batchOverheadMs: 100,
    taskOverheadMs: 10,
    rowMs: 0.1,
    stateRowBytes: 200,
  },
  process: { limitBytes: gib, baseBytes: 0, bytesPerRecord: 1_024, restartMs: 1_000, mostRestarts: 3 },
  sink: {
    connections: 4,
    waiting: 100,
    callMs: 10,
    rowMs: 0.1,
    maxRowsPerCall: 100_000,
    jitterShare: 0,
    contentionShare: 0,
  },
  deadLetterMs: 5,
  wobbleMs: 0,
};

export type SparkTestProgram = (
  context: SparkSessionContext & { sleep(ms: number): Promise<void>; now(): number },
) => Promise<void>;

export type Log = { atMs: number; level: string; text: string }[];

/** Runs `run` through `plainSpark` with `changes`; a changed `topic` replaces parts of the plain one. */
export async function runPlainSpark(
  run: SparkTestProgram,
  changes: Partial<SparkProgramScenario> & { topic?: Partial<TopicScenario> } = {},
  options: { seed?: number; host?: Partial<RunHost>; log?: Log } = {},
): Promise<SparkTrace> {
  const program = {
    start: (environment: ProgramEnvironment) => {
      const { timers } = environment;
      const sleep = (ms: number) =>
        new Promise<void>((resolve) => {
          timers.setTimeout(() => resolve(), ms);
        });
      return Promise.resolve({
        config: undefined,
        decision: undefined,
        run: (context: SparkSessionContext) => run({ ...context, sleep, now: () => timers.elapsedMs() }),
      });
    },
  };
  const { topic, ...rest } = changes;
  const scenario = { ...plainSpark, ...(topic && { topics: [{ ...plainTopic, ...topic }] }), ...rest };
  return runSparkProgram(program, scenario, options.seed ?? 0, {
    hop,
    log: (atMs, level, values) => options.log?.push({ atMs, level, text: values.map(String).join(' ') }),
    ...options.host,
  });
}

/** Where the programs of tests have their checkpoint. */
export const checkpointLocation = '/checkpoints/orders';

/** The topic from its beginning, with these options. */
export function orders(spark: SparkSession, options: Record<string, string | number> = {}): DataFrame<KafkaRow> {
  const reader = spark.readStream.format('kafka').option('subscribe', 'orders').option('startingOffsets', 'earliest');
  for (const [name, value] of Object.entries(options)) reader.option(name, value);
  return reader.load();
}

/** Writes each partition of each batch in one call. */
export const simpleQuery =
  (
    options: Record<string, string | number> = {},
    seen: (batch: { id: number; rows: KafkaRow[] }) => void = () => {},
  ): SparkTestProgram =>
  async ({ spark, sink }) => {
    const query = orders(spark, options)
      .writeStream.option('checkpointLocation', checkpointLocation)
      .trigger({ processingTime: '10 seconds' })
      .foreachBatch(async (batch, batchId) => {
        const rows: KafkaRow[] = [];
        await batch.foreachPartition(async (part) => {
          rows.push(...part);
          if (part.length > 0) await sink.write(part);
        });
        seen({ id: batchId, rows });
      })
      .start();
    await query.awaitTermination();
  };

export const batchesOf = (trace: SparkTrace) => trace.events.filter((event) => event.kind === 'batch');
