import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Subscription, unboundedDemand } from './api.ts';
import { Demand } from './demand.ts';
import { fromValues } from './from-values.ts';
import { isDemand } from './rules.ts';

function* naturals(): Generator<number> {
  for (let i = 1; ; i++) yield i;
}

/** Subscribes to 1, 2, 3 … and shows what comes of requests. */
function subscribed() {
  const received: number[] = [];
  const ends: unknown[] = [];
  let subscription: Subscription | undefined;
  fromValues(naturals()).subscribe({
    onSubscribe: (given) => {
      subscription = given;
    },
    onNext: (record) => received.push(record),
    onError: (error) => ends.push(error),
    onComplete: () => ends.push('complete'),
  });
  return { received, ends, request: (n: number) => subscription?.request(n), cancel: () => subscription?.cancel() };
}

describe('M11 demand: outstanding = Σ requested − Σ delivered', () => {
  it('request(3), then request(2): 5 deliveries are allowed, there is no 6th', () => {
    const demand = new Demand();
    demand.add(3);
    demand.add(2);
    expect(Array.from({ length: 6 }, () => demand.take())).toEqual([true, true, true, true, true, false]);
    expect(demand.outstandingRecords).toBe(0);

    const { received, request } = subscribed();
    request(3);
    request(2);
    expect(received).toEqual([1, 2, 3, 4, 5]);
  });

  it('request(0) ends in onError, and so does any n that is not a whole number above 0', () => {
    for (const n of [0, -1, 1.5, Number.NaN]) {
      const { received, ends, request } = subscribed();
      request(2);
      request(n);
      request(5);
      expect(received).toEqual([1, 2]);
      expect(ends).toEqual([expect.objectContaining({ name: 'RuleViolation', rule: '3.9' })]);
    }
  });

  it('is unbounded from 2^53 − 1 on, which stands for 2^63 − 1: nothing uses it up', () => {
    for (const n of [unboundedDemand, 2 ** 63 - 1, 2 ** 63, Infinity]) {
      const demand = new Demand();
      demand.add(n);
      for (let i = 0; i < 1_000; i++) demand.take();
      expect(demand.isUnbounded).toBe(true);
    }
    const demand = new Demand();
    demand.add(unboundedDemand - 1);
    expect(demand.isUnbounded).toBe(false);
    demand.add(10);
    expect([demand.isUnbounded, demand.outstandingRecords]).toEqual([true, unboundedDemand]);
    expect([2 ** 53 - 1, 2 ** 63, 0.5, 0].map(isDemand)).toEqual([true, true, false, false]);
  });

  it('is never exceeded, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 })), (requests) => {
        const { received, request } = subscribed();
        let asked = 0;
        for (const n of requests) {
          request(n);
          asked += n;
          expect(received).toHaveLength(asked);
        }
      }),
    );
  });
});
