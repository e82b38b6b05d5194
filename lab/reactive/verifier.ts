// Watches a publisher and its subscribers, and says which rule of Reactive Streams was broken, by whom.

import type { Publisher, Subscriber, Subscription } from './api.ts';
import { Demand } from './demand.ts';
import { isDemand, RuleViolation, type RuleId } from './rules.ts';

export interface Verifier {
  /** The same publisher, watched. It lets everything through, broken rules too. */
  watch<T>(publisher: Publisher<T>): Publisher<T>;
  /** What was broken so far, in order. */
  readonly violations: readonly RuleViolation[];
  /** To be called when all is over: adds what was due and never came (1.9, 2.1, 3.9), and returns all violations. */
  finish(): readonly RuleViolation[];
}

/**
 * A verifier for as many streams as you like (R2–R5). It holds publishers to 1.1, 1.3, 1.7, 1.9, 2.12, 2.13 and 3.9, and
 * subscribers to 2.1, 2.13 and 3.9. That a cancel takes effect in the end (3.12) cannot be seen in a finite run: what comes
 * after one is let pass as far as demand goes (2.8).
 */
export function createVerifier(): Verifier {
  const violations: RuleViolation[] = [];
  const stillDue = new Set<() => RuleViolation | null>();
  return {
    violations,
    watch: (publisher) => ({
      subscribe: (subscriber) => {
        const guard = new Guard(subscriber, (violation) => violations.push(violation));
        stillDue.add(() => guard.due());
        publisher.subscribe(guard);
      },
    }),
    finish() {
      for (const due of stillDue) {
        const violation = due();
        if (violation !== null) violations.push(violation);
      }
      stillDue.clear();
      return violations;
    },
  };
}

/**
 * The same publisher, held to the rules: the first one that it or its subscriber breaks ends the stream. The publisher is
 * cancelled, the subscriber gets `onError` with a RuleViolation, and nothing more.
 */
export function enforce<T>(publisher: Publisher<T>): Publisher<T> {
  return {
    subscribe(subscriber) {
      const guard: Guard<T> = new Guard(subscriber, (violation) => guard.end(violation));
      publisher.subscribe(guard);
    },
  };
}

/** Stands between one publisher and one subscriber. */
class Guard<T> implements Subscriber<T> {
  readonly #subscriber: Subscriber<T>;
  readonly #report: (violation: RuleViolation) => void;
  readonly #demand = new Demand();
  #above: Subscription | null = null;
  #isTerminated = false;
  #isCancelled = false;
  #hasRequested = false;
  #badRequest: number | null = null;
  /** What ended the stream here, waiting for the signal that runs to return. */
  #ending: RuleViolation | null = null;
  #isEnded = false;
  #depth = 0;

  constructor(subscriber: Subscriber<T>, report: (violation: RuleViolation) => void) {
    this.#subscriber = subscriber;
    this.#report = report;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.#above !== null) return this.#say('2.12', 'onSubscribe was signalled again');
    this.#above = subscription;
    const request = (n: number): void => this.#request(n);
    const cancel = (): void => {
      this.#isCancelled = true;
      subscription.cancel();
    };
    this.#signal(() => this.#subscriber.onSubscribe({ request, cancel }), { isOpening: true });
  }

  onNext(record: T): void {
    this.#checkOrder('onNext');
    if (record === null || record === undefined) this.#say('2.13', `onNext was signalled with ${String(record)}`);
    if (!this.#demand.take()) this.#say('1.1', 'onNext was signalled without demand');
    this.#signal(() => this.#subscriber.onNext(record));
  }

  onError(error: unknown): void {
    this.#checkOrder('onError');
    this.#badRequest = null;
    this.#isTerminated = true;
    this.#signal(() => this.#subscriber.onError(error));
  }

  onComplete(): void {
    this.#checkOrder('onComplete');
    this.#isTerminated = true;
    this.#signal(() => this.#subscriber.onComplete());
  }

  /** What should have happened by now. */
  due(): RuleViolation | null {
    if (this.#badRequest !== null)
      return new RuleViolation('3.9', `request(${this.#badRequest}) was called and no onError followed`);
    if (this.#above === null && !this.#isTerminated) return new RuleViolation('1.9', 'onSubscribe was never signalled');
    const isWaiting = this.#above !== null && !this.#isTerminated && !this.#isCancelled;
    return isWaiting && !this.#hasRequested ? new RuleViolation('2.1', 'Nothing was ever requested') : null;
  }

  /** Ends the stream at the subscriber, as soon as the signal that runs has returned. */
  end(violation: RuleViolation): void {
    this.#ending ??= violation;
    this.#isTerminated = true;
    if (this.#depth > 0 || this.#isEnded) return;
    this.#isEnded = true;
    this.#above?.cancel();
    this.#subscriber.onError(this.#ending);
  }

  #request(n: number): void {
    this.#hasRequested = true;
    // After the end, or a cancel, requests do nothing (3.6).
    if (this.#isCancelled || this.#isTerminated) return;
    if (isDemand(n)) this.#demand.add(n);
    else {
      this.#badRequest ??= n;
      this.#say('3.9', `request(${n}) was called`);
    }
    if (this.#ending === null) this.#above?.request(n);
  }

  #checkOrder(signal: string): void {
    if (this.#ending !== null) return;
    if (this.#above === null) this.#say('1.9', `${signal} was signalled before onSubscribe`);
    if (this.#isTerminated) this.#say('1.7', `${signal} was signalled after the end`);
    if (this.#depth > 0) this.#say('1.3', `${signal} was signalled inside of another signal`);
  }

  #signal(send: () => void, { isOpening = false } = {}): void {
    if (this.#ending !== null) return;
    // Asking inside of onSubscribe, and being answered at once, is allowed (3.2).
    if (!isOpening) this.#depth += 1;
    try {
      send();
    } catch (error) {
      this.#say('2.13', `The subscriber threw: ${String(error)}`);
    } finally {
      if (!isOpening) this.#depth -= 1;
    }
    if (this.#ending !== null) this.end(this.#ending);
  }

  #say(rule: RuleId, what: string): void {
    this.#report(new RuleViolation(rule, what));
  }
}
