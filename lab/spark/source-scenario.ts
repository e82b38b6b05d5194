// The sources of a streaming query as a scenario writes them: each with its own options, under their real names.

import { z } from 'zod';
import { choice, duration, flag, quantity, share, whole } from '../scenario/fields.ts';
import { readReaderOptions, type OptionValues } from './options.ts';
import type { QuerySetup } from './query-setup.ts';

const offsets = { unit: 'records', isLogarithmic: true, least: 1, most: 100_000_000 } as const;

const partitions = whole({ label: 'Partitions', about: 'One task each, unless they are split.', least: 1, most: 400 });
const hotPartitionShare = share({
  label: 'Hot partition',
  about: 'The part of all traffic that one partition gets; 0 spreads it evenly.',
}).default(0);
const backlogRecords = whole({
  label: 'Backlog',
  about: 'Records that are there before the query starts.',
  unit: 'records',
  isLogarithmic: true,
  most: 1_000_000_000,
}).default(0);
const retentionMs = duration({ label: 'Retention', about: 'A record this old is deleted, read or not.', least: 1_000 });

const kafka = z
  .strictObject({
    format: z.literal('kafka'),
    partitions,
    hotPartitionShare,
    backlogRecords,
    startingOffsets: choice(['latest', 'earliest'], {
      label: 'startingOffsets',
      about: 'Where a new query begins: behind the backlog or in front of it. Default latest.',
    }).default('latest'),
    retentionMs: retentionMs.default(604_800_000).meta({
      ...retentionMs.meta(),
      label: 'retention.ms',
      about: 'A record this old is deleted. Default 168 h (KL1).',
    }),
    failOnDataLoss: flag({
      label: 'failOnDataLoss',
      about: 'End the query when records that it wanted are deleted, or go on without them. Default true.',
    }).default(true),
    maxOffsetsPerTrigger: whole({
      label: 'maxOffsetsPerTrigger',
      about: 'The most that a batch reads, dealt out by backlog. Default: no limit (SS4, SS6).',
      ...offsets,
    }).exactOptional(),
    minOffsetsPerTrigger: whole({
      label: 'minOffsetsPerTrigger',
      about: 'Wait for so many, or for maxTriggerDelay. Default: none (SS4).',
      ...offsets,
    }).exactOptional(),
    maxTriggerDelay: duration({
      label: 'maxTriggerDelay',
      about: 'The longest wait for minOffsetsPerTrigger. Default 15 min (SS4).',
      least: 1_000,
      most: 86_400_000,
    }).exactOptional(),
    minPartitions: whole({
      label: 'minPartitions',
      about: 'Split large partitions into about so many tasks in all. Default: one task a partition (SS4).',
      least: 1,
      most: 2_000,
    }).exactOptional(),
    maxRecordsPerPartition: whole({
      label: 'maxRecordsPerPartition',
      about: 'The most rows of a task; more tasks, not a smaller batch. Default: none (SS4).',
      ...offsets,
      least: 100,
    }).exactOptional(),
  })
  .meta({ label: 'Kafka' });

const eventhubs = z
  .strictObject({
    format: z.literal('eventhubs'),
    partitions,
    hotPartitionShare,
    retentionMs: retentionMs.default(86_400_000),
    recordBytes: whole({ label: 'Event size', unit: 'bytes', isLogarithmic: true, least: 1, most: 1_048_576 }).default(
      1_000,
    ),
    throughputUnits: quantity({
      label: 'Throughput units',
      about: 'Each lets out 2 MB/s or 4,096 events/s, whichever is reached first; without them no limit (E1).',
      least: 1,
      most: 40,
      step: 1,
    }).exactOptional(),
    maxEventsPerTrigger: whole({
      label: 'maxEventsPerTrigger',
      about: 'The most that a batch reads. Default 1,000 for each partition (E4).',
      ...offsets,
    }).exactOptional(),
  })
  .meta({ label: 'Event Hubs connector' });

const delta = z
  .strictObject({
    format: z.literal('delta'),
    rowsPerFile: whole({ label: 'Rows of a file', unit: 'rows', isLogarithmic: true, least: 1, most: 100_000_000 }),
    fileBytes: whole({ label: 'Size of a file', unit: 'bytes', isLogarithmic: true, least: 1, most: 10_737_418_240 }),
    backlogRecords,
    maxFilesPerTrigger: whole({
      label: 'maxFilesPerTrigger',
      about: 'The most files of a batch. Default 1,000, unless bytes are limited (D1).',
      least: 1,
      most: 100_000,
      isLogarithmic: true,
    }).exactOptional(),
    maxBytesPerTrigger: whole({
      label: 'maxBytesPerTrigger',
      about: 'A soft maximum: the file that crosses it is still read. Default: none (D1).',
      unit: 'bytes',
      least: 1,
      most: 1_099_511_627_776,
      isLogarithmic: true,
    }).exactOptional(),
  })
  .meta({ label: 'Delta table' });

/** Where a query reads from. */
export const sourceField = z
  .discriminatedUnion('format', [kafka, eventhubs, delta], 'write a format: kafka, eventhubs or delta')
  .meta({ label: 'Source' });

export type SourceScenario = z.infer<typeof sourceField>;

/** What is wrong with the options of a source, each of which is within its bounds; null when they go together. */
export function optionProblemOf(source: SourceScenario): { path: string[]; message: string } | null {
  if (source.format !== 'kafka') return null;
  const { minOffsetsPerTrigger: least = 1, maxOffsetsPerTrigger: most = Infinity } = source;
  if (least <= most) return null;
  return { path: ['source', 'minOffsetsPerTrigger'], message: `exceeds maxOffsetsPerTrigger; write at most ${most}` };
}

/** The source of a run. Throws RangeError for options that contradict each other. */
export function sourceOf(scenario: SourceScenario): QuerySetup['source'] {
  switch (scenario.format) {
    case 'kafka': {
      const { format, hotPartitionShare: hot, backlogRecords: backlog, retentionMs: keptMs, ...rest } = scenario;
      const { partitions: count, ...options } = rest;
      return {
        format,
        partitions: count,
        ...weightsOf(count, hot),
        backlogRecords: backlog,
        retentionMs: keptMs,
        options: readReaderOptions(format, options satisfies OptionValues, count),
      };
    }
    case 'eventhubs': {
      const { format, partitions: count, maxEventsPerTrigger, hotPartitionShare: hot, ...rest } = scenario;
      const options = maxEventsPerTrigger === undefined ? {} : { maxEventsPerTrigger };
      return {
        format,
        partitions: count,
        ...weightsOf(count, hot),
        ...rest,
        options: readReaderOptions(format, options, count),
      };
    }
    case 'delta': {
      const { format, rowsPerFile, fileBytes, backlogRecords: backlog, ...options } = scenario;
      return {
        format,
        rowsPerFile,
        fileBytes,
        backlogRecords: backlog,
        options: readReaderOptions(format, options, 1),
      };
    }
  }
}

/** A hot partition and even others; nothing when all are even. */
function weightsOf(count: number, hotShare: number): { partitionWeights?: number[] } {
  if (hotShare === 0 || count === 1) return {};
  const others = (1 - hotShare) / (count - 1);
  return { partitionWeights: Array.from({ length: count }, (_, p) => (p === 0 ? hotShare : others)) };
}
