// The world that a program finds: virtual time, seeded chance, no network, and built-ins it cannot bend.

import type { ProgramEnvironment, LogLevel } from '../../lab/program.ts';

/** Anything that reaches outside, or brings time that the clock does not see. */
const removed = [
  'fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'WebTransport', 'EventSource', 'importScripts', 'indexedDB', 'caches',
  'Worker', 'SharedWorker', 'BroadcastChannel', 'MessageChannel', 'MessagePort', 'RTCPeerConnection', 'navigator', 'scheduler',
  'postMessage', 'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'close', 'process', 'require', 'module',
  'Atomics', 'SharedArrayBuffer', 'WebAssembly', 'eval', 'onmessage', 'crypto', 'FinalizationRegistry', 'WeakRef',
  'addEventListener', 'removeEventListener', 'dispatchEvent', 'onerror', 'onunhandledrejection', 'reportError',
] as const; // prettier-ignore

/** What the lab and the judge lean on; their present methods are fixed in place. */
const leanedOn = [
  'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Promise', 'Number', 'String', 'Boolean', 'Symbol', 'JSON', 'Math', 'Reflect', 'RegExp',
  'Uint8Array', 'Float64Array', 'ArrayBuffer', 'AbortController', 'AbortSignal', 'Function', 'Object', 'Error', 'TypeError', 'RangeError', 'Proxy',
] as const; // prettier-ignore

/** Assigning these on an object of one's own is everyday code, and nothing here relies on them. */
const leftOpen = new Set([
  'constructor',
  'toString',
  'toLocaleString',
  'valueOf',
  'name',
  'message',
  'stack',
  'cause',
  'then',
]);

type Realm = Record<string, unknown>;

/** The environment of the program that is running; set anew for each life. */
export interface RealmControl {
  use(environment: ProgramEnvironment): void;
}

/**
 * Prepares a worker's global object. After this the program sees virtual timers, dates and seeded
 * chance under their usual names; assigning to a built-in throws a TypeError on the line that tries.
 * Call it after the host has taken what it needs, and before any code of the program is evaluated.
 */
export function prepareRealm(realm: object): RealmControl {
  const global = realm as Realm;
  const RealDate = Date;
  let current: ProgramEnvironment | null = null;
  const now = (): ProgramEnvironment => {
    if (current === null) throw new Error('No run is under way.');
    return current;
  };

  for (const name of removed) hide(global, name);

  const VirtualDate = function (this: unknown, ...args: unknown[]) {
    const ms = now().timers.nowEpochMs();
    if (new.target === undefined) return new RealDate(ms).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [ms] : args, new.target);
  };
  VirtualDate.prototype = RealDate.prototype;
  const parse = RealDate.parse.bind(RealDate);
  const utc = RealDate.UTC.bind(RealDate);
  Object.assign(VirtualDate, { now: () => now().timers.nowEpochMs(), parse, UTC: utc });

  const console: Record<string, unknown> = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const satisfies readonly LogLevel[]) {
    console[level] = (...values: unknown[]) => now().log(level, values);
  }
  console['trace'] = console['log'];
  console['table'] = console['log'];
  console['assert'] = (isTrue: unknown, ...values: unknown[]) => {
    if (isTrue !== true) now().log('error', ['Assertion failed', ...values]);
  };
  for (const quiet of ['time', 'timeEnd', 'group', 'groupEnd', 'count', 'clear']) console[quiet] = () => {};

  const timers = {
    setTimeout: (run: never, ms?: number, ...args: unknown[]) => now().timers.setTimeout(run, ms, ...args),
    clearTimeout: (id?: number) => now().timers.clearTimeout(id),
    setInterval: (run: never, ms?: number, ...args: unknown[]) => now().timers.setInterval(run, ms, ...args),
    clearInterval: (id?: number) => now().timers.clearInterval(id),
    setImmediate: (run: never, ...args: unknown[]) => now().timers.setImmediate(run, ...args),
    clearImmediate: (id?: number) => now().timers.clearImmediate(id),
  };
  Object.defineProperty(Math, 'random', { value: () => now().random() });
  if (typeof AbortSignal !== 'undefined') {
    Object.defineProperty(AbortSignal, 'timeout', {
      value: (ms: number) => {
        const abort = new AbortController();
        now().timers.setTimeout(() => abort.abort(new DOMException('The operation timed out.', 'TimeoutError')), ms);
        return abort.signal;
      },
    });
  }
  const replacements = {
    ...timers,
    Date: VirtualDate,
    performance: Object.freeze({ now: () => now().timers.elapsedMs(), timeOrigin: 0 }),
    console,
  };
  for (const [name, value] of Object.entries(replacements)) {
    Object.defineProperty(global, name, { value: Object.freeze(value), writable: false, configurable: false });
  }
  // Without this, `new Date().constructor` would lead back to the real clock.
  Object.defineProperty(RealDate.prototype, 'constructor', { value: VirtualDate });

  for (const name of leanedOn) fix(global, name);
  fixPrototype(Object.getPrototypeOf([][Symbol.iterator]()) as object);
  fixPrototype(Object.getPrototypeOf(new Map()[Symbol.iterator]()) as object);
  fixPrototype(Object.getPrototypeOf(new Set()[Symbol.iterator]()) as object);
  fixPrototype(Object.getPrototypeOf(Uint8Array) as object);
  fixPrototype((Object.getPrototypeOf(Uint8Array) as { prototype: object }).prototype);
  Object.preventExtensions(Object.prototype);

  return {
    use(environment) {
      current = environment;
    },
  };
}

function hide(global: Realm, name: string): void {
  if (!(name in global)) return;
  try {
    Object.defineProperty(global, name, { value: undefined, writable: false, configurable: false, enumerable: false });
  } catch {
    // A property that the platform fixed on the global object itself stays; the frame's policy still holds.
  }
}

function fix(global: Realm, name: string): void {
  const value = global[name];
  if (value === undefined) return;
  Object.defineProperty(global, name, { value, writable: false, configurable: false });
  fixPrototype(value as object);
  const { prototype } = value as { prototype?: object };
  if (prototype !== undefined && prototype !== null) fixPrototype(prototype);
}

function fixPrototype(target: object): void {
  for (const key of Reflect.ownKeys(target)) {
    if (typeof key === 'string' && leftOpen.has(key) && !(target === Promise.prototype && key === 'then')) continue;
    const property = Object.getOwnPropertyDescriptor(target, key);
    if (property === undefined || !property.configurable) continue;
    Object.defineProperty(
      target,
      key,
      'value' in property ? { writable: false, configurable: false } : { configurable: false },
    );
  }
}
