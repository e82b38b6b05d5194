// The world that a program finds: virtual time, seeded chance, no network, and built-ins it cannot bend.

import type { VirtualTimers } from '../../lab/process/timers.ts';
import type { ProgramEnvironment, LogLevel } from '../../lab/program.ts';
import { harden } from './harden.ts';

/**
 * All that stays on the global object: the language, and what a platform adds that needs neither
 * network nor real time. A list of what stays, not of what goes, so that a name which an engine adds
 * tomorrow cannot let time or the outside in, and every host shows a program the same names.
 */
const kept = new Set<PropertyKey>([
  'globalThis', 'undefined', 'NaN', 'Infinity', 'isFinite', 'isNaN', 'parseFloat', 'parseInt',
  'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape',
  'Object', 'Function', 'Boolean', 'Symbol', 'Number', 'BigInt', 'Math', 'Date', 'String', 'RegExp', 'JSON', 'Intl',
  'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Iterator', 'Proxy', 'Reflect', 'Promise', 'DisposableStack', 'AsyncDisposableStack',
  'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SuppressedError', 'SyntaxError', 'TypeError', 'URIError',
  'ArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
  'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array',
  'console', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate',
  'queueMicrotask', 'structuredClone', 'atob', 'btoa', 'URL', 'URLSearchParams', 'DOMException',
  'AbortController', 'AbortSignal', 'Event', 'EventTarget', 'CustomEvent',
  'TextEncoder', 'TextDecoder', 'TextEncoderStream', 'TextDecoderStream',
  'ReadableStream', 'ReadableStreamDefaultReader', 'ReadableStreamBYOBReader', 'ReadableStreamBYOBRequest',
  'ReadableByteStreamController', 'ReadableStreamDefaultController', 'TransformStream', 'TransformStreamDefaultController',
  'WritableStream', 'WritableStreamDefaultController', 'WritableStreamDefaultWriter',
  'ByteLengthQueuingStrategy', 'CountQueuingStrategy',
]); // prettier-ignore
/** What a program that may import packages finds fixed as well. */
const keptOfNode = new Set<PropertyKey>(['Buffer', 'process']);

type Realm = Record<PropertyKey, unknown>;

/** The environment of the program that is running; set anew for each life. */
export interface RealmControl {
  use(environment: ProgramEnvironment): void;
}

/**
 * Prepares a worker's global object, for good. Afterwards a program sees virtual timers, dates and
 * seeded chance under their usual names, and no network, clock or worker; assigning to a built-in or to
 * a new global throws a TypeError on the line that tries, so nothing is carried from one life or
 * scenario to the next.
 *
 * Call it when the host has taken what it needs, and before any code of the program is evaluated.
 * `fixed` are objects of the host that the program will see; `own` are names of the host's own that stay.
 */
export function prepareRealm(
  realm: object,
  fixed: readonly unknown[] = [],
  own: string | readonly string[] = [],
): RealmControl {
  const control = replaceTime(realm);
  lockRealm(realm, fixed, [own].flat());
  return control;
}

export interface TimeOptions {
  /** What time, chance and console are while no run is under way; without it they throw. */
  readonly idle?: ProgramEnvironment;
  /** The global timers, made from the run's; as they are when left out. */
  timersAs?(timers: GlobalTimers): Readonly<Record<string, unknown>>;
}

/**
 * The first half of preparing a realm: timers, dates, chance and console are the run's from now on, for good, also
 * for code that takes them as it is loaded.
 */
export function replaceTime(realm: object, { idle, timersAs = (timers) => timers }: TimeOptions = {}): RealmControl {
  const global = realm as Realm;
  let current = idle ?? null;
  const now = (): ProgramEnvironment => {
    if (current === null) throw new Error('No run is under way.');
    return current;
  };

  const replacements = {
    ...timersAs(timersOf(now)),
    Date: virtualDate(Date, now),
    performance: { now: () => now().timers.elapsedMs(), timeOrigin: 0 },
    console: consoleOf(now),
  };
  for (const [name, value] of Object.entries(replacements)) define(global, name, value);
  define(Math, 'random', () => now().random());
  if (typeof AbortSignal !== 'undefined') {
    define(AbortSignal, 'timeout', (ms: number) => {
      const abort = new AbortController();
      now().timers.setTimeout(() => abort.abort(new DOMException('The operation timed out.', 'TimeoutError')), ms);
      return abort.signal;
    });
  }
  if (typeof Event !== 'undefined') {
    Object.defineProperty(Event.prototype, 'timeStamp', { get: () => now().timers.elapsedMs() });
  }
  return {
    use(environment) {
      current = environment;
    },
  };
}

/**
 * The second half: what a program finds can no longer be changed. `own` are names of the host's own, left as they are.
 * With `hasNode` the names of Node.js stay beside the language's: the program may import its modules anyway, and a
 * Node.js that is itself JavaScript, as in a WebContainer, may need them.
 */
