// For sources that cannot wait: what becomes of records that nobody has asked for yet.

import { positiveInteger } from '../argument.ts';
import { type Publisher, type Subscription, unboundedDemand } from './api.ts';
import { Fifo } from './fifo.ts';
import { Outlet } from './outlet.ts';
import { recordOf } from './rules.ts';

/** A record came, nobody had asked for it, and no place was left. RxJava calls it MissingBackpressureException. */
export class OverflowError extends Error {
  override readonly name = 'OverflowError';
}

const strategies = ['buffer', 'drop', 'latest', 'error'] as const;

/**
 * The strategies of RxJava and Reactor (R7, R8):
 * - `buffer`: keep them all; without `capacityRecords` there is no bound, and memory is the limit.
 * - `drop`: lose the new one.
 * - `latest`: keep only the newest.
 * - `error`: end the stream with OverflowError; so does a buffer with `capacityRecords` that is full.
 */
export type BackpressureStrategy = (typeof strategies)[number];

export interface BackpressureOptions<T> {
  readonly strategy: BackpressureStrategy;
  readonly capacityRecords?: number;
  /** Told each record that is lost: never drop silently. */
  dropped?(record: T): void;
}

/**
 * `onBackpressureBuffer/Drop/Latest/Error`: asks `upstream` for everything at once and deals with what is too much here.
 * Law: received = delivered + waiting + dropped, until the stream ends.
 */
export function onBackpressure<T>(upstream: Publisher<T>, options: BackpressureOptions<T>): Publisher<T> {
  const { strategy, capacityRecords } = options;
  if (!strategies.includes(strategy))
    throw new RangeError(`strategy is ${String(strategy)}; pass one of ${strategies.join(', ')}.`);
  if (capacityRecords !== undefined) {
    positiveInteger(capacityRecords, 'capacityRecords');
    if (strategy !== 'buffer')
      throw new RangeError(`capacityRecords is for 'buffer'; leave it out with '${strategy}'.`);
  }
  return {
    subscribe(subscriber) {
      const waiting = new Fifo<T>();
      let above: Subscription | null = null;
      const outlet = new Outlet<T>(subscriber, {
        take: () => waiting.shift(),
        isEmpty: () => waiting.size === 0,
        released() {
          waiting.clear();
          above?.cancel();
        },
      });
      /** The place of a record that comes now; what has to go for it is dropped. */
      function admit(record: T): void {
        if (outlet.outstandingRecords > waiting.size) waiting.push(record);
        else if (strategy === 'buffer' && waiting.size < (capacityRecords ?? Infinity)) waiting.push(record);
        else if (strategy === 'drop') options.dropped?.(record);
        else if (strategy === 'latest') {
          const older = waiting.shift();
          if (older !== undefined) options.dropped?.(older);
          waiting.push(record);
        } else
          outlet.abort(new OverflowError('A record came that nobody had asked for, and there is no place for it.'));
      }
      upstream.subscribe({
        onSubscribe(subscription) {
          above = subscription;
          outlet.open();
          subscription.request(unboundedDemand);
        },
        onNext(record) {
          admit(recordOf(record, 'The publisher'));
          outlet.drain();
        },
        onError: (error) => outlet.fail(error),
        onComplete: () => outlet.complete(),
      });
    },
  };
}
