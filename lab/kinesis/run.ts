// Runs a Kinesis program through a scenario and leaves a trace: (program, scenario, seed) → trace.

import { eventClass, Kernel } from '../clock/kernel.ts';
import { PartitionLog } from '../kafka/log.ts';
import { causesOf } from '../process/causes.ts';
import { ProgramHost, runEpochMs, runOf, type RunHost } from '../process/host.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { Program } from '../program.ts';
import { SinkError } from '../sink/errors.ts';
import { SinkModel } from '../sink/sink.ts';
import { createProfile } from '../traffic/profile.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import type { KinesisSink } from './api.ts';
import { ShutdownException } from './errors.ts';
import { resolvePollingConfig } from './polling-config.ts';
import type { KinesisProgramScenario, KinesisTrace, KinesisTraceEvent, KinesisTraceSeries } from './program.ts';
import { ShardRecord } from './record.ts';
import { createWorker, type WorkerProbe } from './worker.ts';

/**
 * Runs `program` through `scenario` with `seed`.
 *
 * Laws: the same three give the same trace on every machine; after a death the program starts anew from its checkpoints.
 * An error of a simulated system (SinkError, ShutdownException) that `processRecords` lets out costs the batch; one that
 * nothing catches elsewhere ends the process. Rejects with ProgramFailure when anything else is thrown, which is a mistake
 * in the program, and with StepBudgetError when it spins.
 */
export async function runKinesisProgram(
  program: Program,
  scenario: KinesisProgramScenario,
  seed: number,
  host: RunHost,
): Promise<KinesisTrace> {
  const kernel = new Kernel(host.maxHops === undefined ? {} : { maxHops: host.maxHops });
  const logs = createShardLogs(scenario, seed);
  const sink = new SinkModel({ kernel, spec: scenario.sink, rng: createRng(deriveSeed(seed, 'sink')) });
  const events: KinesisTraceEvent[] = [];
  const series = emptySeries();
  const sampleMs = host.sampleMs ?? 100;
  const stopMs = scenario.durationMs + scenario.graceMs;
  const endedShards = new Set<number>();
  let probe: WorkerProbe | null = null;
  let throttledMs = 0;
  let skipped = 0;
  let decision: unknown;
  let returnedMs: number | null = null;

  const totalOf = (pick: (log: PartitionLog) => number) => logs.reduce((sum, log) => sum + pick(log), 0);
  const isSystemError = (given: unknown) =>
    causesOf(given).some((error) => error instanceof SinkError || error instanceof ShutdownException);
  const isGone = (shard: number) =>
    (scenario.leaseLost?.shard === shard && scenario.leaseLost.atMs <= kernel.nowMs) || endedShards.has(shard);

  const programHost = new ProgramHost({
    kernel,
    program,
    host,
    seed,
    limits: scenario.process,
    restart: scenario.process,
    durationMs: scenario.durationMs,
    graceMs: scenario.graceMs,
    recordsInMemory: () => totalOf((log) => log.totals.held) + (probe?.pendingRecords ?? 0),
    isSystemError,
    started: ({ number }) => events.push({ atMs: kernel.nowMs, kind: 'start', life: number }),
    open({ process, signal }, instance, enter) {
      const run = runOf(instance, 'worker, sink, signal');
      decision = instance.decision;
      enter('config');
      const config = resolvePollingConfig(instance.config);
      const shards = logs
        .filter(({ partition }) => !isGone(partition))
        .map((log) => ({
          kernel,
          process,
          log,
          closesAtMs: scenario.shardClosed?.shard === log.partition ? scenario.shardClosed.atMs : Infinity,
          recordBytes: scenario.recordBytes,
          config,
          service: scenario.service,
          isSystemError,
          observe: (event: Parameters<Parameters<typeof createWorker>[1][number]['observe']>[0]) => {
            if (event.kind === 'skipped') skipped += event.records;
            if (event.kind === 'shard-ended' && event.isCheckpointed) endedShards.add(event.shard);
            events.push({ atMs: kernel.nowMs, ...event });
          },
        }));
      const created = createWorker(process, shards);
      probe = created.probe;
      enter('run');
      return run(Object.freeze({ worker: created.worker, sink: sinkOf(sink, process), signal }));
    },
    ended({ life, how, error }) {
      events.push({ atMs: kernel.nowMs, kind: 'end', how, heapBytes: life.process.liveBytes(), error });
      if (how === 'returned') returnedMs = kernel.nowMs;
      throttledMs += probe?.throttledMs ?? 0;
      probe?.die();
      probe = null;
      sink.cutOff(life.process);
      for (const log of logs) log.releaseAll();
    },
  });

  function sample(): void {
    const nowMs = kernel.nowMs;
    const produced = totalOf((log) => log.endOffsetAt(nowMs));
    const held = totalOf((log) => log.totals.held);
    const own = logs.filter(({ partition }) => !isGone(partition));
    series.iteratorAgeMs.push(Math.round(probe?.iteratorAgeMs(nowMs) ?? unreadAgeMs(own, nowMs)));
    series.lagRecords.push(own.reduce((sum, log) => sum + log.endOffsetAt(nowMs) - (log.committed ?? 0), 0));
    series.prefetchedRecords.push(probe?.pendingRecords ?? 0);
    series.queueRecords.push(Math.max(0, held - sink.rowsInFlight));
    series.inFlightRecords.push(sink.rowsInFlight);
    series.heapBytes.push(programHost.life?.process.liveBytes() ?? 0);
    series.producedRecords.push(produced);
    series.settledRecords.push(totalOf((log) => log.totals.written));
    if (nowMs + sampleMs <= stopMs) kernel.after(sampleMs, eventClass.dispatch, sample);
  }

  kernel.at(0, eventClass.dispatch, sample);
  const { killAtMs, leaseLost } = scenario;
  if (killAtMs !== undefined) kernel.at(killAtMs, eventClass.timer, () => programHost.kill());
  if (leaseLost !== undefined) kernel.at(leaseLost.atMs, eventClass.timer, () => probe?.loseLease(leaseLost.shard));
  await programHost.run();

  return {
    scenario,
    seed,
    endedMs: kernel.nowMs,
    sampleMs,
    series,
    events,
    calls: sink.calls,
    totals: {
      produced: totalOf((log) => log.endOffsetAt(kernel.nowMs)),
      checkpointed: totalOf((log) => log.committed ?? 0),
      delivered: totalOf((log) => log.totals.delivered),
      redelivered: totalOf((log) => log.redelivered),
      written: totalOf((log) => log.totals.written),
      duplicates: totalOf((log) => log.totals.duplicates),
      skipped,
      lost: totalOf((log) => log.lostBelow(log.committed ?? 0)),
      throttledMs,
    },
    returnedMs,
    decision,
    hops: kernel.hops,
    steps: kernel.events,
  };
}

