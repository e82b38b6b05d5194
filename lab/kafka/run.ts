// Runs a consumer program through a scenario and leaves a trace: (program, scenario, seed) → trace.

import { eventClass, Kernel, type Hop } from '../clock/kernel.ts';
import { ProgramProcess, type EndOfLife } from '../process/process.ts';
import { createVirtualTimers } from '../process/timers.ts';
import { ProgramFailure, type FailurePhase, type LogLevel, type Program } from '../program.ts';
import { SinkError } from '../sink/errors.ts';
import { createDeadLetters } from '../sink/dead-letter-queue.ts';
import { SinkModel } from '../sink/sink.ts';
import { createProfile } from '../traffic/profile.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import type { Blocker, Trace, TraceEvent, TraceSeries } from '../trace/trace.ts';
import { resolveConfig } from './config.ts';
import { CommitFailedException } from './errors.ts';
import { createConsumer, type ConsumerEvent, type ConsumerProbe } from './consumer.ts';
import { Group } from './group.ts';
import { PartitionLog } from './log.ts';
import { withSeed, type ConsumerScenario } from './scenario.ts';

/** Virtual runs start at this instant; not zero, so that a clock of zero is not mistaken for none. */
export const runEpochMs = 1_767_225_600_000;

/** What the host lends to a run. */
export interface RunHost {
  readonly hop: Hop;
  /** Called with each line that the program logs. */
  log?(atMs: number, level: LogLevel, values: unknown[]): void;
  /** Lets the host report what nothing caught, a rejection or a callback's throw: it keeps `fail` and calls it. */
  onUncaught?(fail: (phase: 'rejection' | 'timer', error: unknown) => void): void;
  /** An error in a few words, with its place in the program when the host can tell. */
  describe?(error: unknown): string;
  readonly maxHops?: number;
  readonly sampleMs?: number;
}

/** The partitions' logs of a scenario and seed: arrivals, keys and bad records. */
export function createLogs(scenario: ConsumerScenario, seed: number): PartitionLog[] {
  const { baseRecordsPerSecond, spike } = scenario.traffic;
  const rng = createRng(deriveSeed(seed, 'partitions'));
  const weights = Array.from({ length: scenario.partitions }, () => 1 + 0.06 * (rng.next() - 0.5));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight, partition) => {
    const share = weight / sum;
    const perSecond = (all: number) => Math.round(all * share);
    const profile = createProfile([
      { fromMs: 0, recordsPerSecond: perSecond(baseRecordsPerSecond) },
      ...(spike === undefined
        ? []
        : [
            { fromMs: spike.fromMs, recordsPerSecond: perSecond(spike.recordsPerSecond) },
            { fromMs: spike.toMs, recordsPerSecond: perSecond(baseRecordsPerSecond) },
          ]),
    ]);
    const capacity = profile.arrivedBy(scenario.durationMs + scenario.graceMs);
    const dice = createRng(deriveSeed(seed, `poison/${partition}`));
    const poison = new Set<number>();
    if (scenario.poisonShare > 0) {
      for (
        let at = Math.floor(dice.exponential(scenario.poisonShare));
        at < capacity;
        at += 1 + Math.floor(dice.exponential(scenario.poisonShare))
      ) {
        poison.add(at);
      }
    }
    const log = new PartitionLog({
      topic: scenario.topic,
      partition,
      arrivals: profile,
      epochMs: runEpochMs,
      seed,
      poison,
      capacity,
    });
    log.committed = 0;
    return log;
  });
}

/**
 * Runs `program` through `given` with `seed`.
 *
 * Laws: the same three give the same trace on every machine; after a death the program starts anew
 * from its committed offsets; the run ends when the program returns after its signal, or when its grace
 * is over. An error of a simulated system (SinkError, CommitFailedException) that nothing catches ends
 * the process, as it would at work. Rejects with ProgramFailure when anything else is thrown, which is
 * a mistake in the program, and with StepBudgetError when it spins.
 */
