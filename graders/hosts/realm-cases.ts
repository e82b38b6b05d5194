// Programs that the realm must not hurt, and programs that try to bend it; every host runs the same lists.

import type { ConsumerScenario } from '../../lab/kafka/scenario.ts';
import type { Exercise } from '../exercise.ts';
import type { SourceFiles } from './compile.ts';

/** Bodies of `async function check(assert)`; each must run to its end. */
export const everydayCode: Readonly<Record<string, string>> = {
  'an error class that assigns its name': `
    class WriteError extends Error { constructor(m: string) { super(m); this.name = 'WriteError'; this.message = m + '!'; } }
    const e = new WriteError('no');
    assert(e.name === 'WriteError' && e.message === 'no!' && e instanceof Error && String(e) === 'WriteError: no!');`,
  'an error class in the old style': `
    function Old(this: any, m: string) { this.message = m; }
    Old.prototype = Object.create(Error.prototype); Old.prototype.constructor = Old; Old.prototype.name = 'Old';
    assert(String(new (Old as any)('x')) === 'Old: x');`,
  'an error with a cause and a stack': `
    const e: any = new Error('outer', { cause: new Error('inner') });
    e.code = 'E1'; e.stack = 'own';
    assert(e.cause.message === 'inner' && e.stack === 'own');
    const t = {}; (Error as any).captureStackTrace?.(t);`,
  'own toString, valueOf and constructor by assignment': `
    const o: any = {}; o.toString = () => 'o'; o.valueOf = () => 4; o.constructor = 1; o.hasOwnProperty = 2; o.toLocaleString = 3;
    assert(String(o) === 'o' && o * 2 === 8 && o.constructor === 1 && Object.keys(o).length === 5);
    const f: any = () => 1; f.toString = () => 'f'; assert(String(f) === 'f');
    const l: any = [1]; l.toString = () => 'l'; assert(String(l) === 'l');`,
  'counting words that are names of methods': `
    const n: Record<string, number> = {};
    for (const w of ['constructor', 'toString', 'a', 'a']) n[w] = Object.hasOwn(n, w) ? n[w]! + 1 : 1;
    assert(n['constructor'] === 1 && n['toString'] === 1 && n['a'] === 2);`,
  'classes that extend Map, Array and Promise': `
    class M extends Map<string, number> { override get(k: string) { return super.get(k) ?? 0; } size2 = 1; }
    const m = new M(); m.set('a', 1); assert(m.get('b') === 0 && m.get('a') === 1);
    class L extends Array<number> { override push(...v: number[]) { return super.push(...v.map((x) => x * 2)); } }
    const l = new L(); l.push(1, 2); assert(l.length === 2 && l[1] === 4 && l.map((x) => x) instanceof L);
    class P<T> extends Promise<T> {} assert((await P.resolve(3).then((x) => x + 1)) === 4 && P.resolve(1).then(() => {}) instanceof P);`,
  'arrays from many things': `
    assert(Array.from({ length: 3 }, (_, i) => i).join() === '0,1,2' && Array.from(new Set([1, 1, 2])).length === 2);
    assert([...'añ'].length === 2 && [3, 1, 2].toSorted().join() === '1,2,3' && [1, 2, 3].at(-1) === 3);
    assert(Object.groupBy([1, 2, 3], (x) => (x % 2 ? 'odd' : 'even'))['odd']!.length === 2);`,
  'structuredClone': `
    const given = { at: new Date(5), map: new Map([[1, { a: [1, 2] }]]), big: 10n, bytes: new Uint8Array([1, 2]) };
    const copy = structuredClone(given);
    assert(copy.at.getTime() === 5 && copy.map.get(1)!.a[1] === 2 && copy.big === 10n && copy.bytes[1] === 2 && copy.map !== given.map);`,
  'generators and async generators': `
    function* count() { let n = 0; while (n < 3) yield n++; }
    async function* slow() { for (const n of count()) { await null; yield n * 10; } }
    const seen: number[] = []; for await (const n of slow()) seen.push(n);
    assert(seen.join() === '0,10,20' && [...count()].length === 3);
    const it = slow(); await it.next(); await it.return(undefined);`,
  'iterator helpers': `
    const i: any = [1, 2, 3].values();
    if (i.map) assert(i.map((x: number) => x * 2).toArray().join() === '2,4,6');`,
  'abort signals': `
    const a = new AbortController(), b = new AbortController();
    const any = AbortSignal.any([a.signal, b.signal]); let heard = 0;
    any.addEventListener('abort', () => heard++, { once: true }); any.onabort = () => heard++;
    b.abort(new Error('why')); assert(any.aborted && any.reason.message === 'why' && heard === 2);
    assert(AbortSignal.abort().aborted); let threw = false;
    try { any.throwIfAborted(); } catch { threw = true; } assert(threw);`,
  'a signal that times out in virtual time': `
    const before = Date.now(); const s = AbortSignal.timeout(40);
    await new Promise((r) => s.addEventListener('abort', r)); assert(Date.now() - before === 40 && s.reason.name === 'TimeoutError');`,
  'events of its own': `
    class Bus extends EventTarget { go() { return this.dispatchEvent(new CustomEvent('x', { detail: 3 })); } }
    const bus = new Bus(); let d = 0; bus.addEventListener('x', (e: any) => (d = e.detail)); bus.go(); assert(d === 3);`,
  'microtasks in order': `
    const order: number[] = []; queueMicrotask(() => order.push(2)); order.push(1); await null; await null; assert(order.join() === '1,2');`,
  'text, URLs and numbers': `
    assert(new TextDecoder().decode(new TextEncoder().encode('añ')) === 'añ' && atob(btoa('hi')) === 'hi');
    const u = new URL('https://a.example/b?c=1'); u.searchParams.set('c', '2'); assert(u.href === 'https://a.example/b?c=2');
    assert(new Intl.NumberFormat('en-US').format(12345.5) === '12,345.5' && (1234.5).toFixed(1) === '1234.5');
    assert(2n ** 70n === 1180591620717411303424n && BigInt.asUintN(8, 257n) === 1n && (255).toString(16) === 'ff');
    assert('a-b'.replace(/-(.)/, (_, c) => c.toUpperCase()) === 'aB' && 'x'.padStart(3, '.') === '..x' && /(?<y>\\d+)/.exec('a12')!.groups!['y'] === '12');`,
  'streams': `
    const doubled = new ReadableStream<number>({ start(c) { for (const n of [1, 2, 3]) c.enqueue(n); c.close(); } })
      .pipeThrough(new TransformStream<number, number>({ transform(n, c) { c.enqueue(n * 2); } }, { highWaterMark: 2 }));
    const got: number[] = []; const reader = doubled.getReader();
    for (let r = await reader.read(); !r.done; r = await reader.read()) got.push(r.value);
    assert(got.join() === '2,4,6');
    const written: string[] = [];
    const w = new WritableStream<string>({ async write(s) { await new Promise((r) => setTimeout(r, 5)); written.push(s); } }, new CountQueuingStrategy({ highWaterMark: 1 })).getWriter();
    void w.write('a'); void w.write('b'); assert((w.desiredSize ?? 0) < 1); await w.close(); assert(written.join() === 'a,b');`,
  'a stream that waits for virtual time': `
    let n = 0; const before = Date.now();
    const s = new ReadableStream<number>({ async pull(c) { await new Promise((r) => setTimeout(r, 10)); if (n < 3) c.enqueue(n++); else c.close(); } });
    const reader = s.getReader(); while (!(await reader.read()).done); assert(n === 3 && Date.now() - before === 40);`,
  'dates in virtual time': `
    const d = new Date(); assert(d instanceof Date && d.constructor === Date && Date.now() === d.getTime() && new Date(0).toISOString() === '1970-01-01T00:00:00.000Z');
    class Stamp extends Date { iso() { return this.toISOString(); } } assert(new Stamp(0).iso().startsWith('1970') && new Stamp() instanceof Date);
    const t0 = performance.now(); await new Promise((r) => setTimeout(r, 7)); assert(performance.now() - t0 === 7);
    assert(Date.UTC(2020, 0) === 1577836800000 && !Number.isNaN(Date.parse('2020-01-01')) && typeof Date() === 'string');`,
  'timers': `
    let ticks = 0; const id = setInterval(() => { if (++ticks === 3) clearInterval(id); }, 10);
    const t = setTimeout(() => (ticks = 100), 5); clearTimeout(t);
    await new Promise((r) => setTimeout(r, 50)); assert(ticks === 3); await new Promise((r) => setImmediate(r));`,
  'proxies, reflection and symbols': `
    const log: string[] = []; const p: any = new Proxy({ a: 1 } as any, { get(t, k) { log.push(String(k)); return Reflect.get(t, k); } });
    assert(p.a === 1 && log[0] === 'a' && Symbol.for('x') === Symbol.for('x') && Reflect.ownKeys({ a: 1, [Symbol.iterator]: 2 }).length === 2);
    class Tagged { get [Symbol.toStringTag]() { return 'T'; } static [Symbol.hasInstance](v: unknown) { return v === 1; } }
    assert(String(new Tagged()) === '[object T]' && (1 as any) instanceof Tagged);`,
  'weak maps, sets and typed arrays': `
    const w = new WeakMap<object, number>(); const k = {}; w.set(k, 1); assert(w.get(k) === 1 && new WeakSet([k]).has(k));
    const b = new Float64Array(4).fill(1.5); assert(b.reduce((a, x) => a + x) === 6 && new DataView(b.buffer).byteLength === 32 && b.subarray(1).length === 3);
    assert(new Set([1, 2]).union?.(new Set([3])).size !== 2);`,
  'mixins and private state': `
    const Counted = <T extends new (...a: any[]) => object>(Base: T) => class extends Base { #n = 0; inc() { return ++this.#n; } };
    class Plain {} const c = new (Counted(Plain))(); assert(c.inc() === 1 && c.inc() === 2);
    Object.assign(Plain.prototype, { hi() { return 'hi'; } }); assert((new Plain() as any).hi() === 'hi');
    const frozen = Object.freeze({ a: 1 }); assert({ ...frozen, b: 2 }.b === 2);`,
  'promises in company': `
    const all = await Promise.allSettled([Promise.resolve(1), Promise.reject(new Error('x'))]); assert(all[1]!.status === 'rejected');
    const { promise, resolve } = Promise.withResolvers<number>(); resolve(2); assert((await promise) === 2);
    assert((await Promise.race([new Promise((r) => setTimeout(r, 20, 'slow')), new Promise((r) => setTimeout(r, 10, 'quick'))])) === 'quick');
    await Promise.reject(new Error('caught')).catch(() => {}); await { then(f: (v: number) => void) { f(1); } };`,
  'JSON with all its turns': `
    class Money { cents = 5; toJSON() { return 'five'; } }
    assert(JSON.stringify({ m: new Money(), d: new Date(0) }) === '{"m":"five","d":"1970-01-01T00:00:00.000Z"}' && JSON.parse('[1]', (_, v) => v)[0] === 1);`,
  'console in all its forms': `
    console.log('a', { b: [1, new Map([[1, 2]])] }, 10n, Symbol('s'), null, undefined, () => 1); console.table([{ a: 1 }]); console.group('g'); console.groupEnd();
    console.assert(1 as any, 'not shown'); console.time('t'); console.timeEnd('t'); console.dir({}); console.trace('here'); const { warn } = console; warn('w');`,
  'an enum': `
    enum Colour { Red, Green } assert(Colour.Green === 1 && Colour[0] === 'Red');`,
  'asking what a function is': `
    const AsyncFunction = (async () => {}).constructor; assert((async () => {}) instanceof AsyncFunction && (() => 1) instanceof Function && (() => 1).constructor === Function);
    assert(AsyncFunction.name === 'AsyncFunction' && Object.prototype.toString.call(async () => {}) === '[object AsyncFunction]');`,
}; // prettier-ignore

