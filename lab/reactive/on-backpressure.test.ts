import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Publisher, Subscriber, Subscription } from './api.ts';
import { onBackpressure, type BackpressureOptions } from './on-backpressure.ts';
import { createVerifier } from './verifier.ts';

/** A source that sends when the test says so, behind a strategy; `request` is the subscriber's. */
function behind(options: BackpressureOptions<number>) {
  let above: Subscriber<number> | undefined;
  let below: Subscription | undefined;
  const source: Publisher<number> = {
    subscribe(subscriber) {
      above = subscriber;
      subscriber.onSubscribe({ request: () => undefined, cancel: () => undefined });
    },
  };
  const heard: (number | string)[] = [];
  const verifier = createVerifier();
  verifier.watch(onBackpressure(verifier.watch(source), options)).subscribe({
    onSubscribe: (subscription) => {
      below = subscription;
    },
    onNext: (record) => heard.push(record),
    onError: (error) => heard.push((error as Error).name),
    onComplete: () => heard.push('complete'),
  });
  return {
    heard,
    verifier,
    send: (...records: number[]) => records.forEach((record) => above?.onNext(record)),
    complete: () => above?.onComplete(),
    request: (n: number) => below?.request(n),
  };
}

describe('onBackpressure: two asked for, five come, then ten asked for', () => {
  it.each([
    ['buffer', [1, 2, 3, 4, 5]],
    ['drop', [1, 2]],
    ['latest', [1, 2, 5]],
    ['error', [1, 2, 'OverflowError']],
  ] as const)('%s delivers %j', (strategy, delivered) => {
    const stream = behind({ strategy });
    stream.request(2);
    stream.send(1, 2, 3, 4, 5);
    stream.request(10);
    expect(stream.heard).toEqual(delivered);
    expect(stream.verifier.finish()).toEqual([]);
  });

  it('ends when a bounded buffer is full, and completes only after what waits', () => {
    const bounded = behind({ strategy: 'buffer', capacityRecords: 2 });
    bounded.send(1, 2);
    bounded.complete();
    expect(bounded.heard).toEqual([]);
    bounded.request(1);
    expect(bounded.heard).toEqual([1]);
    bounded.request(1);
    expect(bounded.heard).toEqual([1, 2, 'complete']);
    const full = behind({ strategy: 'buffer', capacityRecords: 2 });
    full.send(1, 2, 3);
    expect(full.heard).toEqual(['OverflowError']);
  });

  it('loses nothing silently, keeps the order, and obeys demand', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('buffer' as const, 'drop' as const, 'latest' as const),
        fc.array(fc.oneof(fc.constant('send' as const), fc.integer({ min: 1, max: 4 }))),
        (strategy, steps) => {
          const dropped: number[] = [];
          const stream = behind({ strategy, dropped: (record) => dropped.push(record) });
          let sent = 0;
          for (const step of steps) {
            if (step === 'send') stream.send(sent++);
            else stream.request(step);
          }
          stream.request(1_000);
          const all = [...dropped, ...(stream.heard as number[])].toSorted((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: sent }, (_, i) => i));
          expect(stream.heard).toEqual((stream.heard as number[]).toSorted((a, b) => a - b));
          expect(stream.verifier.finish()).toEqual([]);
        },
      ),
    );
  });

  it('refuses a bound where none is kept', () => {
    expect(() => behind({ strategy: 'latest', capacityRecords: 2 })).toThrow("leave it out with 'latest'");
  });
});
