// A publisher of what an iterable holds, taken from it as it is asked for.

import type { Publisher } from './api.ts';
import { Outlet } from './outlet.ts';
import { recordOf } from './rules.ts';

/**
 * Publishes the values of `values`, from the start for each subscriber, as far as demand goes; an endless generator is fine.
 * It is one value ahead, so that it completes after the last one without further demand (2.9). What the iterable throws goes
 * to `onError`, in its turn; so does a value that is null or undefined (2.13).
 */
export function fromValues<T>(values: Iterable<T>): Publisher<T> {
  return {
    subscribe(subscriber) {
      const iterator = values[Symbol.iterator]();
      let ahead: IteratorResult<T> | null = null;
      const outlet = new Outlet<T>(subscriber, {
        take() {
          if (ahead === null || ahead.done === true) return undefined;
          const record = ahead.value;
          look();
          return record;
        },
        isEmpty: () => ahead === null || ahead.done === true,
        released: () => iterator.return?.(),
      });
      function look(): void {
        try {
          ahead = iterator.next();
          if (ahead.done !== true) recordOf(ahead.value, 'The iterable');
        } catch (error) {
          ahead = null;
          outlet.fail(error);
        }
        if (ahead?.done === true) outlet.complete();
      }
      outlet.open(look);
    },
  };
}
