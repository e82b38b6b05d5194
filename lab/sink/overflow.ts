// A bounded queue and what it does with a record that does not fit.

import { positiveInteger } from '../argument.ts';

/**
 * What happens when the queue is full (M4.6, T8):
 * - `block`: the record waits outside with its sender. Only this one is backpressure; the others lose or fail.
 * - `drop-oldest`: the record that waited longest leaves. Freshness first.
 * - `drop-newest`: the new record is turned away. Fair to those who wait.
 * - `replace-youngest`: the last one to come leaves for the new one (Pekko calls it dropTail).
 * - `drop-buffer`: all that waits leaves.
 * - `fail`: the sender is told that there is an error.
 */
export type OverflowPolicy = 'block' | 'drop-oldest' | 'drop-newest' | 'replace-youngest' | 'drop-buffer' | 'fail';

/** What became of an offer. `dropped` names the records that were lost for it, which may be the offered one. */
export type Offered<T> =
  | { readonly kind: 'stored'; readonly dropped: readonly T[] }
  | { readonly kind: 'turned away'; readonly dropped: readonly T[] }
  /** Not taken: offer it again after a `take`. */
  | { readonly kind: 'must wait' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface OverflowQueue<T> {
  readonly depthRecords: number;
  /** Records lost so far. Never drop silently: show this. */
  readonly droppedRecords: number;
  /** What is stored, oldest first. */
  stored(): readonly T[];
  offer(record: T): Offered<T>;
  /** The oldest record, or undefined when nothing is stored. */
  take(): T | undefined;
}

/**
 * A first-in-first-out queue of at most `capacityRecords` (M4.6). Laws: depth never exceeds capacity; records that were
 * stored or turned away = taken + stored + dropped; what is left keeps its order.
 */
export function createOverflowQueue<T>(capacityRecords: number, policy: OverflowPolicy): OverflowQueue<T> {
  positiveInteger(capacityRecords, 'capacityRecords');
  const records: T[] = [];
  let droppedRecords = 0;

  function replace(dropped: readonly T[], record: T): Offered<T> {
    droppedRecords += dropped.length;
    records.push(record);
    return { kind: 'stored', dropped };
  }

  return {
    get depthRecords() {
      return records.length;
    },
    get droppedRecords() {
      return droppedRecords;
    },
    stored: () => [...records],
    take: () => records.shift(),
    offer(record) {
      if (records.length < capacityRecords) return replace([], record);
      switch (policy) {
        case 'block':
          return { kind: 'must wait' };
        case 'drop-oldest':
          return replace(records.splice(0, 1), record);
        case 'replace-youngest':
          return replace(records.splice(-1, 1), record);
        case 'drop-buffer':
          return replace(records.splice(0), record);
        case 'drop-newest':
          droppedRecords += 1;
          return { kind: 'turned away', dropped: [record] };
        case 'fail':
          return { kind: 'failed', reason: `The queue holds ${capacityRecords} records and is full.` };
      }
    },
  };
}
