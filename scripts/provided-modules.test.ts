// The modules of Node.js that every engine has, held against Node.js itself.
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileProgram, type SourceFiles } from '#graders/hosts/compile.ts';
import { gradeInNode } from '#graders/hosts/node.ts';
import type { ProvidedCode } from '#graders/hosts/provided.ts';
import { providedProgram } from '#graders/hosts/provided-cases.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { providedModules } from '#graders/hosts/specifiers.ts';
import { bundleProvided } from './provided-modules.mjs';

let provided: ProvidedCode;
beforeAll(async () => {
  provided = await bundleProvided();
});

type Module = Record<string, unknown>;
/** A module of Node.js as a compiled file expects it. */
async function ofNode(name: string): Promise<Module> {
  return { ...((await import(name)) as Module), __esModule: true };
}
const evaluate = (code: string, parameters: string): unknown =>
  new Script(`(async function (${parameters}) {${code}\n})`).runInThisContext();

/** What a program logs, in virtual time; `calm` is two seconds of a small exercise. */
async function run(files: SourceFiles) {
  const events: SessionEvent[] = [];
  const verdict = await gradeInNode(trialExercise, files, {
    scenario: 'calm',
    seeds: [7],
    provided: bundleProvided,
    onEvent: (event) => events.push(event),
  });
  const lines = events.flatMap((event) => (event.kind === 'console' ? event.lines : []));
  return { verdict, lines };
}

/** The same program on the modules of the Node.js that runs this. */
async function runOnNode(files: SourceFiles): Promise<string[]> {
  const [solution] = compileProgram(files, 'solution.ts', { provided }).files;
  const modules = new Map<string, Module>();
  for (const name of providedModules) {
    const module = await ofNode(name);
    modules.set(name, module).set(name.replace('node:', ''), module);
  }
  const lines: string[] = [];
  const exports: { default?: () => Promise<void> } = {};
  const body = evaluate(solution?.code ?? '', 'exports, require, console') as (...given: unknown[]) => Promise<void>;
  await body(exports, (name: string) => modules.get(name), { log: (line: string) => lines.push(line) });
  await exports.default?.();
  return lines;
}

/** Lines `case: what it logged`, by case. */
function byCase(lines: readonly string[]): Record<string, string[]> {
  const groups = Object.groupBy(lines, (line) => line.slice(0, line.indexOf(': ')));
  return groups as Record<string, string[]>;
}

test('operations on streams, events, timers and bytes: the same log as with the modules of Node.js', async () => {
  const [ours, theirs] = await Promise.all([run(providedProgram), runOnNode(providedProgram)]);
  expect(ours.verdict.failure).toBeNull();
  expect(theirs.length).toBeGreaterThan(400);
  expect(theirs.filter((line) => line.includes(': stopped '))).toEqual([]);
  expect(byCase(ours.lines.map(({ text }) => text))).toEqual(byCase(theirs));
});

/** What the modules do not have: parts of Node.js that need it, or are on their way out. */
const missing: Record<string, string[]> = {
  'node:stream': [],
  'node:stream/promises': [],
  'node:events': ['EventEmitterAsyncResource'],
  'node:timers/promises': [],
  'node:buffer': ['Blob', 'File', 'SlowBuffer', 'resolveObjectURL', 'transcode'],
};

describe.each(providedModules)('%s', (name) => {
  const isPublic = (key: string): boolean => !key.startsWith('_');

  test('exports what it exports in Node.js', async () => {
    const theirs = Object.keys((await import(name)) as Module).filter((key) => isPublic(key) && key !== 'default');
    const ours = provided.exports[name]?.filter(isPublic) ?? [];
    expect([...ours, ...(missing[name] ?? [])].toSorted()).toEqual(theirs.toSorted());
  });

  test('its functions and classes have their names, and classes their methods', async () => {
    const exports: { modules?: Record<string, Module> } = {};
    await (evaluate(provided.code, 'exports') as (given: object) => Promise<void>)(exports);
    const ours = exports.modules?.[name] as Module;
    const theirs = createRequire(import.meta.url)(name) as Module;
    for (const key of Object.keys(ours)) {
      const [own, other] = [ours[key], theirs[key]];
      expect(typeof own, key).toBe(typeof other);
      if (typeof own !== 'function' || typeof other !== 'function') continue;
      // Some have none, here or there.
      if (own.name !== '' && other.name !== '') expect(own.name, key).toBe(other.name);
      const isClass = /^[A-Z]/.test(key) && key !== 'Buffer';
      if (!isClass) continue;
      const methods = Object.keys(other.prototype as object).filter((each) => isPublic(each) || /^_[a-z]+$/.test(each));
      expect(
        methods.filter((each) => !(each in (own.prototype as object))),
        key,
      ).toEqual([]);
    }
  });
});

