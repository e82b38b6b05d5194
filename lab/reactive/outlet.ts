// The lower end of a publisher: gives one subscriber what it asked for, one signal at a time.

import { type Subscriber, type Subscription, unboundedDemand } from './api.ts';
import { Demand } from './demand.ts';

/** Where an outlet gets its records from. */
export interface Supply<T> {
  /** The next record, or undefined while there is none. Called only while there is demand for it. */
  take(): T | undefined;
  isEmpty(): boolean;
  /** More was asked for: `n` as given, before anything is taken for it. */
  requested?(n: number): void;
  /** The subscriber has cancelled, or the stream was aborted: nothing is taken any more. */
  released?(): void;
}

/**
 * Laws: never more records than requested (1.1); signals never overlap, however deep inside of one the next request comes
 * (1.3, 3.2), so a million records from one request(1) each need no deep stack; requests below 1 end the stream with
 * `onError` (3.9); nothing follows the end (1.7).
 */
export class Outlet<T> implements Subscription {
  readonly #subscriber: Subscriber<T>;
  readonly #supply: Supply<T>;
  readonly #demand = new Demand();
  #end: { readonly kind: 'complete' } | { readonly kind: 'fail' | 'abort'; readonly error: unknown } | null = null;
  #isOver = false;
  #isSignalling = false;
  #isDirty = false;

  constructor(subscriber: Subscriber<T>, supply: Supply<T>) {
    this.#subscriber = subscriber;
    this.#supply = supply;
  }

  get outstandingRecords(): number {
    return this.#demand.outstandingRecords;
  }

  /** Hands the subscription over, then calls `begin`; what is requested meanwhile is delivered afterwards. */
  open(begin?: () => void): void {
    this.#isSignalling = true;
    this.#subscriber.onSubscribe(this);
    begin?.();
    this.#isSignalling = false;
    this.drain();
  }

  request(n: number): void {
    if (this.#isOver) return;
    try {
      this.#demand.add(n);
    } catch (violation) {
      this.abort(violation);
      return;
    }
    this.#supply.requested?.(Math.min(n, unboundedDemand));
    this.drain();
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#supply.released?.();
  }

  /** Ends the stream when the supply is empty; that needs no demand (R5). */
  complete(): void {
    this.#end ??= { kind: 'complete' };
    this.drain();
  }

  /** Ends the stream with an error when the supply is empty. */
  fail(error: unknown): void {
    this.#end ??= { kind: 'fail', error };
    this.drain();
  }

  /** Ends the stream with an error now; what was not taken yet is lost. */
  abort(error: unknown): void {
    this.#end = { kind: 'abort', error };
    this.drain();
  }

  /** There may be something to deliver: as far as demand goes, it is. */
  drain(): void {
    this.#isDirty = true;
    if (this.#isSignalling) return;
    this.#isSignalling = true;
    try {
      while (this.#isDirty && !this.#isOver) {
        this.#isDirty = false;
        this.#deliver();
      }
    } catch (error) {
      // A subscriber that throws has broken rule 2.13: it gets nothing more.
      this.cancel();
      throw error;
    } finally {
      this.#isSignalling = false;
    }
  }

  #deliver(): void {
    while (!this.#isOver && this.#end?.kind !== 'abort' && this.#demand.outstandingRecords > 0) {
      const record = this.#supply.take();
      if (record === undefined) break;
      this.#demand.take();
      this.#subscriber.onNext(record);
    }
    const end = this.#end;
    if (this.#isOver || end === null || (end.kind !== 'abort' && !this.#supply.isEmpty())) return;
    this.#isOver = true;
    if (end.kind === 'abort') this.#supply.released?.();
    if (end.kind === 'complete') this.#subscriber.onComplete();
    else this.#subscriber.onError(end.error);
  }
}
