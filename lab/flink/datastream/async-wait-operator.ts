// The operator behind AsyncDataStream: calls in flight up to its capacity, timeouts, retries, and the order of results.

import type { Scheduled } from '../../clock/kernel.ts';
import { AsyncQueue, type OutputMode, type QueueEntry } from '../async-queue.ts';
import type { AsyncFunction, ResultFuture, RuntimeContext } from './api.ts';
import type { Element } from './element.ts';
import { TimeoutException } from './errors.ts';
import { isThenable, Outlet, type Operator, type TaskHost } from './operator.ts';
import type { AsyncRetryStrategy } from './retry-strategies.ts';
import { fate } from './source-log.ts';

export interface AsyncOptions {
  readonly fn: AsyncFunction<unknown, unknown>;
  readonly timeoutMs: number;
  readonly capacity: number;
  readonly mode: OutputMode;
  readonly retry: AsyncRetryStrategy<unknown> | null;
}

type Outcome = { readonly results: readonly unknown[] } | { readonly error: unknown };

interface Entry extends QueueEntry {
  readonly element: Element;
  /** The attempt whose outcome counts; an older one comes too late. */
  attempt: number;
  hasTimedOut: boolean;
  results: readonly unknown[] | null;
  timeout: Scheduled | null;
  retry: Scheduled | null;
}

/**
 * Flink's AsyncWaitOperator (F24). Laws: never more than `capacity` records from `asyncInvoke` until their result has left; one
 * thread calls the function; a checkpoint keeps the records in flight, and they are asked for again after a restart.
 */
export class AsyncWaitOperator implements Operator {
  readonly #host: TaskHost;
  readonly #options: AsyncOptions;
  readonly #queue: AsyncQueue<Entry>;
  /** In the order of the input. */
  readonly #open = new Set<Entry>();
  #restored: readonly Element[] = [];
  #mostHeld = 0;

  constructor(host: TaskHost, options: AsyncOptions) {
    this.#host = host;
    this.#options = options;
    this.#queue = new AsyncQueue<Entry>({
      capacity: options.capacity,
      mode: options.mode,
      emit: (entry) => this.#leave(entry),
      pass: (timestamp) => host.forwardWatermark(timestamp),
    });
  }

  get hasRoom(): boolean {
    return !this.#queue.isFull;
  }
  get held(): number {
    return this.#queue.size;
  }
  /** The most records that it has held at once. */
  get mostHeld(): number {
    return this.#mostHeld;
  }
  get isDrained(): boolean {
    return this.#queue.size === 0;
  }

  open(): void {
    this.#host.callBefore(() => this.#options.fn.open?.(noState));
    for (const element of this.#restored) this.#host.enqueue(() => this.process(element));
  }
  snapshot(): unknown {
    return [...this.#open].map(({ element }) => element);
  }
  restore(state: unknown): void {
    this.#restored = state as readonly Element[];
  }
  watermark(timestamp: number): void {
    this.#queue.mark(timestamp);
  }

  process(element: Element): void {
    const entry: Entry = {
      element,
      attempt: 0,
      hasTimedOut: false,
      results: null,
      timeout: null,
      retry: null,
      isDone: false,
      stretch: 0,
    };
    this.#queue.put(entry);
    this.#open.add(entry);
    this.#mostHeld = Math.max(this.#mostHeld, this.#queue.size);
    entry.timeout = this.#host.after(this.#options.timeoutMs, () => this.#timeOut(entry));
    this.#invoke(entry);
  }

  #invoke(entry: Entry): void {
    entry.attempt++;
    const future = this.#futureOf(entry);
    const returned: unknown = this.#host.callBefore(() => this.#options.fn.asyncInvoke(entry.element.value, future));
    this.#host.wakeProgram();
    if (isThenable(returned)) returned.then(undefined, (error: unknown) => future.completeExceptionally(error));
  }

  /** A future for the attempt at hand; only its first settling counts, and only while no later attempt has begun. */
  #futureOf(entry: Entry): ResultFuture<unknown> {
    const { attempt } = entry;
    let isSettled = false;
    const settle = (outcome: Outcome) => {
      if (isSettled) return;
      isSettled = true;
      this.#host.mail(() => {
        if (entry.results === null && attempt === entry.attempt) this.#settle(entry, outcome);
      });
    };
    return Object.freeze({
      complete: (results: Iterable<unknown>) => settle({ results: listOf(results) }),
      completeExceptionally: (error: unknown) => settle({ error }),
    });
  }

  #settle(entry: Entry, outcome: Outcome): void {
    const { retry } = this.#options;
    if (retry !== null && !entry.hasTimedOut) {
      const isBad = this.#host.callBefore(() =>
        'results' in outcome ? retry.isBadResult(outcome.results) : retry.isBadError(outcome.error),
      );
      const delayMs = isBad ? retry.backoffMs(entry.attempt) : null;
      if (delayMs !== null) {
        entry.retry = this.#host.after(delayMs, () => {
          if (entry.results === null && !entry.hasTimedOut) this.#invoke(entry);
        });
        return;
      }
    }
    entry.timeout?.cancel();
    if ('error' in outcome) {
      this.#host.fail(outcome.error);
      return;
    }
    entry.results = outcome.results;
    this.#host.proved();
    this.#queue.complete(entry);
  }

  #timeOut(entry: Entry): void {
    if (entry.results !== null) return;
    entry.hasTimedOut = true;
    entry.retry?.cancel();
    const { fn, timeoutMs } = this.#options;
    if (fn.timeout === undefined) {
      this.#host.fail(new TimeoutException(`An asynchronous call had no result within ${timeoutMs} ms.`));
      return;
    }
    // The call may still answer: whichever comes first counts.
    const future = this.#futureOf(entry);
    this.#host.callBefore(() => fn.timeout?.(entry.element.value, future));
    this.#host.wakeProgram();
  }

  #leave(entry: Entry): void {
    this.#open.delete(entry);
    const outlet = new Outlet(this.#host, entry.element);
    for (const result of entry.results ?? []) outlet.send(result);
    if (outlet.count === 0) this.#host.mark(entry.element, fate.emptied);
  }
}

function listOf(results: unknown): readonly unknown[] {
  if (typeof results === 'object' && results !== null && Symbol.iterator in results)
    return [...(results as Iterable<unknown>)];
  throw new TypeError('resultFuture.complete() takes a list of results: complete([result]), or complete([]) for none.');
}

const refuseState = (): never => {
  throw new TypeError('An async function has no keyed state. Put a KeyedProcessFunction before or after it.');
};
const noState: RuntimeContext = Object.freeze({ getState: refuseState, getMapState: refuseState });
