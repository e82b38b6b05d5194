import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateMemory } from './state-provider.ts';
import { StateStore, type StateChange } from './state-store.ts';
import { WatermarkTracker } from './watermark.ts';
import { windowing, windowStarts } from './windows.ts';

const minute = 60_000;
/** 12:04 as a time of day, in ms. */
const at = (hours: number, minutes: number) => (hours * 60 + minutes) * minute;

interface Counted {
  count: number;
}
const counting = { zero: (): Counted => ({ count: 0 }), copy: ({ count }: Counted): Counted => ({ count }) };

/** A count by window and key, as a query keeps it, batch by batch. */
function createQuery(delayMs: number | null, windowMs: number, slideMs = windowMs) {
  const windows = windowing(windowMs, slideMs);
  const store = new StateStore<Counted>(windowMs, counting);
  const tracker = new WatermarkTracker(delayMs === null ? [] : [delayMs]);
  return {
    store,
    tracker,
    batch(rows: readonly (readonly [eventMs: number, key: string])[]): StateChange<Counted> {
      const update = store.begin(delayMs === null ? null : tracker.watermarkMs);
      for (const [eventMs, key] of rows) {
        if (delayMs !== null) tracker.observe(0, eventMs);
        for (const start of windowStarts(eventMs, windows)) {
          const counted = update.open(start, key);
          if (counted !== null) counted.count++;
        }
      }
      const change = update.change();
      update.commit();
      tracker.advance();
      return change;
    },
  };
}

describe('M2.9 state of windows', () => {
  it('of 10 min sliding by 5, delay 10 min: at 12:04 the window 12:00–12:10 counts 12:09; at 12:11 it is gone, 12:04 dropped', () => {
    const { batch, store, tracker } = createQuery(10 * minute, 10 * minute, 5 * minute);
    batch([[at(12, 14), 'a']]);
    expect(tracker.watermarkMs).toBe(at(12, 4));
    batch([[at(12, 9), 'a']]);
    const noon = () => store.rows().find(({ windowStartMs }) => windowStartMs === at(12, 0));
    expect(noon()?.value).toEqual({ count: 1 });

    batch([[at(12, 21), 'a']]);
    expect(tracker.watermarkMs).toBe(at(12, 11));
    const { evicted, lateRows, numRowsDroppedByWatermark } = batch([[at(12, 4), 'a']]);
    expect(evicted).toContainEqual({ windowStartMs: at(12, 0), key: 'a', value: { count: 1 } });
    expect(noon()).toBeUndefined();
    // 12:04 belongs to 11:55–12:05 and to 12:00–12:10; both have ended.
    expect([lateRows, numRowsDroppedByWatermark]).toEqual([2, 2]);
  });

  it('grows without a watermark by one row for each distinct key and window, for ever', () => {
    const { batch } = createQuery(null, 5 * minute);
    for (let n = 1; n <= 30; n++) {
      const keys = Array.from({ length: 10 }, (_, i) => `key-${i}`);
      expect(batch(keys.map((key) => [n * 5 * minute, key] as const)).numRowsTotal).toBe(n * 10);
    }
  });

  it('of 5 min with a delay of 10 min holds 3 windows once it runs evenly', () => {
    const { batch } = createQuery(10 * minute, 5 * minute);
    const totals = [];
    for (let n = 0; n < 60; n++) totals.push(batch([[n * minute, 'a']]).numRowsTotal);
    // A batch works with the watermark of the batch before: where a window opens, the oldest stays one batch longer.
    expect(totals.slice(20, 30)).toEqual([4, 3, 3, 3, 3, 4, 3, 3, 3, 3]);
  });

  it('loses normal rows to a single row that is dated 1 day ahead', () => {
    const { batch } = createQuery(10 * minute, 5 * minute);
    batch([
      [at(12, 0), 'a'],
      [at(36, 0), 'a'],
    ]);
    const { lateRows, numRowsTotal } = batch([
      [at(12, 1), 'a'],
      [at(12, 2), 'b'],
    ]);
    expect(lateRows).toBe(2);
    expect(numRowsTotal).toBe(1);
  });
});

describe('the laws of state', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom('a', 'b', 'c')), { maxLength: 20 });
  const batches = fc.array(rows, { maxLength: 15 });
  const sum = (changed: StateChange<Counted>['evicted']) => changed.reduce((all, { value }) => all + value.count, 0);

  it('conserve: what is counted and what is dropped is what came in', () => {
    fc.assert(
      fc.property(
        batches,
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 50 }),
        (given, delay, length) => {
          const { batch, store } = createQuery(delay, length);
          let [input, final, late] = [0, 0, 0];
          for (const each of given) {
            const change = batch(each);
            input += each.length;
            final += sum(change.evicted);
            late += change.lateRows;
            expect(change.numRowsTotal).toBe(store.numRowsTotal);
            expect(final + late + sum(store.rows())).toBe(input);
          }
        },
      ),
    );
  });

  it('keep evicted windows gone, and drop nothing that lies within the delay', () => {
    fc.assert(
      fc.property(
        batches,
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 50 }),
        (given, delay, length) => {
          const { batch, store, tracker } = createQuery(delay, length);
          const gone = new Set<number>();
          for (const each of given) {
            const lateMs = tracker.watermarkMs;
            const change = batch(each);
            for (const { windowStartMs } of change.evicted) gone.add(windowStartMs as number);
            for (const { windowStartMs } of store.rows()) expect(gone.has(windowStartMs as number)).toBe(false);
            const within = each.filter(([eventMs]) => eventMs > lateMs).length;
            expect(change.lateRows).toBeLessThanOrEqual(each.length - within);
          }
        },
      ),
    );
  });

  it('forget a batch that was not committed', () => {
    const store = new StateStore<Counted>(10, counting);
    const first = store.begin(null);
    (first.open(0, 'a') as Counted).count = 5;
    first.commit();
    const failed = store.begin(null);
    (failed.open(0, 'a') as Counted).count = 99;
    failed.open(10, 'b');
    expect(store.rows()).toEqual([{ windowStartMs: 0, key: 'a', value: { count: 5 } }]);
    expect(store.begin(null).open(0, 'a')).toEqual({ count: 5 });
  });
});

describe('the memory of state', () => {
  it('lies on the heap with the default provider, and beside it with RocksDB, behind a bounded cache', () => {
    expect(stateMemory('hdfs-backed', 1_000_000, 200, 200).heapBytes).toBe(200_000_000);
    expect(stateMemory('rocksdb', 1_000_000, 200, 2)).toEqual({ heapBytes: 0, memoryUsedBytes: 16_777_216 });
    expect(stateMemory('rocksdb', 1_000, 200, 2)).toEqual({ heapBytes: 0, memoryUsedBytes: 200_000 });
  });
});
