// A source as the planner sees it: what is there, what a batch takes under its options, and the tasks that read it.

import { positive } from '../argument.ts';
import { createArrivals, type SourceArrivals } from './arrivals.ts';
import type { QuerySetup, TopicSource } from './query-setup.ts';
import { splitRateLimit } from './rate-limit.ts';
import { fileTasks, topicTasks } from './read-tasks.ts';

export interface PlannedSource extends SourceArrivals {
  /** Rows of one offset: 1 in a topic, those of a file in a table. */
  readonly rowsPerOffset: number;
  readonly description: string;
  readonly name: string;
  readonly hasOffsetMetrics: boolean;
  /** Where the query begins to read. */
  readonly startOffsets: readonly number[];
  /** Below these offsets everything is deleted by `ms`. */
  earliestAt(ms: number): readonly number[];
  /** Offsets that a batch takes of those waiting; all of them when `isUnlimited`, as with Trigger.Once (SS11). */
  take(waiting: readonly number[], isUnlimited: boolean): readonly number[];
  /** Rows of each task of a batch that takes these offsets. */
  tasks(taken: readonly number[], cores: number): readonly number[];
  /** What the source hands out at most, if it has a limit of its own. */
  readonly readRowsPerSecond: number | undefined;
}

/** What one throughput unit lets out per second (E1). */
const unitEgressBytes = 2_000_000;
const unitEgressEvents = 4_096;

/** The source of a setup. Throws RangeError for what does not fit it. */
export function planSource({ source, traffic }: QuerySetup): PlannedSource {
  const backlogRecords = source.backlogRecords ?? 0;
  if (source.format === 'delta') {
    const { rowsPerFile, fileBytes, options } = source;
    const arrivals = createArrivals({ traffic, partitions: 1, backlogRecords, recordsPerOffset: rowsPerFile });
    const mostFiles = Math.min(
      options.maxFilesPerTrigger ?? Infinity,
      filesWithin(options.maxBytesPerTrigger ?? Infinity, fileBytes),
    );
    return {
      ...arrivals,
      rowsPerOffset: rowsPerFile,
      description: 'DeltaSource[table]',
      name: 'files',
      hasOffsetMetrics: false,
      startOffsets: [0],
      earliestAt: () => [0],
      take: ([files = 0], isUnlimited) => [isUnlimited ? files : Math.min(files, mostFiles)],
      tasks: ([files = 0], cores) => fileTasks({ files, fileBytes, rowsPerFile, cores }),
      readRowsPerSecond: undefined,
    };
  }
  const { partitions, partitionWeights, options, retentionMs } = source;
  const arrivals = createArrivals({
    traffic,
    partitions,
    backlogRecords,
    ...(partitionWeights !== undefined && { partitionWeights }),
  });
  const none = Array.from({ length: partitions }, () => 0);
  const limit = source.format === 'kafka' ? options.maxOffsetsPerTrigger : options.maxEventsPerTrigger;
  return {
    ...arrivals,
    rowsPerOffset: 1,
    description: source.format === 'kafka' ? 'KafkaV2[Subscribe[events]]' : 'EventHubs[events]',
    name: 'events',
    hasOffsetMetrics: source.format === 'kafka',
    startOffsets: options.startingOffsets === 'earliest' ? none : arrivals.offsetsAt(0),
    earliestAt: (ms) => (retentionMs === undefined || ms <= retentionMs ? none : arrivals.offsetsAt(ms - retentionMs)),
    take: (waiting, isUnlimited) => (isUnlimited || limit === undefined ? waiting : splitRateLimit(limit, waiting)),
    tasks: (taken) => topicTasks(taken, source.format === 'kafka' ? options : {}),
    readRowsPerSecond: egressPerSecond(source),
  };
}

/** Files that a soft maximum lets into a batch (D1): the one that crosses it still belongs to it. */
export function filesWithin(maxBytes: number, fileBytes: number): number {
  return Math.ceil(maxBytes / positive(fileBytes, 'fileBytes'));
}

function egressPerSecond({ throughputUnits, recordBytes }: TopicSource): number | undefined {
  if (throughputUnits === undefined) return undefined;
  return (
    positive(throughputUnits, 'source.throughputUnits') *
    Math.min(unitEgressEvents, unitEgressBytes / positive(recordBytes ?? 1, 'source.recordBytes'))
  );
}