export async function runConsumer(
  program: Program,
  given: ConsumerScenario,
  seed: number,
  host: RunHost,
): Promise<Trace> {
  const scenario = withSeed(given, seededWobble(seed));
  const kernel = new Kernel(host.maxHops === undefined ? {} : { maxHops: host.maxHops });
  const logs = createLogs(scenario, seed);
  const group = new Group({ kernel, logs, rebalanceMs: scenario.broker.rebalanceMs });
  const sink = new SinkModel({ kernel, spec: scenario.sink, rng: createRng(deriveSeed(seed, 'sink')) });
  const deadLetters = createDeadLetters(kernel, scenario.deadLetterMs);
  const random = createRng(deriveSeed(seed, 'program'));
  const events: TraceEvent[] = [];
  const sampleMs = host.sampleMs ?? 100;
  const series = emptySeries();
  const stopMs = scenario.durationMs + scenario.graceMs;

  let life: { process: ProgramProcess; probe: ConsumerProbe | null; abort: AbortController } | null = null;
  let lives = 0;
  let decision: unknown;
  let failure: ProgramFailure | null = null;
  let isStopping = false;
  let blockers: Blocker[] = [];
  let returnedMs: number | null = null;

  const totalOf = (pick: (log: PartitionLog) => number) => logs.reduce((sum, log) => sum + pick(log), 0);
  const heldRecords = () => totalOf((log) => log.totals.held);
  const lost = () => totalOf((log) => log.lostBelow(log.committed ?? 0));

  const queueRecords = () => Math.max(0, heldRecords() - sink.rowsInFlight);

  function note(event: ConsumerEvent): void {
    const atMs = kernel.nowMs;
    if (event.kind !== 'pause' && event.kind !== 'resume') events.push({ atMs, ...event });
    else {
      const held = (partition: number) => logs[partition]?.totals.held ?? 0;
      const partitions = event.partitions.map((partition) => ({ partition, heldRecords: held(partition) }));
      events.push({ atMs, kind: event.kind, partitions });
    }
  }

  function fail(phase: FailurePhase, error: unknown): void {
    if (failure !== null) return;
    if (error instanceof SinkError || error instanceof CommitFailedException) {
      life?.process.end('threw', error);
      return;
    }
    failure = new ProgramFailure(phase, kernel.nowMs, `The program failed: ${phase}`, error);
    kernel.stop();
  }
  host.onUncaught?.(fail);

  function start(): void {
    const abort = new AbortController();
    const process = new ProgramProcess({
      kernel,
      limits: scenario.process,
      recordsInMemory: () => heldRecords() + (life?.probe?.bufferedRecords ?? 0),
      onEnd: (how, error) => end(process, how, error),
    });
    life = { process, probe: null, abort };
    lives++;
    events.push({ atMs: kernel.nowMs, kind: 'start', life: lives });
    kernel.wake();
    void live(process, abort.signal);
  }

  async function live(process: ProgramProcess, signal: AbortSignal): Promise<void> {
    let phase: FailurePhase = 'import';
    try {
      const timers = createVirtualTimers(process, runEpochMs, (error) => fail('timer', error));
      const instance = await program.start({
        timers,
        random: () => random.next(),
        log: (level, values) => host.log?.(kernel.nowMs, level, values),
      });
      if (!process.isAlive || life === null) return;
      phase = 'shape';
      if (typeof instance.run !== 'function') {
        throw new TypeError(
          'The entry file must `export default async function run({ consumer, sink, deadLetters, signal }) { … }`' +
            (instance.run === undefined
              ? '; it has no default export.'
              : `; its default export is ${typeof instance.run}.`),
        );
      }
      decision = instance.decision;
      phase = 'config';
      const config = resolveConfig(instance.config, {
        'max.poll.interval.ms': { default: scenario.maxPollInterval.defaultMs, most: scenario.maxPollInterval.mostMs },
      });
      const { consumer, probe } = createConsumer({
        id: `member-${lives}`,
        kernel,
        group,
        process,
        config,
        timing: { ...scenario.broker, recordBytes: scenario.recordBytes, handOverMs: scenario.process.handOverMs },
        observe: note,
      });
      life.probe = probe;
      phase = 'run';
      const run = instance.run as (context: unknown) => unknown;
      await run(Object.freeze({ consumer, sink: sink.open(process), deadLetters: deadLetters.open(process), signal }));
      process.end('returned');
    } catch (error) {
      if (process.isAlive) fail(phase, error);
    }
  }

  function end(process: ProgramProcess, how: EndOfLife, error: unknown): void {
    const described = error === null ? null : (host.describe?.(error) ?? (error as Error).name);
    events.push({
      atMs: kernel.nowMs,
      kind: 'end',
      how,
      heapBytes: process.liveBytes(),
      lost: lost(),
      error: described,
    });
    if (how === 'returned') returnedMs = kernel.nowMs;
    life?.probe?.die();
    sink.cutOff(process);
    for (const log of logs) log.releaseAll();
    life = null;
    if (isStopping) kernel.stop();
    else if (how !== 'returned' && lives <= scenario.process.mostRestarts) {
      kernel.after(scenario.process.restartMs, eventClass.timer, start);
    }
  }

  function sample(): void {
    const nowMs = kernel.nowMs;
    let [lagRecords, lagMs, produced] = [0, 0, 0];
    for (const log of logs) {
      const endOffset = log.endOffsetAt(nowMs);
      const committed = log.committed ?? 0;
      produced += endOffset;
      lagRecords += endOffset - committed;
      if (endOffset > committed) lagMs = Math.max(lagMs, nowMs - log.arrivalOf(committed));
    }
    series.lagRecords.push(lagRecords);
    series.lagMs.push(Math.round(lagMs));
    series.queueRecords.push(queueRecords());
    series.inFlightRecords.push(sink.rowsInFlight);
    series.bufferedRecords.push(life?.probe?.bufferedRecords ?? 0);
    series.heapBytes.push(life?.process.liveBytes() ?? 0);
    series.gcShare.push(life?.process.gcShare() ?? 0);
    series.sinkCalls.push(sink.outstandingCalls);
    series.pausedPartitions.push(life?.probe?.pausedPartitions ?? 0);
    series.producedRecords.push(produced);
    series.settledRecords.push(totalOf((log) => log.totals.written + log.totals.parked));
    if (nowMs + sampleMs <= stopMs) kernel.after(sampleMs, eventClass.dispatch, sample);
  }

  kernel.at(0, eventClass.timer, start);
  kernel.at(0, eventClass.dispatch, sample);
  if (scenario.killAtMs !== undefined)
    kernel.at(scenario.killAtMs, eventClass.timer, () => life?.process.end('killed'));
  kernel.at(scenario.durationMs, eventClass.timer, () => {
    isStopping = true;
    blockers = logs.flatMap((log) => log.blocker() ?? []);
    if (life === null) return kernel.stop();
    kernel.wake();
    life.abort.abort();
  });
  kernel.at(stopMs, eventClass.dispatch, () => {
    if (life === null) kernel.stop();
    else life.process.end('stopped');
  });

  await kernel.run(host.hop);
  if (failure !== null) throw failure;

  const committedOf = (log: PartitionLog) => log.committed ?? 0;
  return {
    scenario,
    given,
    seed,
    endedMs: kernel.nowMs,
    sampleMs,
    series,
    events,
    calls: sink.calls,
    totals: {
      produced: totalOf((log) => log.endOffsetAt(kernel.nowMs)),
      committed: totalOf(committedOf),
      delivered: totalOf((log) => log.totals.delivered),
      written: totalOf((log) => log.totals.written),
      duplicates: totalOf((log) => log.totals.duplicates),
      redelivered: totalOf((log) => log.redelivered),
      deadLettersBad: deadLetters.counts.bad,
      deadLettersGood: deadLetters.counts.good,
      poisonPassed: totalOf((log) => log.poisonBelow(committedOf(log)).bad),
      poisonMissing: totalOf((log) => log.poisonBelow(committedOf(log)).missing),
      mostRefusals: Math.max(...logs.map((log) => log.mostRefusals)),
      lost: lost(),
      uncommitted: totalOf((log) => Math.max(0, log.handedTo - committedOf(log))),
    },
    blockers,
    returnedMs,
    firstGoodDeadLetterMs: deadLetters.counts.firstGoodMs,
    decision,
    hops: kernel.hops,
    steps: kernel.events,
  };
}

/** Seed 0 leaves the scenario as written: what figures and worked numbers use. */
function seededWobble(seed: number): () => number {
  if (seed === 0) return () => 0.5;
  const rng = createRng(deriveSeed(seed, 'incident'));
  return () => rng.next();
}

function emptySeries(): TraceSeries {
  return {
    lagRecords: [],
    lagMs: [],
    queueRecords: [],
    inFlightRecords: [],
    bufferedRecords: [],
    heapBytes: [],
    gcShare: [],
    sinkCalls: [],
    pausedPartitions: [],
    producedRecords: [],
    settledRecords: [],
  };
}
