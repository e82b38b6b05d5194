// Runs a Flink program through a scenario and leaves a trace: (program, scenario, seed) → trace.

import { eventClass, Kernel } from '../clock/kernel.ts';
import { gcShareAt } from '../process/heap.ts';
import { ProgramHost, runEpochMs, runOf, type RunHost } from '../process/host.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { Program } from '../program.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import type { ConsumerRecord } from '../kafka/api.ts';
import type { FlinkContext, Source } from './datastream/api.ts';
import { CheckpointStore } from './datastream/checkpoints.ts';
import { CustomerServiceModel } from './datastream/customer-service.ts';
import { createEnvironment } from './datastream/environment.ts';
import { ServiceError, TimeoutException } from './datastream/errors.ts';
import type { StreamGraph } from './datastream/graph.ts';
import { JobRuntime } from './datastream/job.ts';
import { SinkTarget } from './datastream/sinks.ts';
import { fate, SourceLog } from './datastream/source-log.ts';
import { registerSink } from './datastream/streams.ts';
import { JobSampler } from './job-sampler.ts';
import type { FlinkEvent, FlinkProgramScenario, FlinkTotals, FlinkTrace } from './program.ts';

/** Values of each sink that the trace keeps. */
const keptValues = 1_000;

/** Comes from outside, whatever the program has wrapped around it. */
function isIncident(error: unknown): boolean {
  if (error instanceof ServiceError || error instanceof TimeoutException) return true;
  return error instanceof Error && error.cause !== undefined && isIncident(error.cause);
}

/**
 * Runs `program` through `scenario` with `seed`.
 *
 * Laws: the same three give the same trace on every machine; a job that fails is started anew from its last checkpoint, with
 * fresh modules, up to `mostRestarts` times; what its sinks took before stays in them. An exception in a function of the job
 * fails the job, as at work; only one whose function has never yet worked is taken for a mistake in the program, and the run
 * rejects with ProgramFailure. Rejects with StepBudgetError when the program spins.
 */
export async function runFlinkProgram(
  program: Program,
  scenario: FlinkProgramScenario,
  seed: number,
  host: RunHost,
): Promise<FlinkTrace> {
  const run = new FlinkRun(program, scenario, seed, host);
  return run.run();
}

class FlinkRun {
  readonly #scenario: FlinkProgramScenario;
  readonly #seed: number;
  readonly #host: RunHost;
  readonly #kernel: Kernel;
  readonly #log: SourceLog;
  readonly #service: CustomerServiceModel;
  readonly #table: SinkTarget;
  readonly #deadLetters: SinkTarget;
  readonly #checkpoints = new CheckpointStore();
  readonly #proved = new Set<string>();
  readonly #events: FlinkEvent[] = [];
  readonly #sampler: JobSampler;
  readonly #programHost: ProgramHost;
  readonly #source: Source<ConsumerRecord>;
  readonly #sampleMs: number;
  #job: JobRuntime | null = null;
  #slowdown = 1;
  #isStopping = false;
  /** The life that runs has executed its job. */
  #isExecuted = false;
  #decision: unknown;
  #returnedMs: number | null = null;
  /** Where the source was when the grace was over and the job with it. */
  #cutOff: readonly number[] | null = null;

