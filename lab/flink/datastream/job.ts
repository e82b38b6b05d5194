// A running job: its subtasks and channels, their turns, its checkpoints, and its end by a stop or a failure.

import { eventClass, type Kernel } from '../../clock/kernel.ts';
import { CheckpointStore, PendingCheckpoint } from './checkpoints.ts';
import { checkGraph, labelOperators, type CostKind, type StreamGraph, type StreamNode } from './graph.ts';
import { layOut } from './layout.ts';
import { isThenable } from './operator.ts';
import type { SourceLog } from './source-log.ts';
import { JobDown, type Task } from './task.ts';

/** What a job runs on. */
export interface Cluster {
  readonly kernel: Kernel;
  readonly epochMs: number;
  readonly log: SourceLog;
  readonly checkpoints: CheckpointStore;
  /** Time to serve a record by kind of operator, in ms, and by an operator's name where it differs. */
  readonly costs: Readonly<Record<CostKind, number>> & { readonly byName?: Readonly<Record<string, number>> };
  /** Records that one channel holds. */
  readonly channelRecords: number;
  readonly slots: number;
  readonly autoWatermarkIntervalMs: number;
  /** How much longer everything takes, for garbage collection takes its part: 1 or more. */
  slowdown(): number;
}

/** How a job ended other than by its stop. */
export interface JobFailure {
  readonly operator: string;
  readonly subtask: number;
  readonly error: unknown;
  /** The function has never worked in any life of the job: a mistake in the program, not an incident. */
  readonly isMistake: boolean;
}

export interface JobObserver {
  checkpointed(id: number, tookMs: number): void;
  failed(failure: JobFailure): void;
  finished(): void;
}

/** What is an incident from the first record on, since it comes from outside. */
export type IsIncident = (error: unknown) => boolean;

/**
 * Laws: subtasks take their turns in the order in which they were woken, so that the same program, scenario and seed run the
 * same; nothing of a job that has failed happens any more; a job that is stopped reads nothing more, finishes what is in
 * flight, and completes a last checkpoint.
 */
export class JobRuntime {
  readonly kernel: Kernel;
  readonly epochMs: number;
  readonly log: SourceLog;
  readonly tasks: readonly Task[];
  readonly #cluster: Cluster;
  readonly #graph: StreamGraph;
  readonly #observer: JobObserver;
  readonly #isIncident: IsIncident;
  /** Operators whose function has worked once, over all lives. */
  readonly #proved: Set<string>;
  #isAlive = true;
  #isStopping = false;
  #queue: Task[] = [];
  #isDrainPlanned = false;
  #isDraining = false;
  #current: Task | null = null;
  #pending: PendingCheckpoint | null = null;

