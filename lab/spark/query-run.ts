// Runs a Spark program through a scenario and leaves a trace: (program, scenario, seed) → trace.

import { eventClass, Kernel } from '../clock/kernel.ts';
import { ProgramHost, runOf, type RunHost } from '../process/host.ts';
import type { Program } from '../program.ts';
import { createDeadLetters } from '../sink/dead-letter-queue.ts';
import { SinkError } from '../sink/errors.ts';
import { SinkModel } from '../sink/sink.ts';
import { samplingOf } from '../trace/run-trace.ts';
import { createRng, deriveSeed, incidentDraws } from '../traffic/rng.ts';
import { rowsInMemory, type Application, type SparkWorld } from './application.ts';
import type { SparkSessionContext, StreamingQuery } from './api.ts';
import type { BatchMemory } from './batch-frame.ts';
import { rootOf } from './errors.ts';
import { Executors } from './executors.ts';
import { Lineage } from './lineage.ts';
import { withSeed, type SparkProgramScenario } from './program-scenario-data.ts';
import { createSparkDeadLetters, createSparkSink, type Transactions } from './program-sink.ts';
import { ResultLog } from './result-log.ts';
import { createSampler, totalsOf } from './run-readings.ts';
import { createSession } from './session.ts';
import type { SparkTrace, SparkTraceEvent } from './spark-trace.ts';
import { createTopic } from './topic.ts';

/**
 * Runs `program` through `given` with `seed`.
 *
 * Laws: the same three give the same trace on every machine; after a death the application starts anew with fresh modules,
 * and its queries go on from their checkpoints; the run ends when the program returns after its signal, or when its grace is
 * over. A query that ends with a SinkError rejects with StreamingQueryException, which ends the application when nothing
 * catches it. Rejects with ProgramFailure when anything else is thrown, in the program or in a function that it gave to
 * Spark, and with StepBudgetError when it spins.
 */
export async function runSparkProgram(
  program: Program,
  given: SparkProgramScenario,
  seed: number,
  host: RunHost,
): Promise<SparkTrace> {
  const scenario = withSeed(given, incidentDraws(seed));
  const stopMs = scenario.durationMs + scenario.graceMs;
  const kernel = new Kernel(host.maxHops === undefined ? {} : { maxHops: host.maxHops });
  const topics = new Map(scenario.topics.map((topic) => [topic.topic, createTopic(topic, stopMs, seed)]));
  const sink = new SinkModel({ kernel, spec: scenario.sink, rng: createRng(deriveSeed(seed, 'sink')) });
  const deadLetters = createDeadLetters(kernel, scenario.deadLetterMs);
  const transactions: Transactions = new Map();
  const events: SparkTraceEvent[] = [];
  const world: SparkWorld = {
    kernel,
    scenario,
    seed,
    topics,
    checkpoints: new Map(),
    lineage: new Lineage(),
    results: new ResultLog(),
    progress: [],
    note: (event) => events.push({ atMs: kernel.nowMs, ...event }),
    warn: (text) => host.log?.(kernel.nowMs, 'warn', [text]),
  };
  const sampleMs = host.sampleMs ?? samplingOf(stopMs).sampleMs;

  let app: Application | null = null;
  let starts = 0;
  let returnedMs: number | null = null;

  const programHost = new ProgramHost({
    kernel,
    program,
    host,
    seed,
    limits: scenario.process,
    restart: scenario.process,
    durationMs: scenario.durationMs,
    graceMs: scenario.graceMs,
    recordsInMemory: () => (app === null ? 0 : rowsInMemory(app)),
    isSystemError: (error) => rootOf(error) instanceof SinkError,
    started: (life) => world.note({ kind: 'start', life: life.number }),
    open({ process, signal }, instance, enter) {
      const run = runOf(instance, 'spark, sink, deadLetters, signal');
      enter('run');
      const life = {
        world,
        process,
        executors: new Executors(kernel, process, scenario.cluster),
        memories: new Set<BatchMemory>(),
        queries: new Map<string, StreamingQuery>(),
      };
      const mistake = new Promise<never>((_, reject) => {
        app = {
          ...life,
          fail(error) {
            kernel.wake();
            reject(error);
          },
        };
      });
      const context: SparkSessionContext = Object.freeze({
        spark: createSession(app as unknown as Application, () => starts++),
        sink: createSparkSink({
          sink: sink.open(process),
          lineage: world.lineage,
          transactions,
          kernel,
          process,
          callMs: scenario.sink.callMs,
        }),
        deadLetters: createSparkDeadLetters(deadLetters.open(process), world.lineage),
        signal,
      });
      return Promise.race([run(context), mistake]);
    },
    ended({ life, how, error, isStopping }) {
      world.note({ kind: 'end', how, heapBytes: life.process.liveBytes(), error });
      if (how === 'returned' && !isStopping && (app?.queries.size ?? 0) > 0) {
        world.warn(
          'The program has returned while its queries ran, so they ended too. Await query.awaitTermination().',
        );
      }
      if (how === 'returned') returnedMs = kernel.nowMs;
      app = null;
      for (const checkpoint of world.checkpoints.values()) checkpoint.isInUse = false;
      sink.cutOff(life.process);
      for (const { logs } of topics.values()) for (const log of logs) log.releaseAll();
    },
  });

  const sampler = createSampler({
    world,
    sink,
    heap: () => programHost.life?.process ?? null,
    busyCores: () => app?.executors.busyCores ?? 0,
  });
  function sample(): void {
    sampler.sample();
    if (kernel.nowMs + sampleMs <= stopMs) kernel.after(sampleMs, eventClass.dispatch, sample);
  }
  kernel.at(0, eventClass.dispatch, sample);
  if (scenario.killAtMs !== undefined) kernel.at(scenario.killAtMs, eventClass.timer, () => programHost.kill());
  await programHost.run();

  return {
    scenario,
    given,
    seed,
    endedMs: kernel.nowMs,
    sampleMs,
    series: sampler.series,
    events,
    totals: totalsOf(world, events, deadLetters.counts),
    progress: world.progress,
    calls: sink.calls,
    returnedMs,
    hops: kernel.hops,
    steps: kernel.events,
  };
}
