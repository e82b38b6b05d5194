// The database behind the consumer: connections, a short queue, cost per call and row, refusals and failover.

import { eventClass, type Kernel, type Scheduled } from '../clock/kernel.ts';
import type { ConsumerRecord } from '../kafka/api.ts';
import type { PartitionLog } from '../kafka/log.ts';
import { LoggedRecord } from '../kafka/record.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { Rng } from '../traffic/rng.ts';
import type { Sink } from './api.ts';
import { SinkError } from './errors.ts';

/** How a sink is built and what happens to it; all times in ms of the run. */
export interface SinkSpec {
  /** Calls served at once. */
  connections: number;
  /** Calls that may wait beyond them; one more is refused with 429. */
  waiting: number;
  callMs: number;
  rowMs: number;
  maxRowsPerCall: number;
  /** Service time varies evenly by ± this share. */
  jitterShare: number;
  /** Each call that waits lengthens the service of those that start by this share: contention. */
  contentionShare: number;
  /** A slower spell: service times are multiplied by `factor`. */
  slow?: { fromMs: number; toMs: number; factor: number };
  /** A failover: down, then cold until a first call has succeeded. */
  failover?: {
    fromMs: number;
    toMs: number;
    /** While cold, calls that overlap within this time of each other fail together. */
    connectMs: number;
  };
}

/** Time to refuse a call, in ms. */
const refuseMs = 2;

export type CallOutcome = 'ok' | 'TOO_MANY_REQUESTS' | 'UNAVAILABLE' | 'INVALID_ROWS' | 'cut-off';

/** One call, as the graders see it. */
export interface SinkCall {
  readonly startMs: number;
  readonly endMs: number;
  readonly rows: number;
  readonly outcome: CallOutcome;
  /** How many times the first record of the call had been sent before. */
  readonly attempt: number;
}

interface Pending {
  readonly records: readonly LoggedRecord[];
  readonly startMs: number;
  readonly attempt: number;
  readonly process: ProgramProcess;
  readonly answer: (error: SinkError | null) => void;
  completion: Scheduled | null;
  isConnecting: boolean;
  isDone: boolean;
}

/**
 * The sink of a run; it outlives the processes that call it.
 *
 * Laws: never more than `connections` calls in service (models M4.1); a call is all or nothing; a
 * call of n rows takes (callMs + n·rowMs) times its slow-down. A cold sink stands for the herd: when a
 * whole group fails at one instant and comes back in lockstep, the calls that arrive together while it
 * opens its first connection fail together again, so it stays down until retries are spread (T1–T3, M4.3b).
 */
export class SinkModel {
  readonly calls: SinkCall[] = [];
  readonly spec: SinkSpec;
  readonly #kernel: Kernel;
  readonly #rng: Rng;
  #serving = new Set<Pending>();
  #queue: Pending[] = [];
  #isDown = false;
  #isCold = false;
  #rowsInFlight = 0;
  #attempts = new Map<LoggedRecord, number>();