  constructor(program: Program, scenario: FlinkProgramScenario, seed: number, host: RunHost) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#host = host;
    this.#sampleMs = host.sampleMs ?? 100;
    const kernel = new Kernel(host.maxHops === undefined ? {} : { maxHops: host.maxHops });
    this.#kernel = kernel;
    const { source, service, sink, process, durationMs, graceMs } = scenario;
    this.#log = new SourceLog({ spec: source, seed, epochMs: runEpochMs, untilMs: durationMs + graceMs });
    this.#source = Object.freeze({ topic: source.topic });
    this.#service = new CustomerServiceModel({ kernel, spec: service, rng: createRng(deriveSeed(seed, 'service')) });
    const keep = keptValues;
    this.#table = new SinkTarget({ name: 'table', log: this.#log, fate: fate.written, keep, ...sink });
    this.#deadLetters = new SinkTarget({ name: 'dead letters', log: this.#log, fate: fate.parked, keep });
    this.#sampler = new JobSampler({
      kernel,
      log: this.#log,
      service: this.#service,
      table: this.#table,
      checkpoints: this.#checkpoints,
      sampleMs: this.#sampleMs,
      job: () => this.#job,
      heapBytes: () => this.#programHost.life?.process.liveBytes() ?? 0,
    });
    this.#programHost = new ProgramHost({
      kernel,
      program,
      host,
      seed,
      limits: process,
      restart: process,
      durationMs,
      graceMs,
      recordsInMemory: () => this.#recordsInMemory(),
      isSystemError: isIncident,
      started: ({ number }) => this.#events.push({ atMs: kernel.nowMs, kind: 'start', life: number }),
      open: async (life, instance, enter) => {
        const main = runOf(instance, 'env, source, service, sink, deadLetters, signal');
        this.#decision = instance.decision;
        enter('run');
        this.#isExecuted = false;
        await main(this.#contextOf(life.process, life.signal));
        if (!this.#isExecuted)
          throw new TypeError("run() returned without a job. End it with `await env.execute('my job')`.");
        if (this.#job !== null)
          throw new TypeError("run() returned while its job was running. Write `await env.execute('my job')`.");
      },
      stopping: () => {
        this.#isStopping = true;
        this.#sampler.askRest(this.#job);
        this.#job?.stop();
      },
      ended: ({ how, error }) => {
        this.#events.push({ atMs: kernel.nowMs, kind: 'end', how, error });
        if (how === 'returned') this.#returnedMs = kernel.nowMs;
        if (how === 'stopped') this.#cutOff = this.#sampler.readOffsets();
        this.#dropJob();
      },
    });
  }

  async run(): Promise<FlinkTrace> {
    const { killAtMs } = this.#scenario;
    this.#kernel.at(0, eventClass.dispatch, () => this.#sample());
    if (killAtMs !== undefined) this.#kernel.at(killAtMs, eventClass.timer, () => this.#programHost.kill());
    await this.#programHost.run();
    const totals = this.#totals();
    const subtasks = this.#sampler.subtasks();
    return {
      scenario: this.#scenario,
      seed: this.#seed,
      endedMs: this.#kernel.nowMs,
      sampleMs: this.#sampleMs,
      series: this.#sampler.series(),
      events: this.#events,
      totals,
      tables: [
        {
          id: 'subtasks',
          title: 'Subtasks over the run',
          columns: [
            { id: 'operator', label: 'Operator', unit: 'text' },
            { id: 'subtask', label: 'Subtask', unit: 'count' },
            { id: 'busyTimeMsPerSecond', label: 'busyTimeMsPerSecond', unit: 'ms/s' },
            { id: 'backPressuredTimeMsPerSecond', label: 'backPressuredTimeMsPerSecond', unit: 'ms/s' },
            { id: 'idleTimeMsPerSecond', label: 'idleTimeMsPerSecond', unit: 'ms/s' },
            { id: 'numRecordsIn', label: 'numRecordsIn', unit: 'records' },
            { id: 'numRecordsOut', label: 'numRecordsOut', unit: 'records' },
          ],
          rows: subtasks.map((report) => [
            report.operator,
            report.subtask,
            report.busyMsPerSecond,
            report.backPressuredMsPerSecond,
            report.idleMsPerSecond,
            report.numRecordsIn,
            report.numRecordsOut,
          ]),
        },
      ],
      subtasks,
      backPressure: this.#sampler.backPressure,
      rows: this.#table.values,
      deadLetters: this.#deadLetters.values,
      decision: this.#decision,
      hops: this.#kernel.hops,
      steps: this.#kernel.events,
    };
  }

  #contextOf(process: ProgramProcess, signal: AbortSignal): FlinkContext {
    const { cluster } = this.#scenario;
    return Object.freeze({
      env: createEnvironment({
        log: this.#log,
        source: this.#source,
        parallelism: cluster.parallelism,
        checkpointIntervalMs: cluster.checkpointIntervalMs,
        execute: (graph) => this.#execute(process, graph),
      }),
      source: this.#source,
      service: this.#service.open(process, () => this.#job?.current ?? null),
      sink: registerSink({ name: this.#table.name }, this.#table),
      deadLetters: registerSink({ name: this.#deadLetters.name }, this.#deadLetters),
      signal,
    });
  }

  #execute(process: ProgramProcess, graph: StreamGraph): Promise<void> {
    const { cluster, costs } = this.#scenario;
    if (this.#job !== null) throw new TypeError('A job is running already; a program executes one.');
    this.#isExecuted = true;
    return process.promise((resolve, reject) => {
      const kernel = this.#kernel;
      const job = new JobRuntime({
        cluster: {
          kernel,
          epochMs: runEpochMs,
          log: this.#log,
          checkpoints: this.#checkpoints,
          costs,
          channelRecords: cluster.channelRecords,
          slots: cluster.slots,
          autoWatermarkIntervalMs: cluster.autoWatermarkIntervalMs,
          slowdown: () => this.#slowdown,
        },
        graph,
        isIncident,
        proved: this.#proved,
        observer: {
          checkpointed: (id, tookMs) => this.#events.push({ atMs: kernel.nowMs, kind: 'checkpoint', id, tookMs }),
          failed: ({ operator, subtask, error, isMistake }) => {
            if (isMistake) return reject(error);
            const words = this.#host.describe?.(error) ?? (error instanceof Error ? error.name : String(error));
            this.#events.push({ atMs: kernel.nowMs, kind: 'job-failed', operator, subtask, error: words });
            process.end('threw', error);
          },
          finished: () => {
            this.#dropJob();
            resolve(undefined);
          },
        },
      });
      this.#job = job;
      job.start();
      if (this.#isStopping) job.stop();
    });
  }

  #dropJob(): void {
    if (this.#job === null) return;
    this.#sampler.close(this.#job);
    this.#job.die();
    this.#job = null;
  }

  /** Records that lie in the TaskManager's heap, with state on it counted as the records that it weighs. */
  #recordsInMemory(): number {
    const { cluster, process } = this.#scenario;
    const stateBytes = cluster.stateBackend === 'hashmap' ? (this.#job?.stateBytes ?? 0) : 0;
    return (this.#job?.heldRecords ?? 0) + stateBytes / process.bytesPerRecord;
  }

  #sample(): void {
    const process = this.#programHost.life?.process;
    if (process !== undefined) {
      this.#slowdown = 1 / (1 - gcShareAt(process.liveBytes(), this.#scenario.process));
      process.checkHeap();
    }
    this.#sampler.sample();
    const { durationMs, graceMs } = this.#scenario;
    if (this.#kernel.nowMs + this.#sampleMs <= durationMs + graceMs)
      this.#kernel.after(this.#sampleMs, eventClass.dispatch, () => this.#sample());
  }

  #totals(): FlinkTotals {
    const log = this.#log;
    const arrived = log.arrivedBy(this.#kernel.nowMs);
    const offsets = this.#cutOff ?? this.#sampler.readOffsets();
    const read = offsets.reduce((sum, offset) => sum + offset, 0);
    const having = (what: number) => log.count(offsets, (fates) => (fates & what) !== 0);
    const settled = fate.written | fate.parked | fate.filtered | fate.emptied | fate.late | fate.folded;
    const { counts } = this.#service;
    return {
      arrived,
      read,
      written: having(fate.written),
      parked: having(fate.parked),
      filtered: having(fate.filtered),
      emptied: having(fate.emptied),
      late: having(fate.late),
      folded: having(fate.folded),
      unsettled: log.count(offsets, (fates) => (fates & settled) === 0),
      rows: this.#table.counts.rows,
      duplicates: this.#table.counts.duplicates,
      deadLettersBad: this.#deadLetters.firsts.bad,
      deadLettersGood: this.#deadLetters.firsts.good,
      badMissing: log.count(offsets, (fates, isBad) => (fates & fate.parked) === 0 && isBad()),
      jobFailures: this.#events.filter(({ kind }) => kind === 'job-failed').length,
      checkpoints: this.#checkpoints.completed,
      longestCheckpointMs: this.#checkpoints.longestMs,
      serviceCalls: counts.calls,
      serviceRows: counts.rows,
      serviceOverBudget: counts.overBudget,
      serviceUnavailable: counts.unavailable,
      serviceFailed: counts.failed,
      serviceNotFound: counts.notFound,
      serviceMostInFlight: this.#service.mostInFlight,
      serviceMostCallsPerSecond: this.#sampler.mostCallsPerSecond,
      mostStateBytes: this.#sampler.mostStateBytes,
      finalLagRecords: arrived - read,
      returnedMs: this.#returnedMs,
    };
  }
}
