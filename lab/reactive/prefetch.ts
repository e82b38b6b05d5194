// Demand in portions: ask for some records ahead, and for more when three quarters of them are used.

import { type Publisher, type Subscription, unboundedDemand } from './api.ts';
import { Fifo } from './fifo.ts';
import { Outlet } from './outlet.ts';
import { isDemand, recordOf, RuleViolation } from './rules.ts';

/**
 * How many used records make the next request, for a prefetch of so many (R8): three quarters, as Reactor computes it,
 * n − ⌊n/4⌋: 256 → 192, 32 → 24, 100 → 75. `lowTide` sets it by hand: 0 asks again only when all are used.
 */
export function refillOf(prefetch: number, lowTide?: number): number {
  if (!isDemand(prefetch)) throw new RuleViolation('3.9', `prefetch is ${prefetch}`);
  if (prefetch >= unboundedDemand) return unboundedDemand;
  if (lowTide !== undefined && lowTide <= 0) return prefetch;
  if (lowTide !== undefined && lowTide < prefetch) return lowTide;
  return prefetch - Math.floor(prefetch / 4);
}

/** Keeps one subscription supplied: `start` asks for `prefetch`, and each time a refill's worth was used it asks for as many. */
export class Refill {
  readonly #subscription: Subscription;
  readonly #prefetch: number;
  readonly #refill: number;
  #used = 0;

  constructor(subscription: Subscription, prefetch: number, lowTide?: number) {
    this.#subscription = subscription;
    this.#prefetch = prefetch;
    this.#refill = refillOf(prefetch, lowTide);
  }

  start(): void {
    this.#subscription.request(this.#prefetch);
  }

  /** One record more is done with. */
  use(): void {
    this.#used += 1;
    if (this.#used < this.#refill) return;
    this.#used = 0;
    if (this.#refill < unboundedDemand) this.#subscription.request(this.#refill);
  }
}

/**
 * `limitRate(prefetch)` (R8): whatever is asked for below, `upstream` is asked for portions. At most `prefetch` records wait
 * in between. Despite its name it knows no time: it limits the size of requests.
 */
export function limitRate<T>(upstream: Publisher<T>, prefetch: number, lowTide?: number): Publisher<T> {
  refillOf(prefetch, lowTide);
  return {
    subscribe(subscriber) {
      const waiting = new Fifo<T>();
      let refill: Refill | null = null;
      let above: Subscription | null = null;
      const outlet = new Outlet<T>(subscriber, {
        take() {
          const record = waiting.shift();
          if (record !== undefined) refill?.use();
          return record;
        },
        isEmpty: () => waiting.size === 0,
        released: () => above?.cancel(),
      });
      upstream.subscribe({
        onSubscribe(subscription) {
          above = subscription;
          outlet.open();
          refill = new Refill(subscription, prefetch, lowTide);
          refill.start();
        },
        onNext(record) {
          waiting.push(recordOf(record, 'The publisher'));
          outlet.drain();
        },
        onError: (error) => outlet.fail(error),
        onComplete: () => outlet.complete(),
      });
    },
  };
}
