// What the embedded engine owes, whatever a program does: run against a page with nothing but the engine.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Exercise } from '#graders/exercise.ts';
import type { SourceFiles } from '#graders/hosts/compile.ts';

import { gradeInNode } from '#graders/hosts/node.ts';
import { everydayProgram, tampering, tamperingProgram, trialExercise } from '#graders/hosts/realm-cases.ts';
import type { Verdict } from '#graders/verdict.ts';
import { createRng, deriveSeed } from '#lab/traffic/rng.ts';
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

const toldBy = (events: Trial['events']) =>
  events.map(({ event }) => ('run' in event ? `${event.kind} ${event.run.scenario} ${event.run.seed}` : event.kind));
const linesOf = ({ events }: Trial) =>
  events.flatMap(({ event }) => (event.kind === 'console' ? event.lines.map(({ text }) => text) : []));

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

  test('tells its events: start and run for each, plots for the seed that is shown, done at the end', async () => {
    const { exercise, entry } = quick;
    const { events } = await run({ exercise, entry, files: { 'solution.ts': good } });
    const told = toldBy(events);
    const keys = [7, 4_211].flatMap((seed) => ['calm', 'busy'].map((name) => `${name} ${seed}`));
    expect(told.slice(0, 2)).toEqual(['start calm 7', 'run calm 7']);
    expect(told.toSorted()).toEqual(['done', ...keys.flatMap((key) => [`start ${key}`, `run ${key}`])].toSorted());
    for (const key of keys) expect(told.indexOf(`start ${key}`)).toBeLessThan(told.indexOf(`run ${key}`));
    expect(told.at(-1)).toBe('done');
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
      expect(linesOf(trial)).toEqual(['3 undefined']);
    }
  });

  test('finds a fresh world each time: no module state, no global of an earlier run', async () => {
    const counting = `let lives = 0;\n${program(`lives++; console.log(lives);\n${goodLoop}`)}`;
    for (let i = 0; i < 2; i++) {
      const trial = await run({ ...quick, scenario: undefined, files: { 'solution.ts': counting } });
      expect(linesOf(trial)).toEqual(['1', '1']);
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

  test.each([1, 350])('of %i lines that were logged just before a loop blocks none is lost', async (count) => {
    const trial = await trySource(program(`for (let i = 1; i <= ${count}; i++) console.log(i); for (;;);`));
    expect(failureIn(trial)).toMatchObject({ kind: 'blocked' });
    expect(linesOf(trial)).toEqual(Array.from({ length: count }, (_, i) => String(i + 1)));
  });

  test.each([
    ['at once', 'const kept: unknown[] = []; for (;;) kept.push(new Array(1_000_000).fill(kept.length));'],
    [
      'over many turns',
      'const kept: unknown[] = []; for (;;) { await new Promise((r) => setTimeout(r, 1)); for (let i = 0; i < 20; i++) kept.push(new Array(100_000).fill({})); }',
    ],
    ['a string', "let text = 'x'; for (;;) text += text;"],
  ])('memory that grows without end (%s) is contained, and the next run works', async (_, body) => {
    // Where the frame's process dies of it, playwright takes the page for crashed: another page has to look on.
    const lookout = await site.open();
    const runner = await lookout.context().newPage();
    await runner.goto(site.url);
    await runner.waitForFunction(() => 'harness' in window);
    await runner.evaluate(() => window.harness.listen());
    const tryElsewhere = (source: string): Promise<Trial> =>
      lookout.evaluate((given) => window.harness.runElsewhere(given), { ...quick, files: { 'solution.ts': source } });
    const trial = await tryElsewhere(program(body));
    expect(['out-of-memory', 'blocked', 'spinning', 'threw']).toContain(failureIn(trial)?.kind);
    expect(trial.longestPauseMs).toBeLessThan(1_000);
    expect(failureIn(await tryElsewhere(good))).toBeNull();
  });

  test('a flood of lines is cut short, and the run goes on', async () => {
    const trial = await trySource(program(`for (let i = 0; i < 1e5; i++) console.log('line', i);\n${goodLoop}`));
    expect(failureIn(trial)).toBeNull();
    const lines = linesOf(trial);
    expect(lines).toHaveLength(1_000);
    expect(lines.filter((line) => line.includes('more than 1000 lines'))).toEqual([lines.at(-1)]);
    // Gathered before the page hears of them.
    expect(trial.events.length).toBeLessThan(500);
  });
});

/** Six scenarios that a program can tell apart by their partitions; the first takes the longest. */
const [calm] = trialExercise.scenarios;
const names = ['one', 'two', 'three', 'four', 'five', 'six'];
const six: Exercise = {
  ...trialExercise,
  scenarios: names.map((name, i) => ({
    ...(calm as Exercise['scenarios'][number]),
    name,
    title: name,
    durationMs: 4_000 - 500 * i,
    partitions: i + 1,
    group: { partitions: i + 1, members: 1 },
  })),
  checks: trialExercise.checks.map((check) => ({ ...check, scenarios: names })),
};
const hiddenDraw = createRng(deriveSeed(4_211, 'program')).next();
/** A good program that does `what` in the middle of the runs where `when` holds. */
const inRuns = (when: string, what: string) => `
let isHidden = Math.random() === ${hiddenDraw};
export default async function run({ consumer, sink, signal }: any) {
  consumer.subscribe(['orders']);
  let polls = 0;
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    const scenario = consumer.assignment().length;
    if (++polls === 5 && (${when})) { ${what} }
    if (records.length > 0) await sink.write(records);
    await consumer.commitSync();
  }
}
`;

describe('runs side by side', () => {
  const throws = `throw new RangeError('in ' + scenario);`;
  const rejects = `void (async () => { await consumer.committed({ topic: 'orders', partition: 0 }); throw new Error('lost'); })();`;
  const blocks = 'for (;;);';
  const spins = 'for (;;) await new Promise((r) => setImmediate(r));';

  const cases: [string, string, { kind: string; scenario: string; seed: number } | null][] = [
    ['none fails', inRuns('false', ''), null],
    ['the first throws', inRuns('scenario === 1', throws), { kind: 'threw', scenario: 'one', seed: 7 }],
    ['one in the middle throws', inRuns('scenario === 4', throws), { kind: 'threw', scenario: 'four', seed: 7 }],
    ['one rejects', inRuns('scenario === 3', rejects), { kind: 'rejection', scenario: 'three', seed: 7 }],
    [
      'two fail, and the later one ends first',
      inRuns('scenario === 2 || scenario === 6', throws),
      { kind: 'threw', scenario: 'two', seed: 7 },
    ],
    ['all fail', inRuns('true', throws), { kind: 'threw', scenario: 'one', seed: 7 }],
    [
      'one fails with the hidden seed alone',
      inRuns('isHidden && scenario === 2', throws),
      { kind: 'threw', scenario: 'two', seed: 4_211 },
    ],
    [
      'the last run of all fails',
      inRuns('isHidden && scenario === 6', throws),
      { kind: 'threw', scenario: 'six', seed: 4_211 },
    ],
    ['one blocks while others go on', inRuns('scenario === 2', blocks), { kind: 'blocked', scenario: 'two', seed: 7 }],
    [
      'one blocks, and an earlier one fails meanwhile',
      inRuns('scenario === 3', blocks).replace(
        '++polls === 5',
        'scenario === 2 && polls === 9 && fail(), ++polls === 5',
      ) + `function fail() { throw new RangeError('meanwhile'); }`,
      { kind: 'threw', scenario: 'two', seed: 7 },
    ],
    [
      'one blocks, and a later one would throw',
      inRuns('scenario === 2 || scenario === 3', `if (scenario === 2) ${blocks} ${throws}`),
      { kind: 'blocked', scenario: 'two', seed: 7 },
    ],
    ['one spins', inRuns('scenario === 5', spins), { kind: 'spinning', scenario: 'five', seed: 7 }],
  ];
  let wide: Page;
  beforeAll(async () => {
    wide = await site.open();
  });
  afterAll(async () => {
    await wide?.context().close();
  });

  describe.each([1, 2, 8])('as on %i cores', (cores) => {
    beforeAll(() => wide.evaluate((count) => window.harness.use(count), cores));

    test.each(cases)('%s: the verdict is that of runs in a row in Node', async (_, source, failure) => {
      const files = { 'solution.ts': source };
      const request = { exercise: six, entry: 'solution.ts', files };
      const trial = await wide.evaluate((given) => window.harness.run(given), request);
      const verdict = verdictIn(trial);
      if (failure === null) expect(verdict.failure).toBeNull();
      else expect(verdict.failure).toMatchObject(failure);
      expect(marks(verdict)).toEqual(marks(await gradeInNode(six, files)));

      const told = toldBy(trial.events);
      for (const ended of told.filter((what) => what.startsWith('run '))) {
        const key = ended.slice('run '.length);
        expect(told.filter((what) => what.endsWith(key))).toEqual([`start ${key}`, ended]);
      }
      expect(told[0]).toBe('start one 7');
      expect(told.at(-1)).toBe(failure === null ? 'done' : 'failed');
    });
  });

  test('each run is told with what it logged, whichever worker it was in', async () => {
    await wide.evaluate(() => window.harness.use(8));
    const source = inRuns('!isHidden', 'console.log(scenario);');
    const request = { exercise: six, entry: 'solution.ts', files: { 'solution.ts': source } };
    const { events } = await wide.evaluate((given) => window.harness.run(given), request);
    const logged = events.flatMap(({ event }) =>
      event.kind === 'console' ? [[event.run.scenario, event.run.seed, event.lines[0]?.text]] : [],
    );
    expect(logged.toSorted((a, b) => Number(a[2]) - Number(b[2]))).toEqual(
      names.map((name, i) => [name, 7, String(i + 1)]),
    );
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
  async function openFragile(cores: number) {
    // In a browser of its own, where the page's frame is the only one.
    const ownSite = await openEngineSite();
    const fragile = await ownSite.open();
    await fragile.evaluate((count) => {
      window.harness.listen();
      return window.harness.use(count);
    }, cores);
    const context = fragile.context();
    const remote = await context.newPage();
    await remote.goto(ownSite.url);
    await remote.waitForFunction(() => 'harness' in window);
    // Playwright gives up a page when a frame of it crashes; the browser itself still knows its frames.
    const browser = await ownSite.browser.newBrowserCDPSession();
    const frames = async () => {
      const { targetInfos } = await browser.send('Target.getTargets');
      return targetInfos.filter(({ type, url }) => type === 'iframe' && url.includes('/sandbox/'));
    };
    return {
      run: (files: SourceFiles, request: Partial<RunRequest> = {}) =>
        remote.evaluate((given) => window.harness.runElsewhere(given), { ...quick, ...request, files }),
      /** Waits until the run under way has told so many lines of a scenario. */
      untilLogged: (scenario: string, lines: number) =>
        remote.waitForFunction(
          ([name, count]) =>
            window.harness.heardElsewhere.flatMap((event) =>
              event.kind === 'console' && event.run.scenario === name ? event.lines : [],
            ).length >= count,
          [scenario, lines] as const,
        ),
      logged: (scenario: string) =>
        remote.evaluate(
          (name) =>
            window.harness.heardElsewhere.flatMap((event) =>
              event.kind === 'console' && event.run.scenario === name ? event.lines : [],
            ).length,
          scenario,
        ),
      async crash() {
        const [frame] = await frames();
        if (frame === undefined) throw new Error('The page has no frame.');
        const { targetId } = frame;
        const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: false });
        await browser.send('Target.sendMessageToTarget', {
          sessionId,
          message: JSON.stringify({ id: 1, method: 'Page.crash' }),
        });
        return targetId;
      },
      async untilRebuilt(crashed: string) {
        const isRebuilt = async () => (await frames()).some(({ targetId }) => targetId !== crashed);
        await expect.poll(isRebuilt, { timeout: 30_000 }).toBe(true);
      },
      close: () => ownSite.close(),
    };
  }
  const pause = 'await new Promise((r) => setImmediate(r)); for (let j = 0; j < 1e6; j++);';
  /** Goes on until it is ended, and says so now and then: seldom, for only a thousand lines of a run are told. */
  const goesOn = `for (let i = 0; ; i++) { ${pause} if (i % 200 === 0) console.log(i); }`;

  test('a frame whose process dies in a run is out of memory; the page lives, and the next run works', async () => {
    const fragile = await openFragile(8);
    const dying = fragile.run({ 'solution.ts': program(goesOn) });
    await fragile.untilLogged('calm', 1);
    await fragile.crash();
    const trial = await dying;
    expect(failureIn(trial)).toMatchObject({ kind: 'out-of-memory', scenario: 'calm' });
    expect(failureIn(await fragile.run({ 'solution.ts': good }))).toBeNull();
    await fragile.close();
  });

  test('a frame that dies under runs side by side is rebuilt, and shows which of them it was', async () => {
    const fragile = await openFragile(8);
    const body = `if (scenario === 2) for (let i = 0; i < 500; i++) { ${pause} }\n if (scenario === 3) { ${goesOn} }`;
    const files = { 'solution.ts': inRuns('scenario === 2 || scenario === 3', body) };
    const dying = fragile.run(files, { exercise: six, scenario: undefined });
    await fragile.untilLogged('three', 1);
    const first = await fragile.crash();
    await fragile.untilRebuilt(first);
    // What it had told before is not told again: a new line comes when it is under way once more, alone.
    await fragile.untilLogged('three', (await fragile.logged('three')) + 1);
    await fragile.crash();
    const trial = await dying;
    expect(failureIn(trial)).toMatchObject({ kind: 'out-of-memory', scenario: 'three', seed: 7 });
    const passing = { 'solution.ts': inRuns('scenario === 3', `throw new Error('here');`) };
    const { checks } = await gradeInNode(six, passing);
    expect(verdictIn(trial).checks).toEqual(checks);
    const told = toldBy(trial.events).filter((what) => !what.startsWith('console'));
    expect(told.length).toBe(new Set(told).size);
    expect(told.at(-1)).toBe('failed');
    expect(failureIn(await fragile.run({ 'solution.ts': good }))).toBeNull();
    await fragile.close();
  });

  test('a frame whose process dies between runs is replaced without a word', async () => {
    const fragile = await openFragile(8);
    await fragile.crash();
    const trial = await fragile.run({ 'solution.ts': good });
    expect(failureIn(trial)).toBeNull();
    expect(toldBy(trial.events)).toEqual(['start calm 7', 'run calm 7', 'done']);
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

  test('a frame that is taken out of the page in a run is replaced, and the run is not to blame', async () => {
    const fresh = await site.open();
    const trial = await fresh.evaluate(
      async (given) => {
        await window.harness.boot();
        window.harness.start(given);
        while (!window.harness.heard.some(({ kind }) => kind === 'console')) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        document.querySelector('iframe')?.remove();
        return await (window.harness.started as Promise<Trial>);
      },
      {
        ...quick,
        files: { 'solution.ts': program(`console.log('on'); for (let i = 0; i < 500; i++) { ${pause} }\n${goodLoop}`) },
      },
    );
    expect(failureIn(trial)).toBeNull();
    expect(toldBy(trial.events)).toEqual(['start calm 7', 'console calm 7', 'run calm 7', 'done']);
    await fresh.context().close();
  });

  describe('a browser that is no good with blobs gets a worker from a data: address', () => {
    const policy = (workers: string, scripts: string) =>
      `sandbox allow-scripts; default-src 'none'; worker-src ${workers}; script-src 'unsafe-inline' ${scripts}`;
    const asItIs = (document: string) => document;
    test.each([
      ['starts none from a blob', policy('data:', 'data:'), asItIs],
      ['starts one from a blob, which then loads none', policy('blob: data:', 'data:'), asItIs],
      [
        'never hears of one from a blob',
        policy('blob: data:', 'blob: data:'),
        (document: string) =>
          document.replace(
            '<script>',
            `<script>const Real = Worker; Worker = class extends Real { constructor(address, options) { super(address.startsWith('blob:') ? 'data:,' : address, options); } };</script><script>`,
          ),
      ],
    ])('one that %s', async (_, header, edit) => {
      const fresh = await site.open();
      await fresh.route('**/sandbox/frame.html', async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers(), 'content-security-policy': header };
        await route.fulfill({ response, headers, body: edit(await response.text()) });
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
