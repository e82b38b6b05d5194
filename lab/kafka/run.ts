// Runs a consumer program through a scenario and leaves a trace: (program, scenario, seed) → trace.

import { eventClass, Kernel } from '../clock/kernel.ts';
import { causesOf } from '../process/causes.ts';
import { ProgramHost, runEpochMs, runOf, type RunHost } from '../process/host.ts';
import type { Program } from '../program.ts';
import { SinkError } from '../sink/errors.ts';
import { createDeadLetters } from '../sink/dead-letter-queue.ts';
import { SinkModel } from '../sink/sink.ts';
import { createProfile } from '../traffic/profile.ts';
import { createRng, deriveSeed, incidentDraws } from '../traffic/rng.ts';
import type { Blocker, Trace, TraceEvent, TraceSeries } from '../trace/trace.ts';
import { resolveConfig } from './config.ts';
import { CommitFailedException } from './errors.ts';
import { createConsumer, type ConsumerEvent, type ConsumerProbe } from './consumer.ts';
import { Group } from './group.ts';
import { PartitionLog } from './log.ts';
import { withSeed, type ConsumerScenario } from './scenario.ts';

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
  const scenario = withSeed(given, incidentDraws(seed));
  const kernel = new Kernel(host.maxHops === undefined ? {} : { maxHops: host.maxHops });
  const logs = createLogs(scenario, seed);
  const group = new Group({ kernel, logs, rebalanceMs: scenario.broker.rebalanceMs });
  const sink = new SinkModel({ kernel, spec: scenario.sink, rng: createRng(deriveSeed(seed, 'sink')) });
  const deadLetters = createDeadLetters(kernel, scenario.deadLetterMs);
  const events: TraceEvent[] = [];
  const sampleMs = host.sampleMs ?? 100;
  const series = emptySeries();
  const stopMs = scenario.durationMs + scenario.graceMs;

  let probe: ConsumerProbe | null = null;
  let decision: unknown;
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

  const programHost = new ProgramHost({
    kernel,
    program,
    host,
    seed,
    limits: scenario.process,
    restart: scenario.process,
    durationMs: scenario.durationMs,
    graceMs: scenario.graceMs,
    recordsInMemory: () => heldRecords() + (probe?.bufferedRecords ?? 0),
    isSystemError: (error) =>
      causesOf(error).some((cause) => cause instanceof SinkError || cause instanceof CommitFailedException),
    started: (life) => events.push({ atMs: kernel.nowMs, kind: 'start', life: life.number }),
    open({ process, signal, number }, instance, enter) {
      const run = runOf(instance, 'consumer, sink, deadLetters, signal');
      decision = instance.decision;
      enter('config');
      const config = resolveConfig(instance.config, {
        'max.poll.interval.ms': { default: scenario.maxPollInterval.defaultMs, most: scenario.maxPollInterval.mostMs },
      });
      const created = createConsumer({
        id: `member-${number}`,
        kernel,
        group,
        process,
        config,
        timing: { ...scenario.broker, recordBytes: scenario.recordBytes, handOverMs: scenario.process.handOverMs },
        observe: note,
      });
      probe = created.probe;
      enter('run');
      return run(
        Object.freeze({
          consumer: created.consumer,
          sink: sink.open(process),
          deadLetters: deadLetters.open(process),
          signal,
        }),
      );
    },
    stopping() {
      blockers = logs.flatMap((log) => log.blocker() ?? []);
    },
    ended({ life, how, error }) {
      events.push({
        atMs: kernel.nowMs,
        kind: 'end',
        how,
        heapBytes: life.process.liveBytes(),
        lost: lost(),
        error,
      });
      if (how === 'returned') returnedMs = kernel.nowMs;
      probe?.die();
      probe = null;
      sink.cutOff(life.process);
      for (const log of logs) log.releaseAll();
    },
  });

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
    series.bufferedRecords.push(probe?.bufferedRecords ?? 0);
    series.heapBytes.push(programHost.life?.process.liveBytes() ?? 0);
    series.gcShare.push(programHost.life?.process.gcShare() ?? 0);
    series.sinkCalls.push(sink.outstandingCalls);
    series.pausedPartitions.push(probe?.pausedPartitions ?? 0);
    series.producedRecords.push(produced);
    series.settledRecords.push(totalOf((log) => log.totals.written + log.totals.parked));
    if (nowMs + sampleMs <= stopMs) kernel.after(sampleMs, eventClass.dispatch, sample);
  }

  kernel.at(0, eventClass.dispatch, sample);
  if (scenario.killAtMs !== undefined) kernel.at(scenario.killAtMs, eventClass.timer, () => programHost.kill());
  await programHost.run();

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
