// events.once and events.on as in Node.js 24: an event as a promise, events as an async iterator.

import { AbortError, codes } from 'readable-stream/lib/ours/errors.js';
import { SymbolDispose } from 'readable-stream/lib/ours/primordials.js';
import { validateAbortSignal, validateFunction, validateInteger, validateObject } from './validate.ts';
import type { EventEmitter, EventName, Listener } from './emitter.ts';

interface WaitOptions {
  readonly signal?: AbortSignal;
}
interface IterateOptions extends WaitOptions {
  /** Names of events that end the iteration. */
  readonly close?: readonly string[];
  /** With more events than this waiting, the emitter is asked to `pause()`. */
  readonly highWaterMark?: number;
  /** With fewer than this, to `resume()`. */
  readonly lowWaterMark?: number;
  readonly highWatermark?: number;
  readonly lowWatermark?: number;
}
type Source = EventEmitter | EventTarget;
type Pausable = Source & { pause(): void; resume(): void };

const isEmitter = (source: Source): source is EventEmitter => typeof (source as EventEmitter).on === 'function';

/** Listens, and gives the way to stop. */
function listen(source: Source, name: EventName, listener: Listener, isOnce = false): () => void {
  if (isEmitter(source)) {
    if (isOnce) source.once(name, listener);
    else source.on(name, listener);
    return () => source.removeListener(name, listener);
  }
  if (typeof source?.addEventListener !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('emitter', 'EventEmitter', source);
  }
  const type = name as string;
  source.addEventListener(type, listener, { once: isOnce });
  return () => source.removeEventListener(type, listener);
}

function signalOf(options: WaitOptions): AbortSignal | undefined {
  validateObject(options, 'options');
  const { signal } = options;
  if (signal === undefined) return undefined;
  validateAbortSignal(signal, 'options.signal');
  if (signal.aborted) throw aborted(signal);
  return signal;
}

const aborted = (signal: AbortSignal): AbortError => new AbortError(undefined, { cause: signal.reason as unknown });

export async function once(source: Source, name: EventName, options: WaitOptions = {}): Promise<unknown[]> {
  const signal = signalOf(options);
  return await new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const stop = (): void => {
      for (const each of stops) each();
    };
    stops.push(
      listen(
        source,
        name,
        (...args) => {
          stop();
          resolve(args);
        },
        true,
      ),
    );
    if (name !== 'error' && isEmitter(source)) {
      const onError = (error: unknown): void => {
        stop();
        reject(error as Error);
      };
      stops.push(listen(source, 'error', onError, true));
    }
    if (signal !== undefined) {
      const onAbort = (): void => {
        stop();
        reject(aborted(signal));
      };
      stops.push(listen(signal, 'abort', onAbort, true));
    }
  });
}

export function addAbortListener(signal: AbortSignal, listener: () => void): { [SymbolDispose](): void } {
  if (signal === undefined) throw new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  validateAbortSignal(signal, 'signal');
  validateFunction(listener, 'listener');
  if (signal.aborted) queueMicrotask(() => listener());
  else signal.addEventListener('abort', listener, { once: true });
  return { [SymbolDispose]: () => signal.removeEventListener('abort', listener) };
}

interface Waiter {
  resolve(result: IteratorResult<unknown[]>): void;
  reject(error: unknown): void;
}

/** Events that come while nobody asks are kept, in order. */
export function on(source: Source, name: EventName, options: IterateOptions = {}): AsyncIterableIterator<unknown[]> {
  const signal = signalOf(options);
  const high = options.highWaterMark ?? options.highWatermark ?? Number.MAX_SAFE_INTEGER;
  validateInteger(high, 'options.highWaterMark', 1);
  const low = options.lowWaterMark ?? options.lowWatermark ?? 1;
  validateInteger(low, 'options.lowWaterMark', 1);

  const events: unknown[][] = [];
  const waiters: Waiter[] = [];
  const stops: (() => void)[] = [];
  const emitter = source as Pausable;
  let isPaused = false;
  let isOver = false;
  let failure: { readonly error: unknown } | null = null;

  function take(args: unknown[]): void {
    const waiter = waiters.shift();
    if (waiter !== undefined) return waiter.resolve({ value: args, done: false });
    events.push(args);
    if (isPaused || events.length <= high) return;
    isPaused = true;
    emitter.pause();
  }
  function fail(error: unknown): void {
    const waiter = waiters.shift();
    if (waiter === undefined) failure = { error };
    else waiter.reject(error);
    void close();
  }
  function close(): Promise<IteratorReturnResult<undefined>> {
    for (const stop of stops.splice(0)) stop();
    isOver = true;
    isPaused = false;
    const result = { value: undefined, done: true } as const;
    for (const waiter of waiters.splice(0)) waiter.resolve(result);
    return Promise.resolve(result);
  }

  stops.push(listen(source, name, (...args) => take(args)));
  if (name !== 'error' && isEmitter(source)) stops.push(listen(source, 'error', fail));
  for (const each of options.close ?? []) stops.push(listen(source, each, () => void close()));
  if (signal !== undefined) stops.push(addAbortListener(signal, () => fail(aborted(signal)))[SymbolDispose]);

  return {
    next() {
      const args = events.shift();
      if (args !== undefined) {
        if (isPaused && events.length < low) {
          emitter.resume();
          isPaused = false;
        }
        return Promise.resolve({ value: args, done: false });
      }
      if (failure !== null) {
        const { error } = failure;
        failure = null;
        return Promise.reject(error as Error);
      }
      if (isOver) return close();
      return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
    },
    return: close,
    throw(error: unknown) {
      if (!(error instanceof Error)) {
        throw new codes.ERR_INVALID_ARG_TYPE('EventEmitter.AsyncIterator', 'Error', error);
      }
      fail(error);
      return close();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
