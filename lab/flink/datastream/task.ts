// One subtask: a thread that takes a record, works on it, and hands on what comes of it when there is room.

import { eventClass, type Scheduled } from '../../clock/kernel.ts';
import { noWatermark, WatermarkMerge } from '../watermark.ts';
import type { Element, Item } from './element.ts';
import type { Gate, Received } from './gate.ts';
import type { StreamNode } from './graph.ts';
import type { JobRuntime } from './job.ts';
import { isThenable, whenSettled, type Operator, type TaskHost } from './operator.ts';
import type { Output } from './output.ts';
import type { SourceReader } from './source-reader.ts';
import type { Fate } from './source-log.ts';
import { TaskMeter, type TaskState } from './task-meter.ts';

/** Thrown to leave a subtask whose job has just failed. */
export class JobDown extends Error {}

/**
 * The order of a thread's work: mails, then records that wait for room downstream, then what the last input has left to do,
 * then the next input.
 *
 * Laws (M3.1): busy while it serves a record, waits for a blocking call or for room in its operator (F26); back-pressured while
 * it has a record to hand on and no credit; idle otherwise. It takes no input while it has anything to hand on.
 */
export class Task implements TaskHost {
  readonly node: StreamNode;
  readonly subtask: number;
  readonly meter: TaskMeter;
  readonly operator: Operator;
  /** Set by the job's queue. */
  isQueued = false;
  isFinished = false;
  readonly #job: JobRuntime;
  readonly #gate: Gate | null;
  readonly #reader: SourceReader | null;
  readonly #outputs: readonly Output[];
  readonly #merge: WatermarkMerge | null;
  #thread: 'free' | 'serving' | 'waiting' = 'free';
  #holds = 0;
  #served: Element | null = null;
  /** A record has been taken, and its work is not over. */
  #hasInHand = false;
  #mails: (() => unknown)[] = [];
  #work: (() => unknown)[] = [];
  #wakeUp: Scheduled | null = null;
  readonly #requested: number[] = [];
  #isStopping = false;
  #isEnding = false;
  #watermark = noWatermark;
  #sentWatermark = noWatermark;
  #sentIdle = false;
  #state: TaskState = 'idle';

  constructor(options: {
    job: JobRuntime;
    node: StreamNode;
    subtask: number;
    gate: Gate | null;
    reader: SourceReader | null;
    outputs: readonly Output[];
  }) {
    this.#job = options.job;
    this.node = options.node;
    this.subtask = options.subtask;
    this.#gate = options.gate;
    this.#reader = options.reader;
    this.#outputs = options.outputs;
    this.#merge = options.gate === null ? null : new WatermarkMerge(options.gate.size);
    this.meter = new TaskMeter(options.job.kernel.nowMs);
    this.operator = options.node.create(this);
  }

