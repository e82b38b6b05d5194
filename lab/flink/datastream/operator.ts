// What runs inside a subtask, and what the subtask lends to it.

import type { Scheduled } from '../../clock/kernel.ts';
import type { Element } from './element.ts';
import type { Fate } from './source-log.ts';

/** The part of a subtask that is its own: what it does with a record. */
export interface Operator {
  /** Before the first record, after `restore`. */
  open?(): void;
  /** Works on a record. A promise occupies the subtask's thread until it settles. */
  process(element: Element): unknown;
  /** Event time has come to here. What it lets out precedes the watermark; without this the watermark goes on alone. */
  watermark?(timestamp: number): void;
  /** Time to serve a record, in ms, when it is not what the job's costs say. */
  serviceMs?(costMs: number): number;
  /** False while a record cannot be taken although the thread has it in hand. True without this. */
  readonly hasRoom?: boolean;
  /** No record comes any more. */
  endInput?(): void;
  /** False while results are still to come after the end of the input. True without this. */
  readonly isDrained?: boolean;
  /** What a checkpoint keeps of it. */
  snapshot?(): unknown;
  restore?(state: unknown): void;
  /** Records that it keeps between input and output. */
  readonly held?: number;
  readonly stateBytes?: number;
}

/** What a subtask lends to its operator. */
export interface TaskHost {
  readonly subtask: number;
  readonly uid: string;
  /** ms of the run. */
  readonly nowMs: number;
  /** The run's start in ms since the epoch: processing time is this + nowMs. */
  readonly epochMs: number;
  /** The watermark of the subtask's input. */
  readonly currentWatermark: number;
  /** Sends a record on, to the main output or a side output. */
  emit(element: Element, tag?: string): void;
  forwardWatermark(timestamp: number): void;
  /** Runs a function of the program. An exception of it fails the job, and nothing here goes on. */
  call<T>(fn: () => T): T;
  /** As `call`, for what is not yet its work on a record, `open` or a key: that it returns proves nothing. */
  callBefore<T>(fn: () => T): T;
  /** The program may have something to resume: time waits for it. */
  wakeProgram(): void;
  /** Does something on the subtask's thread as soon as it is free, before further input. */
  mail(run: () => unknown): void;
  /** Does something on the subtask's thread after the input at hand, and before further input. */
  enqueue(run: () => unknown): void;
  /** A mail after a time; null when it would be after the end of everything. */
  after(ms: number, run: () => unknown): Scheduled;
  fail(error: unknown): void;
  /** The program's function has done its work on a record: what it throws later is the record's fault, not a slip of the pen. */
  proved(): void;
  /** Notes what became of a source record. */
  mark(element: Element, what: Fate): void;
}

/** What comes of `value`, at once or, for a promise, when it has settled. */
export function whenSettled<T>(value: T | Promise<T>, then: (value: T) => void): unknown {
  if (isThenable(value)) return (value as Promise<T>).then(then);
  then(value as T);
  return undefined;
}

export function isThenable(value: unknown): value is Promise<never> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Sends on what one record becomes: the first part keeps its id, the others are numbered behind it. */
export class Outlet {
  readonly #host: TaskHost;
  readonly #from: Element;
  #count = 0;
  #isClosed = false;

  constructor(host: TaskHost, from: Element) {
    this.#host = host;
    this.#from = from;
  }
  get count(): number {
    return this.#count;
  }
  /** The function that was given it has returned. */
  close(): void {
    this.#isClosed = true;
  }
  /** Throws TypeError when it is closed: what nobody waits for can be neither ordered nor held back. */
  send(value: unknown, tag?: string): void {
    if (this.#isClosed)
      throw new TypeError(
        'A value was given out after its function had returned. Await everything in the function, or use AsyncDataStream.',
      );
    const { id, timestamp, origin } = this.#from;
    const at = this.#count++;
    this.#host.emit({ value, timestamp, id: at === 0 ? id : `${id}/${at}`, origin }, tag);
  }
}