export function lockRealm(
  realm: object,
  fixed: readonly unknown[],
  own: readonly string[],
  { hasNode = false }: { hasNode?: boolean } = {},
): void {
  const global = realm as Realm;
  const isOwn = (key: PropertyKey): boolean => own.some((name) => name === key);
  if (!hasNode) removeAllBut(global, (key) => kept.has(key) || isOwn(key));
  define(global, 'Function', withoutCodeFromStrings());

  const names = Reflect.ownKeys(global).filter(
    (key) => !isOwn(key) && (!hasNode || kept.has(key) || keptOfNode.has(key)),
  );
  harden([...syntaxPrototypes(), ...fixed, ...names.map((key) => global[key]), Object.getPrototypeOf(global)], global);
  for (const key of names) {
    const isFixed = Object.getOwnPropertyDescriptor(global, key)?.configurable === false;
    if (!isFixed) Object.defineProperty(global, key, { value: global[key], writable: false, configurable: false });
  }
  Object.preventExtensions(global);
}

function define(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: false, enumerable: false, configurable: false });
}

/** Deletes what is not kept from the global object and from the prototypes that a browser puts behind it. */
function removeAllBut(global: Realm, isKept: (key: PropertyKey) => boolean): void {
  for (let target: object | null = global; target !== null; target = Object.getPrototypeOf(target) as object | null) {
    // AbortSignal needs EventTarget's methods; on the global object they are covered by the names below.
    if (target === Object.prototype || (typeof EventTarget !== 'undefined' && target === EventTarget.prototype)) break;
    for (const key of Reflect.ownKeys(target)) {
      if (key === 'constructor' || key === Symbol.toStringTag || isKept(key)) continue;
      // What the platform has fixed can at least be covered; the frame's policy holds in any case.
      if (!Reflect.deleteProperty(target, key)) Reflect.defineProperty(target, key, { value: undefined });
    }
  }
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent', 'when']) {
    if (name in global) define(global, name, undefined);
  }
}

export type GlobalTimers = Pick<
  VirtualTimers,
  'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval' | 'setImmediate' | 'clearImmediate'
>;

function timersOf(now: () => ProgramEnvironment): GlobalTimers {
  return {
    setTimeout: (run, ms, ...args) => now().timers.setTimeout(run, ms, ...args),
    clearTimeout: (id) => now().timers.clearTimeout(id),
    setInterval: (run, ms, ...args) => now().timers.setInterval(run, ms, ...args),
    clearInterval: (id) => now().timers.clearInterval(id),
    setImmediate: (run, ...args) => now().timers.setImmediate(run, ...args),
    clearImmediate: (id) => now().timers.clearImmediate(id),
  };
}

function virtualDate(RealDate: DateConstructor, now: () => ProgramEnvironment): unknown {
  function VirtualDate(this: unknown, ...args: unknown[]) {
    const ms = now().timers.nowEpochMs();
    if (new.target === undefined) return new RealDate(ms).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [ms] : args, new.target) as object;
  }
  define(VirtualDate, 'name', 'Date');
  define(VirtualDate, 'length', 7);
  define(VirtualDate, 'prototype', RealDate.prototype);
  define(VirtualDate, 'now', () => now().timers.nowEpochMs());
  define(VirtualDate, 'parse', RealDate.parse);
  define(VirtualDate, 'UTC', RealDate.UTC);
  // Without this, `new Date().constructor` would lead back to the real clock.
  define(RealDate.prototype, 'constructor', VirtualDate);
  return VirtualDate;
}

function consoleOf(now: () => ProgramEnvironment): object {
  const console: Record<string, unknown> = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const satisfies readonly LogLevel[]) {
    console[level] = (...values: unknown[]) => now().log(level, values);
  }
  console['trace'] = console['log'];
  console['table'] = console['log'];
  console['dir'] = (value: unknown) => now().log('log', [value]);
  console['assert'] = (isTrue: unknown, ...values: unknown[]) => {
    if (!isTrue) now().log('error', ['Assertion failed', ...values]);
  };
  for (const quiet of ['time', 'timeEnd', 'timeLog', 'group', 'groupCollapsed', 'groupEnd', 'count', 'clear'])
    console[quiet] = () => {};
  return console;
}

const generator = function* () {};
const asyncGenerator = async function* () {};
const protoOf = (value: unknown): object => Object.getPrototypeOf(value) as object;

/** Makes `Function('…')` and its three relatives refuse, also where no policy does; returns the new Function. */
function withoutCodeFromStrings(): unknown {
  const [plain] = [() => {}, async () => {}, generator, asyncGenerator].map((sample) => {
    const prototype = protoOf(sample);
    const { name } = (prototype as { constructor: { name: string } }).constructor;
    function refuse() {
      throw new TypeError(`${name}() would make code from a string, which is not available here. Write the function.`);
    }
    define(refuse, 'name', name);
    define(refuse, 'prototype', prototype);
    define(prototype, 'constructor', refuse);
    return refuse;
  });
  return plain;
}

/** The prototypes that syntax alone leads to: iterators, generators, async iterators. */
function syntaxPrototypes(): object[] {
  const iterators = [[].values(), new Map().entries(), new Set().values(), ''[Symbol.iterator](), 'a'.matchAll(/a/g)];
  return [...iterators, generator(), asyncGenerator(), async () => {}, new Uint8Array().values()].map(protoOf);
}
