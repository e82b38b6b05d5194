// The simplest Processor: one record out for each one in, so demand passes through as it is.

import type { Processor, Subscriber, Subscription } from './api.ts';
import { Fifo } from './fifo.ts';
import { Outlet } from './outlet.ts';
import { recordOf } from './rules.ts';

/**
 * A stage that turns each record into another. What is requested below is requested above, so it holds no more than was
 * asked for. For one subscriber; subscribe it above and below in either order. A throw of `turn` ends the stream, and so does a
 * `turn` that returns nothing (2.13).
 */
export function createMap<T, R>(turn: (record: T) => R): Processor<T, R> {
  let above: Subscription | null = null;
  const ready = new Fifo<R>();
  let askedEarly = 0;
  let end: ((outlet: Outlet<R>) => void) | null = null;
  let outlet: Outlet<R> | null = null;

  function finish(how: (outlet: Outlet<R>) => void): void {
    end ??= how;
    if (outlet !== null) how(outlet);
  }

  return {
    subscribe(subscriber: Subscriber<R>) {
      if (outlet !== null) throw new Error('This stage has its subscriber; create one for each.');
      outlet = new Outlet<R>(subscriber, {
        take: () => ready.shift(),
        isEmpty: () => ready.size === 0,
        requested(n) {
          if (above === null) askedEarly += n;
          else above.request(n);
        },
        released: () => above?.cancel(),
      });
      outlet.open();
      end?.(outlet);
    },
    onSubscribe(subscription) {
      above = subscription;
      if (askedEarly > 0) subscription.request(askedEarly);
    },
    onNext(record) {
      if (end !== null) return;
      try {
        ready.push(recordOf(turn(record), 'The function of createMap()'));
      } catch (error) {
        finish((below) => below.fail(error));
        above?.cancel();
        return;
      }
      outlet?.drain();
    },
    onError: (error) => finish((below) => below.fail(error)),
    onComplete: () => finish((below) => below.complete()),
  };
}
