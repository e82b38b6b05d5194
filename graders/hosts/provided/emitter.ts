// EventEmitter as in Node.js 24.

import { codes } from 'readable-stream/lib/ours/errors.js';
import { inspect } from 'readable-stream/lib/ours/util/inspect.js';
import { validateBoolean, validateFunction, validateNumber } from './validate.ts';
import { nodeError } from './node-error.ts';
import { nextTick } from './ticks.ts';

export type EventName = string | symbol;
export interface Listener {
  (this: unknown, ...args: unknown[]): unknown;
  /** What a listener for one time stands for. */
  listener?: Listener;
}
/** A list is never changed in place, so whoever walks it may go on. */
type Listeners = Record<EventName, Listener | readonly Listener[] | undefined>;
interface EmitterOptions {
  readonly captureRejections?: boolean;
}

export const errorMonitor = Symbol('events.errorMonitor');
export const captureRejectionSymbol = Symbol.for('nodejs.rejection');
const capturesRejections = Symbol('kCapture');

let defaultMaxListeners = 10;

/** A function, not a class: streams and older code call it on objects of their own. */
export function EventEmitter(this: EventEmitter, options?: EmitterOptions): void {
  init.call(this, options);
}
export interface EventEmitter extends Methods {
  _events: Listeners | undefined;
  _eventsCount: number;
  _maxListeners: number | undefined;
  [capturesRejections]: boolean;
  [captureRejectionSymbol]?: (error: unknown, name: EventName, ...args: unknown[]) => void;
}
interface Methods extends Instance {
  on: Instance['addListener'];
  off: Instance['removeListener'];
}
type Instance = typeof methods;

const noListeners = (): Listeners => Object.create(null) as Listeners;

export function init(this: EventEmitter, options?: EmitterOptions): void {
  if (this._events === undefined || this._events === (Object.getPrototypeOf(this) as EventEmitter)._events) {
    this._events = noListeners();
    this._eventsCount = 0;
  }
  this._maxListeners ||= undefined;
  const isWanted = options?.captureRejections;
  if (isWanted) validateBoolean(isWanted, 'options.captureRejections');
  this[capturesRejections] = isWanted ? true : prototype[capturesRejections];
}

const listOf = (found: Listener | readonly Listener[] | undefined): readonly Listener[] =>
  found === undefined ? [] : typeof found === 'function' ? [found] : found;

function add(emitter: EventEmitter, name: EventName, listener: Listener, isFirst: boolean): EventEmitter {
  validateFunction(listener, 'listener');
  if (emitter._events === undefined) {
    emitter._events = noListeners();
    emitter._eventsCount = 0;
  } else if (emitter._events['newListener'] !== undefined) {
    emitter.emit('newListener', name, listener.listener ?? listener);
  }
  const { _events: events } = emitter;
  const known = events[name];
  if (known === undefined) {
    events[name] = listener;
    emitter._eventsCount++;
    return emitter;
  }
  const list = isFirst ? [listener, ...listOf(known)] : [...listOf(known), listener];
  events[name] = list;
  warnOfMany(emitter, name, list.length);
  return emitter;
}

const warned = new WeakMap<EventEmitter, Set<EventName>>();

/** Once for each name: more listeners than expected are mostly some that were forgotten. */
function warnOfMany(emitter: EventEmitter, name: EventName, count: number): void {
  const most = emitter.getMaxListeners();
  if (most <= 0 || count <= most || warned.get(emitter)?.has(name)) return;
  warned.set(emitter, (warned.get(emitter) ?? new Set()).add(name));
  console.warn(
    `MaxListenersExceededWarning: Possible EventEmitter memory leak detected. ${count} ${String(name)} listeners ` +
      `added to [${emitter.constructor.name}]. MaxListeners is ${most}. Use emitter.setMaxListeners() to increase limit`,
  );
}

