import { describe, expect, it } from 'vitest';
import type { Publisher, Subscriber, Subscription } from './api.ts';
import { fromValues } from './from-values.ts';
import { createVerifier, enforce } from './verifier.ts';

/** A subscriber that does nothing, with changes. */
const subscriberWith = (changes: Partial<Subscriber<number>>): Subscriber<number> => ({
  onSubscribe: (subscription) => subscription.request(1),
  onNext: () => undefined,
  onError: () => undefined,
  onComplete: () => undefined,
  ...changes,
});
const quiet: Subscription = { request: () => undefined, cancel: () => undefined };
/** A publisher that signals by hand, whatever is asked for. */
const signalling = (signal: (subscriber: Subscriber<number>) => void): Publisher<number> => ({ subscribe: signal });

function rulesBroken(publisher: Publisher<number>, changes: Partial<Subscriber<number>> = {}): string[] {
  const verifier = createVerifier();
  verifier.watch(publisher).subscribe(subscriberWith(changes));
  return verifier.finish().map(({ rule }) => rule);
}

describe('M11 the verifier', () => {
  it('names rule 1.1 for the 6th record after request(3) and request(2), and lets 5 pass', () => {
    const breaking = (records: number) =>
      signalling((subscriber) => {
        subscriber.onSubscribe(quiet);
        for (let i = 1; i <= records; i++) subscriber.onNext(i);
      });
    const onSubscribe = (subscription: Subscription): void => {
      subscription.request(3);
      subscription.request(2);
    };
    expect(rulesBroken(breaking(5), { onSubscribe })).toEqual([]);
    expect(rulesBroken(breaking(6), { onSubscribe })).toEqual(['1.1']);
  });

  it('names 1.3 for a signal inside of a signal', () => {
    const recursive = signalling((subscriber) => {
      subscriber.onSubscribe({ request: () => subscriber.onNext(1), cancel: () => undefined });
    });
    let asked: Subscription | undefined;
    let received = 0;
    const rules = rulesBroken(recursive, {
      onSubscribe(subscription) {
        asked = subscription;
        subscription.request(1);
      },
      onNext() {
        if (++received < 3) asked?.request(1);
      },
    });
    expect(rules).toEqual(['1.3', '1.3']);
  });

  it('names 1.7 for what follows the end, 1.9 for what comes too early, 2.12 for a second subscription', () => {
    const after = signalling((subscriber) => {
      subscriber.onSubscribe(quiet);
      subscriber.onComplete();
      subscriber.onError(new Error('late'));
    });
    expect(rulesBroken(after)).toEqual(['1.7']);
    expect(rulesBroken(signalling((subscriber) => subscriber.onComplete()))).toEqual(['1.9']);
    const twice = signalling((subscriber) => {
      subscriber.onSubscribe(quiet);
      subscriber.onSubscribe(quiet);
    });
    expect(rulesBroken(twice)).toEqual(['2.12']);
  });

  it('names 2.1 when nobody asked, unless the subscriber cancelled or the stream is over', () => {
    const silent = signalling((subscriber) => subscriber.onSubscribe(quiet));
    expect(rulesBroken(silent, { onSubscribe: () => undefined })).toEqual(['2.1']);
    expect(rulesBroken(silent, { onSubscribe: (subscription) => subscription.cancel() })).toEqual([]);
    expect(rulesBroken(fromValues([]), { onSubscribe: () => undefined })).toEqual([]);
  });

  it('names 2.13 for a subscriber that throws and a record that is null', () => {
    const throws = (): never => {
      throw new Error('oops');
    };
    expect(rulesBroken(fromValues([1]), { onNext: throws })).toEqual(['2.13']);
    const nulls = signalling((subscriber) => {
      subscriber.onSubscribe(quiet);
      subscriber.onNext(null as unknown as number);
    });
    expect(rulesBroken(nulls)).toEqual(['2.13']);
  });

  it('names 3.9 for request(0), and again when the publisher does not answer with onError', () => {
    const onSubscribe = (subscription: Subscription) => subscription.request(0);
    expect(rulesBroken(fromValues([1]), { onSubscribe })).toEqual(['3.9']);
    expect(
      rulesBroken(
        signalling((subscriber) => subscriber.onSubscribe(quiet)),
        { onSubscribe },
      ),
    ).toEqual(['3.9', '3.9']);
  });

  it('lets records pass that were on their way when the subscriber cancelled', () => {
    let inner: Subscriber<number> | undefined;
    let outer: Subscription | undefined;
    const late = signalling((subscriber) => {
      inner = subscriber;
      subscriber.onSubscribe(quiet);
    });
    const verifier = createVerifier();
    verifier.watch(late).subscribe(
      subscriberWith({
        onSubscribe(subscription) {
          outer = subscription;
          subscription.request(2);
        },
      }),
    );
    outer?.cancel();
    inner?.onNext(1);
    inner?.onNext(2);
    expect(verifier.finish()).toEqual([]);
    inner?.onNext(3);
    expect(verifier.violations.map(({ rule }) => rule)).toEqual(['1.1']);
  });
});

describe('M11 enforce', () => {
  it('ends the stream at the record beyond demand: cancel above, onError below, then silence', () => {
    const heard: string[] = [];
    let isCancelled = false;
    const flood = signalling((subscriber) => {
      subscriber.onSubscribe({
        request: () => undefined,
        cancel() {
          isCancelled = true;
        },
      });
      for (let i = 1; i <= 6; i++) subscriber.onNext(i);
      subscriber.onComplete();
    });
    enforce(flood).subscribe(
      subscriberWith({
        onSubscribe: (subscription) => subscription.request(5),
        onNext: (record) => heard.push(String(record)),
        onError: (error) => heard.push((error as { rule: string }).rule),
        onComplete: () => heard.push('complete'),
      }),
    );
    expect(heard).toEqual(['1', '2', '3', '4', '5', '1.1']);
    expect(isCancelled).toBe(true);
  });

  it('answers request(0) with onError for a publisher that does not, after the signal in which it came', () => {
    const heard: string[] = [];
    let asked: Subscription | undefined;
    enforce(fromValues([1, 2, 3])).subscribe(
      subscriberWith({
        onSubscribe(subscription) {
          asked = subscription;
          subscription.request(2);
        },
        onNext(record) {
          heard.push(`begin ${record}`);
          asked?.request(0);
          heard.push(`end ${record}`);
        },
        onError: (error) => heard.push((error as { rule: string }).rule),
      }),
    );
    expect(heard).toEqual(['begin 1', 'end 1', '3.9']);
  });
});
