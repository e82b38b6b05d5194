import { describe, expect, it } from 'vitest';
import type { Publisher, Subscriber } from './api.ts';
import { fromValues } from './from-values.ts';
import { createMap } from './mapped.ts';
import { onBackpressure, type BackpressureStrategy } from './on-backpressure.ts';
import { limitRate } from './prefetch.ts';
import { createVerifier } from './verifier.ts';

/** Everything that arrives, errors by their message. */
function heard(publisher: Publisher<unknown>, demand = 10): unknown[] {
  const log: unknown[] = [];
  publisher.subscribe({
    onSubscribe: (subscription) => subscription.request(demand),
    onNext: (record) => log.push(record),
    onError: (error) => log.push((error as Error).message),
    onComplete: () => log.push('complete'),
  });
  return log;
}

describe('null and undefined are no records (2.13)', () => {
  it('so a source that holds one ends there, and does not stall', () => {
    expect(heard(fromValues([1, undefined, 2]))).toEqual([1, expect.stringContaining('The iterable gave undefined')]);
    expect(heard(fromValues([null]))).toEqual([expect.stringContaining('The iterable gave null')]);
  });

  it('so a map whose function forgets to return ends', () => {
    const map = createMap<number, unknown>(() => undefined);
    fromValues([1, 2]).subscribe(map);
    expect(heard(map)).toEqual([expect.stringContaining('createMap() gave undefined')]);
  });

  it('so an operator throws at a publisher that signals one', () => {
    const careless: Publisher<unknown> = {
      subscribe(subscriber: Subscriber<unknown>) {
        subscriber.onSubscribe({ request: () => undefined, cancel: () => undefined });
        subscriber.onNext(undefined);
      },
    };
    expect(() => heard(limitRate(careless, 8))).toThrow('The publisher gave undefined');
    expect(() => heard(onBackpressure(careless, { strategy: 'drop' }))).toThrow('The publisher gave undefined');
  });
});

describe('what a program may get wrong besides', () => {
  it('a strategy that does not exist', () => {
    const strategy = 'oldest' as BackpressureStrategy;
    expect(() => onBackpressure(fromValues([1]), { strategy })).toThrow('pass one of buffer, drop, latest, error');
  });

  it('a demand that is text looks like text in the error', () => {
    expect(heard(fromValues([1]), '3' as unknown as number)).toEqual([expect.stringContaining("request('3')")]);
  });

  it('a publisher that never signals onSubscribe (1.9)', () => {
    const verifier = createVerifier();
    heard(verifier.watch({ subscribe: () => undefined }));
    expect(verifier.finish().map(({ rule }) => rule)).toEqual(['1.9']);
  });
});
