// Runs a producer program through a scenario and leaves a trace: (program, scenario, seed) → trace.

import { eventClass, Kernel } from '../clock/kernel.ts';
import { causesOf } from '../process/causes.ts';
import { ProgramHost, runEpochMs, runOf, type RunHost } from '../process/host.ts';
import type { Program } from '../program.ts';
import { createProfile } from '../traffic/profile.ts';
import { ConfigException } from './errors.ts';
import { ProducerBroker } from './producer-broker.ts';
import { resolveProducerConfig, type ResolvedProducerConfig } from './producer-config.ts';
import { TimeoutException } from './producer-errors.ts';
import { Orders } from './producer-orders.ts';
import type {
  ProducerProgramScenario,
  ProducerTrace,
  ProducerTraceEvent,
  ProducerTraceSeries,
} from './producer-program.ts';
import { createProducer, type ProducerProbe, type SendOutcome } from './producer.ts';

/**
 * Runs `program` through `scenario` with `seed`.
 *
 * Laws: the same three give the same trace on every machine; every call of send() is acknowledged, fails, is under way, or
 * dies with its process; nothing but a process keeps an order that was taken. A TimeoutException that the program looks at
 * and does not catch ends the process. Rejects with ProgramFailure when anything else is thrown, which is a mistake in the
 * program, and with StepBudgetError when it spins.
 */
export async function runProducerProgram(
  program: Program,
  scenario: ProducerProgramScenario,
  seed: number,
  host: RunHost,
): Promise<ProducerTrace> {
  const kernel = new Kernel(host.maxHops === undefined ? {} : { maxHops: host.maxHops });
  const { durationMs, graceMs, recordBytes, partitions } = scenario;
  const orders = new Orders(kernel, scenario.topic, createProfile(scenario.traffic), durationMs);
  const broker = new ProducerBroker(scenario.broker);
  const ends = Array.from({ length: partitions }, () => 0);
  const events: ProducerTraceEvent[] = [];
  const series = emptySeries();
  const sampleMs = host.sampleMs ?? 100;
  const counts = { sent: 0, acked: 0, 'block-failed': 0, expired: 0, died: 0, throttledMs: 0 };
  let probe: ProducerProbe | null = null;
  let config: ResolvedProducerConfig | null = null;
  let settledBefore = 0;
  let takenBefore = 0;
  let decision: unknown;
  let returnedMs: number | null = null;

  const settled = () => counts.acked + counts['block-failed'] + counts.expired;

  function noteFailure(outcome: Exclude<SendOutcome, 'acked'>): void {
    const last = events.at(-1);
    if (last?.kind === 'failed' && last.atMs === kernel.nowMs && last.outcome === outcome) last.records++;
    else events.push({ atMs: kernel.nowMs, kind: 'failed', outcome, records: 1 });
  }

  const programHost = new ProgramHost({
    kernel,
    program,
    host,
    seed,
    limits: scenario.process,
    restart: scenario.process,
    durationMs,
    graceMs,
    // What this life has taken or passed to send() and what has not come to an end; a record that is sent again counts once.
    recordsInMemory: () => {
      const underWay = (probe?.bufferedRecords ?? 0) + (probe?.blockedRecords ?? 0);
      return Math.max(underWay, orders.taken - takenBefore - (settled() - settledBefore));
    },
    isSystemError: (given) => causesOf(given).some((error) => error instanceof TimeoutException),
    started: ({ number }) => events.push({ atMs: kernel.nowMs, kind: 'start', life: number }),
    open({ process, signal }, instance, enter) {
      const run = runOf(instance, 'producer, orders, signal');
      decision = instance.decision;
      enter('config');
      config = resolveProducerConfig(instance.config);
      if (config['buffer.memory'] < recordBytes)
        throw new ConfigException(
          `'buffer.memory' is ${config['buffer.memory']}; a record takes ${recordBytes} bytes, so none would ever fit.`,
        );
      const created = createProducer({
        kernel,
        process,
        config,
        broker,
        topic: scenario.topic,
        partitions,
        recordBytes,
        epochMs: runEpochMs,
        ends,
        sending(record) {
          counts.sent++;
          orders.sending(record);
        },
        settled(record, outcome) {
          counts[outcome]++;
          orders.settled(record, outcome === 'acked');
          if (outcome !== 'acked') noteFailure(outcome);
        },
        throttled(throttleMs) {
          counts.throttledMs += throttleMs;
          events.push({ atMs: kernel.nowMs, kind: 'throttled', throttleMs });
        },
      });
      probe = created.probe;
      enter('run');
      return run(Object.freeze({ producer: created.producer, orders: orders.open(process), signal }));
    },
    ended({ life, how, error }) {
      events.push({ atMs: kernel.nowMs, kind: 'end', how, heapBytes: life.process.liveBytes(), error });
      if (how === 'returned') returnedMs = kernel.nowMs;
      counts.died += (probe?.bufferedRecords ?? 0) + (probe?.blockedRecords ?? 0);
      probe = null;
      config = null;
      settledBefore = settled();
      takenBefore = orders.taken;
      orders.cutOff();
    },
  });

  function sample(): void {
    const nowMs = kernel.nowMs;
    series.untakenRecords.push(orders.happenedBy(nowMs) - orders.taken);
    series.bufferAvailableBytes.push(config === null ? null : config['buffer.memory'] - (probe?.bufferedBytes ?? 0));
    series.waitingThreads.push(probe?.blockedRecords ?? 0);
    series.requestsInFlight.push(probe?.requestsInFlight ?? 0);
    series.recordQueueMs.push(probe?.oldestMs(nowMs) ?? 0);
    series.heapBytes.push(programHost.life?.process.liveBytes() ?? 0);
    series.ackedRecords.push(counts.acked);
    series.failedRecords.push(counts['block-failed'] + counts.expired);
    if (nowMs + sampleMs <= durationMs + graceMs) kernel.after(sampleMs, eventClass.dispatch, sample);
  }

  kernel.at(0, eventClass.dispatch, sample);
  if (scenario.killAtMs !== undefined) kernel.at(scenario.killAtMs, eventClass.timer, () => programHost.kill());
  await programHost.run();

  return {
    scenario,
    seed,
    endedMs: kernel.nowMs,
    sampleMs,
    series,
    events,
    totals: {
      offered: orders.happenedBy(kernel.nowMs),
      taken: orders.taken,
      sent: counts.sent,
      acked: counts.acked,
      blockFailed: counts['block-failed'],
      expired: counts.expired,
      died: counts.died,
      ordersInKafka: orders.inKafka,
      duplicates: orders.duplicates,
      lostOrders: orders.lost,
      throttledMs: counts.throttledMs,
    },
    returnedMs,
    decision,
    hops: kernel.hops,
    steps: kernel.events,
  };
}

function emptySeries(): ProducerTraceSeries {
  return {
    untakenRecords: [],
    bufferAvailableBytes: [],
    waitingThreads: [],
    requestsInFlight: [],
    recordQueueMs: [],
    heapBytes: [],
    ackedRecords: [],
    failedRecords: [],
  };
}
