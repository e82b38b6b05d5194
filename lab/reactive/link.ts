// A link between a publisher and its subscriber: signals take their time, in both directions.

import { nonNegative } from '../argument.ts';
import type { Publisher } from './api.ts';
import type { Clock } from './paced.ts';

export interface Link<T> {
  readonly publisher: Publisher<T>;
  /** Records that have left and not arrived. */
  readonly inTransitRecords: number;
}

/**
 * `upstream` at a distance: a request reaches it after `oneWayMs`, and so does each of its signals its subscriber, in order.
 * Law: demand is never exceeded here when it is not above; one request at a time carries one record per round trip (R4).
 */
export function createLink<T>(upstream: Publisher<T>, oneWayMs: number, clock: Clock): Link<T> {
  nonNegative(oneWayMs, 'oneWayMs');
  let inTransit = 0;
  const send = (signal: () => void): void => {
    if (oneWayMs === 0) signal();
    else clock.after(oneWayMs, signal);
  };
  return {
    publisher: {
      subscribe: (subscriber) =>
        upstream.subscribe({
          // The subscription itself is there before the first signal; only what follows takes time.
          onSubscribe: (above) =>
            subscriber.onSubscribe({
              request: (n) => send(() => above.request(n)),
              cancel: () => send(() => above.cancel()),
            }),
          onNext(record) {
            inTransit += 1;
            send(() => {
              inTransit -= 1;
              subscriber.onNext(record);
            });
          },
          onError: (error) => send(() => subscriber.onError(error)),
          onComplete: () => send(() => subscriber.onComplete()),
        }),
    },
    get inTransitRecords() {
      return inTransit;
    },
  };
}
