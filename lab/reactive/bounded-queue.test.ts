import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventClass, Kernel } from '../clock/kernel.ts';
import { hop } from '../testing/run.ts';
import { BoundedQueue } from './bounded-queue.ts';

/** A producer and a consumer that yield now and then, as a seedless scheduler would. */
async function transfer(records: number, capacity: number, pauses: readonly number[]) {
  const queue = new BoundedQueue<number | null>(capacity);
  const rest = async (step: number) => {
    for (let i = pauses[step % Math.max(1, pauses.length)] ?? 0; i > 0; i--) await Promise.resolve();
  };
  const consumed: number[] = [];
  async function produce() {
    for (let record = 0; record < records; record++) {
      await rest(2 * record);
      await queue.put(record);
    }
    await queue.put(null);
  }
  async function consume() {
    for (let record = await queue.get(); record !== null; record = await queue.get()) {
      consumed.push(record);
      await rest(3 * record + 1);
    }
  }
  await Promise.all([produce(), consume()]);
  return { queue, consumed };
}

describe('BoundedQueue', () => {
  it('passes everything in order, never holds more than its capacity, and ends empty', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(4), { maxLength: 12 }),
        async (records, capacity, pauses) => {
          const { queue, consumed } = await transfer(records, capacity, pauses);
          expect(consumed).toEqual(Array.from({ length: records }, (_, i) => i));
          expect(queue.mostRecords).toBeLessThanOrEqual(capacity);
          expect([queue.depthRecords, queue.waitingPuts, queue.waitingGets]).toEqual([0, 0, 0]);
        },
      ),
    );
  });

  it('holds five of six puts inside; the sixth waits for a get', async () => {
    const queue = new BoundedQueue<number>(5);
    let isIn = false;
    const puts = [1, 2, 3, 4, 5, 6].map((record) => queue.put(record));
    const sixth = puts[5]?.then(() => {
      isIn = true;
    });
    await Promise.all(puts.slice(0, 5));
    expect([queue.depthRecords, queue.isFull, queue.waitingPuts, isIn]).toEqual([5, true, 1, false]);
    expect(await queue.get()).toBe(1);
    await sixth;
    expect([queue.depthRecords, queue.waitingPuts, isIn]).toEqual([5, 0, true]);
  });

  it('serves those who wait for a record in order', async () => {
    const queue = new BoundedQueue<string>(1);
    const gets = [queue.get(), queue.get()];
    expect([queue.waitingGets, queue.isEmpty]).toEqual([2, true]);
    await queue.put('a');
    await queue.put('b');
    expect(await Promise.all(gets)).toEqual(['a', 'b']);
    expect(queue.depthRecords).toBe(0);
  });

  it('refuses to be without bound', () => {
    expect(() => new BoundedQueue(0)).toThrow('capacityRecords is 0');
    expect(() => new BoundedQueue(Infinity)).toThrow('capacityRecords is Infinity');
  });

  it('carries the program of document 3, repaired, in virtual time: full at 4.0 s, then 66.7 % of the time blocked', async () => {
    const kernel = new Kernel();
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        kernel.after(ms, eventClass.timer, () => {
          kernel.wake();
          resolve();
        });
      });
    const queue = new BoundedQueue<number>(5);
    let firstFullMs: number | null = null;
    const waitsMs: number[] = [];
    async function produce(): Promise<void> {
      for (let item = 0; ; item++) {
        await sleep(500);
        const fromMs = kernel.nowMs;
        await queue.put(item);
        if (queue.isFull) firstFullMs ??= kernel.nowMs;
        waitsMs.push(kernel.nowMs - fromMs);
      }
    }
    async function consume(): Promise<void> {
      for (;;) {
        await queue.get();
        await sleep(1_500);
      }
    }
    void produce();
    void consume();
    kernel.at(660_000, eventClass.dispatch, () => kernel.stop());
    await kernel.run(hop);
    expect([firstFullMs, queue.mostRecords]).toEqual([4_000, 5]);
    // Each item is made in 500 ms and then waits for 1,000.
    expect(new Set(waitsMs.slice(10))).toEqual(new Set([1_000]));
    expect((100 * (1_000 / 1_500)).toFixed(1)).toBe('66.7');
  });
});