const inRun = (imports: string, body: string) => ({
  'solution.ts': `${imports}\nexport default async function run({ signal }: any) {\n${body}\n}`,
});
const timed = (lines: readonly { atMs: number; text: string }[]) => lines.map(({ atMs, text }) => `${atMs} ${text}`);

test('time is the run’s', async () => {
  const imports = `import { setTimeout as sleep, setInterval, scheduler } from 'node:timers/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';`;
  const { lines } = await run(
    inRun(
      imports,
      `console.log(await sleep(250, 'slept'));
       await scheduler.wait(50); console.log('waited');
       let n = 0; for await (const _ of setInterval(100)) { console.log('tick'); if (n++ === 0) await sleep(250); if (n === 4) break; }
       const slow = new Writable({ objectMode: true, highWaterMark: 1, write(chunk, _, done) { console.log(chunk); setTimeout(done, 20); } });
       await pipeline(Readable.from(['a', 'b']), slow); console.log('done');
       try { await sleep(60_000, null, { signal }); } catch (error: any) { console.log(error.name); }`,
    ),
  );
  expect(timed(lines)).toEqual([
    '250 slept',
    '300 waited',
    '400 tick',
    '650 tick',
    '650 tick',
    '700 tick',
    '700 a',
    '720 b',
    '740 done',
    '2000 AbortError',
  ]);
});

test('each life has modules of its own: what one run did to them is not there in the next', async () => {
  const files = inRun(
    `import EventEmitter from 'node:events'; import { getDefaultHighWaterMark, setDefaultHighWaterMark, Readable } from 'node:stream';`,
    `const asNew = EventEmitter.defaultMaxListeners === 10 && getDefaultHighWaterMark(true) === 16 && !('mark' in Readable.prototype);
     if (!asNew) throw new Error('found what an earlier run left');
     EventEmitter.defaultMaxListeners = 3; setDefaultHighWaterMark(true, 5); (Readable.prototype as any).mark = 1;`,
  );
  const { failure, seeds } = await gradeInNode(trialExercise, files, { provided: bundleProvided });
  expect(seeds.length).toBeGreaterThan(1);
  expect(failure).toBeNull();
});

test.each([
  ['an error that nobody hears', `const r = new Readable({ read() {} });\nr.destroy(\n  new Error('unheard'));\nawait sleep(5);`, 'threw', 5, 'unheard'],
  ['a listener that throws', `const r = Readable.from([1]);\nr.on('data', () => {\n  throw new Error('in a listener');\n});\nawait sleep(5);`, 'threw', 5, 'in a listener'],
  ['a promise of a pipeline that nobody awaits', `void pipeline(Readable.from([1]), async () => {\n  throw new Error('in a stage');\n});\nawait sleep(5);`, 'rejection', 4, 'in a stage'],
  ['a wrong argument', `new Readable({\n  highWaterMark: -1 });\nawait sleep(5);`, 'threw', 3, 'highWaterMark'],
])('%s has the line of the learner’s file, and no other', async (_, body, kind, line, message) => {
  const imports = `import { Readable } from 'node:stream'; import { pipeline } from 'node:stream/promises'; import { setTimeout as sleep } from 'node:timers/promises';`;
  const { verdict } = await run(inRun(imports, body));
  expect(verdict.failure).toMatchObject({ kind, file: 'solution.ts', line });
  expect(verdict.failure?.stack.filter((place) => !/^solution\.ts:\d+$/.test(place))).toEqual([]);
  expect(verdict.failure?.message).toContain(message);
}); // prettier-ignore

test('a program that imports one is not run without them', async () => {
  const files = inRun(`import { once } from 'events';`, `console.log(once);`);
  await expect(gradeInNode(trialExercise, files)).rejects.toThrow('node:events');
});
