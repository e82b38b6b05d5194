// For tests: runs a function as a consumer program, in a scenario with nothing in it but what a test adds.

import { runConsumer } from '../kafka/run.ts';
import type { ConsumerScenario } from '../kafka/scenario.ts';
import type { RunHost } from '../process/host.ts';
import type { KafkaContext, ProgramEnvironment } from '../program.ts';
import type { Trace } from '../trace/trace.ts';

const gib = 1024 ** 3;

/** Calm, with a large heap, a wide sink, no jitter and no cost that a test did not ask for. */
export const plain: ConsumerScenario = {
  name: 'plain',
  title: 'Plain',
  summary: 'For tests.',
  durationMs: 10_000,
  graceMs: 1_000,
  topic: 'orders',
  partitions: 2,
  group: { partitions: 2, members: 1 },
  recordBytes: 1_024,
  traffic: { baseRecordsPerSecond: 1_000 },
  broker: { fetchRttMs: 4, commitRttMs: 3, rebalanceMs: 1_000 },
  maxPollInterval: { defaultMs: 300_000, mostMs: 300_000 },
  process: { limitBytes: gib, baseBytes: 0, bytesPerRecord: 1_024, handOverMs: 0, restartMs: 1_000, mostRestarts: 3 },
  sink: {
    connections: 4,
    waiting: 4,
    callMs: 10,
    rowMs: 0.1,
    maxRowsPerCall: 100_000,
    jitterShare: 0,
    contentionShare: 0,
  },
  deadLetterMs: 5,
  poisonShare: 0,
  wobbleMs: 0,
};

/** A hop of the host: one macrotask. */
export const hop = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

export type TestProgram = (
  context: KafkaContext & { sleep(ms: number): Promise<void>; now(): number } & Pick<ProgramEnvironment, 'timers'>,
) => Promise<void>;

/** Runs `run` with the settings `config` (auto-commit off) through `plain` with `changes`, seed 0. */
export function runPlain(
  run: TestProgram,
  changes: Partial<ConsumerScenario> = {},
  options: { config?: object; seed?: number; host?: Partial<RunHost> } = {},
): Promise<Trace> {
  const program = {
    start: (environment: ProgramEnvironment) => {
      const { timers } = environment;
      const sleep = (ms: number) =>
        new Promise<void>((resolve) => {
          timers.setTimeout(() => resolve(), ms);
        });
      return Promise.resolve({
        config: { 'enable.auto.commit': false, ...options.config },
        decision: undefined,
        run: (context: KafkaContext) => run({ ...context, sleep, timers, now: () => timers.elapsedMs() }),
      });
    },
  };
  return runConsumer(program, { ...plain, ...changes }, options.seed ?? 0, { hop, ...options.host });
}
