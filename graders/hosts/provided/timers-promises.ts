// The module node:timers/promises as in Node.js 24, on the timers that the program finds: those of virtual time.

import { AbortError } from 'readable-stream/lib/ours/errors.js';
import { validateAbortSignal, validateBoolean, validateNumber, validateObject } from './validate.ts';
import { nodeError } from './node-error.ts';

interface TimerOptions {
  readonly signal?: AbortSignal;
  /** Of no meaning here: the run ends when the program does. */
  readonly ref?: boolean;
}

const aborted = (signal: AbortSignal): AbortError => new AbortError(undefined, { cause: signal.reason as unknown });

/** The signal, when the arguments are as they should be and it has not aborted yet. */
function check(delayMs: number | undefined, options: TimerOptions): AbortSignal | undefined {
  if (delayMs !== undefined) validateNumber(delayMs, 'delay');
  validateObject(options, 'options');
  const { signal, ref } = options;
  if (signal !== undefined) validateAbortSignal(signal, 'options.signal');
  if (ref !== undefined) validateBoolean(ref, 'options.ref');
  if (signal?.aborted) throw aborted(signal);
  return signal;
}

/** Resolves when `start` calls back; `cancel` is what takes the timer away when the signal aborts first. */
function wait<T, Id>(
  value: T,
  signal: AbortSignal | undefined,
  start: (done: () => void) => Id,
  cancel: (id: Id) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const id = start(() => resolve(value));
  if (signal === undefined) return promise;
  const onAbort = (): void => {
    cancel(id);
    reject(aborted(signal));
  };
  signal.addEventListener('abort', onAbort);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}

function setTimeout<T>(delayMs?: number, value?: T, options: TimerOptions = {}): Promise<T | undefined> {
  try {
    const signal = check(delayMs, options);
    return wait(value, signal, (done) => globalThis.setTimeout(done, delayMs), globalThis.clearTimeout);
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

function setImmediate<T>(value?: T, options: TimerOptions = {}): Promise<T | undefined> {
  try {
    const signal = check(undefined, options);
    return wait(value, signal, (done) => globalThis.setImmediate(done), globalThis.clearImmediate);
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

/** Ticks that come while nobody asks are counted, and given one after the other. */
async function* setInterval<T>(delayMs?: number, value?: T, options: TimerOptions = {}): AsyncGenerator<T | undefined> {
  const signal = check(delayMs, options);
  let due = 0;
  let wake: () => void = () => {};
  const onAbort = (): void => {
    globalThis.clearInterval(id);
    wake();
  };
  const id = globalThis.setInterval(() => {
    due++;
    wake();
  }, delayMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal?.aborted) {
      if (due === 0) await new Promise<void>((resolve) => (wake = resolve));
      for (; due > 0; due--) yield value;
    }
    throw aborted(signal);
  } finally {
    globalThis.clearInterval(id);
    signal?.removeEventListener('abort', onAbort);
  }
}

class Scheduler {
  constructor() {
    throw nodeError(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
  }
  wait(delayMs: number, options?: TimerOptions): Promise<void> {
    return setTimeout<void>(delayMs, undefined, options);
  }
  yield(): Promise<void> {
    return setImmediate<void>();
  }
}
const scheduler = Object.create(Scheduler.prototype) as Scheduler;

export default { scheduler, setImmediate, setInterval, setTimeout };
