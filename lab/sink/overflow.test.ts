import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverflowQueue, type OverflowPolicy } from './overflow.ts';

/** Offers 1, 2, … to a queue of 5 that nobody reads, until one has to wait or fails. */
function fill(policy: OverflowPolicy, arrivals = 8): { stored: readonly number[]; stoppedAt: number | null } {
  const queue = createOverflowQueue<number>(5, policy);
  for (let record = 1; record <= arrivals; record++) {
    const { kind } = queue.offer(record);
    if (kind === 'must wait' || kind === 'failed') return { stored: queue.stored(), stoppedAt: record };
  }
  return { stored: queue.stored(), stoppedAt: null };
}

describe('M4.6 overflow of a queue of 5, arrivals 1 … 8: drop-oldest keeps 4–8, drop-newest 1–5, replace-youngest 1, 2, 3, 4, 8, drop-buffer 6, 7, 8', () => {
  it.each<[OverflowPolicy, number[], number | null]>([
    ['block', [1, 2, 3, 4, 5], 6],
    ['drop-oldest', [4, 5, 6, 7, 8], null],
    ['drop-newest', [1, 2, 3, 4, 5], null],
    ['replace-youngest', [1, 2, 3, 4, 8], null],
    ['drop-buffer', [6, 7, 8], null],
    ['fail', [1, 2, 3, 4, 5], 6],
  ])('%s stores %j', (policy, stored, stoppedAt) => {
    expect(fill(policy)).toEqual({ stored, stoppedAt });
  });

  it('lets a waiting record in after a take', () => {
    const queue = createOverflowQueue<string>(1, 'block');
    queue.offer('a');
    expect(queue.offer('b')).toEqual({ kind: 'must wait' });
    expect(queue.take()).toBe('a');
    expect(queue.offer('b')).toEqual({ kind: 'stored', dropped: [] });
    expect([queue.take(), queue.take()]).toEqual(['b', undefined]);
  });

  it('names what it dropped and counts it', () => {
    const oldest = createOverflowQueue<number>(2, 'drop-oldest');
    const newest = createOverflowQueue<number>(2, 'drop-newest');
    const buffer = createOverflowQueue<number>(2, 'drop-buffer');
    const third = [oldest, newest, buffer].map((queue) => [1, 2, 3].map((record) => queue.offer(record)).at(-1));
    expect(third).toEqual([
      { kind: 'stored', dropped: [1] },
      { kind: 'turned away', dropped: [3] },
      { kind: 'stored', dropped: [1, 2] },
    ]);
    expect([oldest, newest, buffer].map((queue) => queue.droppedRecords)).toEqual([1, 1, 2]);
  });

  it('conserves records, keeps their order and its bound under any policy', () => {
    const policies: OverflowPolicy[] = [
      'block',
      'drop-oldest',
      'drop-newest',
      'replace-youngest',
      'drop-buffer',
      'fail',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...policies),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean()),
        (policy, capacity, steps) => {
          const queue = createOverflowQueue<number>(capacity, policy);
          const taken: number[] = [];
          let accepted = 0;
          for (const [record, isOffer] of steps.entries()) {
            if (isOffer) {
              const { kind } = queue.offer(record);
              if (kind === 'stored' || kind === 'turned away') accepted += 1;
            } else {
              const oldest = queue.take();
              if (oldest !== undefined) taken.push(oldest);
            }
            expect(queue.depthRecords).toBeLessThanOrEqual(capacity);
          }
          expect(accepted).toBe(taken.length + queue.depthRecords + queue.droppedRecords);
          const left = [...taken, ...queue.stored()];
          expect(left).toEqual(left.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('refuses a queue without room', () => {
    expect(() => createOverflowQueue(0, 'block')).toThrow('capacityRecords is 0');
  });
});