function forOneTime(emitter: EventEmitter, name: EventName, listener: Listener): Listener {
  validateFunction(listener, 'listener');
  let hasFired = false;
  const wrapper: Listener = (...args) => {
    if (hasFired) return;
    hasFired = true;
    emitter.removeListener(name, wrapper);
    return Reflect.apply(listener, emitter, args);
  };
  wrapper.listener = listener;
  return wrapper;
}

function remove(emitter: EventEmitter, name: EventName, listener: Listener): EventEmitter {
  validateFunction(listener, 'listener');
  const { _events: events } = emitter;
  const known = events?.[name];
  if (events === undefined || known === undefined) return emitter;
  const list = listOf(known);
  const at = list.findLastIndex((each) => each === listener || each.listener === listener);
  if (at < 0) return emitter;
  const rest = list.toSpliced(at, 1);
  const [only] = rest;
  if (only === undefined) {
    delete events[name];
    emitter._eventsCount--;
  } else events[name] = rest.length === 1 ? only : rest;
  if (events['removeListener'] !== undefined) {
    emitter.emit('removeListener', name, typeof known === 'function' ? (known.listener ?? listener) : listener);
  }
  return emitter;
}

function removeAll(emitter: EventEmitter, names: readonly EventName[]): void {
  const { _events: events } = emitter;
  if (events === undefined) return;
  for (const name of names) {
    for (const listener of listOf(events[name]).toReversed()) emitter.removeListener(name, listener);
  }
}

/** A listener that returns a promise which is rejected: the error is the emitter's, when it captures rejections. */
function capture(emitter: EventEmitter, result: unknown, name: EventName, args: unknown[]): void {
  if (!emitter[capturesRejections] || result === undefined || result === null) return;
  try {
    const { then } = result as PromiseLike<unknown>;
    if (typeof then !== 'function') return;
    then.call(result, undefined, (error: unknown) => {
      nextTick(() => reject(emitter, error, name, args));
    });
  } catch (error) {
    emitter.emit('error', error);
  }
}

function reject(emitter: EventEmitter, error: unknown, name: EventName, args: unknown[]): void {
  const own = emitter[captureRejectionSymbol];
  if (typeof own === 'function') {
    own.call(emitter, error, name, ...args);
    return;
  }
  const before = emitter[capturesRejections];
  try {
    // What an 'error' listener rejects with must not come back to it.
    emitter[capturesRejections] = false;
    emitter.emit('error', error);
  } finally {
    emitter[capturesRejections] = before;
  }
}

const methods = {
  emit(this: EventEmitter, name: EventName, ...args: unknown[]): boolean {
    const { _events: events } = this;
    if (name === 'error') {
      if (events?.[errorMonitor] !== undefined) this.emit(errorMonitor, ...args);
      if (events?.['error'] === undefined) throw unhandled(args[0]);
    }
    const found = events?.[name];
    if (found === undefined) return false;
    if (typeof found === 'function') capture(this, Reflect.apply(found, this, args), name, args);
    else for (const listener of found) capture(this, Reflect.apply(listener, this, args), name, args);
    return true;
  },
  addListener(this: EventEmitter, name: EventName, listener: Listener): EventEmitter {
    return add(this, name, listener, false);
  },
  prependListener(this: EventEmitter, name: EventName, listener: Listener): EventEmitter {
    return add(this, name, listener, true);
  },
  once(this: EventEmitter, name: EventName, listener: Listener): EventEmitter {
    return this.on(name, forOneTime(this, name, listener));
  },
  prependOnceListener(this: EventEmitter, name: EventName, listener: Listener): EventEmitter {
    return this.prependListener(name, forOneTime(this, name, listener));
  },
  removeListener(this: EventEmitter, name: EventName, listener: Listener): EventEmitter {
    return remove(this, name, listener);
  },
  removeAllListeners(this: EventEmitter, ...names: EventName[]): EventEmitter {
    const { _events: events } = this;
    if (events === undefined) return this;
    const isHeard = events['removeListener'] !== undefined;
    if (names.length === 0) {
      const others = Reflect.ownKeys(events).filter((name) => name !== 'removeListener');
      if (isHeard) removeAll(this, [...others, 'removeListener']);
      this._events = noListeners();
      this._eventsCount = 0;
    } else {
      const [name] = names as [EventName];
      if (isHeard) removeAll(this, [name]);
      else if (events[name] !== undefined) {
        delete events[name];
        this._eventsCount--;
      }
    }
    return this;
  },
  setMaxListeners(this: EventEmitter, count: number): EventEmitter {
    validateNumber(count, 'setMaxListeners', 0);
    this._maxListeners = count;
    return this;
  },
  getMaxListeners(this: EventEmitter): number {
    return this._maxListeners ?? defaultMaxListeners;
  },
  listeners(this: EventEmitter, name: EventName): Listener[] {
    return listOf(this._events?.[name]).map((each) => each.listener ?? each);
  },
  rawListeners(this: EventEmitter, name: EventName): Listener[] {
    return [...listOf(this._events?.[name])];
  },
  listenerCount(this: EventEmitter, name: EventName, listener?: Listener | null): number {
    const list = listOf(this._events?.[name]);
    return listener === undefined || listener === null
      ? list.length
      : list.filter((each) => each === listener || each.listener === listener).length;
  },
  eventNames(this: EventEmitter): EventName[] {
    return Reflect.ownKeys(this._events ?? {});
  },
};