/** One program that runs all of `everydayCode` and throws the list of those that did not get through. */
export function everydayProgram(): SourceFiles {
  const cases = Object.entries(everydayCode).map(
    ([name, body]) => `  [${JSON.stringify(name)}, async (assert) => {${body.replaceAll('\n', ' ')}\n  }],`,
  );
  return {
    'solution.ts': `const cases: [string, (assert: (isTrue: unknown) => void) => Promise<void>][] = [
${cases.join('\n')}
];
export default async function run() {
  const hurt: string[] = [];
  for (const [name, check] of cases) {
    try { await check((isTrue) => { if (!isTrue) throw new Error('is not so'); }); }
    catch (error) { hurt.push(name + ': ' + String(error)); }
  }
  if (hurt.length > 0) throw new Error('Hurt: ' + hurt.join('; '));
}
`,
  };
}

/**
 * Bodies of `function attempt(context, records)`: code that tries to reach or change what is measured.
 * What it throws is caught, as a program that tampers would do, unless it says that it got through.
 */
export const tampering: Readonly<Record<string, string>> = {
  'posting a verdict by hand': `
    const done = { kind: 'done', runId: 1 }; const g: any = globalThis;
    for (const t of [g, Object.getPrototypeOf(g), Object.getPrototypeOf(Object.getPrototypeOf(g))]) for (const k of Reflect.ownKeys(t)) if (/post|port|worker|scheduler|import/i.test(String(k))) throw new Error('reached ' + String(k));
    for (const f of [g.postMessage, g.self?.postMessage, g.parentPort?.postMessage, g.process?.send]) f?.(done);`,
  'listening to the worker': `(globalThis as any).onmessage = () => {}; (globalThis as any).self.onmessage = () => {};`,
  'listening through EventTarget': `
    for (const type of ['message', 'error', 'unhandledrejection']) EventTarget.prototype.addEventListener.call(globalThis as any, type, (e) => { e.stopImmediatePropagation(); e.preventDefault(); });
    EventTarget.prototype.dispatchEvent.call(globalThis as any, new Event('message'));`,
  'Array.prototype.push': `Array.prototype.push = function () { return 0; };`,
  'Array.prototype.filter by definition': `Object.defineProperty(Array.prototype, 'filter', { value: () => [] });`,
  'the species of arrays': `(Array.prototype as any).constructor = { [Symbol.species]: function () { return []; } };`,
  'an element on Array.prototype': `(Array.prototype as any)[0] = { atMs: 1 };`,
  'the iterator of arrays': `Object.getPrototypeOf([].values()).next = () => ({ done: true, value: undefined });`,
  'the iterator of maps': `Object.getPrototypeOf(new Map().values()).next = () => ({ done: true, value: undefined });`,
  'Math.max': `Math.max = () => 0;`,
  'Promise.prototype.then': `(Promise.prototype as any).then = function () { return this; };`,
  'the constructor of promises': `(Promise.prototype as any).constructor = class { constructor(f: any) { f(() => {}, () => {}); } };`,
  'the global Promise': `(globalThis as any).Promise = class {};`,
  'JSON.stringify': `JSON.stringify = () => '{}';`,
  'toJSON on every string': `(String.prototype as any).toJSON = () => 'x';`,
  'Object.prototype': `(Object.prototype as any).passed = true;`,
  'Object.prototype by definition': `Object.defineProperty(Object.prototype, 'state', { get: () => 'met', set() {} });`,
  'Object.prototype through __proto__': `({} as any).__proto__.state = 'met';`,
  'the prototype of Object.prototype': `Object.setPrototypeOf(Object.prototype, { state: 'met' });`,
  'Object.prototype.toString': `Object.prototype.toString = () => 'x';`,
  'Object.entries': `Object.entries = () => [];`,
  'Number.isInteger': `Number.isInteger = () => true;`,
  'Map.prototype.get': `Map.prototype.get = () => undefined;`,
  'what an error is': `Object.defineProperty(Error, Symbol.hasInstance, { value: () => true });`,
  'Error.prepareStackTrace': `(Error as any).prepareStackTrace = (_: unknown, sites: any[]) => sites.map((s) => s.getFunction());`,
  'RegExp.prototype.exec': `RegExp.prototype.exec = () => null;`,
  'the global Date': `(globalThis as any).Date = class { static now() { return 0; } };`,
  'Date.now': `Date.now = () => 0;`,
  'Date.prototype.getTime': `Date.prototype.getTime = () => 0;`,
  'setTimeout': `(globalThis as any).setTimeout = (f: () => void) => f();`,
  'Math.random': `Math.random = () => 0;`,
  'the context': `for (const part of [context, context.consumer, context.sink, context.deadLetters]) for (const k of Reflect.ownKeys(part)) Reflect.set(part, k, async () => []);`,
  'the context by definition': `Object.defineProperty(context.sink, 'write', { value: async () => {} });`,
  'the class behind a record': `const { constructor } = records[0]; if (constructor !== Object) throw new Error('reached ' + constructor.name);`,
  'the prototype of records': `Object.getPrototypeOf(records[0]).toJSON = () => ({});`,
  'a record of its own': `records[0].offset = 1_000_000; Object.defineProperty(records[0], 'offset', { value: 1_000_000 });`,
  'a method of its own array': `
    const mine: any = [context.consumer.assignment()[0]]; let owned: any;
    mine.map = (f: any) => { owned = f(mine[0]); return []; };
    context.consumer.resume(mine); if (owned !== undefined) throw new Error('reached the consumer');`,
  'an array that lies about its length': `
    let asked = 0; const lying = new Proxy([records[0]], { get: (t, k) => (k === 'length' && asked++ > 2 ? 0 : Reflect.get(t, k)) });
    context.consumer.resume(lying.slice(1) as any);`,
  'code from a string': `
    const F: any = (() => {}).constructor;
    for (const make of [F, F.constructor, (async () => {}).constructor, (function* () {}).constructor, (globalThis as any).eval]) {
      let made: any; try { made = make('return globalThis'); } catch { continue; } throw new Error('reached code from a string ' + made); }`,
  'walking callers': `const f: any = function (this: unknown) { return (f as any).caller ?? (arguments as any).callee; }; f();`,
  'a new global': `(globalThis as any).passed = true;`,
  'leaving': `(globalThis as any).process.exit(0);`,
}; // prettier-ignore

