// Packages from npm, and modules of Node.js, in a run: they see its time, and the marks stay what they are.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gradeInNode } from './node.ts';
import { everydayProgram, trialExercise } from './realm-cases.ts';

/** What stands in node_modules: the files of each package. */
const homemade: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'keeps-time': {
    'package.json': '{ "name": "keeps-time", "version": "1.0.0" }',
    'index.js': `
      const { setTimeout: later, setInterval: every, clearInterval: stop, Date: Calendar, performance: clock } = globalThis;
      const { performance: alsoClock } = require('perf_hooks');
      const timers = require('node:timers'), sleeps = require('timers/promises'), { promisify } = require('util');
      const process = require('node:process'), random = Math.random;
      exports.atLoad = [Calendar.now(), clock.now(), alsoClock.now(), process.hrtime()];
      exports.randomAtLoad = random();
      exports.passed = async () => {
        const waits = {
          captured: () => new Promise((done) => later(done, 10)),
          module: () => new Promise((done) => timers.setTimeout(done, 10).unref()),
          promises: () => sleeps.setTimeout(10),
          promisified: () => promisify(later)(10),
          scheduler: () => sleeps.scheduler.wait(10),
          interval: () => new Promise((done) => { const id = every(() => { stop(id); done(); }, 10); }),
          iterated: async () => { let n = 0; for await (const _ of sleeps.setInterval(5)) if (++n === 2) break; },
        };
        const passed = {};
        for (const [name, wait] of Object.entries(waits)) {
          const [before, ticks] = [Calendar.now(), process.hrtime.bigint()];
          await wait();
          passed[name] = [Calendar.now() - before, Number(process.hrtime.bigint() - ticks) / 1e6];
        }
        return passed;
      };
      exports.leave = () => process.exit(0);`,
  },
  'only-import': {
    'package.json': '{ "name": "only-import", "type": "module", "exports": { "import": "./index.js" } }',
    'index.js': 'export default class Greeter {}; export let count = 0; export const raise = () => ++count;',
  },
  'a-function': {
    'package.json': '{ "name": "a-function" }',
    'index.js': 'module.exports = function hello() { return "hello"; }; module.exports.loud = "HELLO";',
  },
  'starts-a-timer': { 'package.json': '{ "name": "starts-a-timer" }', 'index.js': 'setInterval(() => {}, 1000);' },
  'throws-at-once': { 'package.json': '{ "name": "throws-at-once" }', 'index.js': 'throw new RangeError("no");' },
  'needs-another': { 'package.json': '{ "name": "needs-another" }', 'index.js': 'require("not-there");' },
  '@some/scoped': { 'package.json': '{ "name": "@some/scoped" }', 'index.js': 'exports.name = "scoped";' },
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packages-'));
  const modules = join(folder, 'node_modules');
  for (const [name, files] of Object.entries(homemade)) {
    mkdirSync(join(modules, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(modules, name, file), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function grade(body: string, imports = '') {
  const lines: string[] = [];
  const source = `${imports}\nexport default async function run({ signal }: any) {\n${body}\n}\n`;
  const { failure } = await gradeInNode(trialExercise, { 'solution.ts': source }, {
    scenario: 'calm',
    seeds: [7],
    packagesFrom: folder,
    onEvent(event) {
      if (event.kind === 'console') lines.push(...event.lines.map(({ text }) => text));
    },
  }); // prettier-ignore
  return { failure, lines };
}
/** What a program logs, as JSON, in its only line. */
async function logged(value: string, imports = ''): Promise<unknown> {
  const { failure, lines } = await grade(`console.log(JSON.stringify(${value}));`, imports);
  expect(failure).toBeNull();
  return JSON.parse(lines.join(''));
}

describe('a package', () => {
  test('has the time of the run, whatever it took hold of when it was loaded', async () => {
    const passed = await logged('await passed()', "import { passed } from 'keeps-time';");
    expect(Object.keys(passed as object)).toHaveLength(7);
    for (const times of Object.values(passed as object)) expect(times).toEqual([10, 10]);
  });

  test('finds time at its epoch, and the same chance, while it is loaded', async () => {
    const imports = "import { atLoad, randomAtLoad } from 'keeps-time';";
    const first = await logged('[atLoad, randomAtLoad]', imports);
    expect(first).toEqual([[1_767_225_600_000, 0, 0, [0, 0]], expect.any(Number)]);
    expect(await logged('[atLoad, randomAtLoad]', imports)).toEqual(first);
  });

  test('may be an ES module, with live names, a default and a namespace', async () => {
    const imports = "import Greeter, * as all from 'only-import'; import { count, raise } from 'only-import';";
    expect(await logged('[typeof Greeter, raise(), count, all.count, Object.keys(all).sort()]', imports)).toEqual([
      'function', 1, 1, 1, ['count', 'default', 'raise'],
    ]); // prettier-ignore
  });

  test('may be CommonJS: its default is what it exports', async () => {
    const imports = "import hello, { loud } from 'a-function'; import { name } from '@some/scoped';";
    expect(await logged('[hello(), loud, name, (await import("a-function")).default()]', imports)).toEqual([
      'hello', 'HELLO', 'scoped', 'hello',
    ]); // prettier-ignore
  });

  test('cannot end the host', async () => {
    const { failure } = await grade('leave();', "import { leave } from 'keeps-time';");
    expect(failure).toMatchObject({ kind: 'threw', message: expect.stringContaining('process.exit()') as string });
  });

  test.each([
    ['nowhere', "The package 'nowhere' is not installed here. In the terminal: npm install nowhere"],
    [
      '@some/where/deep.js',
      "The package '@some/where' is not installed here. In the terminal: npm install @some/where",
    ],
    ['node:nothing', /has no module 'node:nothing'/],
    ['https://example.org/a.js', /'https:\/\/example\.org\/a\.js' is not available here/],
    ['needs-another', /'needs-another' could not be loaded\. Error: Cannot find module 'not-there'$/],
    ['throws-at-once', /'throws-at-once' could not be loaded\. RangeError: no$/],
    ['starts-a-timer', /could not be loaded\. Error: Timers run in the time of a run/],
  ])('that cannot be had is said, with its line: %s', async (name, message) => {
    const { failure } = await grade('', `// first line\nimport x from '${name}'; void x;`);
    expect(failure).toMatchObject({ kind: 'import', file: 'solution.ts', line: 2 });
    expect(failure?.message).toMatch(message);
  });
});

describe('a program that may import packages', () => {
  test('has the modules of Node.js', async () => {
    const imports = `import fs, { readFileSync } from 'fs'; import { join } from 'node:path'; import { createHash } from 'node:crypto';
      import { Worker, isMainThread } from 'node:worker_threads'; import { setTimeout as later } from 'node:timers'; import { promisify } from 'node:util';`;
    const value = `[fs.readFileSync === readFileSync, readFileSync(join(process.argv[1]!, '../node_modules/only-import/package.json'), 'utf8').length > 9,
      join('a', '..', 'b'), createHash('md5').update('a').digest('hex'), typeof Worker, isMainThread, later === setTimeout, typeof promisify(setTimeout)]`;
    expect(await logged(value, imports)).toEqual([
      true, true, 'b', '0cc175b9c0f1b6a831c399e269772661', 'function', false, true, 'function',
    ]); // prettier-ignore
  });

  test('has Buffer, and a process that is its own', async () => {
    const value = `[Buffer.from('a').toString('hex'), process === proc, process === named.default, hrtime(), process.env, process.cwd(), process.platform, typeof process.version,
      Object.prototype.toString.call(process), process.on('exit', () => {}) === process, process.uptime(), await new Promise((done) => process.nextTick(done, 'tick'))]`;
    const imports = "import proc, { hrtime } from 'node:process'; import * as named from 'process';";
    expect(await logged(value, imports)).toEqual([
      '61', true, true, [0, 0], {}, process.cwd(), process.platform, 'string', '[object process]', true, 0, 'tick',
    ]); // prettier-ignore
  });

  test('has timers that are objects, as in Node.js', async () => {
    const body = `const fired: string[] = [];
      const first = setTimeout(() => fired.push('first'), 5).unref(); clearTimeout(+first);
      const second = setTimeout(() => fired.push('second ' + performance.now()), 5);
      setTimeout(() => second.refresh(), 3); const third = setInterval(() => fired.push('never'), 5); third.close();
      setImmediate((a: string) => fired.push(a), 'now');
      await new Promise((done) => setTimeout(done, 20));
      console.log(fired.join(), first.hasRef(), second.hasRef());`;
    const { failure, lines } = await grade(body);
    expect(failure).toBeNull();
    expect(lines).toEqual(['now,second 8 false true']);
  });

  test('writes to its console by process.stdout too, and is asked to return instead of exit', async () => {
    const { failure, lines } = await grade("process.stdout.write('out\\n'); process.exitCode = 1; process.exit();");
    expect(lines).toEqual(['out']);
    expect(failure?.message).toMatch(/process\.exit\(\) is not available here.*Return from run\(\)/);
  });

  test('cannot change what is built in', async () => {
    const { failure } = await grade('(Array.prototype as any).last = 1;');
    expect(failure).toMatchObject({ kind: 'threw', message: expect.stringContaining('TypeError') as string });
  });

  test('is not hurt by that where its code is everyday code', async () => {
    const options = { scenario: 'calm', seeds: [7], packagesFrom: folder };
    expect((await gradeInNode(trialExercise, everydayProgram(), options)).failure).toBeNull();
  });
});