function unhandled(error: unknown): unknown {
  if (error instanceof Error) return error;
  const wrapped = nodeError(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${inspect(error)})`);
  return Object.assign(wrapped, { context: error });
}

const prototype = EventEmitter.prototype as EventEmitter;
Object.defineProperty(prototype, capturesRejections, { value: false, writable: true });
Object.assign(prototype, methods, { on: methods.addListener, off: methods.removeListener });
Object.assign(prototype, { _events: undefined, _eventsCount: 0, _maxListeners: undefined });

/** `EventEmitter.captureRejections`, `.defaultMaxListeners`: of all emitters. */
Object.defineProperties(EventEmitter, {
  captureRejections: {
    enumerable: true,
    get: () => prototype[capturesRejections],
    set(value: boolean) {
      validateBoolean(value, 'EventEmitter.captureRejections');
      prototype[capturesRejections] = value;
    },
  },
  defaultMaxListeners: {
    enumerable: true,
    get: () => defaultMaxListeners,
    set(count: number) {
      validateNumber(count, 'defaultMaxListeners', 0);
      defaultMaxListeners = count;
    },
  },
});

/** A platform's EventTarget keeps its listeners to itself, and has no limit for them. */
const isTarget = (value: unknown): value is EventTarget => value instanceof EventTarget;
const notAnEmitter = (value: unknown): Error =>
  new codes.ERR_INVALID_ARG_TYPE('emitter', ['EventEmitter', 'EventTarget'], value);

export function setMaxListeners(
  count: number = defaultMaxListeners,
  ...emitters: (EventEmitter | EventTarget)[]
): void {
  validateNumber(count, 'setMaxListeners', 0);
  if (emitters.length === 0) defaultMaxListeners = count;
  for (const emitter of emitters) {
    if (isTarget(emitter)) continue;
    if (typeof emitter.setMaxListeners !== 'function') {
      throw new codes.ERR_INVALID_ARG_TYPE('eventTargets', ['EventEmitter', 'EventTarget'], emitter);
    }
    emitter.setMaxListeners(count);
  }
}

export function getMaxListeners(emitter: EventEmitter): number {
  if (typeof emitter?.getMaxListeners !== 'function') throw notAnEmitter(emitter);
  return emitter.getMaxListeners();
}

export function getEventListeners(emitter: EventEmitter, name: EventName): Listener[] {
  if (typeof emitter?.listeners !== 'function') throw notAnEmitter(emitter);
  return emitter.listeners(name);
}

export function listenerCount(emitter: EventEmitter, name: EventName): number {
  if (typeof emitter?.listenerCount !== 'function') throw notAnEmitter(emitter);
  return emitter.listenerCount(name);
}
