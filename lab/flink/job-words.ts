// The words for a Flink job's trace: what each series and total means, and what to plot.

import type { Plot } from '../scenario/system.ts';
import type { Reading } from '../trace/run-trace.ts';

export const jobSeries: Readonly<Record<string, Reading>> = {
  lagRecords: {
    label: 'Lag',
    unit: 'records',
    about: 'Records in the topic that the source has not read: pendingRecords, all readers together (F16).',
  },
  lagMs: { label: 'Time lag', unit: 'ms', about: 'Age of the oldest record that waits in the topic (M0.5).' },
  arrivedPerSecond: { label: 'Arrival rate', unit: 'records/s', about: 'What producers write to the topic.' },
  throughputPerSecond: {
    label: 'Throughput',
    unit: 'records/s',
    about: 'numRecordsInPerSecond of the sink, all subtasks together; a mean of two seconds.',
  },
  bufferedRecords: { label: 'In buffers', unit: 'records', about: 'Records in the input buffers of all operators.' },
  bufferedMs: {
    label: 'Time in buffers',
    unit: 'ms',
    about:
      'Records in the buffers of each operator by its rate, added up (Little): what buffers add to each record’s way.',
  },
  maxBackPressuredMsPerSecond: {
    label: 'Back-pressured',
    unit: 'ms/s',
    about: 'backPressuredTimeMsPerSecond of the worst subtask of the job (F8, F10).',
  },
  maxBusyMsPerSecond: {
    label: 'Busy',
    unit: 'ms/s',
    about: 'busyTimeMsPerSecond of the busiest subtask of the job (F8, F10).',
  },
  maxInPoolUsage: {
    label: 'inPoolUsage',
    unit: 'share',
    about: 'How full the fullest input buffers are (F13).',
  },
  checkpointMs: {
    label: 'Checkpoint',
    unit: 'ms',
    about: 'lastCheckpointDuration: how long the last completed checkpoint took, from its start (F15).',
  },
};

export const jobTotals: Readonly<Record<string, Reading>> = {
  arrivedRecords: { label: 'Arrived', unit: 'records', about: 'In the topic at the start, and written to it since.' },
  writtenRecords: { label: 'Written', unit: 'records', about: 'Processed by the sink, twice or not.' },
  throughputPerSecond: {
    label: 'Throughput',
    unit: 'records/s',
    about: 'What the sink processes, in the last quarter of the run.',
  },
  finalLagRecords: { label: 'Lag at the end', unit: 'records', about: 'Records that the source has not read.' },
  peakLagRecords: { label: 'Peak lag', unit: 'records', about: 'The most that waited in the topic at a sample.' },
  peakLagAtMs: { label: 'Peak lag at', unit: 'ms', about: 'When that was.' },
  caughtUpAtMs: {
    label: 'Caught up at',
    unit: 'ms',
    about:
      'After the last change of traffic or service, the first sample from which no record waits for more than 1 s.',
  },
  finalBufferedRecords: { label: 'In buffers at the end', unit: 'records', about: 'In the buffers of all operators.' },
  bottleneckOperator: {
    label: 'Bottleneck',
    unit: 'count',
    about:
      'The operator’s place behind the source that was the bottleneck most of the last quarter; none without one (F20).',
  },
  p50LatencyMs: {
    label: 'Median latency',
    unit: 'ms',
    about: 'From the topic to the end of the sink’s work; the record engine alone follows records.',
  },
  p99LatencyMs: { label: 'p99 latency', unit: 'ms', about: 'The same, by nearest rank.' },
  completedCheckpoints: { label: 'Checkpoints', unit: 'count', about: 'Completed ones.' },
  expiredCheckpoints: {
    label: 'Expired checkpoints',
    unit: 'count',
    about: 'Given up at their timeout. The lab’s job lives on; by default Flink fails it.',
  },
  longestCheckpointMs: { label: 'Longest checkpoint', unit: 'ms', about: 'The longest that was completed.' },
  restarts: { label: 'Restarts', unit: 'count', about: 'Each change of a parallelism is one (F33).' },
  stoppedMs: { label: 'Stopped', unit: 'ms', about: 'From the order to stop until records flow again, all restarts.' },
  readAgainRecords: { label: 'Read again', unit: 'records', about: 'Read a second time from the last checkpoint.' },
  duplicateRecords: { label: 'Written twice', unit: 'records', about: 'By a sink that is not transactional.' },
};

export const jobPlots: readonly Plot[] = [
  { title: 'Lag in the topic', series: ['lagRecords'] },
  { title: 'The worst subtask', series: ['maxBackPressuredMsPerSecond', 'maxBusyMsPerSecond'] },
  { title: 'Rates', series: ['throughputPerSecond', 'arrivedPerSecond'] },
  { title: 'Time', series: ['bufferedMs', 'checkpointMs'] },
];