/** The simplest loop that reads, writes and commits, with an attempt at its first records. */
export function tamperingProgram(attempt: string): SourceFiles {
  return {
    'solution.ts': `let hasTried = false;
export default async function run(context: any) {
  const { consumer, sink, signal } = context;
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    if (records.length === 0) continue;
    if (!hasTried) {
      hasTried = true;
      try { ${attempt.replaceAll('\n', ' ')} }
      catch (error) { if (String(error).includes('reached')) throw error; }
    }
    await sink.write(records);
    await consumer.commitSync();
  }
}
`,
  };
}

/** A small exercise that each case runs through: two seconds, and laws of every kind. */
export const trialExercise: Exercise = {
  id: 'trial',
  version: 1,
  title: 'Trial',
  summary: 'What the hosts are tried with.',
  module: 'kafka',
  minutes: 1,
  objectives: [],
  covers: [],
  lesson: '',
  entry: 'solution.ts',
  scenarios: [trialScenario('calm', 1_000), trialScenario('busy', 4_000)],
  seeds: [7, 4_211],
  checks: (
    ['lag-drains', 'sink-p95', 'no-eviction', 'nothing-lost', 'duplicates-explained', 'dead-letters-exact'] as const
  ).map((law) => ({ id: law, label: law, law, target: law === 'sink-p95' ? 60 : 0, scenarios: ['calm', 'busy'] })),
  plots: [],
};

function trialScenario(name: string, recordsPerSecond: number): ConsumerScenario {
  const mib = 1024 * 1024;
  return {
    name,
    title: name,
    summary: '',
    durationMs: 2_000,
    graceMs: 500,
    topic: 'orders',
    partitions: 3,
    group: { partitions: 3, members: 1 },
    recordBytes: 1_024,
    traffic: { baseRecordsPerSecond: recordsPerSecond },
    broker: { fetchRttMs: 8, commitRttMs: 3, rebalanceMs: 300 },
    maxPollInterval: { defaultMs: 1_000, mostMs: 1_000 },
    process: {
      limitBytes: 64 * mib,
      baseBytes: 16 * mib,
      bytesPerRecord: 2_048,
      handOverMs: 0.01,
      restartMs: 500,
      mostRestarts: 1,
    },
    sink: {
      connections: 2,
      waiting: 2,
      callMs: 10,
      rowMs: 0.1,
      maxRowsPerCall: 1_000,
      jitterShare: 0.05,
      contentionShare: 0.05,
    },
    deadLetterMs: 5,
    poisonShare: 0,
    wobbleMs: 0,
  };
}