/** The shards' logs of a scenario and seed: arrivals, keys and bad records. */
function createShardLogs(scenario: KinesisProgramScenario, seed: number): PartitionLog[] {
  const { shards, traffic, poisonShare, shardClosed, durationMs, graceMs } = scenario;
  const even = createProfile(
    traffic.map(({ fromMs, recordsPerSecond }) => ({ fromMs, recordsPerSecond: recordsPerSecond / shards })),
  );
  return Array.from({ length: shards }, (_, shard) => {
    const closesAtMs = shardClosed?.shard === shard ? shardClosed.atMs : Infinity;
    const arrivals = { ...even, arrivedBy: (ms: number) => even.arrivedBy(Math.min(ms, closesAtMs)) };
    const capacity = arrivals.arrivedBy(durationMs + graceMs);
    const dice = createRng(deriveSeed(seed, `poison/${shard}`));
    const poison = new Set<number>();
    for (let at = 0; poisonShare > 0 && at < capacity; at++) if (dice.next() < poisonShare) poison.add(at);
    return new PartitionLog({
      topic: scenario.stream,
      partition: shard,
      arrivals,
      epochMs: runEpochMs,
      seed,
      poison,
      capacity,
    });
  });
}

/** Between two lives, and before the worker runs, what nobody has checkpointed is what nobody reads. */
function unreadAgeMs(logs: readonly PartitionLog[], nowMs: number): number {
  const ages = logs.map((log) => {
    const at = log.committed ?? 0;
    return at < log.endOffsetAt(nowMs) ? nowMs - log.arrivalOf(at) : 0;
  });
  return Math.max(0, ...ages);
}

/** The sink as a Kinesis program sees it: it takes the records that `processRecords` was given. */
function sinkOf(model: SinkModel, process: ProgramProcess): KinesisSink {
  const sink = model.open(process);
  return Object.freeze({
    async write(records: unknown): Promise<void> {
      if (!Array.isArray(records) || !records.every((record) => record instanceof ShardRecord))
        throw new TypeError(
          'sink.write() takes an array of records that processRecords() was given. Pass the records themselves, not copies or their data.',
        );
      await sink.write(records as ShardRecord[]);
    },
  });
}

function emptySeries(): KinesisTraceSeries {
  return {
    iteratorAgeMs: [],
    lagRecords: [],
    prefetchedRecords: [],
    queueRecords: [],
    inFlightRecords: [],
    heapBytes: [],
    producedRecords: [],
    settledRecords: [],
  };
}
