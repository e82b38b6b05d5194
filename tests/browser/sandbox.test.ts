// What the embedded engine owes, whatever a program does: run against a page with nothing but the engine.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import { gradeInNode } from '#graders/hosts/node.ts';
import { everydayProgram, tampering, tamperingProgram, trialExercise } from '#graders/hosts/realm-cases.ts';
import type { Verdict } from '#graders/verdict.ts';
import type { RunRequest } from '#src/sandbox/engine.ts';
import { exercise as capIntake } from '#exercises/cap-intake/exercise.ts';
import { openEngineSite, type EngineSite } from './engine-site.ts';
import type { Trial } from './fixtures/engine-harness.ts';

let site: EngineSite;
let page: Page;
beforeAll(async () => {
  site = await openEngineSite();
  page = await site.open();
  await page.evaluate(() => window.harness.boot());
});
afterAll(async () => {
  await site?.close();
});

const quick = { exercise: trialExercise, entry: 'solution.ts', scenario: 'calm', seeds: [7] };
const run = (request: RunRequest): Promise<Trial> => page.evaluate((given) => window.harness.run(given), request);
const tryFiles = (files: SourceFiles) => run({ ...quick, files });
const trySource = (source: string) => tryFiles({ 'solution.ts': source });
const program = (body: string) => `export default async function run({ consumer, sink, signal }: any) {\n${body}\n}\n`;
const goodLoop = `
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    if (records.length > 0) await sink.write(records);
    await consumer.commitSync();
  }`;
const good = program(goodLoop);

/** A verdict without what differs from one machine to the next. */
const marks = (verdict: Verdict) => ({ ...verdict, wallMs: null });
const verdictIn = (trial: Trial): Verdict => {
  if (trial.verdict === null) throw new Error(`No verdict: ${trial.rejected}`);
  return trial.verdict;
};
const failureIn = (trial: Trial) => verdictIn(trial).failure;

