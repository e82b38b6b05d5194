import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Publisher, type Subscription, unboundedDemand } from './api.ts';
import { fromValues } from './from-values.ts';
import { limitRate, refillOf } from './prefetch.ts';
import { createVerifier } from './verifier.ts';

/** The same publisher; `requests` gets every n that it is asked for. */
function noting<T>(publisher: Publisher<T>, requests: number[]): Publisher<T> {
  return {
    subscribe: (subscriber) =>
      publisher.subscribe({
        onSubscribe: (above) =>
          subscriber.onSubscribe({
            request(n) {
              requests.push(n);
              above.request(n);
            },
            cancel: () => above.cancel(),
          }),
        onNext: (record) => subscriber.onNext(record),
        onError: (error) => subscriber.onError(error),
        onComplete: () => subscriber.onComplete(),
      }),
  };
}

/** The requests that reach a long source, when `used` of its records are used one by one behind a prefetch. */
function requestsFor(prefetch: number, used: number, lowTide?: number): number[] {
  const requests: number[] = [];
  const source = noting(fromValues(Array.from({ length: 5_000 }, (_, i) => i)), requests);
  let below: Subscription | undefined;
  limitRate(source, prefetch, lowTide).subscribe({
    onSubscribe: (subscription) => {
      below = subscription;
    },
    onNext: () => undefined,
    onError: () => undefined,
    onComplete: () => undefined,
  });
  for (let i = 0; i < used; i++) below?.request(1);
  return requests;
}

describe('M11 prefetch', () => {
  it('of 256 requests 256, then 192 each time 192 have been consumed', () => {
    expect(requestsFor(256, 191)).toEqual([256]);
    expect(requestsFor(256, 192)).toEqual([256, 192]);
    expect(requestsFor(256, 576)).toEqual([256, 192, 192, 192]);
  });

  it('of 32 requests 24 at a time', () => {
    expect(requestsFor(32, 48)).toEqual([32, 24, 24]);
  });

  it('limitRate(100) requests 100, then 75', () => {
    expect(requestsFor(100, 150)).toEqual([100, 75, 75]);
  });

  it('limitRate with a low tide: 100 and 20 requests 20 at a time, 100 and 0 all when all are used', () => {
    expect(requestsFor(100, 40, 20)).toEqual([100, 20, 20]);
    expect(requestsFor(100, 100, 0)).toEqual([100, 100]);
    expect(refillOf(100, 200)).toBe(75);
  });

  it('of 1 is stop-and-wait, and an unbounded one asks once', () => {
    expect(requestsFor(1, 3)).toEqual([1, 1, 1, 1]);
    expect(requestsFor(unboundedDemand, 100)).toEqual([unboundedDemand]);
    expect(() => refillOf(0)).toThrow('rule 3.9');
  });

  it('never lets more than the prefetch wait, and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 200 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
        (prefetch, length, requests) => {
          const verifier = createVerifier();
          const asked: number[] = [];
          const received: number[] = [];
          let below: Subscription | undefined;
          const source = noting(fromValues(Array.from({ length }, (_, i) => i)), asked);
          verifier.watch(limitRate(verifier.watch(source), prefetch)).subscribe({
            onSubscribe: (subscription) => {
              below = subscription;
            },
            onNext: (record) => received.push(record),
            onError: () => undefined,
            onComplete: () => undefined,
          });
          let wanted = 0;
          for (const n of requests) {
            below?.request(n);
            wanted += n;
            expect(received).toEqual(Array.from({ length: Math.min(length, wanted) }, (_, i) => i));
            expect(asked.reduce((sum, each) => sum + each, 0) - received.length).toBeLessThanOrEqual(prefetch);
          }
          expect(verifier.violations).toEqual([]);
        },
      ),
    );
  });
});
