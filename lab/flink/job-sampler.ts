// What is written down of a Flink job while it runs: samples of the whole, and of each operator's time.

import type { Kernel } from '../clock/kernel.ts';
import { noWatermark } from './watermark.ts';
import type { CheckpointStore } from './datastream/checkpoints.ts';
import type { CustomerServiceModel } from './datastream/customer-service.ts';
import type { JobRuntime } from './datastream/job.ts';
import type { SinkTarget } from './datastream/sinks.ts';
import type { SourceLog } from './datastream/source-log.ts';
import type { Task } from './datastream/task.ts';
import type { TaskTimes } from './datastream/task-meter.ts';
import type { FlinkSeries, SubtaskReport } from './program.ts';
import { answerBackPressure, type JobVertexBackPressureInfo, type MeasuredVertex } from './rest.ts';

interface Sampled {
  readonly kernel: Kernel;
  readonly log: SourceLog;
  readonly service: CustomerServiceModel;
  readonly table: SinkTarget;
  readonly sampleMs: number;
  readonly checkpoints: CheckpointStore;
  /** The job that runs; null while none does. */
  job(): JobRuntime | null;
  heapBytes(): number;
}

/** A subtask's counts over the lives of the job. */
interface Account {
  readonly operator: string;
  readonly subtask: number;
  readonly us: { busy: number; backPressured: number; idle: number };
  recordsIn: number;
  recordsOut: number;
  mostInFlight: number | null;
}

/** Metrics are averages over this long, before the stop (F9). */
const restWindowMs = 5_000;
const jobId = '5b111a9e00000000000000000000f10b';

export class JobSampler {
  readonly #from: Sampled;
  readonly #series: Record<keyof typeof emptySeries, (number | null)[]> = emptyLists();
  /** By operator: the busiest and the most back-pressured subtask of each sample, in ms/s. */
  readonly #times = new Map<string, { busy: (number | null)[]; backPressured: (number | null)[] }>();
  readonly #accounts = new Map<string, Account>();
  #before = new Map<Task, TaskTimes>();
  #samples = 0;
  #recent: { readonly atMs: number; readonly times: ReadonlyMap<Task, TaskTimes> }[] = [];
  #rest: Record<string, JobVertexBackPressureInfo> = {};
  #mostCallsPerSecond = 0;
  mostStateBytes = 0;

  constructor(from: Sampled) {
    this.#from = from;
  }

  get mostCallsPerSecond(): number {
    return this.#mostCallsPerSecond;
  }

  /** Writes a sample. */
  sample(): void {
    const { kernel, log, service, table, sampleMs, heapBytes } = this.#from;
    const nowMs = kernel.nowMs;
    const job = this.#from.job();
    const read = this.readOffsets();
    let oldestMs: number | null = null;
    let lag = 0;
    for (const [partition, offset] of read.entries()) {
      const waiting = log.endOffset(partition, nowMs) - offset;
      lag += waiting;
      if (waiting > 0) oldestMs = Math.min(oldestMs ?? Infinity, log.arrivalMs(partition, offset));
    }
    const stateBytes = job?.stateBytes ?? 0;
    this.mostStateBytes = Math.max(this.mostStateBytes, stateBytes);
    const series = this.#series;
    series.lagRecords.push(lag);
    series.lagMs.push(oldestMs === null ? 0 : Math.round(nowMs - oldestMs));
    series.watermarkLagMs.push(this.#watermarkLagMs(job));
    series.arrivedRecords.push(log.arrivedBy(nowMs));
    series.writtenRows.push(table.counts.rows);
    series.heldRecords.push(job?.heldRecords ?? 0);
    series.inFlightRecords.push(job?.inFlightRecords ?? 0);
    series.stateBytes.push(stateBytes);
    series.heapBytes.push(Math.round(heapBytes()));
    series.serviceCalls.push(service.counts.calls);
    series.serviceOverBudget.push(service.counts.overBudget);
    series.serviceInFlight.push(service.inFlight);
    const second = Math.max(1, Math.round(1_000 / sampleMs));
    const ago = series.serviceCalls[this.#samples - second] ?? 0;
    this.#mostCallsPerSecond = Math.max(this.#mostCallsPerSecond, service.counts.calls - ago);
    this.#sampleTimes(job);
    this.#samples++;
  }

  /** Takes the last readings of a job before it goes; call it before the job dies. */
  close(job: JobRuntime): void {
    for (const task of job.tasks) this.#account(task, task.meter.times(this.#from.kernel.nowMs), true);
    this.#before = new Map();
    this.#recent = [];
  }

  /** Asks for the backpressure of every operator over the last seconds. */
  askRest(job: JobRuntime | null): void {
    if (job === null) return;
    const nowMs = this.#from.kernel.nowMs;
    const base = this.#recent[0];
    const names = [...new Set(job.tasks.map(({ node }) => node.label))];
    const vertices: MeasuredVertex[] = names.map((name, i) => ({
      jobId,
      vertexId: i.toString(16).padStart(32, '0'),
      atMs: Math.round(nowMs),
      subtasks: job.tasks
        .filter(({ node }) => node.label === name)
        .map((task) => perSecond(difference(task.meter.times(nowMs), base?.times.get(task)))),
    }));
    for (const [i, name] of names.entries()) {
      const path = `/jobs/${jobId}/vertices/${i.toString(16).padStart(32, '0')}/backpressure`;
      const { body } = answerBackPressure({ method: 'GET', path }, vertices);
      if ('status' in body) this.#rest[name] = body;
    }
  }

  get backPressure(): Readonly<Record<string, JobVertexBackPressureInfo>> {
    return this.#rest;
  }

  series(): FlinkSeries {
    const times = [...this.#times].flatMap(([name, { busy, backPressured }]) => [
      [`busyMsPerSecond/${name}`, busy] as const,
      [`backPressuredMsPerSecond/${name}`, backPressured] as const,
    ]);
    return { ...this.#series, ...Object.fromEntries(times) } as unknown as FlinkSeries;
  }

  subtasks(): SubtaskReport[] {
    return [...this.#accounts.values()].map(({ operator, subtask, us, recordsIn, recordsOut, mostInFlight }) => ({
      operator,
      subtask,
      ...perSecond({ busyUs: us.busy, backPressuredUs: us.backPressured, idleUs: us.idle }),
      numRecordsIn: recordsIn,
      numRecordsOut: recordsOut,
      mostInFlight,
    }));
  }

