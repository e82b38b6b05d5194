// What a figure or a check reads off a run of the record engine: metrics of subtasks over whole samples, and latencies.

import { percentileOfSorted } from '../trace/percentile.ts';
import type { Stage } from './job.ts';
import type { RecordSetup } from './record-engine.ts';
import type { JobRun, OperatorCounts, SubtaskReading } from './readings.ts';

/** The state at each sample, sample by sample and in it subtask by subtask; times and counts since the start. */
export interface RecordSamples {
  readonly busyUs: Float64Array;
  readonly heldUs: Float64Array;
  readonly taken: Float64Array;
  readonly waiting: Int32Array;
  /** One for each sample. */
  readonly lagRecords: Float64Array;
  readonly lagMs: Float64Array;
}

/** A subtask's whole run, in whole µs: together they are its length, exactly. */
export interface SubtaskTimesUs {
  readonly operator: string;
  readonly subtask: number;
  readonly busyUs: number;
  readonly backPressuredUs: number;
  readonly idleUs: number;
}

export interface RecordRun extends JobRun {
  readonly times: readonly SubtaskTimesUs[];
  /** From the arrival in the topic to the end of the sink's work, by nearest rank, in ms; null before the first record. */
  latencyMs(percentile: number): number | null;
}

/** The readings of a run; subtasks are numbered through, those of stage i from `firstOf[i]` on. */
export function readRecords(given: {
  setup: RecordSetup;
  stages: readonly Stage[];
  firstOf: Int32Array;
  bufferRecords: Int32Array;
  samples: RecordSamples;
  arrivedBy(ms: number): number;
  latenciesUs: Float64Array;
  totals: {
    taken: Float64Array;
    processed: Float64Array;
    emitted: Float64Array;
    waiting: Int32Array;
    /** Idle, busy, held. */
    timesUs: readonly [Float64Array, Float64Array, Float64Array];
  };
}): RecordRun {
  const { setup, stages, firstOf, bufferRecords, samples, totals } = given;
  const { sampleMs } = setup;
  const arrivedRecords = given.arrivedBy(setup.durationMs);
  const subtasks = firstOf[stages.length] ?? 0;
  const numbersOf = (i: number): number[] =>
    Array.from({ length: stages[i]?.parallelism ?? 0 }, (_, at) => (firstOf[i] ?? 0) + at);

  function indexAt(ms: number): number {
    const index = Math.round(ms / sampleMs);
    if (index >= 0 && index < samples.lagMs.length && Math.abs(index * sampleMs - ms) < 1e-6) return index;
    throw new RangeError(`ms is ${ms}; pass the time of a sample, a multiple of ${sampleMs} up to the run's end.`);
  }

  function readSubtask(k: number, subtask: number, from: number, to: number): SubtaskReading {
    const since = (values: Float64Array): number =>
      (values[to * subtasks + k] ?? 0) - (values[from * subtasks + k] ?? 0);
    const spanMs = (to - from) * sampleMs;
    const busyMsPerSecond = since(samples.busyUs) / spanMs;
    const backPressuredMsPerSecond = since(samples.heldUs) / spanMs;
    const size = bufferRecords[k] ?? 0;
    const waitingRecords = samples.waiting[to * subtasks + k] ?? 0;
    return {
      subtasks: [subtask],
      busyMsPerSecond,
      backPressuredMsPerSecond,
      idleMsPerSecond: (spanMs * 1000 - since(samples.busyUs) - since(samples.heldUs)) / spanMs,
      numRecordsInPerSecond: (since(samples.taken) / spanMs) * 1000,
      waitingRecords,
      inPoolUsage: size === 0 ? null : waitingRecords / size,
    };
  }

  const sum = (values: ArrayLike<number>, i: number): number =>
    numbersOf(i).reduce((total, k) => total + (values[k] ?? 0), 0);
  const countsOf = ({ name, parallelism }: Stage, i: number): OperatorCounts => {
    const waitingRecords = i === 0 ? arrivedRecords - sum(totals.taken, 0) : sum(totals.waiting, i);
    const processedRecords = sum(totals.processed, i);
    const taken = sum(totals.taken, i);
    return {
      name,
      parallelism,
      receivedRecords: taken + waitingRecords,
      processedRecords,
      emittedRecords: sum(totals.emitted, i),
      waitingRecords,
      inServiceRecords: taken - processedRecords,
      discardedRecords: 0,
      restoredRecords: 0,
    };
  };

  const latencies = given.latenciesUs.slice().sort();
  const [idleUs, busyUs, heldUs] = totals.timesUs;
  return {
    durationMs: setup.durationMs,
    readingsBetween(fromMs, toMs) {
      const [from, to] = [indexAt(fromMs), indexAt(toMs)];
      if (from >= to) throw new RangeError(`The span ${fromMs} to ${toMs} is empty; let it end after it begins.`);
      return stages.map(({ name, parallelism }, i) => ({
        name,
        parallelism,
        subtasks: numbersOf(i).map((k, subtask) => readSubtask(k, subtask, from, to)),
      }));
    },
    isDownBetween: () => false,
    arrivedBy: given.arrivedBy,
    lagRecordsAt: (ms) => samples.lagRecords[indexAt(ms)] ?? 0,
    lagMsAt: (ms) => samples.lagMs[indexAt(ms)] ?? 0,
    arrivedRecords,
    readAgainRecords: 0,
    counts: stages.map(countsOf),
    times: stages.flatMap(({ name }, i) =>
      numbersOf(i).map((k, subtask) => ({
        operator: name,
        subtask,
        busyUs: busyUs[k] ?? 0,
        backPressuredUs: heldUs[k] ?? 0,
        idleUs: idleUs[k] ?? 0,
      })),
    ),
    latencyMs: (percentile) => (latencies.length === 0 ? null : percentileOfSorted(latencies, percentile) / 1000),
  };
}
