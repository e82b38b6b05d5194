// A Structured Streaming query as a scenario: schema, words, and the trace of its micro-batches.

import { z } from 'zod';
import { choice, duration, group, listOf, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import { describeQueryEvent, eventsOf, type QueryTraceEvent } from './query-events.ts';
import type { QuerySetup } from './query-setup.ts';
import { batchTable, seriesOf, totalsOf } from './query-trace.ts';
import { runQuery } from './query.ts';
import { lawsBrokenBy, queryReadings } from './query-words.ts';
import { contradictionsOf } from './scenario-bounds.ts';
import { optionProblemOf, sourceField, sourceOf } from './source-scenario.ts';

const trigger = z
  .discriminatedUnion(
    'kind',
    [
      z
        .strictObject({
          kind: z.literal('processing-time'),
          intervalMs: duration({
            label: 'processingTime',
            about: 'A batch starts at each multiple of it, or at once when the one before took longer (SS9).',
            least: 100,
            most: 86_400_000,
          }),
        })
        .meta({ label: 'Processing time' }),
      z.strictObject({ kind: z.literal('default') }).meta({ label: 'Default', about: 'Batch after batch (SS10).' }),
      z
        .strictObject({ kind: z.literal('available-now') })
        .meta({ label: 'AvailableNow', about: 'What is there at the start, in limited batches, then stop (SS11).' }),
      z
        .strictObject({ kind: z.literal('once') })
        .meta({ label: 'Once', about: 'What is there at the start in one batch, limits ignored. Deprecated (SS11).' }),
    ],
    'write a kind: processing-time, default, available-now or once',
  )
  .meta({ label: 'Trigger' });

const executors = whole({ label: 'Executors', least: 1, most: 200 });
const coreRowsPerSecond = quantity({
  label: 'Rows of a core',
  about: 'What one core gets done per second, without overheads and the sink.',
  unit: 'rows/s',
  isLogarithmic: true,
  least: 0.1,
  most: 1_000_000,
});
const executorBytes = whole({
  label: 'Memory of an executor',
  about: 'What it has for rows and state, after all overheads.',
  unit: 'bytes',
  isLogarithmic: true,
  least: 1_048_576,
  most: 549_755_813_888,
});
const limitPerSecond = quantity({
  label: 'Sink limit',
  about: 'What the sink takes per second, over all writers; without it everything.',
  isLogarithmic: true,
  least: 0.1,
  most: 10_000_000,
});
const sinkSlowdown = quantity({
  label: 'Sink slower by',
  about: 'A factor; 1 is as it should be.',
  least: 0.1,
  most: 1_000,
  isLogarithmic: true,
});

const schema = z
  .strictObject({
    ...scenarioFields('spark-streaming', { mostMs: 2_592_000_000 }),
    traffic: trafficField({
      label: 'Traffic',
      about: 'What comes into the source; a slow query does not slow it (A6).',
    }),
    source: sourceField,
    trigger,
    cluster: group(
      {
        executors,
        coresPerExecutor: whole({
          label: 'spark.executor.cores',
          about: 'Tasks that an executor runs at once.',
          least: 1,
          most: 32,
        }),
      },
      { label: 'Cluster' },
    ),
    work: group(
      {
        coreRowsPerSecond,
        taskOverheadMs: duration({
          label: 'Task overhead',
          about: 'What a task costs without a row.',
          most: 60_000,
        }).default(0),
        batchOverheadMs: duration({
          label: 'Batch overhead',
          about: 'Planning and both logs: what a batch costs without a row.',
          most: 600_000,
        }).default(0),
        jitterShare: share({
          label: 'Jitter',
          about: 'With a seed other than 0, batches take up to this part longer or shorter.',
        }).default(0.05),
      },
      { label: 'Work' },
    ),
    sink: group(
      {
        limitPerSecond: limitPerSecond.exactOptional(),
        limitCounts: choice(['rows', 'calls'], {
          label: 'The limit counts',
          about: 'Rows, however they are packed, or calls, however many rows each has (T7).',
        }).default('rows'),
        rowsPerCall: whole({
          label: 'Rows of a call',
          unit: 'rows',
          least: 1,
          most: 100_000,
          isLogarithmic: true,
        }).default(1),
        callMs: quantity({
          label: 'Time of a call',
          about: 'A task waits for each of its calls.',
          unit: 'ms',
          most: 60_000,
        }).default(0),
        rowMs: quantity({
          label: 'Time of a row',
          about: 'What each row adds to its call.',
          unit: 'ms',
          most: 10_000,
        }).default(0),
        connections: whole({
          label: 'Connections',
          about: 'Calls that the sink serves at once; without it as many as tasks run at once.',
          least: 1,
          most: 10_000,
        }).exactOptional(),
      },
      { label: 'Sink' },
    ).default({ limitCounts: 'rows', rowsPerCall: 1, callMs: 0, rowMs: 0 }),
    memory: group(
      {
        executorBytes,
        rowBytes: whole({
          label: 'Bytes of a row',
          about: 'What a row takes in memory until its task ends.',
          unit: 'bytes',
          isLogarithmic: true,
          most: 10_485_760,
        }),
        taskMaxFailures: whole({
          label: 'spark.task.maxFailures',
          about: 'So often a task is tried before the query fails. Default 4.',
          least: 1,
          most: 20,
        }).default(4),
        restartMs: duration({
          label: 'Restart',
          about: 'From a failure until the query runs again from its checkpoint.',
          least: 1_000,
          most: 86_400_000,
        }).default(60_000),
      },
      { label: 'Executor memory', about: 'Without it memory is no concern.' },
    ).exactOptional(),
    state: group(
      {
        windowMs: duration({ label: 'Window', about: 'Tumbling windows of event time.', least: 1_000 }),
        watermarkDelayMs: duration({
          label: 'withWatermark',
          about: 'How late a row may be; without it no window is ever removed (SS15).',
        }).exactOptional(),
        keys: whole({
          label: 'Keys',
          about: 'Keys with rows in every window.',
          least: 1,
          most: 1_000_000_000,
          isLogarithmic: true,
        }),
        stateRowBytes: whole({
          label: 'Bytes of a state row',
          unit: 'bytes',
          isLogarithmic: true,
          most: 1_048_576,
        }).default(200),
      },
      { label: 'State', about: 'A windowed aggregate by key.' },
    ).exactOptional(),
    changes: listOf(
      z.strictObject({
        atMs: duration({ label: 'At' }),
        executors: executors.exactOptional(),
        coreRowsPerSecond: coreRowsPerSecond.exactOptional(),
        executorBytes: executorBytes.exactOptional(),
        sinkLimitPerSecond: limitPerSecond.exactOptional(),
        sinkSlowdown: sinkSlowdown.exactOptional(),
      }),
      {
        label: 'Changes',
        about: 'What changes during the run; a batch under way feels it at once.',
        least: 0,
        most: 24,
      },
    ).default([]),
  })
  .superRefine((scenario, context) => {
    const optionProblem = optionProblemOf(scenario.source);
    if (optionProblem !== null) {
      context.addIssue({ code: 'custom', ...optionProblem });
      return;
    }
    for (const { path, message } of contradictionsOf(setupOf(scenario)))
      context.addIssue({ code: 'custom', path, message });
  });

export type StreamingScenario = z.infer<typeof schema>;

/** The setup of a scenario's run. */
export function setupOf(scenario: StreamingScenario, seed = 0): QuerySetup {
  const { work, memory, state } = scenario;
  const { coreRowsPerSecond: perSecond, ...overheads } = work;
  return {
    traffic: scenario.traffic,
    source: sourceOf(scenario.source),
    trigger: scenario.trigger,
    cluster: scenario.cluster,
    work: { ...overheads, rowMs: 1000 / perSecond },
    sink: scenario.sink,
    ...(memory !== undefined && { memory }),
    ...(state !== undefined && { state }),
    changes: scenario.changes.map(({ coreRowsPerSecond: rate, ...change }) => ({
      ...change,
      ...(rate !== undefined && { rowMs: 1000 / rate }),
    })),
    durationMs: scenario.durationMs,
    seed,
  };
}

function run(scenario: StreamingScenario, seed: number): RunTrace {
  const setup = setupOf(scenario, seed);
  const query = runQuery(setup);
  const grid = samplingOf(scenario.durationMs);
  return {
    scenario,
    seed,
    endedMs: scenario.durationMs,
    sampleMs: grid.sampleMs,
    series: seriesOf(query, setup, grid),
    events: eventsOf(query, setup),
    totals: totalsOf(query, setup),
    tables: [batchTable(query, setup)],
  };
}

export const sparkStreaming = defineSystem<StreamingScenario>({
  name: 'spark-streaming',
  title: 'Spark Structured Streaming',
  summary:
    'A streaming query reads a source in micro-batches: what do a cap and a trigger let through, and would Spark’s own metrics tell that it falls behind?',
  schema,
  ...queryReadings,
  describe: (event) => describeQueryEvent(event as QueryTraceEvent),
  run,
  broken: (trace, scenario) => lawsBrokenBy(trace, setupOf(scenario)),
});
