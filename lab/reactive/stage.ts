// One source and one stage in virtual time: what is asked for, made, kept in between, lost and done.

import { eventClass, Kernel, type EventClass } from '../clock/kernel.ts';
import type { RateFrom } from '../queueing/arrival-clock.ts';
import { type Publisher, unboundedDemand } from './api.ts';
import { Demand } from './demand.ts';
import { createLink } from './link.ts';
import { onBackpressure, type BackpressureStrategy } from './on-backpressure.ts';
import { type Clock, createPacedSource } from './paced.ts';
import { createReceiver, type Protocol, type ReceiverOptions } from './receivers.ts';
import { createVerifier } from './verifier.ts';

export interface StageSetup extends Pick<ReceiverOptions, 'protocol' | 'prefetch' | 'highWaterMark' | 'concurrency'> {
  readonly protocol: Protocol;
  /** What the source makes, as long as it is not held back. */
  readonly traffic: readonly RateFrom[];
  readonly serviceMs: number;
  /** `wait`: the source makes nothing without demand. The others stand for a source that cannot wait. */
  readonly withoutDemand: 'wait' | BackpressureStrategy;
  /** A bound for the strategy `buffer`. */
  readonly capacityRecords?: number;
  /** One way, between the source and the stage. */
  readonly linkMs: number;
  /** Waiting and in service, above which the process is out of memory and the run ends. */
  readonly mostInsideRecords?: number;
  readonly durationMs: number;
  readonly sampleMs: number;
}

/** Values at 0, `sampleMs` …; counts are since the start. */
export interface StageSamples {
  readonly waitingRecords: number[];
  /** Requested and not yet delivered to the stage; null when it is unbounded, or nobody asks. */
  readonly demandRecords: (number | null)[];
  readonly desiredRecords: (number | null)[];
  readonly madeRecords: number[];
  readonly doneRecords: number[];
  readonly droppedRecords: number[];
  readonly sourceWaitedMs: number[];
  /** From being made to being done, of the record that was done last. */
  readonly stayMs: (number | null)[];
}

export interface StageReadings {
  readonly ended: 'in time' | 'out of memory' | 'failed';
  readonly endedMs: number;
  readonly madeRecords: number;
  readonly doneRecords: number;
  readonly inServiceRecords: number;
  readonly droppedRecords: number;
  /** Anywhere between the source and the service: a strategy's buffer, the link, the stage. */
  readonly waitingRecords: number;
  readonly mostWaitingRecords: number;
  readonly sourceWaitedMs: number;
  /** Calls of `request`, and how often the stage told its sender to stop. */
  readonly requests: number;
  readonly stops: number;
  readonly firstStopMs: number | null;
  readonly firstDropMs: number | null;
  /** Rules of Reactive Streams that were broken, by their numbers. */
  readonly brokenRules: readonly string[];
  readonly samples: StageSamples;
}

/**
 * Runs a source and a stage (M11). All parts are those that a program can use: the publishers and operators of this folder,
 * under the eyes of its verifier. Nothing is left to chance. What falls on the same instant: ends of service, then signals
 * on the link, then new records (M0.2).
 *
 * Law: made = done + in service + waiting + dropped, at every instant.
 */
