// For tests: runs a function as a Flink program, in a scenario with nothing in it but what a test adds.

import type { FlinkContext } from '../flink/datastream/api.ts';
import { runFlinkProgram } from '../flink/job-run.ts';
import type { FlinkProgramScenario, FlinkTrace } from '../flink/program.ts';
import type { RunHost } from '../process/host.ts';
import type { ProgramEnvironment } from '../program.ts';
import { hop } from './run.ts';

const gib = 1024 ** 3;

/** Calm: four partitions, a quick service without limits, a wide sink, no cost that a test did not ask for. */
export const plainJob: FlinkProgramScenario = {
  name: 'plain-job',
  title: 'Plain job',
  summary: 'For tests.',
  durationMs: 5_000,
  graceMs: 2_000,
  source: { topic: 'orders', partitions: 4, arrivals: [{ fromMs: 0, recordsPerSecond: 400 }], customers: 50 },
  service: { latency: [{ fromMs: 0, latencyMs: 50 }] },
  sink: {},
  costs: { source: 0.1, record: 0.1, keyed: 0.1, async: 0.1, sink: 0.1 },
  cluster: {
    slots: 16,
    parallelism: 2,
    channelRecords: 20,
    checkpointIntervalMs: 1_000,
    autoWatermarkIntervalMs: 200,
    stateBackend: 'hashmap',
  },
  process: { limitBytes: gib, baseBytes: 0, bytesPerRecord: 1_024, restartMs: 500, mostRestarts: 3 },
};

export type TestJob = (context: FlinkContext & Pick<ProgramEnvironment, 'timers'>) => Promise<void>;

/** Runs `job` through `plainJob` with `changes`, seed 0. */
export function runJob(
  job: TestJob,
  changes: Partial<FlinkProgramScenario> = {},
  options: { seed?: number; host?: Partial<RunHost> } = {},
): Promise<FlinkTrace> {
  const program = {
    start: ({ timers }: ProgramEnvironment) =>
      Promise.resolve({
        config: undefined,
        decision: undefined,
        run: (context: FlinkContext) => job({ ...context, timers }),
      }),
  };
  return runFlinkProgram(program, { ...plainJob, ...changes }, options.seed ?? 0, { hop, ...options.host });
}