  constructor(options: {
    cluster: Cluster;
    graph: StreamGraph;
    observer: JobObserver;
    isIncident: IsIncident;
    proved: Set<string>;
  }) {
    this.#cluster = options.cluster;
    this.#graph = options.graph;
    this.#observer = options.observer;
    this.#isIncident = options.isIncident;
    this.#proved = options.proved;
    this.kernel = options.cluster.kernel;
    this.epochMs = options.cluster.epochMs;
    this.log = options.cluster.log;
    checkGraph(this.#graph, options.cluster.slots);
    labelOperators(this.#graph);
    this.tasks = layOut(this, this.#graph, options.cluster.channelRecords);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }
  /** Whose function runs now; null outside functions. */
  get current(): Task | null {
    return this.#current;
  }
  /** Records between reading and writing. */
  get heldRecords(): number {
    return this.tasks.reduce((sum, task) => sum + task.held, 0);
  }
  get stateBytes(): number {
    return this.tasks.reduce((sum, { operator }) => sum + (operator.stateBytes ?? 0), 0);
  }
  /** Records that async operators have in flight. */
  get inFlightRecords(): number {
    return this.tasks.reduce((sum, { node, operator }) => sum + (node.cost === 'async' ? (operator.held ?? 0) : 0), 0);
  }

  /** Restores the last checkpoint and begins. */
  start(): void {
    const saved = this.#cluster.checkpoints.latest?.states;
    try {
      for (const task of this.tasks) {
        task.open(saved?.get(nameOf(task)));
        this.later(task);
      }
    } catch (error) {
      if (!(error instanceof JobDown)) throw error;
    }
    this.#every(this.#cluster.autoWatermarkIntervalMs, () => {
      for (const task of this.tasks) if (task.reader !== null && !task.isFinished) task.tick();
    });
    if (this.#graph.checkpointIntervalMs !== null)
      this.#every(this.#graph.checkpointIntervalMs, () => {
        if (this.#pending === null && !this.#isStopping) this.#beginCheckpoint();
      });
  }

  /** Stops with a savepoint: sources read no more, what is in flight goes through, a last checkpoint completes. */
  stop(): void {
    if (!this.#isAlive || this.#isStopping) return;
    this.#isStopping = true;
    this.#beginCheckpoint();
    for (const task of this.tasks) if (task.reader !== null) task.stop();
  }

  /** Nothing of it happens any more. */
  die(): void {
    this.#isAlive = false;
    this.#queue = [];
  }

  // What subtasks ask of it.

  /** Gives a subtask its turn within this instant. */
  later(task: Task): void {
    if (task.isQueued || !this.#isAlive) return;
    task.isQueued = true;
    this.#queue.push(task);
    if (this.#isDrainPlanned || this.#isDraining) return;
    this.#isDrainPlanned = true;
    this.kernel.at(this.kernel.nowMs, eventClass.dispatch, () => this.#drain());
  }

  /** Runs a function of the program for a subtask; with `isProof` its return proves that the operator's function works. */
  call<T>(task: Task, fn: () => T, isProof = true): T {
    if (!this.#isAlive) throw new JobDown();
    const before = this.#current;
    this.#current = task;
    try {
      const result = fn();
      if (isProof && !isThenable(result)) this.proved(task.node);
      return result;
    } catch (error) {
      if (!(error instanceof JobDown)) this.fail(task, error);
      throw new JobDown();
    } finally {
      this.#current = before;
    }
  }

  proved({ uid }: StreamNode): void {
    this.#proved.add(uid);
  }

  fail({ node, subtask }: Task, error: unknown): void {
    if (!this.#isAlive) return;
    this.die();
    const isMistake = !this.#isIncident(error) && !this.#proved.has(node.uid);
    this.#observer.failed({ operator: node.label, subtask, error, isMistake });
  }

  costMsOf({ name, cost }: StreamNode): number {
    const { costs } = this.#cluster;
    return (costs.byName?.[name] ?? costs[cost]) * this.#cluster.slowdown();
  }

  acknowledge(task: Task, id: number, state: unknown): void {
    const pending = this.#pending;
    if (pending?.id !== id) return;
    const checkpoint = pending.acknowledge(nameOf(task), state);
    if (checkpoint === null) return;
    const tookMs = this.kernel.nowMs - pending.startedMs;
    this.#pending = null;
    this.#cluster.checkpoints.complete(checkpoint, tookMs);
    this.#observer.checkpointed(id, tookMs);
  }

  /** A subtask has ended; with the last one the job has. */
  taskFinished(): void {
    if (!this.tasks.every(({ isFinished }) => isFinished)) return;
    this.die();
    this.#observer.finished();
  }

  #drain(): void {
    this.#isDrainPlanned = false;
    this.#isDraining = true;
    try {
      for (let at = 0; at < this.#queue.length; at++) {
        const task = this.#queue[at] as Task;
        task.isQueued = false;
        task.run();
      }
    } catch (error) {
      if (!(error instanceof JobDown)) throw error;
    } finally {
      this.#queue = [];
      this.#isDraining = false;
    }
  }

  #beginCheckpoint(): void {
    const id = this.#cluster.checkpoints.nextId();
    this.#pending = new PendingCheckpoint(id, this.kernel.nowMs, this.tasks.map(nameOf));
    for (const task of this.tasks) if (task.reader !== null) task.requestBarrier(id);
  }

  #every(intervalMs: number, run: () => void): void {
    this.kernel.after(intervalMs, eventClass.timer, () => {
      if (!this.#isAlive) return;
      run();
      this.#every(intervalMs, run);
    });
  }
}

function nameOf({ node, subtask, reader }: Task): string {
  return `${reader === null ? '' : 'source/'}${node.uid}/${subtask}`;
}