  get nowMs(): number {
    return this.#job.kernel.nowMs;
  }
  get epochMs(): number {
    return this.#job.epochMs;
  }
  get uid(): string {
    return this.node.uid;
  }
  get currentWatermark(): number {
    return this.#watermark;
  }
  get reader(): SourceReader | null {
    return this.#reader;
  }
  /** Records in its inputs, in its hand, in its operator and on their way out. */
  get held(): number {
    const waiting = this.#outputs.reduce((sum, output) => sum + output.waitingRecords, 0);
    return (this.#gate?.records ?? 0) + (this.#hasInHand ? 1 : 0) + (this.operator.held ?? 0) + waiting;
  }

  open(state: unknown): void {
    if (this.#reader !== null && state !== undefined) this.#reader.restore(state as [number, number][]);
    else if (state !== undefined) this.operator.restore?.(state);
    this.operator.open?.();
  }

  // What the job asks of it.

  /** A source puts a barrier behind what it has read. */
  requestBarrier(checkpoint: number): void {
    this.#requested.push(checkpoint);
    this.#job.later(this);
  }
  /** A source reads no more. */
  stop(): void {
    this.#isStopping = true;
    this.#job.later(this);
  }
  /** A source's periodic watermark. */
  tick(): void {
    this.mail(() => {
      const { watermark, isIdle } = (this.#reader as SourceReader).tick(this.nowMs);
      this.#watermark = Math.max(this.#watermark, watermark);
      this.forwardWatermark(this.#watermark);
      this.#forwardStatus(isIdle);
    });
  }

  // What it lends to its operator.

  emit(element: Element, tag: string | null = null): void {
    this.meter.recordsOut++;
    for (const output of this.#outputs) if (output.tag === tag) output.send(element);
  }
  forwardWatermark(timestamp: number): void {
    if (timestamp <= this.#sentWatermark) return;
    this.#sentWatermark = timestamp;
    this.#broadcast({ kind: 'watermark', timestamp });
  }
  call<T>(fn: () => T): T {
    return this.#job.call(this, fn);
  }
  callBefore<T>(fn: () => T): T {
    return this.#job.call(this, fn, false);
  }
  wakeProgram(): void {
    this.#job.kernel.wake();
  }
  mail(run: () => unknown): void {
    this.#mails.push(run);
    this.#job.later(this);
  }
  enqueue(run: () => unknown): void {
    this.#work.push(run);
  }
  after(ms: number, run: () => unknown): Scheduled {
    return this.#job.kernel.after(ms, eventClass.timer, () => {
      if (this.#job.isAlive) this.mail(run);
    });
  }
  fail(error: unknown): void {
    this.#job.fail(this, error);
  }
  proved(): void {
    this.#job.proved(this.node);
  }
  mark(element: Element, what: Fate): void {
    this.#job.log.mark(element.origin, what);
  }

  // A blocking call holds its thread.

  hold(): void {
    this.#holds++;
  }
  release(): void {
    this.#holds--;
    this.#job.later(this);
  }

  /** Works until there is nothing to do now, and says what it waits for. */
  run(): void {
    if (this.isFinished) return;
    this.#enter(this.#advance());
  }

  #advance(): TaskState {
    for (;;) {
      if (!this.#job.isAlive) return 'idle';
      if (this.#thread !== 'free' || this.#holds > 0) return 'busy';
      const mail = this.#mails.shift();
      if (mail !== undefined) {
        this.#do(mail);
        continue;
      }
      if (!this.#flush()) return 'backPressured';
      const work = this.#work.shift();
      if (work !== undefined) {
        this.#do(work);
        continue;
      }
      const served = this.#served;
      if (served !== null) {
        if (this.operator.hasRoom === false) return 'busy';
        this.#served = null;
        this.#do(() => whenSettled(this.operator.process(served), () => void (this.#hasInHand = false)));
        continue;
      }
      if (this.#isEnding) {
        if (this.operator.isDrained === false) return 'idle';
        this.#finish();
        return 'idle';
      }
      if (!(this.#reader === null ? this.#takeInput() : this.#readSource())) return 'idle';
    }
  }

  /** Does a piece of work; when it gives a promise, the thread waits for it. */
  #do(run: () => unknown): void {
    const result = run();
    if (!isThenable(result)) return;
    this.#thread = 'waiting';
    this.wakeProgram();
    const free = () => {
      this.#thread = 'free';
      this.#job.later(this);
    };
    result.then(
      () => {
        this.proved();
        free();
      },
      (error: unknown) => this.fail(error),
    );
  }

  /** Takes the next item of the inputs; false when there is none. */
  #takeInput(): boolean {
    const received = (this.#gate as Gate).next();
    if (received === null) return false;
    this.#receive(received);
    return true;
  }

  #receive({ item, input }: Received): void {
    const gate = this.#gate as Gate;
    const merge = this.#merge as WatermarkMerge;
    switch (item.kind) {
      case 'record':
        this.#serve(item.element);
        return;
      case 'watermark':
        if (merge.advance(input, item.timestamp)) this.#riseTo(merge.watermark);
        this.#forwardStatus(merge.isIdle);
        return;
      case 'status':
        if (merge.setIdle(input, item.isIdle)) this.#riseTo(merge.watermark);
        this.#forwardStatus(merge.isIdle);
        return;
      case 'barrier':
        gate.block(input);
        if (gate.isAligned) this.#checkpoint(item.checkpoint);
        return;
      case 'end':
        gate.end(input);
        if (gate.isEnded) this.#end();
        return;
      default:
        item satisfies never;
    }
  }

  /** Reads a record, when one has arrived; otherwise wakes up for the next. False when there is nothing to do now. */
  #readSource(): boolean {
    const reader = this.#reader as SourceReader;
    const requested = this.#requested.shift();
    if (requested !== undefined) {
      this.#checkpoint(requested);
      return true;
    }
    if (this.#isStopping) {
      this.#end();
      return true;
    }
    const element = reader.read(this.nowMs, (fn) => this.call(fn));
    if (element !== null) {
      this.#serve(element);
      return true;
    }
    const atMs = reader.nextArrivalMs();
    this.#wakeUp?.cancel();
    this.#wakeUp =
      atMs === Infinity
        ? null
        : this.#job.kernel.at(atMs, eventClass.arrival, () => {
            this.#wakeUp = null;
            if (this.#job.isAlive) this.#job.later(this);
          });
    return false;
  }

  #serve(element: Element): void {
    this.meter.recordsIn++;
    this.#hasInHand = true;
    const baseMs = this.#job.costMsOf(this.node);
    const costMs = this.operator.serviceMs?.(baseMs) ?? baseMs;
    if (costMs === 0) {
      this.#served = element;
      return;
    }
    this.#thread = 'serving';
    this.#job.kernel.after(costMs, eventClass.completion, () => {
      if (!this.#job.isAlive) return;
      this.#thread = 'free';
      this.#served = element;
      this.#job.later(this);
    });
  }

  #riseTo(watermark: number): void {
    this.#watermark = watermark;
    if (this.operator.watermark === undefined) this.forwardWatermark(watermark);
    else this.operator.watermark(watermark);
  }

  #checkpoint(checkpoint: number): void {
    const state = this.#reader === null ? this.operator.snapshot?.() : this.#reader.positions();
    this.#job.acknowledge(this, checkpoint, state);
    this.#broadcast({ kind: 'barrier', checkpoint });
    this.#gate?.unblock();
  }

  #end(): void {
    this.#isEnding = true;
    this.operator.endInput?.();
  }

  #finish(): void {
    this.isFinished = true;
    this.#broadcast({ kind: 'end' });
    this.#flush();
    this.#job.taskFinished();
  }

  #forwardStatus(isIdle: boolean): void {
    if (isIdle === this.#sentIdle) return;
    this.#sentIdle = isIdle;
    this.#broadcast({ kind: 'status', isIdle });
  }

  #broadcast(item: Item): void {
    for (const output of this.#outputs) output.broadcast(item);
  }

  /** Hands on what it can; true when nothing is left. */
  #flush(): boolean {
    let isEmpty = true;
    for (const output of this.#outputs) if (!output.flush()) isEmpty = false;
    return isEmpty;
  }

  #enter(state: TaskState): void {
    if (state === this.#state) return;
    if (this.#reader !== null && (state === 'backPressured') !== (this.#state === 'backPressured'))
      this.#reader.setBlocked(state === 'backPressured', this.nowMs);
    this.#state = state;
    this.meter.enter(state, this.nowMs);
  }
}
