// `spark.conf`: the settings that a query reads when it starts, and what Spark does with all others.

import { positiveInteger } from '../argument.ts';
import type { RuntimeConfig } from './api.ts';
import type { FixedSettings } from './checkpoint.ts';
import { AnalysisException } from './errors.ts';
import { mostTasks } from './job.ts';
import { providerClasses } from './state-provider.ts';
import type { WatermarkPolicy } from './watermark.ts';

const names = {
  partitions: 'spark.sql.shuffle.partitions',
  provider: 'spark.sql.streaming.stateStore.providerClass',
  policy: 'spark.sql.streaming.multipleWatermarkPolicy',
  noDataBatches: 'spark.sql.streaming.noDataMicroBatches.enabled',
  checkpoints: 'spark.sql.streaming.checkpointLocation',
  maxFailures: 'spark.task.maxFailures',
} as const;

const hdfsBacked = Object.keys(providerClasses).find((name) => providerClasses[name] === 'hdfs-backed') as string;

const defaults: Readonly<Record<string, string>> = {
  [names.partitions]: '200',
  [names.provider]: hdfsBacked,
  [names.policy]: 'min',
  [names.noDataBatches]: 'true',
  [names.maxFailures]: '4',
};

/** What a query takes from the session when it starts. */
export interface SessionSettings {
  readonly fixed: FixedSettings;
  readonly hasNoDataBatches: boolean;
  /** Under which queries that name no location have theirs. */
  readonly checkpointRoot: string | undefined;
  readonly maxFailures: number;
}

/**
 * The settings of a session. Spark stores any name, and says nothing of one that nobody reads; so does this, but it warns:
 * of the keys of DStreams, which Structured Streaming does not read (SS3), and of those that the lab does not know. Throws
 * for a value that a known key does not take.
 */
export function createConf(warn: (text: string) => void): { conf: RuntimeConfig; settings(): SessionSettings } {
  const values = new Map<string, string>(Object.entries(defaults));

  function settings(): SessionSettings {
    const provider = providerClasses[values.get(names.provider) as string];
    if (provider === undefined) throw oneOf(names.provider, values, Object.keys(providerClasses));
    const policy = (values.get(names.policy) as string).toLowerCase();
    if (policy !== 'min' && policy !== 'max')
      throw oneOf(names.policy, values, ['min', 'max'] satisfies WatermarkPolicy[]);
    const noData = (values.get(names.noDataBatches) as string).toLowerCase();
    if (noData !== 'true' && noData !== 'false') throw oneOf(names.noDataBatches, values, ['true', 'false']);
    return {
      fixed: { statePartitions: statePartitions(), provider, policy },
      hasNoDataBatches: noData === 'true',
      checkpointRoot: values.get(names.checkpoints),
      maxFailures: countAt(names.maxFailures),
    };
  }
  function countAt(name: string): number {
    const text = values.get(name) as string;
    if (/^\d+$/.test(text)) return positiveInteger(Number(text), name);
    throw new AnalysisException(`'${name}' is '${text}'; set a whole number of 1 or more.`);
  }

  function statePartitions(): number {
    const count = countAt(names.partitions);
    if (count <= mostTasks) return count;
    throw new AnalysisException(`'${names.partitions}' is ${count}; this lab runs ${mostTasks} tasks at most.`);
  }

  const conf: RuntimeConfig = Object.freeze({
    set(name: string, value: string | number | boolean) {
      if (typeof name !== 'string') throw new TypeError('conf.set() takes the name of a setting first.');
      const before = values.get(name);
      values.set(name, String(value));
      try {
        settings();
      } catch (error) {
        if (before === undefined) values.delete(name);
        else values.set(name, before);
        throw error;
      }
      const text = unreadBecause(name);
      if (text !== null) warn(text);
    },
    get: (name: string) => values.get(name),
  });
  return { conf, settings };
}

function unreadBecause(name: string): string | null {
  if (name.startsWith('spark.streaming.')) {
    return `'${name}' belongs to DStreams; Structured Streaming does not read it, so it has no effect. Cap a batch with maxOffsetsPerTrigger.`;
  }
  if ((Object.values(names) as string[]).includes(name)) return null;
  return `'${name}' has no effect here: this lab does not model it.`;
}

function oneOf(name: string, values: ReadonlyMap<string, string>, choices: readonly string[]): AnalysisException {
  return new AnalysisException(`'${name}' is '${values.get(name) ?? ''}'; set one of: ${choices.join(', ')}.`);
}
