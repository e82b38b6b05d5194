// The settings of a Flink job's scenario, each with its words, unit and bounds.

import { z } from 'zod';
import { choice, duration, flag, group, listOf, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { scenarioFields } from '../scenario/system.ts';

/** Names to choose from, in the order in which jobs tend to have them; each once in a job. */
const operatorNames = [
  'parse',
  'map',
  'filter',
  'split',
  'enrich',
  'score',
  'join',
  'window',
  'aggregate',
  'format',
  'sink',
] as const;
const anyName = ['source', ...operatorNames] as const;

const parallelism = whole({
  label: 'Parallelism',
  about: 'Subtasks that share the operator’s work. parallelism.default is 1.',
  least: 1,
  most: 256,
});
const serviceMs = quantity({
  label: 'Service time',
  about: 'What one record takes, blocking calls included.',
  unit: 'ms',
  isLogarithmic: true,
  least: 0.001,
  most: 60_000,
});
const taskManagers = whole({ label: 'TaskManagers', least: 1, most: 500 });

const operator = z.strictObject({
  name: choice(operatorNames, { label: 'Operator', about: 'What it does; the lab only uses it as a name.' }),
  parallelism,
  serviceMs,
  selectivity: quantity({
    label: 'Selectivity',
    about: 'Records out for one in: 0.1 for a window of ten, 3 for a split in three.',
    most: 100,
    step: 0.1,
  }).default(1),
  bufferRecords: whole({
    label: 'Input buffers',
    about:
      'Records that fit into the input of one subtask. A gate of four channels has 16 segments of 32 KiB, about 512 records of 1 KiB (F2).',
    unit: 'records',
    isLogarithmic: true,
    least: 1,
    most: 100_000,
  }).default(512),
  input: choice(['rebalance', 'hash', 'forward'], {
    label: 'Partitioning',
    about: 'How records find their subtask: in turn, by the hash of their key (keyBy), or on their own lane.',
  }).default('rebalance'),
  hotShare: share({
    label: 'Hot subtask',
    about:
      'The part of the records that one subtask gets, such as those of a hot key; the others share the rest. 0 spreads keys evenly (M3.6).',
  }).default(0),
  zipfKeys: whole({
    label: 'Zipf keys',
    about: 'So many keys with weights 1, 1/2, 1/3 …, instead of one hot key; 0 for none.',
    most: 10_000,
    isLogarithmic: true,
  }).default(0),
  networkPerSecond: quantity({
    label: 'Network limit',
    about: 'What the network carries into this operator; without it there is no limit. Not for a forward edge.',
    unit: 'records/s',
    isLogarithmic: true,
    least: 1,
    most: 100_000_000,
  }).exactOptional(),
});

const checkpoint = group(
  {
    intervalMs: duration({
      label: 'execution.checkpointing.interval',
      about: 'A checkpoint starts so often, or when the last one has ended.',
      least: 100,
    }),
    mode: choice(['aligned', 'unaligned'], {
      label: 'Barriers',
      about:
        'Aligned barriers queue behind records; unaligned ones overtake them and write them too (F6). execution.checkpointing.unaligned.enabled is false by default.',
    }),
    timeoutMs: duration({
      label: 'execution.checkpointing.timeout',
      about: 'A checkpoint that takes longer is given up. Default 10 min.',
      least: 1,
    }).default(600_000),
    stateBytes: quantity({
      label: 'State',
      about: 'What each checkpoint writes.',
      unit: 'bytes',
      most: 1e12,
      isLogarithmic: true,
    }).default(0),
    recordBytes: quantity({
      label: 'Record size',
      unit: 'bytes',
      least: 1,
      most: 10_000_000,
      isLogarithmic: true,
    }).default(1_024),
    storageBytesPerSecond: quantity({
      label: 'Storage',
      about: 'How fast all tasks together write a checkpoint.',
      unit: 'bytes/s',
      least: 1_000,
      most: 1e12,
      isLogarithmic: true,
    }).default(100_000_000),
  },
  { label: 'Checkpoints', about: 'Without them there is nothing to restart from; off by default in Flink.' },
);

const cluster = group(
  {
    scheduler: choice(['default', 'adaptive', 'reactive'], {
      label: 'Scheduler',
      about:
        'Default runs at the configured parallelism or not at all; adaptive takes fewer slots when it must; reactive uses all there are (F33).',
    }),
    taskManagers,
    slotsPerTaskManager: whole({
      label: 'taskmanager.numberOfTaskSlots',
      about: 'One slot holds a subtask of each operator. Default 1.',
      least: 1,
      most: 64,
    }),
    changes: listOf(z.strictObject({ atMs: duration({ label: 'At' }), taskManagers }), {
      label: 'Changes',
      about: 'Other numbers of TaskManagers.',
      least: 0,
      most: 12,
    }).default([]),
  },
  { label: 'Cluster', about: 'Without it there are slots for everything.' },
);

/** Without the checks of one field against another. */
export const jobFields = z.strictObject({
  ...scenarioFields('flink-job', { mostMs: 86_400_000 }),
  engine: choice(['count', 'record'], {
    label: 'Engine',
    about: 'Count treats records as a fluid and knows restarts; record follows each one and knows latencies.',
  }).default('count'),
  service: choice(['even', 'exponential'], {
    label: 'Service times',
    about: 'Always the same, or exponential with that mean: only the record engine knows chance.',
  }).default('even'),
  traffic: trafficField({ label: 'Traffic', about: 'What producers write to the topic.', mostPerSecond: 10_000_000 }),
  startLagRecords: whole({
    label: 'Lag at the start',
    about: 'Records that wait in the topic when the job starts.',
    unit: 'records',
    isLogarithmic: true,
    most: 10_000_000_000,
  }).default(0),
  source: group(
    {
      parallelism,
      serviceMs,
      partitions: whole({
        label: 'Partitions',
        about: 'Of the topic: readers beyond them stay idle (F23). Without it there are as many as readers.',
        least: 1,
        most: 1_024,
      }).exactOptional(),
    },
    { label: 'Source' },
  ),
  operators: listOf(operator, {
    label: 'Operators',
    about: 'In the order of the records’ way; the last one is the sink.',
    most: 10,
  }),
  incidents: listOf(
    z.strictObject({
      operator: choice(anyName, { label: 'Operator' }),
      fromMs: duration({ label: 'From' }),
      toMs: duration({ label: 'To' }),
      serviceMs,
    }),
    { label: 'Incidents', about: 'For a while, an operator takes another time for a record.', least: 0, most: 12 },
  ).default([]),
  checkpoint: checkpoint.exactOptional(),
  rescales: listOf(
    z.strictObject({
      atMs: duration({ label: 'At' }),
      operator: choice(anyName, { label: 'Operator', about: 'Without it, the whole job.' }).exactOptional(),
      parallelism,
      from: choice(['savepoint', 'checkpoint'], {
        label: 'Start from',
        about: 'A savepoint works off what is in flight and repeats nothing; a checkpoint reads again what came since.',
      }),
    }),
    { label: 'Rescales', about: 'Another parallelism; each one restarts the job.', least: 0, most: 12 },
  ).default([]),
  restartMs: duration({
    label: 'Restart',
    about: 'From the stop of all tasks to the first record after it.',
    most: 3_600_000,
  }).default(30_000),
  isSinkTransactional: flag({
    label: 'Transactional sink',
    about: 'It shows results with the checkpoint that covers them, and so none twice.',
  }).default(false),
  cluster: cluster.exactOptional(),
});

export type JobScenario = z.infer<typeof jobFields>;