export async function runStage(setup: StageSetup): Promise<StageReadings> {
  const kernel = new Kernel();
  const clockOf = (rank: EventClass): Clock => ({
    get nowMs() {
      return kernel.nowMs;
    },
    after: (delayMs, run) => void kernel.after(delayMs, rank, run),
  });
  const samples: StageSamples = {
    waitingRecords: [],
    demandRecords: [],
    desiredRecords: [],
    madeRecords: [],
    doneRecords: [],
    droppedRecords: [],
    sourceWaitedMs: [],
    stayMs: [],
  };
  const madeAtMs: number[] = [];
  let ended: StageReadings['ended'] = 'in time';
  let inService = 0;
  let done = 0;
  let dropped = 0;
  let held = 0;
  let mostWaiting = 0;
  let requests = 0;
  let stayMs: number | null = null;
  let firstStopMs: number | null = null;
  let firstDropMs: number | null = null;
  const demand = new Demand();

  function finish(how: StageReadings['ended']): void {
    ended = how;
    kernel.stop();
  }

  const source = createPacedSource(setup.traffic, clockOf(eventClass.arrival));
  const verifier = createVerifier();
  const receiver = createReceiver({
    ...setup,
    serve(record, over) {
      inService += 1;
      kernel.after(setup.serviceMs, eventClass.completion, () => {
        inService -= 1;
        done += 1;
        stayMs = kernel.nowMs - (madeAtMs[record] ?? 0);
        over();
      });
    },
    failed() {
      // What the strategy still held is gone with the stream.
      dropped += held;
      held = 0;
      finish('failed');
    },
  });

  const noted = passing(source.publisher, (record, pass) => {
    madeAtMs.push(kernel.nowMs);
    held += 1;
    pass(record);
    const waiting = waitingRecords();
    if (waiting > mostWaiting) mostWaiting = waiting;
    if (waiting + inService > (setup.mostInsideRecords ?? Infinity)) finish('out of memory');
  });
  const strategy = setup.withoutDemand;
  const patient =
    strategy === 'wait'
      ? noted
      : onBackpressure(noted, {
          strategy,
          ...(setup.capacityRecords !== undefined && { capacityRecords: setup.capacityRecords }),
          dropped() {
            dropped += 1;
            held -= 1;
            firstDropMs ??= kernel.nowMs;
          },
        });
  const leaving = passing(patient, (record, pass) => {
    held -= 1;
    pass(record);
  });
  const link = createLink(leaving, setup.linkMs, clockOf(eventClass.timer));
  const arriving = passing(verifier.watch(link.publisher), (record, pass) => {
    demand.take();
    pass(record);
    if (receiver.stops > 0) firstStopMs ??= kernel.nowMs;
  });
  arriving.subscribe({
    ...receiver.subscriber,
    onSubscribe: (above) =>
      receiver.subscriber.onSubscribe({
        request(n) {
          requests += 1;
          demand.add(n);
          above.request(n);
        },
        cancel: () => above.cancel(),
      }),
  });

  function waitingRecords(): number {
    return held + link.inTransitRecords + receiver.waitingRecords;
  }

  function sample(): void {
    samples.waitingRecords.push(waitingRecords());
    samples.demandRecords.push(demand.outstandingRecords < unboundedDemand ? demand.outstandingRecords : null);
    samples.desiredRecords.push(receiver.desiredRecords);
    samples.madeRecords.push(source.madeRecords);
    samples.doneRecords.push(done);
    samples.droppedRecords.push(dropped);
    samples.sourceWaitedMs.push(source.waitedMs());
    samples.stayMs.push(stayMs);
    const nextMs = samples.stayMs.length * setup.sampleMs;
    if (nextMs <= setup.durationMs) kernel.at(nextMs, eventClass.dispatch, sample);
  }
  kernel.at(0, eventClass.dispatch, sample);
  kernel.at(setup.durationMs, eventClass.dispatch, () => {
    // The last sample may fall on this very instant, and come after.
    kernel.after(0, eventClass.dispatch, () => finish('in time'));
  });
  // No program is resumed, so there is nothing that the clock has to wait for.
  await kernel.run(() => Promise.resolve());

  return {
    ended,
    endedMs: kernel.nowMs,
    madeRecords: source.madeRecords,
    doneRecords: done,
    inServiceRecords: inService,
    droppedRecords: dropped,
    waitingRecords: waitingRecords(),
    mostWaitingRecords: mostWaiting,
    sourceWaitedMs: source.waitedMs(),
    requests,
    stops: receiver.stops,
    firstStopMs,
    firstDropMs,
    brokenRules: verifier.violations.map(({ rule }) => rule),
    samples,
  };
}

/** `upstream`, with `onNext` in between, which passes records on as it likes. */
function passing(
  upstream: Publisher<number>,
  onNext: (record: number, pass: (record: number) => void) => void,
): Publisher<number> {
  return {
    subscribe(below) {
      const pass = (record: number): void => below.onNext(record);
      upstream.subscribe({
        onSubscribe: (subscription) => below.onSubscribe(subscription),
        onNext: (record) => onNext(record, pass),
        onError: (error) => below.onError(error),
        onComplete: () => below.onComplete(),
      });
    },
  };
}
