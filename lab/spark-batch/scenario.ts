// A batch job as a scenario: the schema, and the job that it describes.

import { z } from 'zod';
import { choice, duration, flag, group, listOf, quantity, share, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import { runJob, type JobRun, type JobSetup } from './job.ts';
import { describeJobEvent, eventsOf } from './job-events.ts';
import { jobTrace } from './job-trace.ts';

const rows = { unit: 'rows', isLogarithmic: true } as const;
const memory = { unit: 'bytes', isLogarithmic: true, least: 1_048_576, most: 1_099_511_627_776 } as const;
const rowMs = { unit: 'ms', isLogarithmic: true, least: 0.0001, most: 1_000 } as const;

const stage = z.strictObject({
  rows: whole({ label: 'Rows', about: 'Rows that come into the stage.', least: 1, most: 10_000_000_000, ...rows }),
  partitions: whole({
    label: 'Partitions',
    about: 'One task each. After a shuffle spark.sql.shuffle.partitions, 200 by default.',
    least: 1,
    most: 4_000,
  }),
  largestShare: share({
    label: 'Largest partition',
    about: 'Its part of the rows; 0 for even partitions. It starts first, which is its best case.',
  }).default(0),
  rowMs: quantity({ label: 'Work for a row', ...rowMs }),
  holdsPartition: flag({
    label: 'Holds its partition',
    about:
      'A task keeps all rows of its partition, as for a hash join’s side or a list, instead of one after another. Another stage has to write them.',
  }).default(false),
});

const schema = z
  .strictObject({
    ...scenarioFields('spark-batch', { mostMs: 2_592_000_000 }),
    stages: listOf(stage, { label: 'Stages', about: 'Each begins when the one before it has ended.', most: 4 }),
    write: group(
      {
        by: choice(['last stage', 'coalesce', 'repartition', 'collect'], {
          label: 'Written by',
          about: 'Fewer writers are the brake of a batch job (SS25); collect brings all rows to the driver.',
          names: {
            'last stage': 'The tasks of the last stage',
            coalesce: 'coalesce(writers)',
            repartition: 'repartition(writers)',
            collect: 'Nobody: collect()',
          },
        }),
        writers: whole({
          label: 'Writers',
          about: 'Tasks that write, with coalesce or repartition.',
          least: 1,
          most: 4_000,
        }).default(20),
        shuffleRowMs: quantity({
          label: 'Work for a shuffled row',
          about: 'What reading a row of repartition’s shuffle costs.',
          ...rowMs,
        }).default(0.001),
      },
      { label: 'Write' },
    ).default({ by: 'last stage', writers: 20, shuffleRowMs: 0.001 }),
    sink: group(
      {
        limitPerSecond: quantity({
          label: 'Limit',
          about: 'Rows or calls a second, of all writers together; without it the sink takes all that comes.',
          isLogarithmic: true,
          least: 1,
          most: 100_000_000,
        }).exactOptional(),
        limitCounts: choice(['rows', 'calls'], {
          label: 'The limit counts',
          about: 'Ask which: larger calls help against a limit on calls only (M2.10).',
          names: { rows: 'Rows', calls: 'Calls' },
        }),
        rowsPerCall: whole({ label: 'Rows in a call', ...rows, least: 1, most: 100_000 }),
        callMs: duration({ label: 'Call', about: 'How long a writer waits for an answer.', most: 60_000 }).default(0),
        connections: whole({
          label: 'Connections',
          about: 'Writers that it accepts at once; one more is refused, and its task fails.',
          least: 1,
          most: 10_000,
        }).exactOptional(),
      },
      { label: 'Sink' },
    ),
    cores: whole({ label: 'Cores', about: 'Tasks that run at once (SS24).', least: 1, most: 4_000 }),
    taskOverheadMs: duration({
      label: 'Task overhead',
      about: 'What a task costs before its first row.',
      most: 60_000,
    }).default(50),
    rowBytes: whole({ label: 'A row', unit: 'bytes', isLogarithmic: true, least: 1, most: 10_000_000 }).default(1_024),
    taskMemoryBytes: whole({
      label: 'Memory of a task',
      about: 'The executor’s memory for execution, over its cores.',
      ...memory,
    }).default(1_073_741_824),
    cachesInput: flag({
      label: 'Keeps its input',
      about:
        'df.cache(), MEMORY_AND_DISK: all rows of the first stage stay in the executors’ memory and, when it is full, on their disks. A full cache fails no job.',
    }).default(false),
    spillFactor: quantity({
      label: 'A row to disk costs',
      about: 'Work for a row once the cache is full, as a multiple of its work; 3 is a guess, disks differ.',
      unit: 'count',
      step: 0.1,
      least: 1,
      most: 100,
    }).default(3),
    driverMaxResultBytes: whole({
      label: 'spark.driver.maxResultSize',
      about:
        'What collect may bring in all; above it the job is aborted before the driver’s memory is full. Default 1 GiB; 0 for no limit.',
      unit: 'bytes',
      isLogarithmic: true,
      most: 1_099_511_627_776,
    }).default(1_073_741_824),
    driverMemoryBytes: whole({
      label: 'spark.driver.memory',
      about: 'What collect has to fit into as well. Default 1 GiB.',
      ...memory,
    }).default(1_073_741_824),
    maxFailures: whole({
      label: 'spark.task.maxFailures',
      about: 'Attempts of one task, after which the job gives up. Default 4.',
      least: 1,
      most: 10,
    }).default(4),
    slaMs: duration({
      label: 'Deadline',
      about: 'When the run has to be over, from its start.',
      least: 1,
    }).exactOptional(),
  })
  .superRefine(({ stages, write, sink, rowBytes }, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', message, path });
    for (const [i, { partitions, largestShare }] of stages.entries())
      if (largestShare > 0 && largestShare * partitions < 1)
        say(['stages', i, 'largestShare'], `is below an even part; write 0, or at least ${1 / partitions}`);
    if (stages.at(-1)?.holdsPartition === true && (write.by === 'last stage' || write.by === 'coalesce'))
      say(
        ['write', 'by'],
        "has to be 'repartition', or a stage has to follow: what is held whole is not written as it comes",
      );
    if (write.by === 'collect' && sink.limitPerSecond !== undefined)
      say(['sink', 'limitPerSecond'], 'limits nothing when the driver collects the rows; remove it');
    if (sink.rowsPerCall * rowBytes > 1_073_741_824)
      say(
        ['sink', 'rowsPerCall'],
        `makes calls of more than 1 GiB; write at most ${Math.floor(1_073_741_824 / rowBytes)}`,
      );
  });

export type SparkBatchScenario = z.infer<typeof schema>;

/** The run of a scenario's job. Nothing in it is left to chance, so there is no seed. */
export function jobOf({ write, ...scenario }: SparkBatchScenario): JobRun {
  const { by, writers, shuffleRowMs } = write;
  const how: JobSetup['write'] =
    by === 'coalesce' ? { by, writers } : by === 'repartition' ? { by, writers, shuffleRowMs } : { by };
  return runJob({ ...scenario, write: how });
}

function run(scenario: SparkBatchScenario, seed: number): RunTrace {
  const job = jobOf(scenario);
  return { scenario, seed, ...jobTrace(job, scenario), events: eventsOf(job, scenario) };
}

export const sparkBatch = defineSystem<SparkBatchScenario>({
  name: 'spark-batch',
  title: 'Spark batch job',
  summary:
    'One bounded run, whose tasks pull their rows: a slow sink makes it late, and only size makes it run out of memory.',
  schema,
  series: {
    runningTasks: { label: 'Running tasks', unit: 'count', about: 'At most one for each core.' },
    readRows: { label: 'Read', unit: 'rows', about: 'Rows that the first stage has pulled.' },
    writtenRows: {
      label: 'Written',
      unit: 'rows',
      about: 'Rows that the sink has taken, those of failed attempts too.',
    },
    writtenPerSecond: { label: 'Write rate', unit: 'rows/s', about: 'What the sink takes from all writers.' },
    heldBytes: {
      label: 'Held in memory',
      unit: 'bytes',
      about: 'What running tasks and a cache hold in memory, in all executors.',
    },
  },
  totals: {
    finishedAtMs: { label: 'Run time', unit: 'ms', about: 'When the last task had ended; none when the job failed.' },
    failedAtMs: { label: 'Failed at', unit: 'ms', about: 'When the job gave up; none when it did not.' },
    slaMs: { label: 'Deadline', unit: 'ms', about: 'When it had to be over; none without one.' },
    isLate: {
      label: 'Deadline missed',
      unit: 'flag',
      about: 'Whether it was not over in time, or failed; none without a deadline.',
    },
    lateByMs: { label: 'Late by', unit: 'ms', about: 'Run time − deadline; none when in time, failed or unfinished.' },
    rowsToWrite: { label: 'To write', unit: 'rows', about: 'Rows of the last stage; none when they are collected.' },
    writtenRows: {
      label: 'Written',
      unit: 'rows',
      about: 'Rows that the sink has taken, those of failed attempts too.',
    },
    tasks: { label: 'Tasks', unit: 'count', about: 'Tasks of all stages that ran.' },
    failedAttempts: { label: 'Failed attempts', unit: 'count', about: 'Attempts of tasks that ended in an error.' },
    spilledBytes: { label: 'Spilled', unit: 'bytes', about: 'Rows of a full cache that went to disk × their size.' },
    shuffledBytes: { label: 'Shuffled', unit: 'bytes', about: 'Rows that went through a shuffle × their size.' },
    peakHeldBytes: { label: 'Most in memory', unit: 'bytes', about: 'The most that tasks and a cache held at once.' },
    coresBusyShare: { label: 'Cores busy', unit: 'share', about: 'Part of the cores’ time with a task on them.' },
  },
  plots: [
    { title: 'Progress', series: ['writtenRows', 'readRows'] },
    { title: 'Into the sink', series: ['writtenPerSecond'] },
    { title: 'Cores at work', series: ['runningTasks'] },
    { title: 'Memory', series: ['heldBytes'] },
  ],
  describe: describeJobEvent,
  run,
  broken({ series, totals }, { cores, sink }) {
    const laws: string[] = [];
    const { finishedAtMs, rowsToWrite, writtenRows = 0 } = totals;
    const slack = 1 + 1e-9 * (rowsToWrite ?? 0);
    if (finishedAtMs !== null && typeof rowsToWrite === 'number' && Math.abs(rowsToWrite - (writtenRows ?? 0)) > slack)
      laws.push(`a finished job has written ${String(writtenRows)} of ${rowsToWrite} rows`);
    for (const name of ['runningTasks', 'readRows', 'writtenRows', 'heldBytes'])
      if (series[name]?.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
    if (series['runningTasks']?.some((value) => (value ?? 0) > cores))
      laws.push(`more than ${cores} tasks run at once`);
    const limit = (sink.limitPerSecond ?? Infinity) * (sink.limitCounts === 'calls' ? sink.rowsPerCall : 1);
    if (series['writtenPerSecond']?.some((value) => (value ?? 0) > limit * (1 + 1e-9)))
      laws.push(`the sink takes more than its ${limit} rows/s`);
    return laws;
  },
});