  /** The next offset to read, by partition: that of the job which runs, or of the last checkpoint when none does. */
  readOffsets(): number[] {
    const { log, checkpoints } = this.#from;
    const offsets = checkpoints.offsets(log.partitions);
    for (const task of this.#from.job()?.tasks ?? [])
      for (const [partition, offset] of task.reader?.positions() ?? []) offsets[partition] = offset;
    return offsets;
  }

  #watermarkLagMs(job: JobRuntime | null): number | null {
    let least = Infinity;
    for (const { node, currentWatermark } of job?.tasks ?? [])
      if (node.cost === 'sink') least = Math.min(least, currentWatermark);
    if (least === Infinity || least === noWatermark) return null;
    return Math.round((job?.epochMs ?? 0) + this.#from.kernel.nowMs - least);
  }

  #sampleTimes(job: JobRuntime | null): void {
    const { kernel, sampleMs } = this.#from;
    const nowMs = kernel.nowMs;
    const now = new Map<Task, TaskTimes>();
    for (const task of job?.tasks ?? []) {
      const times = task.meter.times(nowMs);
      now.set(task, times);
      this.#account(task, times, false);
      const name = task.node.label;
      let lists = this.#times.get(name);
      if (lists === undefined) {
        const before = Array.from({ length: this.#samples }, () => null);
        lists = { busy: [...before], backPressured: [...before] };
        this.#times.set(name, lists);
      }
      const { busyUs, backPressuredUs } = difference(times, this.#before.get(task));
      // The share of the time that the subtask has lived in this sample.
      const busy = busyUs / sampleMs;
      const backPressured = backPressuredUs / sampleMs;
      lists.busy[this.#samples] = Math.max(lists.busy[this.#samples] ?? 0, busy);
      lists.backPressured[this.#samples] = Math.max(lists.backPressured[this.#samples] ?? 0, backPressured);
    }
    for (const { busy, backPressured } of this.#times.values())
      if (busy.length <= this.#samples) {
        busy.push(null);
        backPressured.push(null);
      }
    this.#before = now;
    this.#recent.push({ atMs: nowMs, times: now });
    while ((this.#recent[0]?.atMs ?? nowMs) < nowMs - restWindowMs) this.#recent.shift();
  }

  /** Keeps a subtask's counts; they are added to those of its earlier lives when it goes. */
  #account(task: Task, times: TaskTimes, isLast: boolean): void {
    const { node, subtask, meter, operator } = task;
    const name = `${node.uid}/${subtask}`;
    const kept: Account = this.#accounts.get(name) ?? {
      operator: node.label,
      subtask,
      us: { busy: 0, backPressured: 0, idle: 0 },
      recordsIn: 0,
      recordsOut: 0,
      mostInFlight: null,
    };
    this.#accounts.set(name, kept);
    const { mostHeld } = operator as { readonly mostHeld?: number };
    if (mostHeld !== undefined) kept.mostInFlight = Math.max(kept.mostInFlight ?? 0, mostHeld);
    if (!isLast) return;
    kept.us.busy += times.busyUs;
    kept.us.backPressured += times.backPressuredUs;
    kept.us.idle += times.idleUs;
    kept.recordsIn += meter.recordsIn;
    kept.recordsOut += meter.recordsOut;
  }
}

const emptySeries = {
  lagRecords: 0,
  lagMs: 0,
  watermarkLagMs: 0,
  arrivedRecords: 0,
  writtenRows: 0,
  heldRecords: 0,
  inFlightRecords: 0,
  stateBytes: 0,
  heapBytes: 0,
  serviceCalls: 0,
  serviceOverBudget: 0,
  serviceInFlight: 0,
};

function emptyLists(): Record<keyof typeof emptySeries, (number | null)[]> {
  return Object.fromEntries(Object.keys(emptySeries).map((name) => [name, []])) as unknown as Record<
    keyof typeof emptySeries,
    (number | null)[]
  >;
}

function difference(now: TaskTimes, before: TaskTimes | undefined): TaskTimes {
  return {
    busyUs: now.busyUs - (before?.busyUs ?? 0),
    backPressuredUs: now.backPressuredUs - (before?.backPressuredUs ?? 0),
    idleUs: now.idleUs - (before?.idleUs ?? 0),
  };
}

/** Parts of 1,000 ms in whole ms; idle takes what rounding leaves, so that they add up. All idle without any time. */
function perSecond({ busyUs, backPressuredUs, idleUs }: TaskTimes): {
  busyMsPerSecond: number;
  backPressuredMsPerSecond: number;
  idleMsPerSecond: number;
} {
  const all = Math.max(1, busyUs + backPressuredUs + idleUs);
  const busyMsPerSecond = Math.round((1_000 * busyUs) / all);
  const backPressuredMsPerSecond = Math.min(1_000 - busyMsPerSecond, Math.round((1_000 * backPressuredUs) / all));
  return {
    busyMsPerSecond,
    backPressuredMsPerSecond,
    idleMsPerSecond: 1_000 - busyMsPerSecond - backPressuredMsPerSecond,
  };
}