function filesIn(folder: string): SourceFiles {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe('a program that runs', () => {
  test('gets the marks that it gets in Node, number for number', async () => {
    const files = filesIn('exercises/cap-intake/solutions/poll-loop');
    const trial = await run({ exercise: capIntake, files, entry: 'solution.ts' });
    expect(marks(verdictIn(trial))).toEqual(marks(await gradeInNode(capIntake, files)));
    expect(trial.verdict?.passed).toBe(true);
  });

  test('tells its events in order: start and run for each, plots for the seed that is shown, done at the end', async () => {
    const { exercise, entry } = quick;
    const { events } = await run({ exercise, entry, files: { 'solution.ts': good } });
    const told = events.map(({ event }) =>
      'run' in event ? `${event.kind} ${event.run.scenario} ${event.run.seed}` : event.kind,
    );
    expect(told).toEqual([
      ...[7, 4_211].flatMap((seed) =>
        ['calm', 'busy'].flatMap((name) => [`start ${name} ${seed}`, `run ${name} ${seed}`]),
      ),
      'done',
    ]);
    const plotted = events.flatMap(({ event }) =>
      event.kind === 'run' && event.plots !== null ? [event.run.seed] : [],
    );
    expect(plotted).toEqual([7, 7]);
  });

  test('may be spread over files that import each other, in any order and in a circle', async () => {
    const files = {
      'a/one.ts': `import { two } from './two.ts';\nexport const one = 1;\nexport const sum = () => one + two;`,
      'a/two.ts': `import { one } from './one';\nexport const two = 2;\nexport const early = one;`,
      'solution.ts': `import { sum } from './a/one.js';\nimport { early } from './a/two.ts';\nconsole.log(sum(), early);\n${good}`,
    };
    const backwards = Object.fromEntries(Object.entries(files).reverse());
    for (const given of [files, backwards]) {
      const trial = await tryFiles(given);
      expect(failureIn(trial)).toBeNull();
      const lines = trial.events.flatMap(({ event }) => (event.kind === 'console' ? event.lines : []));
      expect(lines.map(({ text }) => text)).toEqual(['3 undefined']);
    }
  });

  test('finds a fresh world each time: no module state, no global of an earlier run', async () => {
    const counting = `let lives = 0;\n${program(`lives++; console.log(lives);\n${goodLoop}`)}`;
    for (let i = 0; i < 2; i++) {
      const trial = await run({ ...quick, scenario: undefined, files: { 'solution.ts': counting } });
      const texts = trial.events.flatMap(({ event }) => (event.kind === 'console' ? event.lines : []));
      expect(texts.map(({ text }) => text)).toEqual(['1', '1']);
    }
  });

  test('may use everyday code', async () => {
    expect(failureIn(await tryFiles(everydayProgram()))).toBeNull();
  });
});

describe('a program that does not compile', () => {
  test.each([
    ['a syntax error', 'const a = ;\n', { line: 1, column: 11 }],
    ['a name declared twice', 'const a = 1;\nfunction f() {\n  const b = 1;\n  const b = 2;\n}\n', { line: 4 }],
    ['a name declared twice at the top', '\nlet a = 1;\nlet a = 2;\n', { line: 3 }],
    ['import.meta', 'export const here =\n  import.meta.url;\n', { line: 2 }],
    ['a file that is not there', "import './gone.ts';\n", { line: 1 }],
    ['a package', "\nimport { readFile } from 'node:fs/promises';\nreadFile;\n", { line: 2 }],
    ['a namespace', '\n\nnamespace N { export const a = 1; }\n', { line: 3 }],
  ])('%s: kind compile, with file and line', async (_, source, place) => {
    const trial = await trySource(source + good);
    expect(failureIn(trial)).toMatchObject({ kind: 'compile', file: 'solution.ts', ...place });
    expect(trial.events).toEqual([]);
  });

  test('names the file that is wrong, not the one that imports it', async () => {
    const files = { 'solution.ts': `import './other.ts';\n${good}`, 'other.ts': 'let x = 1;\nlet x = 2;\nexport {};' };
    expect(failureIn(await tryFiles(files))).toMatchObject({ kind: 'compile', file: 'other.ts', line: 2 });
  });

  test('says so also when the entry is missing', async () => {
    expect(failureIn(await tryFiles({ 'a.ts': '' }))).toMatchObject({ kind: 'compile', file: 'solution.ts' });
  });
});

describe('a program that does not finish', () => {
  test.each([
    ['throws while it is loaded', `const a: any = null;\na.b;\n${good}`, { kind: 'import', line: 2 }],
    ['has no default export', 'export const run = 1;', { kind: 'shape' }],
    ['has a default export that is no function', 'export default { run() {} };', { kind: 'shape' }],
    ['has settings that do not exist', `export const config = { 'max.poll': 1 };\n${good}`, { kind: 'config' }],
    [
      'throws later',
      program(`consumer.subscribe(['orders']);\nawait consumer.poll(100);\nthrow new RangeError('later');`),
      { kind: 'threw', line: 4 },
    ],
    [
      'throws in a timer',
      program(`setTimeout(() => {\n  null!.x;\n}, 20);\n${goodLoop}`.replace('null!', '(null as any)')),
      { kind: 'threw', line: 3 },
    ],
    [
      'throws in a microtask',
      program(`queueMicrotask(() => {\n  throw new Error('there');\n});\n${goodLoop}`),
      { kind: 'threw', line: 3 },
    ],
    [
      'rejects and nobody handles it',
      program(
        `async function lost() {\n  await consumer.poll(10);\n  throw new Error('lost');\n}\nconsumer.subscribe(['orders']);\nvoid lost();\nawait new Promise((r) => setTimeout(r, 500));`,
      ),
      { kind: 'rejection', line: 4 },
    ],
    ['writes to a built-in', program(`\nArray.prototype.push = () => 0;`), { kind: 'threw', line: 3 }],
    ['writes to a new global', program(`\n(globalThis as any).left = 1;`), { kind: 'threw', line: 3 }],
    ['uses the network', program(`\nawait fetch('https://example.com');`), { kind: 'threw', line: 3 }],
    [
      'throws what cannot be read',
      program(`throw { get message() { throw 1; }, toString() { throw 2; } };`),
      { kind: 'threw' },
    ],
    ['spins without time', program(`for (;;) await new Promise((r) => setImmediate(r));`), { kind: 'spinning' }],
  ])('%s: said with its place, and as no grade', async (_, source, expected) => {
    const trial = await trySource(source);
    const verdict = verdictIn(trial);
    expect(verdict.failure).toMatchObject(expected);
    if ('line' in expected) expect(verdict.failure?.file).toBe('solution.ts');
    expect(verdict).toMatchObject({ passed: false, checks: [] });
    expect(verdict.didNotFinish).toBe(verdict.failure?.message);
    // The same in Node, word for word and at the same instant.
    const inNode = await gradeInNode(trialExercise, { 'solution.ts': source }, { scenario: 'calm', seeds: [7] });
    expect(verdict.failure).toEqual(inNode.failure);
  });

  test.each([
    ['while (true)', 'while (true);'],
    ['an endless chain of promises', 'for (;;) await null;'],
    [
      'an endless chain of microtasks',
      'const again = () => queueMicrotask(again); again(); await new Promise(() => {});',
    ],
    ['a loop in a timer', 'setTimeout(() => { for (;;); }, 10); await new Promise((r) => setTimeout(r, 100));'],
  ])('%s: stopped within three seconds, and the page ticks on', async (_, body) => {
    const trial = await trySource(program(body));
    expect(failureIn(trial)).toMatchObject({ kind: 'blocked', scenario: 'calm', seed: 7 });
    expect(trial.ms).toBeLessThan(3_000);
    expect(trial.longestPauseMs).toBeLessThan(500);
    expect(failureIn(await trySource(good))).toBeNull();
  });

  test('a loop while the files are loaded is stopped as well', async () => {
    const trial = await trySource(`for (;;);\n${good}`);
    expect(failureIn(trial)).toMatchObject({ kind: 'blocked' });
    expect(trial.ms).toBeLessThan(3_000);
  });

  test('what was logged just before a loop blocks is not lost', async () => {
    const trial = await trySource(program(`console.log('last words'); for (;;);`));
    expect(JSON.stringify(trial.events)).toContain('last words');
  });

  test.each([
    ['at once', 'const kept: unknown[] = []; for (;;) kept.push(new Array(1_000_000).fill(kept.length));'],
    [
      'over many turns',
      'const kept: unknown[] = []; for (;;) { await new Promise((r) => setTimeout(r, 1)); for (let i = 0; i < 20; i++) kept.push(new Array(100_000).fill({})); }',
    ],
    ['a string', "let text = 'x'; for (;;) text += text;"],
  ])('memory that grows without end (%s) is contained, and the next run works', async (_, body) => {
    const trial = await trySource(program(body));
    expect(['out-of-memory', 'blocked', 'spinning', 'threw']).toContain(failureIn(trial)?.kind);
    expect(trial.longestPauseMs).toBeLessThan(1_000);
    expect(failureIn(await trySource(good))).toBeNull();
  });

  test('a flood of lines is cut short, and the run goes on', async () => {
    const trial = await trySource(program(`for (let i = 0; i < 100_000; i++) console.log('line', i);\n${goodLoop}`));
    expect(failureIn(trial)).toBeNull();
    const lines = trial.events.flatMap(({ event }) => (event.kind === 'console' ? event.lines : []));
    expect(lines).toHaveLength(1_000);
    expect(lines.at(-1)?.text).toContain('more than 1000 lines');
  });
});

describe('a run that is given up', () => {
  test('stop rejects with RunCancelled, at once, and nothing more is told', async () => {
    const told = await page.evaluate(
      async (request) => {
        window.harness.start(request);
        await new Promise((resolve) => setTimeout(resolve, 300));
        window.harness.stop();
        const trial = await (window.harness.started as Promise<Trial>);
        const before = trial.events.length;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { rejected: trial.rejected, ms: trial.ms, more: trial.events.length - before };
      },
      { ...quick, files: { 'solution.ts': program('for (;;);') } },
    );
    expect(told).toMatchObject({ rejected: 'RunCancelled', more: 0 });
    expect(told.ms).toBeLessThan(500);
  });

  test('a newer run cancels the older, and only it is heard', async () => {
    const request = { ...quick, files: { 'solution.ts': program(`console.log('old'); for (;;);`) } };
    const newer = { ...quick, files: { 'solution.ts': program(`console.log('new');\n${goodLoop}`) } };
    const [old, latest] = await page.evaluate(
      async (both) => {
        window.harness.start(both[0] as RunRequest);
        const first = window.harness.started as Promise<Trial>;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return await Promise.all([first, window.harness.run(both[1] as RunRequest)]);
      },
      [request, newer],
    );
    expect(old?.rejected).toBe('RunCancelled');
    expect(failureIn(latest as Trial)).toBeNull();
    expect(JSON.stringify(latest?.events)).not.toContain('old');
  });

  test('many in a row leave one verdict', async () => {
    const outcomes = await page.evaluate(
      async (request) => {
        const trials: Promise<Trial>[] = [];
        for (let i = 0; i < 8; i++) trials.push(window.harness.run(request));
        return (await Promise.all(trials)).map(({ rejected }) => rejected);
      },
      { ...quick, files: { 'solution.ts': good } },
    );
    expect(outcomes).toEqual([...Array.from({ length: 7 }, () => 'RunCancelled'), null]);
  });
});

describe('a program that tampers', () => {
  let untouched: Verdict;
  beforeAll(async () => {
    untouched = verdictIn(await tryFiles(tamperingProgram('')));
    expect(untouched.failure).toBeNull();
  });

  test.each(Object.entries(tampering))('%s: the marks stay as they are', async (_, attempt) => {
    expect(marks(verdictIn(await tryFiles(tamperingProgram(attempt))))).toEqual(marks(untouched));
  });
});

describe('an engine in trouble', () => {
  /** A page whose frame can be crashed, as the browser does when memory runs out; a second page talks to it. */
  async function openFragile() {
    const fragile = await site.open();
    await fragile.evaluate(() => {
      window.harness.listen();
      return window.harness.boot();
    });
    const frame = fragile.frames().find((candidate) => candidate.url().includes('/sandbox/'));
    if (frame === undefined) throw new Error('The page has no frame.');
    const session = await fragile.context().newCDPSession(frame);
    const remote = await fragile.context().newPage();
    await remote.goto(site.url);
    await remote.waitForFunction(() => 'harness' in window);
    return {
      run: (source: string) =>
        remote.evaluate((given) => window.harness.runElsewhere(given), { ...quick, files: { 'solution.ts': source } }),
      // It never answers.
      crash: () => void session.send('Page.crash').catch(() => {}),
      close: () => fragile.context().close(),
    };
  }
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  test('a frame whose process dies in a run is out of memory; the page lives, and the next run works', async () => {
    const fragile = await openFragile();
    const busy = program('for (;;) { await new Promise((r) => setImmediate(r)); for (let i = 0; i < 20_000; i++); }');
    const dying = fragile.run(busy);
    await pause(500);
    fragile.crash();
    const trial = await dying;
    expect(failureIn(trial)).toMatchObject({ kind: 'out-of-memory', scenario: 'calm' });
    expect(trial.ms).toBeLessThan(3_000);
    expect(failureIn(await fragile.run(good))).toBeNull();
    await fragile.close();
  });

  test('a frame whose process dies between runs is replaced without a word', async () => {
    const fragile = await openFragile();
    fragile.crash();
    await pause(500);
    const trial = await fragile.run(good);
    expect(failureIn(trial)).toBeNull();
    expect(trial.ms).toBeLessThan(3_000);
    await fragile.close();
  });

  test('a frame that is taken out of the page is replaced', async () => {
    const fresh = await site.open();
    await fresh.evaluate(() => window.harness.boot());
    await fresh.evaluate(() => document.querySelector('iframe')?.remove());
    const trial = await fresh.evaluate((given) => window.harness.run(given), {
      ...quick,
      files: { 'solution.ts': good },
    });
    expect(failureIn(trial)).toBeNull();
    await fresh.context().close();
  });

  test.each(['frame.html', 'worker/*'])(
    'without %s the failure is of kind engine, and a later run works',
    async (path) => {
      const fresh = await site.open();
      const request = { ...quick, files: { 'solution.ts': good } };
      await fresh.route(`**/sandbox/${path}`, (route) => route.abort());
      const trial = await fresh.evaluate((given) => window.harness.run(given), request);
      expect(failureIn(trial)).toMatchObject({ kind: 'engine' });
      await fresh.unroute(`**/sandbox/${path}`);
      expect(failureIn(await fresh.evaluate((given) => window.harness.run(given), request))).toBeNull();
      await fresh.context().close();
    },
  );

  test('a browser that starts no worker from a blob gets one from a data: address', async () => {
    const fresh = await site.open();
    await fresh.route('**/sandbox/frame.html', async (route) => {
      const response = await route.fetch();
      const refusing = "worker-src data:; script-src 'unsafe-inline' data:";
      const headers = {
        ...response.headers(),
        'content-security-policy': `sandbox allow-scripts; default-src 'none'; ${refusing}`,
      };
      await route.fulfill({ response, headers });
    });
    const source = `${good}\nconst twice = 1;\nconst b: any = null;\nb.x;`;
    const trials = await fresh.evaluate(
      async (requests) => {
        const done: Trial[] = [];
        for (const request of requests) done.push(await window.harness.run(request));
        return done;
      },
      [
        { ...quick, files: { 'solution.ts': good } },
        { ...quick, files: { 'solution.ts': source } },
      ],
    );
    expect(failureIn(trials[0] as Trial)).toBeNull();
    expect(failureIn(trials[1] as Trial)).toMatchObject({ kind: 'import', file: 'solution.ts', line: 13 });
    await fresh.context().close();
  });

  test('a page that is cross-origin isolated has an engine as well', async () => {
    const fresh = await site.open();
    await fresh.route(site.url, async (route) => {
      const response = await route.fetch();
      const isolation = {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      };
      await route.fulfill({ response, headers: { ...response.headers(), ...isolation } });
    });
    await fresh.reload();
    await fresh.waitForFunction(() => 'harness' in window);
    expect(await fresh.evaluate(() => window.crossOriginIsolated)).toBe(true);
    const request = { ...quick, files: { 'solution.ts': good } };
    expect(failureIn(await fresh.evaluate((given) => window.harness.run(given), request))).toBeNull();
    await fresh.context().close();
  });

  test('dispose leaves nothing in the page, and a run after it works', async () => {
    const fresh = await site.open();
    await fresh.evaluate(() => window.harness.boot());
    await fresh.evaluate(() => window.harness.dispose());
    expect(await fresh.locator('iframe').count()).toBe(0);
    const trial = await fresh.evaluate((given) => window.harness.run(given), {
      ...quick,
      files: { 'solution.ts': good },
    });
    expect(failureIn(trial)).toBeNull();
    await fresh.context().close();
  });
});

describe('the frame', () => {
  test('has no origin and no network, also without the headers of the server', async () => {
    const fresh = await site.open();
    await fresh.route('**/sandbox/frame.html', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ body: await response.text(), contentType: 'text/html' });
    });
    await fresh.evaluate(() => window.harness.boot());
    const frame = fresh.frames().find((candidate) => candidate.url().includes('/sandbox/'));
    const found = await frame?.evaluate(async () => ({
      origin: self.origin,
      fetched: await fetch('/').then(
        () => true,
        () => false,
      ),
      storage: (() => {
        try {
          return typeof localStorage;
        } catch {
          return 'none';
        }
      })(),
    }));
    expect(found).toEqual({ origin: 'null', fetched: false, storage: 'none' });
    await fresh.context().close();
  });

  test.runIf(existsSync('dist/index.html'))('is in the build, with the worker that the page asks for', () => {
    expect(readFileSync('dist/sandbox/frame.html', 'utf8')).toContain("connect-src 'none'");
    expect(readdirSync('dist/sandbox/worker')).toHaveLength(1);
  });
});
