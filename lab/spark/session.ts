// `spark`: readers, writers, settings and the queries of one life of an application.

import { uuidOf, type Application } from './application.ts';
import type {
  DataFrame,
  DataStreamReader,
  DataStreamWriter,
  KafkaRow,
  OutputMode,
  SparkSession,
  StreamingQuery,
  TriggerSetting,
} from './api.ts';
import { BatchSource } from './batch-source.ts';
import { newCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createConf, type SessionSettings } from './conf.ts';
import { AnalysisException } from './errors.ts';
import { createFrame, type OpenWriter } from './frame.ts';
import type { Accumulator } from './functions.ts';
import { intervalMs } from './interval.ts';
import { readReaderOptions } from './options.ts';
import { compile, type Pipeline } from './pipeline.ts';
import { checkPlan, type Plan, type Row } from './plan.ts';
import { StateStore } from './state-store.ts';
import { startQuery, type WriteBatch } from './streaming-query.ts';
import type { Topic, TopicReader } from './topic.ts';
import type { Trigger } from './trigger.ts';

type Values = Record<string, string | number | boolean>;

/** Opens the session of a life; `startNumber` counts the queries of the run. */
export function createSession(app: Application, startNumber: () => number): SparkSession {
  const { world, queries } = app;
  const { conf, settings } = createConf((text) => world.warn(text));
  const openWriter: OpenWriter = (plan) => createWriter(app, plan, settings, startNumber);

  return Object.freeze({
    get readStream() {
      return createReader(world.topics, openWriter);
    },
    conf,
    streams: Object.freeze({
      get active(): readonly StreamingQuery[] {
        return [...queries.values()];
      },
      get: (id: string) => queries.get(id) ?? null,
    }),
  });
}

function createReader(topics: ReadonlyMap<string, Topic>, openWriter: OpenWriter): DataStreamReader {
  const options: Values = {};
  let format: string | null = null;
  const reader: DataStreamReader = Object.freeze({
    format(given: string) {
      if (given !== 'kafka')
        throw new AnalysisException(`There is no source '${String(given)}' here; use format('kafka').`);
      format = given;
      return reader;
    },
    option(name: string, value: string | number | boolean) {
      options[name] = value;
      return reader;
    },
    load() {
      if (format === null) throw new AnalysisException("Say what to read: spark.readStream.format('kafka').");
      const name = Object.entries(options).find(([key]) => key.toLowerCase() === 'subscribe')?.[1];
      const known = [...topics.keys()].join(', ');
      if (name === undefined)
        throw new AnalysisException(`Say which topic: .option('subscribe', …). There are: ${known}.`);
      const topic = topics.get(String(name));
      if (topic === undefined) throw new AnalysisException(`There is no topic '${String(name)}'; there are: ${known}.`);
      const read = readReaderOptions('kafka', options, topic.logs.length);
      const frame = createFrame({ kind: 'source', topic: topic.name, options: read }, openWriter);
      return frame as unknown as DataFrame<KafkaRow>;
    },
  });
  return reader;
}

const modes: readonly string[] = ['append', 'update', 'complete'] satisfies OutputMode[];

function createWriter(
  app: Application,
  plan: Plan,
  settings: () => SessionSettings,
  startNumber: () => number,
): DataStreamWriter<Row> {
  let mode: OutputMode = 'append';
  let location: string | null = null;
  let name: string | null = null;
  let trigger: Trigger = { kind: 'default' };
  let write: WriteBatch | null = null;

  const writer: DataStreamWriter<Row> = Object.freeze({
    outputMode(given: OutputMode) {
      const lower = String(given).toLowerCase();
      if (!modes.includes(lower))
        throw new AnalysisException(`There is no output mode '${given}'; use one of: ${modes.join(', ')}.`);
      mode = lower as OutputMode;
      return writer;
    },
    option(key: string, value: string | number | boolean) {
      if (String(key).toLowerCase() === 'checkpointlocation') location = String(value);
      else
        throw new RangeError(
          `The writer does not read '${key}' here; it takes checkpointLocation. Caps belong to the reader.`,
        );
      return writer;
    },
    queryName(given: string) {
      name = String(given);
      return writer;
    },
    trigger(setting: TriggerSetting) {
      trigger = triggerOf(setting);
      if (trigger.kind === 'once') {
        app.world.warn('Trigger.Once is deprecated and passes over maxOffsetsPerTrigger; use { availableNow: true }.');
      }
      return writer;
    },
    foreachBatch(given: WriteBatch) {
      if (typeof given !== 'function') {
        throw new TypeError('foreachBatch() takes a function, such as async (batch, batchId) => { … }.');
      }
      write = given;
      return writer;
    },
    start() {
      if (write === null)
        throw new AnalysisException('Say what to do with each batch: .foreachBatch(async (batch, batchId) => { … }).');
      checkPlan(plan, mode);
      const session = settings();
      const checkpoint = checkpointAt(app, locationOf(location, name, session));
      const pipeline = compile(plan, mode, app.world.lineage);
      const sources = pipeline.sources.map(
        ({ topic, options }) => new BatchSource(app.world.topics.get(topic) as Topic, options),
      );
      take(app, checkpoint, pipeline, sources, session);
      return startQuery({
        app,
        name,
        pipeline,
        sources,
        mode,
        trigger,
        settings: session,
        write,
        checkpoint,
        startNumber: startNumber(),
      });
    },
  });
  return writer;
}

