// Exercise: cap intake and protect downstream. Scenarios, checks and targets; the words are in brief.mdx.

import type { Exercise } from '../../graders/exercise.ts';
import type { ConsumerScenario } from '../../lab/kafka/scenario.ts';

const mib = 1024 * 1024;

/** One of eight members, six of 48 partitions: an eighth of 20,000 → 120,000 records/s. */
const calm: ConsumerScenario = {
  name: 'steady',
  title: 'Steady',
  summary: 'Ten ordinary seconds: 2,500 records/s for your six partitions.',
  durationMs: 10_000,
  graceMs: 2_000,
  topic: 'orders',
  partitions: 6,
  group: { partitions: 48, members: 8 },
  recordBytes: 1_024,
  traffic: { baseRecordsPerSecond: 2_500 },
  broker: { fetchRttMs: 8, commitRttMs: 3, rebalanceMs: 1_000 },
  maxPollInterval: { defaultMs: 3_000, mostMs: 3_000 },
  process: {
    limitBytes: 64 * mib,
    baseBytes: 16 * mib,
    bytesPerRecord: 2_048,
    handOverMs: 0.01,
    restartMs: 1_000,
    mostRestarts: 5,
  },
  sink: {
    connections: 4,
    waiting: 4,
    callMs: 10,
    rowMs: 0.1,
    maxRowsPerCall: 1_000,
    jitterShare: 0.05,
    contentionShare: 0.05,
  },
  deadLetterMs: 5,
  poisonShare: 0,
  wobbleMs: 250,
};

const spike: ConsumerScenario = {
  ...calm,
  name: 'spike',
  title: 'Spike',
  summary: 'For eight seconds 15,000 records/s come in, six times the usual.',
  durationMs: 15_000,
  traffic: { baseRecordsPerSecond: 2_500, spike: { fromMs: 3_000, toMs: 11_000, recordsPerSecond: 15_000 } },
};

const slowSink: ConsumerScenario = {
  ...spike,
  name: 'slow-sink',
  title: 'Slow sink during the spike',
  summary: 'In the same spike the sink answers half as fast, and fails over for three and a half seconds.',
  durationMs: 20_000,
  sink: {
    ...spike.sink,
    slow: { fromMs: 4_000, toMs: 12_000, factor: 2 },
    failover: { fromMs: 6_000, toMs: 9_500, connectMs: 20 },
  },
};

const poison: ConsumerScenario = {
  ...calm,
  name: 'poison',
  title: 'Poison',
  summary: 'About two records in a thousand can never be written, at twice the usual rate.',
  traffic: { baseRecordsPerSecond: 5_000 },
  poisonShare: 0.002,
};

const crash: ConsumerScenario = {
  ...spike,
  name: 'crash',
  title: 'Crash and restart',
  summary: 'In the middle of the spike the process is killed, and started again a second later.',
  durationMs: 14_000,
  traffic: { baseRecordsPerSecond: 2_500, spike: { fromMs: 3_000, toMs: 8_000, recordsPerSecond: 15_000 } },
  killAtMs: 6_000,
};

const all = ['steady', 'spike', 'slow-sink', 'poison', 'crash'];

export const exercise: Exercise = {
  id: 'cap-intake',
  version: 1,
  title: 'Cap intake and protect downstream',
  summary:
    'The orders topic jumps from 20,000 to 120,000 messages a second. Write the consumer that is still alive, and has lost nothing, when the spike is over.',
  module: 'kafka',
  minutes: 35,
  objectives: ['LO-03', 'LO-04', 'LO-07', 'LO-09', 'LO-19', 'LO-20', 'LO-26'],
  covers: [
    'S2.34', 'S2.35', 'S2.36', 'S2.37', 'S2.38', 'S2.39', 'S2.40', 'S2.41', 'S2.42', 'S2.43',
    'S2.81', 'S2.82', 'S2.83', 'S2.84', 'S2.85', 'S2.91', 'S2.92', 'S2.93', 'S2.94',
  ], // prettier-ignore
  lesson: 'cap-intake-and-protect-downstream',
  entry: 'solution.ts',
  scenarios: [calm, spike, slowSink, poison, crash],
  seeds: [7, 4_211],
  checks: [
    {
      id: 'lag-flattens',
      label: 'Lag flattens during the spike',
      law: 'lag-flattens',
      target: 750,
      scenarios: ['spike'],
    },
    {
      id: 'lag-drains',
      label: 'Lag comes back to its calm level',
      law: 'lag-drains',
      target: { steady: 2, spike: 2, 'slow-sink': 6, poison: 2, crash: 4 },
      scenarios: all,
    },
    {
      id: 'sink-p95',
      label: 'Downstream p95 within its objective',
      law: 'sink-p95',
      target: { steady: 50, spike: 50, 'slow-sink': 120, poison: 50, crash: 50 },
      scenarios: all,
    },
    {
      id: 'heap-bounded',
      label: 'No memory errors, heap below its limit',
      law: 'heap-bounded',
      target: 64,
      scenarios: ['spike', 'slow-sink', 'crash'],
    },
    { id: 'stays-alive', label: 'No uncaught error ends the process', law: 'stays-alive', target: 0, scenarios: all },
    { id: 'no-eviction', label: 'The member stays in its group', law: 'no-eviction', target: 0, scenarios: all },
    {
      id: 'no-flapping',
      label: 'Pause and resume do not flutter',
      law: 'no-flapping',
      target: 5,
      scenarios: ['spike', 'slow-sink', 'crash'],
    },
    {
      id: 'retries-bounded',
      label: 'Retries are bounded',
      law: 'retries-bounded',
      target: 100,
      scenarios: ['spike', 'slow-sink', 'crash'],
    },
    {
      id: 'sink-recovers',
      label: 'Retries let the sink come back',
      law: 'sink-recovers',
      target: 2.5,
      scenarios: ['slow-sink'],
    },
    {
      id: 'dead-letters-exact',
      label: 'The dead-letter queue holds exactly the bad records',
      law: 'dead-letters-exact',
      target: 0,
      scenarios: all,
    },
    { id: 'nothing-lost', label: 'Nothing is lost', law: 'nothing-lost', target: 0, scenarios: all },
    {
      id: 'duplicates-explained',
      label: 'Duplicates are few and explained',
      law: 'duplicates-explained',
      target: 20_000,
      scenarios: all,
    },
    {
      id: 'stops-cleanly',
      label: 'Told to stop, it finishes and commits',
      law: 'stops-cleanly',
      target: 0,
      scenarios: ['steady', 'poison'],
    },
    {
      id: 'decision',
      label: 'The decision agrees with the numbers',
      law: 'decision-holds',
      target: 0,
      scenarios: ['slow-sink'],
    },
  ],
  plots: [
    { series: 'lag', title: 'Lag', unit: 'records' },
    { series: 'queue', title: 'Queue depth', unit: 'records' },
    { series: 'heap', title: 'Heap', unit: 'MiB', check: 'heap-bounded' },
    { series: 'p95', title: 'Downstream p95', unit: 'ms', check: 'sink-p95' },
  ],
};
