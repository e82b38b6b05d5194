import { describe, expect, it } from 'vitest';
import { type Publisher, type Subscriber, type Subscription, unboundedDemand } from './api.ts';
import { fromValues } from './from-values.ts';
import { createMap } from './mapped.ts';
import { createVerifier } from './verifier.ts';

/** What a subscriber hears; `asks` is called with its subscription at the start and after each record. */
function heard<T>(publisher: Publisher<T>, ask: (subscription: Subscription, records: number) => void): string[] {
  const signals: string[] = [];
  let subscription: Subscription;
  const subscriber: Subscriber<T> = {
    onSubscribe(given) {
      subscription = given;
      ask(given, 0);
    },
    onNext(record) {
      signals.push(String(record));
      ask(subscription, signals.length);
    },
    onError: (error) => signals.push(`error: ${(error as Error).message}`),
    onComplete: () => signals.push('complete'),
  };
  publisher.subscribe(subscriber);
  return signals;
}
const atStart = (n: number) => (subscription: Subscription, records: number) => {
  if (records === 0) subscription.request(n);
};

describe('fromValues', () => {
  it('completes after the last value without further demand, and at once when there is none', () => {
    expect(heard(fromValues('abc'), atStart(3))).toEqual(['a', 'b', 'c', 'complete']);
    expect(heard(fromValues('abc'), atStart(2))).toEqual(['a', 'b']);
    expect(heard(fromValues(''), atStart(1))).toEqual(['complete']);
  });

  it('starts anew for each subscriber', () => {
    const publisher = fromValues([1, 2]);
    expect(heard(publisher, atStart(1))).toEqual(['1']);
    expect(heard(publisher, atStart(unboundedDemand))).toEqual(['1', '2', 'complete']);
  });

  it('needs no deep stack for a hundred thousand times request(1)', () => {
    const verifier = createVerifier();
    const values = Array.from({ length: 100_000 }, (_, i) => i);
    const signals = heard(verifier.watch(fromValues(values)), (subscription) => subscription.request(1));
    expect(signals).toHaveLength(100_001);
    expect(verifier.finish()).toEqual([]);
  });

  it('sends nothing after a cancel, and lets the iterable go', () => {
    let isClosed = false;
    function* values() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        isClosed = true;
      }
    }
    const signals = heard(fromValues(values()), (subscription, records) => {
      if (records === 0) subscription.request(unboundedDemand);
      if (records === 3) subscription.cancel();
    });
    expect([signals, isClosed]).toEqual([['0', '1', '2'], true]);
  });

  it('passes on what the iterable throws', () => {
    function* values() {
      yield 1;
      throw new Error('disk full');
    }
    expect(heard(fromValues(values()), atStart(9)).at(-1)).toBe('error: disk full');
  });
});

describe('createMap', () => {
  it('passes demand up and records down, in either order of subscribing', () => {
    for (const isBelowFirst of [true, false]) {
      const verifier = createVerifier();
      const doubled = createMap((n: number) => 2 * n);
      const source = verifier.watch(fromValues([1, 2, 3]));
      if (!isBelowFirst) source.subscribe(doubled);
      const signals = heard(verifier.watch(doubled), atStart(3));
      if (isBelowFirst) source.subscribe(doubled);
      expect(signals).toEqual(['2', '4', '6', 'complete']);
      expect(verifier.finish()).toEqual([]);
    }
  });

  it('ends with what the function throws, and cancels above', () => {
    const failing = createMap((n: number) => {
      if (n === 2) throw new Error('two');
      return n;
    });
    fromValues([1, 2, 3]).subscribe(failing);
    expect(heard(failing, atStart(3))).toEqual(['1', 'error: two']);
  });
});