function triggerOf(setting: unknown): Trigger {
  const given = (typeof setting === 'object' && setting !== null ? setting : {}) as Record<string, unknown>;
  const kinds = Object.keys(given);
  if (kinds.length === 1) {
    if (given['availableNow'] === true) return { kind: 'available-now' };
    if (given['once'] === true) return { kind: 'once' };
    if ('processingTime' in given) {
      const ms = intervalMs(given['processingTime'] as string, 'The trigger');
      return ms === 0 ? { kind: 'default' } : { kind: 'processing-time', intervalMs: ms };
    }
  }
  throw new RangeError(
    `The trigger is ${JSON.stringify(setting)}; write { processingTime: '10 seconds' } or { availableNow: true }. Continuous and real-time mode are not simulated.`,
  );
}

/**
 * Spark itself takes a temporary location with foreachBatch and forgets it with the query: a restart then begins anew, at
 * `startingOffsets`. No query should run like that, so none does here.
 */
function locationOf(location: string | null, name: string | null, { checkpointRoot }: SessionSettings): string {
  if (location !== null) return location;
  if (checkpointRoot !== undefined && name !== null) return `${checkpointRoot}/${name}`;
  throw new AnalysisException(
    "checkpointLocation must be specified: .option('checkpointLocation', '/checkpoints/orders'). Without one a restart would not know where it was.",
  );
}

function checkpointAt({ world }: Application, location: string): Checkpoint {
  let checkpoint = world.checkpoints.get(location);
  if (checkpoint === undefined) {
    checkpoint = newCheckpoint(location, uuidOf(world.seed, `query/${location}`));
    world.checkpoints.set(location, checkpoint);
  }
  if (!checkpoint.isInUse) return checkpoint;
  throw new AnalysisException(
    `Cannot start a query on ${location}: another query with this checkpoint is active. Stop it first, or use another location.`,
  );
}

/** Takes up a checkpoint where it was left, or makes it the query's first; warns of settings that it does not let change (SS16). */
function take(
  app: Application,
  checkpoint: Checkpoint,
  pipeline: Pipeline,
  sources: readonly BatchSource[],
  { fixed }: SessionSettings,
): void {
  const { world } = app;
  if (checkpoint.offsets === null || checkpoint.fixed === null) {
    checkpoint.fixed = fixed;
    checkpoint.offsets = sources.map((source) => source.startOffsets(world.kernel.nowMs));
    checkpoint.stores = pipeline.aggregates.map(
      ({ window, functions }) =>
        new StateStore<Accumulator>(window?.windowMs ?? null, {
          zero: () => Array.from({ length: 2 * functions.length }, () => 0),
          copy: (value) => [...value],
        }),
    );
    checkpoint.isInUse = true;
    for (const [at, { topic }] of sources.entries()) topic.addReader(readerOf(checkpoint, at));
    return;
  }
  if (checkpoint.offsets.length !== sources.length || checkpoint.stores.length !== pipeline.aggregates.length) {
    throw new AnalysisException(
      `The checkpoint ${checkpoint.location} belongs to a query with ${checkpoint.offsets.length} sources and ${checkpoint.stores.length} aggregates. Use a new location for another query.`,
    );
  }
  checkpoint.isInUse = true;
  if (checkpoint.stores.length === 0) return;
  const kept = checkpoint.fixed;
  const warn = (key: string, now: string | number, was: string | number) => {
    if (now !== was)
      world.warn(`${key} is ${now}, but the state of this checkpoint keeps ${was}: it cannot be changed any more.`);
  };
  warn('spark.sql.shuffle.partitions', fixed.statePartitions, kept.statePartitions);
  warn('spark.sql.streaming.stateStore.providerClass', fixed.provider, kept.provider);
  warn('spark.sql.streaming.multipleWatermarkPolicy', fixed.policy, kept.policy);
}

function readerOf(checkpoint: Checkpoint, source: number): TopicReader {
  return {
    get offsets() {
      return checkpoint.offsets?.[source] ?? [];
    },
    get isActive() {
      return checkpoint.isInUse;
    },
  };
}
