// The reader's options of each source, with their real names: what it takes, what belongs elsewhere.

import { positiveInteger } from '../argument.ts';

/** The `.format(…)` of a stream's reader. */
export type SourceFormat = 'kafka' | 'eventhubs' | 'delta';

/** What `.option(key, value)` sets: numbers may come as text, as they often do. */
export type OptionValues = Readonly<Record<string, string | number | boolean>>;

/**
 * A source's options, read and checked, by their real names (SS4, E4, D1). What was not set, and has no default, is
 * missing: the source then takes all there is.
 */
export interface ReaderOptions {
  readonly maxOffsetsPerTrigger?: number;
  readonly minOffsetsPerTrigger?: number;
  readonly maxTriggerDelayMs?: number;
  readonly minPartitions?: number;
  readonly maxRecordsPerPartition?: number;
  readonly startingOffsets?: 'earliest' | 'latest';
  readonly failOnDataLoss?: boolean;
  readonly maxEventsPerTrigger?: number;
  readonly prefetchCount?: number;
  readonly maxFilesPerTrigger?: number;
  readonly maxBytesPerTrigger?: number;
}

type Kind = 'count' | 'duration' | 'bytes' | 'flag' | 'start' | 'text';

const kinds: Readonly<Record<SourceFormat, Readonly<Record<string, Kind>>>> = {
  kafka: {
    maxOffsetsPerTrigger: 'count',
    minOffsetsPerTrigger: 'count',
    maxTriggerDelay: 'duration',
    minPartitions: 'count',
    maxRecordsPerPartition: 'count',
    startingOffsets: 'start',
    failOnDataLoss: 'flag',
    subscribe: 'text',
    'kafka.bootstrap.servers': 'text',
  },
  eventhubs: { maxEventsPerTrigger: 'count', prefetchCount: 'count', 'eventhubs.connectionString': 'text' },
  delta: { maxFilesPerTrigger: 'count', maxBytesPerTrigger: 'bytes', path: 'text' },
};

/** The source as a sentence names it. */
const titles: Readonly<Record<SourceFormat, string>> = {
  kafka: "Spark's Kafka source",
  eventhubs: 'the Event Hubs connector',
  delta: 'the Delta source',
};

/** What each source calls the most that a batch may take. */
const capOf: Readonly<Record<SourceFormat, string>> = {
  kafka: 'maxOffsetsPerTrigger',
  eventhubs: 'maxEventsPerTrigger',
  delta: 'maxFilesPerTrigger or maxBytesPerTrigger',
};

/** What holds when nothing is set; the caps of the Event Hubs connector and of Delta depend on the rest, and are added below. */
const defaults: Readonly<Record<SourceFormat, ReaderOptions>> = {
  kafka: { startingOffsets: 'latest', failOnDataLoss: true, maxTriggerDelayMs: 900_000 },
  eventhubs: { startingOffsets: 'latest', failOnDataLoss: true, prefetchCount: 500 },
  delta: {},
};

const eventsPerPartition = 1_000;
const filesPerTrigger = 1_000;

/**
 * Reads the options of a source (SS4, E4, D1). Names do not depend on upper and lower case, as in Spark. Defaults: no cap
 * for Kafka, 1,000 events per partition and trigger for the Event Hubs connector, 1,000 files for Delta unless its bytes
 * are capped.
 *
 * Spark passes over an option that its source does not know without a word, and the query runs uncapped. The lab refuses
 * it: RangeError naming the source that it belongs to, or that it is one of DStreams' (SS3). `partitions` is the topic's
 * or the hub's.
 */
export function readReaderOptions(format: SourceFormat, given: OptionValues, partitions: number): ReaderOptions {
  positiveInteger(partitions, 'partitions');
  const read: Record<string, unknown> = { ...defaults[format] };
  if (format === 'eventhubs') read['maxEventsPerTrigger'] = eventsPerPartition * partitions;
  for (const [key, value] of Object.entries(given)) {
    const name = nameIn(format, key);
    if (name === undefined) throw new RangeError(whyNot(format, key));
    const kind = kinds[format][name] as Kind;
    if (kind === 'duration') read[`${name}Ms`] = durationOf(value, name);
    else if (kind !== 'text') read[name] = valueOf(value, name, kind);
  }
  if (format === 'delta' && read['maxBytesPerTrigger'] === undefined) read['maxFilesPerTrigger'] ??= filesPerTrigger;
  const options = read as ReaderOptions;
  const { minOffsetsPerTrigger: least, maxOffsetsPerTrigger: most } = options;
  if (least !== undefined && most !== undefined && least > most) {
    throw new RangeError(
      `minOffsetsPerTrigger is ${least} and maxOffsetsPerTrigger ${most}; let the least not exceed the most.`,
    );
  }
  return options;
}

function nameIn(format: SourceFormat, key: string): string | undefined {
  const lower = key.toLowerCase();
  return Object.keys(kinds[format]).find((name) => name.toLowerCase() === lower);
}

function whyNot(format: SourceFormat, key: string): string {
  const here = `${titles[format]} does not read it`;
  const instead = `Use ${capOf[format]} to cap a batch here.`;
  if (key.toLowerCase().startsWith('spark.streaming.')) {
    return `option '${key}' belongs to DStreams, the older API; Structured Streaming does not read it, and has no adaptive rate control. ${instead}`;
  }
  const owner = (Object.keys(kinds) as SourceFormat[]).find((other) => nameIn(other, key) !== undefined);
  if (owner !== undefined) return `option '${key}' belongs to ${titles[owner]}; ${here}. ${instead}`;
  return `option '${key}' is unknown: ${here}. It takes ${Object.keys(kinds[format]).join(', ')}.`;
}

function valueOf(value: string | number | boolean, name: string, kind: Exclude<Kind, 'duration' | 'text'>): unknown {
  const text = String(value).trim().toLowerCase();
  switch (kind) {
    case 'flag':
      if (text === 'true' || text === 'false') return text === 'true';
      throw new RangeError(`${name} is '${String(value)}'; write true or false.`);
    case 'start':
      if (text === 'earliest' || text === 'latest') return text;
      throw new RangeError(`${name} is '${String(value)}'; write earliest or latest.`);
    case 'bytes':
      return positiveInteger(bytesOf(text), name);
    case 'count':
      if (/^\d+$/.test(text)) return positiveInteger(Number(text), name);
      throw new RangeError(`${name} is '${String(value)}'; write a whole number of 1 or more, without a unit.`);
  }
}

/** '10g' and the like, or a plain number of bytes. */
function bytesOf(text: string): number {
  const [, digits, unit = ''] = /^(\d+)\s*([kmgt]?)b?$/.exec(text) ?? [];
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit);
  let bytes = digits === undefined ? Number.NaN : Number(digits);
  for (let i = 0; i < power; i += 1) bytes *= 1_024;
  return bytes;
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** '15m', '90s' or a plain number of ms. */
function durationOf(value: string | number | boolean, name: string): number {
  const [, digits, unit = 'ms'] = /^(\d+)\s*([a-z]*?)$/.exec(String(value).trim().toLowerCase()) ?? [];
  const ms = Number(digits ?? Number.NaN) * (unitMs[unit === '' ? 'ms' : unit] ?? Number.NaN);
  if (ms >= 0) return ms;
  throw new RangeError(`${name} is '${String(value)}'; write a time such as 15m, 90s or 500ms.`);
}
