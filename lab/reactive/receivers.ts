// The ways in which a stage takes records in: by demand, by demand without end, pushed, and through Node's and the web's streams.

import { type Subscriber, type Subscription, unboundedDemand } from './api.ts';
import { Fifo } from './fifo.ts';
import { createMergeMap } from './merge-map.ts';
import { NodeWritable } from './node-writable.ts';
import { Refill } from './prefetch.ts';
import { WhatwgWritable } from './whatwg-writable.ts';

/**
 * - `request-n`: asks for `prefetch` and refills at three quarters (R8); a prefetch of 1 is stop-and-wait (R4).
 * - `unbounded`: asks for everything at once, and keeps what it cannot serve yet.
 * - `push`: RxJS; values come when they come, `mergeMap` keeps them in its array (R9).
 * - `node-write`: ignores what `write` returns; `node-drain`: stops at false until `drain` (W1).
 * - `whatwg-write`: does not wait for `writer.ready`; `whatwg-ready`: does (W4).
 */
export type Protocol =
  'request-n' | 'unbounded' | 'push' | 'node-write' | 'node-drain' | 'whatwg-write' | 'whatwg-ready';

export interface Receiver {
  readonly subscriber: Subscriber<number>;
  /** Records taken in and not begun. */
  readonly waitingRecords: number;
  /** How much more the stream would like: the mark less what is in it; null without a mark. */
  readonly desiredRecords: number | null;
  /** How often it told its sender to stop: `write` returned false, or `ready` was pending. */
  readonly stops: number;
}

export interface ReceiverOptions {
  readonly protocol: Protocol;
  readonly prefetch: number;
  readonly highWaterMark: number;
  readonly concurrency: number;
  /** Serves one record and calls `done`. */
  serve(record: number, done: () => void): void;
  /** The stream has ended with an error. */
  failed(error: unknown): void;
}

export function createReceiver(options: ReceiverOptions): Receiver {
  switch (options.protocol) {
    case 'request-n':
      return byDemand(options, options.prefetch);
    case 'unbounded':
      return byDemand(options, unboundedDemand);
    case 'push':
      return pushed(options);
    case 'node-write':
    case 'node-drain':
      return throughNode(options);
    case 'whatwg-write':
    case 'whatwg-ready':
      return throughWhatwg(options);
  }
}

/** A subscriber whose `onNext` takes a record in; `begin` gets its subscription. */
function subscriberOf(
  { failed }: ReceiverOptions,
  begin: (subscription: Subscription) => void,
  onNext: (record: number) => void,
): Subscriber<number> {
  return { onSubscribe: begin, onNext, onError: failed, onComplete: () => undefined };
}

function byDemand(options: ReceiverOptions, prefetch: number): Receiver {
  const waiting = new Fifo<number>();
  let refill: Refill | null = null;
  let active = 0;

  function serveNext(): void {
    while (active < options.concurrency) {
      const record = waiting.shift();
      if (record === undefined) return;
      active += 1;
      options.serve(record, () => {
        active -= 1;
        refill?.use();
        serveNext();
      });
    }
  }
  return {
    subscriber: subscriberOf(
      options,
      (subscription) => {
        refill = new Refill(subscription, prefetch);
        refill.start();
      },
      (record) => {
        waiting.push(record);
        serveNext();
      },
    ),
    get waitingRecords() {
      return waiting.size;
    },
    desiredRecords: null,
    stops: 0,
  };
}

function pushed(options: ReceiverOptions): Receiver {
  const stage = createMergeMap(options.concurrency, options.serve);
  return {
    // Only the lab's source has a subscription here; in RxJS there is none, so it is asked for everything.
    subscriber: subscriberOf(
      options,
      (subscription) => subscription.request(unboundedDemand),
      (record) => stage.next(record),
    ),
    get waitingRecords() {
      return stage.bufferedRecords;
    },
    desiredRecords: null,
    stops: 0,
  };
}

/** What a stream writes into: the stage behind it, which serves one record at a time. */
function serverOf({ serve }: ReceiverOptions) {
  let records = 0;
  return {
    write(record: number, done: () => void): void {
      records = 1;
      serve(record, () => {
        records = 0;
        done();
      });
    },
    /** In service now: 0 or 1. */
    get records() {
      return records;
    },
  };
}

function throughNode(options: ReceiverOptions): Receiver {
  const isObedient = options.protocol === 'node-drain';
  const server = serverOf(options);
  let stops = 0;
  let above: Subscription | null = null;
  const stream = new NodeWritable<number>({
    highWaterMark: options.highWaterMark,
    write: server.write,
  });
  if (isObedient) stream.on('drain', () => above?.request(1));
  return {
    subscriber: subscriberOf(
      options,
      (subscription) => {
        above = subscription;
        subscription.request(isObedient ? 1 : unboundedDemand);
      },
      (record) => {
        if (!stream.write(record)) stops += 1;
        else if (isObedient) above?.request(1);
      },
    ),
    get waitingRecords() {
      return stream.writableLength - server.records;
    },
    get desiredRecords() {
      return stream.writableHighWaterMark - stream.writableLength;
    },
    get stops() {
      return stops;
    },
  };
}

function throughWhatwg(options: ReceiverOptions): Receiver {
  const isObedient = options.protocol === 'whatwg-ready';
  const server = serverOf(options);
  let stops = 0;
  let above: Subscription | null = null;
  const stream = new WhatwgWritable<number>({
    highWaterMark: options.highWaterMark,
    write: server.write,
  });
  return {
    subscriber: subscriberOf(
      options,
      (subscription) => {
        above = subscription;
        subscription.request(isObedient ? 1 : unboundedDemand);
      },
      (record) => {
        stream.write(record);
        if (!stream.isReady) stops += 1;
        if (isObedient) stream.whenReady(() => above?.request(1));
      },
    ),
    get waitingRecords() {
      return options.highWaterMark - stream.desiredSize - server.records;
    },
    get desiredRecords() {
      return stream.desiredSize;
    },
    get stops() {
      return stops;
    },
  };
}