  constructor(options: { kernel: Kernel; spec: SinkSpec; rng: Rng }) {
    this.#kernel = options.kernel;
    this.spec = options.spec;
    this.#rng = options.rng;
    const { failover } = this.spec;
    if (failover !== undefined) {
      this.#kernel.at(failover.fromMs, eventClass.completion, () => this.#goDown());
      this.#kernel.at(failover.toMs, eventClass.completion, () => {
        this.#isDown = false;
        this.#isCold = true;
      });
    }
  }

  /** Calls that are in service or wait. */
  get outstandingCalls(): number {
    return this.#serving.size + this.#queue.length;
  }
  get busyConnections(): number {
    return this.#serving.size;
  }
  get rowsInFlight(): number {
    return this.#rowsInFlight;
  }

  /** The interface of one process. */
  open(process: ProgramProcess): Sink {
    return Object.freeze({
      write: (records: readonly ConsumerRecord[]) =>
        process.promise((resolve, reject) => {
          this.#accept(process, this.#check(records), (error) => (error === null ? resolve(undefined) : reject(error)));
        }),
    });
  }

  /** The process has died: what has not been answered is rolled back. */
  cutOff(process: ProgramProcess): void {
    const cut = [...this.#serving, ...this.#queue].filter((call) => call.process === process);
    for (const call of cut) this.#finish(call, 'cut-off');
    this.#queue = this.#queue.filter((call) => !call.isDone);
    this.#attempts.clear();
    this.#serveNext();
  }

  #check(records: unknown): readonly LoggedRecord[] {
    if (!Array.isArray(records))
      throw new TypeError('sink.write() takes an array of the records that poll() returned.');
    const count = records.length;
    if (count === 0) throw new RangeError('sink.write() got no records. Call it only with at least one.');
    const most = this.spec.maxRowsPerCall;
    if (count > most)
      throw new RangeError(`sink.write() takes at most ${most} rows in one call, got ${count}. Split them.`);
    // A copy, so that a program that goes on filling its array does not change a call under way; made by
    // hand, because a method of the program's array may be the program's own.
    const copy: LoggedRecord[] = [];
    for (let i = 0; i < count; i++) {
      const record: unknown = records[i];
      if (LoggedRecord.logOf(record) === null) {
        throw new TypeError(
          `sink.write(): element ${i} is not a record that poll() returned. Pass the record itself, not a copy or its value.`,
        );
      }
      copy.push(record as LoggedRecord);
    }
    return copy;
  }

  #accept(process: ProgramProcess, records: readonly LoggedRecord[], answer: Pending['answer']): void {
    const first = records[0] as LoggedRecord;
    const attempt = (this.#attempts.get(first) ?? 0) + 1;
    const call: Pending = {
      records,
      startMs: this.#kernel.nowMs,
      attempt,
      process,
      answer,
      completion: null,
      isConnecting: false,
      isDone: false,
    };
    this.#rowsInFlight += records.length;
    if (this.#isDown) this.#refuse(call, 'UNAVAILABLE');
    else if (this.#isCold) this.#connect(call);
    else if (this.#serving.size < this.spec.connections) this.#serve(call);
    else if (this.#queue.length < this.spec.waiting) this.#queue.push(call);
    else this.#refuse(call, 'TOO_MANY_REQUESTS');
  }

  #refuse(call: Pending, outcome: 'TOO_MANY_REQUESTS' | 'UNAVAILABLE'): void {
    call.completion = this.#kernel.after(refuseMs, eventClass.completion, () => this.#finish(call, outcome));
  }

  /** A cold sink opens one connection at a time; a second arrival in that time fails both. */
  #connect(call: Pending): void {
    const others = [...this.#serving].filter((other) => other.isConnecting);
    if (others.length > 0) {
      for (const other of others) {
        other.completion?.cancel();
        this.#refuse(other, 'UNAVAILABLE');
      }
      this.#serving.add(call);
      call.isConnecting = true;
      this.#refuse(call, 'UNAVAILABLE');
      return;
    }
    call.isConnecting = true;
    this.#serving.add(call);
    call.completion = this.#kernel.after(this.spec.failover?.connectMs ?? 0, eventClass.completion, () => {
      call.isConnecting = false;
      this.#isCold = false;
      this.#run(call);
    });
  }

  #serve(call: Pending): void {
    this.#serving.add(call);
    this.#run(call);
  }

  #run(call: Pending): void {
    const bad = call.records.some((record) =>
      (LoggedRecord.logOf(record) as PartitionLog).isPoison(LoggedRecord.offsetOf(record)),
    );
    const ms = this.#serviceMs(call.records.length);
    call.completion = this.#kernel.after(ms, eventClass.completion, () => {
      this.#finish(call, bad ? 'INVALID_ROWS' : 'ok');
      this.#serveNext();
    });
  }

  #serviceMs(rows: number): number {
    const { callMs, rowMs, jitterShare, contentionShare, slow } = this.spec;
    const nowMs = this.#kernel.nowMs;
    const slowFactor = slow !== undefined && nowMs >= slow.fromMs && nowMs < slow.toMs ? slow.factor : 1;
    const jitter = jitterShare === 0 ? 1 : 1 + jitterShare * (2 * this.#rng.next() - 1);
    return (callMs + rows * rowMs) * slowFactor * jitter * (1 + contentionShare * this.#queue.length);
  }

  #serveNext(): void {
    while (this.#serving.size < this.spec.connections) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#serve(next);
    }
  }

  #goDown(): void {
    this.#isDown = true;
    const cut = [...this.#serving, ...this.#queue];
    this.#queue = [];
    for (const call of cut) this.#finish(call, 'UNAVAILABLE');
  }

  #finish(call: Pending, outcome: CallOutcome): void {
    if (call.isDone) return;
    call.isDone = true;
    call.completion?.cancel();
    this.#serving.delete(call);
    this.#rowsInFlight -= call.records.length;
    const { records, startMs, attempt } = call;
    this.calls.push({ startMs, endMs: this.#kernel.nowMs, rows: records.length, outcome, attempt });
    if (outcome === 'cut-off') return;
    const first = records[0] as LoggedRecord;
    if (outcome === 'ok') {
      for (const record of records) (LoggedRecord.logOf(record) as PartitionLog).write(LoggedRecord.offsetOf(record));
      this.#attempts.delete(first);
      call.answer(null);
      return;
    }
    if (outcome === 'INVALID_ROWS') this.#attempts.delete(first);
    else this.#attempts.set(first, attempt);
    call.answer(errorOf(outcome, records));
  }
}

function errorOf(outcome: Exclude<CallOutcome, 'ok' | 'cut-off'>, records: readonly LoggedRecord[]): SinkError {
  if (outcome === 'TOO_MANY_REQUESTS')
    return new SinkError(outcome, 'The sink holds as many calls as it can. Wait, then try again.');
  if (outcome === 'UNAVAILABLE') return new SinkError(outcome, 'The sink is not available. Wait, then try again.');
  const indexes: number[] = [];
  records.forEach((record, index) => {
    const log = LoggedRecord.logOf(record) as PartitionLog;
    const offset = LoggedRecord.offsetOf(record);
    if (!log.isPoison(offset)) return;
    log.refuse(offset);
    indexes.push(index);
  });
  return new SinkError(
    outcome,
    `${indexes.length} of ${records.length} rows can never be written (see rowIndexes); nothing of this call was written.`,
    Object.freeze(indexes),
  );
}
