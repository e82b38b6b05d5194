// Full Node as a page has it, over the stand-in for StackBlitz: the marks are Node's, and each fault is told as what it is.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import { gradeInNode } from '#graders/hosts/node.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import type { Failure, Verdict } from '#graders/verdict.ts';
import type { RunRequest } from '#src/sandbox/engine.ts';
import { exercise as capIntake } from '#exercises/cap-intake/exercise.ts';
import { listen } from '../../scripts/serve.mjs';
import type { Fault } from '../stand-in/faults.ts';
import { installStandIn, type StandIn } from '../stand-in/install.ts';
import { openContainerSite, type ContainerSite } from './container-site.ts';
import type { ContainerTrial } from './fixtures/container-harness.ts';

let site: ContainerSite;
beforeAll(async () => {
  site = await openContainerSite();
});
afterAll(async () => {
  await site?.close();
});

interface Opened {
  page: Page;
  standIn: StandIn;
  requests: string[];
  run(source: string): Promise<ContainerTrial>;
  close(): Promise<void>;
}
const opened: Opened[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const quick = { exercise: trialExercise, entry: 'solution.ts', scenario: 'calm', seeds: [7] };
const requestOf = (source: string): RunRequest => ({ ...quick, files: { 'solution.ts': source } });
const program = (body: string) => `export default async function run({ consumer, sink, signal }: any) {\n${body}\n}\n`;
const goodLoop = `
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    if (records.length > 0) await sink.write(records);
    await consumer.commitSync();
  }`;
const good = program(goodLoop);
/** Goes on for as long as nobody ends it, with signs of life. */
const busy = program('for (;;) { await new Promise((r) => setImmediate(r)); for (let i = 0; i < 20_000; i++); }');

/**
 * A page of its own with a stand-in behind it, closed after the test. With `hasClock` its time can be moved on; `policy`
 * are directives in the place of those that the site sends.
 */
async function open(
  options: { faults?: Fault[]; path?: '/node/' | '/'; hasClock?: boolean; policy?: Record<string, string> } = {},
): Promise<Opened> {
  const context = await site.browser.newContext();
  const standIn = await installStandIn(context, { faults: options.faults ?? [] });
  const requests: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  if (options.hasClock) await context.clock.install();
  const { policy } = options;
  if (policy !== undefined) {
    await context.route('**/node/', async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      const others = (headers['content-security-policy'] ?? '')
        .split('; ')
        .filter((directive) => policy[directive.split(' ')[0] ?? ''] === undefined);
      const directives = Object.entries(policy).map(([name, value]) => `${name} ${value}`);
      const changed = { ...headers, 'content-security-policy': [...others, ...directives].join('; ') };
      await route.fulfill({ response, headers: changed });
    });
  }
  const page = await site.open(context, options.path);
  const here: Opened = {
    page,
    standIn,
    requests,
    run: (source) => page.evaluate((request) => window.full.run(request), requestOf(source)),
    async close() {
      await standIn.dispose();
      await context.close();
    },
  };
  opened.push(here);
  return here;
}
async function openBooted(faults: Fault[] = []): Promise<Opened> {
  const here = await open({ faults });
  await here.page.evaluate(() => window.full.boot());
  return here;
}

const told = (page: Page) => page.evaluate(() => window.full.told());
const verdictIn = (trial: ContainerTrial): Verdict => {
  if (trial.verdict === null) throw new Error(`No verdict: ${trial.rejected}`);
  return trial.verdict;
};
const failureIn = (trial: ContainerTrial): Failure | null => verdictIn(trial).failure;
/** A verdict without what differs from one machine to the next. */
const marks = (verdict: Verdict) => ({ ...verdict, wallMs: null });
const linesIn = (trial: ContainerTrial): string[] =>
  trial.events.flatMap((event) => (event.kind === 'console' ? event.lines.map(({ text }) => text) : []));

function filesIn(folder: string): SourceFiles {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
/** Until the page says so; its own timers may stand still. */
async function until(page: Page, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const startedMs = Date.now();
  while (!(await isSo())) {
    if (Date.now() - startedMs > 30_000)
      throw new Error(`${what} did not come. It told: ${(await told(page)).join(', ')}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('Full Node', () => {
  test('loads neither its client nor anything of StackBlitz before it boots', async () => {
    const { page, standIn, requests } = await open();
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
    const scripts = await Promise.all(
      requests.filter((url) => url.endsWith('.js')).map(async (url) => (await page.request.get(url)).text()),
    );
    expect(scripts.length).toBeGreaterThan(0);
    // A sentence of the client's own.
    expect(scripts.some((script) => script.includes('WebContainer already torn down'))).toBe(false);
    expect(standIn.requests).toBe(0);
    await page.evaluate(() => window.full.boot());
    expect(await told(page)).toEqual(['checking', 'booting', 'ready']);
    expect(standIn.requests).toBe(1);
    expect(await page.evaluate(() => window.full.list('.spillway'))).toEqual(
      expect.arrayContaining(['run.mjs', 'worker.mjs', 'runs/']),
    );
  });

  test.each(['solutions/poll-loop', 'starter'])(
    'gives %s the marks that it has in Node, number for number',
    async (folder) => {
      const { page } = await openBooted();
      const files = filesIn(`exercises/cap-intake/${folder}`);
      const request = { exercise: capIntake, files, entry: capIntake.entry };
      const trial = await page.evaluate((given) => window.full.run(given), request);
      expect(marks(verdictIn(trial))).toEqual(marks(await gradeInNode(capIntake, files)));
      expect(trial.verdict?.passed).toBe(folder !== 'starter');
    },
  );

  test('runs one set after the other in fresh processes, and leaves no folder behind', async () => {
    const { page, standIn, run } = await openBooted();
    const counting = `let lives = 0;\n${program(`lives++; console.log(lives);\n${goodLoop}`)}`;
    for (let i = 0; i < 3; i++) {
      const trial = await run(counting);
      expect(failureIn(trial)).toBeNull();
      expect(linesIn(trial)).toEqual(['1']);
    }
    await until(page, 'The end of the processes', async () => standIn.processes === 0);
    await until(page, 'The end of the folders', async () =>
      page.evaluate(async () => (await window.full.list('.spillway/runs')).length === 0),
    );
    expect(await page.evaluate(() => window.full.generation())).toBe(1);
  });

  test('has all of Node.js, and shows what a program writes to its output itself', async () => {
    const { run } = await openBooted();
    const source = `import { writeSync } from 'node:fs';\n${program(`writeSync(1, '{"kind":"over","failure":null}\\nstraight é日\\n');\n${goodLoop}`)}`;
    const trial = await run(source);
    expect(verdictIn(trial)).toMatchObject({ failure: null });
    expect(verdictIn(trial).checks.length).toBeGreaterThan(0);
    expect(linesIn(trial)).toEqual(['{"kind":"over","failure":null}', 'straight é日']);
  });

  test.each([
    ['does not compile', 'const a = ;\n', { kind: 'compile', line: 1 }],
    ['throws', program("consumer.subscribe(['orders']);\nthrow new RangeError('there');"), { kind: 'threw', line: 3 }],
    ['blocks', program('\nwhile (true);'), { kind: 'blocked', line: 3 }],
    ['imports a package that is not installed', "import 'p-limit';\n", { kind: 'import', line: 1 }],
  ])('says of a program that it %s, with the line, and runs the next', async (_, source, expected) => {
    const { run } = await openBooted();
    expect(failureIn(await run(source + good.repeat(source.includes('export') ? 0 : 1)))).toMatchObject({
      file: 'solution.ts',
      ...expected,
    });
    expect(failureIn(await run(good))).toBeNull();
  });

  test('stops a program that floods the output', async () => {
    const { run, standIn, page } = await openBooted();
    const flood = `import { writeSync } from 'node:fs';\nconst line = 'x'.repeat(9_999) + '\\n';\n${program('for (;;) try { writeSync(1, line); } catch { /* The pipe is full. */ }')}`;
    expect(failureIn(await run(flood))).toMatchObject({ kind: 'output-limit', scenario: 'calm' });
    expect(failureIn(await run(good))).toBeNull();
    await until(page, 'The end of the processes', async () => standIn.processes === 0);
  });

  test('stops when it is told to, or when a newer run begins', async () => {
    const { page, standIn, run } = await openBooted();
    const startBusy = async () => {
      await page.evaluate((request) => window.full.start(request), requestOf(busy));
      await until(page, 'A process', async () => standIn.processes === 1);
    };
    await startBusy();
    await page.evaluate(() => window.full.stop());
    expect(await page.evaluate(() => window.full.started)).toMatchObject({ rejected: 'RunCancelled' });
    await startBusy();
    expect(failureIn(await run(good))).toBeNull();
    expect(await page.evaluate(() => window.full.started)).toMatchObject({ rejected: 'RunCancelled' });
    await until(page, 'The end of the processes', async () => standIn.processes === 0);
  });

  test('says so on a page that is not isolated, and asks nobody', async () => {
    const { page, standIn, run } = await open({ path: '/' });
    expect(failureIn(await run(good))).toMatchObject({ kind: 'engine', trouble: 'not-isolated' });
    expect(await told(page)).toEqual(['checking', 'failed: not-isolated']);
    expect(standIn.requests).toBe(0);
  });

  test('says so without a connection, and asks nobody', async () => {
    const { page, standIn } = await open();
    await page.context().setOffline(true);
    await page.evaluate(() => window.full.boot());
    expect(await told(page)).toEqual(['checking', 'failed: offline']);
    expect(standIn.requests).toBe(0);
  });
});

describe('the host', () => {
  /** A server of its own: what a route of the test answers does not pass the checks of the network. */
  async function openHost(): Promise<{ origin: string; close(): Promise<void> }> {
    const server = createServer((request, response) => {
      if (request.url === '/cut') {
        response.destroy();
        return;
      }
      const mayBeUsed = request.url?.startsWith('/usable') ? { 'Cross-Origin-Resource-Policy': 'cross-origin' } : {};
      response.writeHead(request.url?.endsWith('404') ? 404 : 200, mayBeUsed).end('<!doctype html>');
    });
    const url = new URL(await listen(server, { host: '127.0.0.1', port: 0 }));
    // Another site than that of the page.
    url.hostname = 'localhost';
    return {
      origin: url.origin,
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  test('answers when an isolated page may use what comes, refuses when not, and is unknown when this site forbids to ask', async () => {
    const host = await openHost();
    const { page } = await open({ policy: { 'connect-src': `'self' ${host.origin}` } });
    // The browser takes a page that a route has answered for one of the internet.
    await page.context().grantPermissions(['local-network-access']);
    const ask = (address: string) => page.evaluate((given) => window.full.ask(given), address);
    expect(await ask(`${host.origin}/usable`)).toBe('answers');
    expect(await ask(`${host.origin}/usable-404`)).toBe('answers');
    // A filter's notice, an error page.
    expect(await ask(`${host.origin}/`)).toBe('refuses');
    expect(await ask(`${host.origin}/404`)).toBe('refuses');
    expect(await ask(`${host.origin}/cut`)).toBe('refuses');
    expect(await ask('https://stackblitz.com/headless')).toBe('unknown');
    await host.close();
    expect(await ask(`${host.origin}/usable`)).toBe('refuses');
  });

  test('is told as kept out when this site’s own headers do that', async () => {
    const { page, run } = await open({ policy: { 'frame-src': "'self'" } });
    const failure = failureIn(await run(good));
    expect(failure).toMatchObject({ kind: 'engine', trouble: 'host-unreachable' });
    expect(failure?.message).toContain('Content-Security-Policy');
    expect((await told(page)).at(-1)).toBe('failed: host-unreachable');
  });
});

describe('a boot', () => {
  const start = (page: Page) => page.evaluate((request) => window.full.start(request), requestOf(good));

  test.each<[Fault, string, boolean, number]>([
    ['request-aborted', 'host-unreachable', true, 5_000],
    ['empty-page', 'boot-timed-out', true, 25_000],
    ['never-handshakes', 'boot-timed-out', true, 25_000],
    ['boot-never-settles', 'boot-timed-out', true, 25_000],
    // Where the page may not ask the host, it cannot tell.
    ['request-aborted', 'boot-timed-out', false, 25_000],
  ])(
    'with the fault %s fails as %s (may ask: %s) after %d ms, and the run says so',
    async (fault, trouble, mayAsk, ms) => {
      const policy = { 'connect-src': mayAsk ? "'self' https://stackblitz.com" : "'self'" };
      const { page, standIn } = await open({ faults: [fault], hasClock: true, policy });
      await start(page);
      await until(page, 'The request for the frame', async () => standIn.requests > 0);
      // Time stands still until the frame has said what it will say.
      if (fault === 'boot-never-settles') await until(page, 'The boot', async () => standIn.calls.length > 0);
      await page.clock.runFor(5_000);
      await until(page, 'Slowness', async () => (await told(page)).includes('booting slowly'));
      if (ms > 5_000) {
        expect(await told(page)).toEqual(['checking', 'booting', 'booting slowly']);
        // The host's answer comes when it comes; a frame that has spoken leaves nothing to ask.
        if (mayAsk && fault !== 'boot-never-settles') {
          await until(page, 'The question', async () => standIn.requests > 1);
        } else {
          expect(standIn.requests).toBe(1);
        }
        await page.clock.runFor(ms - 5_000);
      }
      // A refusal waits a moment for the browser to say whether it was our own.
      await until(page, 'Failure', async () => {
        await page.clock.runFor(100);
        return (await told(page)).includes(`failed: ${trouble}`);
      });
      const trial = await page.evaluate(() => window.full.started);
      expect(trial?.verdict).toMatchObject({ passed: false, checks: [], failure: { kind: 'engine', trouble } });
    },
  );

  test('that comes after it was given up is welcome', async () => {
    const { page, standIn, run } = await open({ faults: [{ name: 'late-handshake', ms: 40_000 }], hasClock: true });
    await start(page);
    await until(page, 'The request for the frame', async () => standIn.requests > 0);
    await page.clock.runFor(5_000);
    await until(page, 'The question', async () => standIn.requests > 1);
    await page.clock.runFor(21_000);
    await until(page, 'Failure', async () => (await told(page)).includes('failed: boot-timed-out'));
    await until(page, 'The container', async () => {
      await page.clock.runFor(1_000);
      return (await told(page)).at(-1) === 'ready';
    });
    expect(failureIn(await run(good))).toBeNull();
    expect(standIn.boots).toBe(1);
  });

  test.each([
    ['Failed to register a ServiceWorker: The user denied permission to use Service Worker.', 'storage-blocked'],
    ['Invalid API key', 'key-refused'],
    ['unreachable', 'needs-reload'],
  ])('that rejects with %j fails as %s', async (message, trouble) => {
    const { page, run } = await open({ faults: [{ name: 'boot-rejects', message }] });
    const failure = failureIn(await run(good));
    expect(failure).toMatchObject({ kind: 'engine', trouble });
    expect(failure?.message).toContain(message.replace(/\.$/, ''));
    expect((await told(page)).at(-1)).toBe(`failed: ${trouble}`);
  });

  test('whose mount fails needs a reload', async () => {
    const { run } = await open({ faults: ['mount-fails'] });
    expect(failureIn(await run(good))).toMatchObject({ kind: 'engine', trouble: 'needs-reload' });
  });
});

describe('the verdict is the same', () => {
  test.each<[string, Fault]>([
    ['with output that is never closed', 'output-never-closes'],
    ['with an exit that is never told', 'exit-never-arrives'],
    ['with codes of a terminal in the output', 'ansi-codes'],
    ['with output in pieces that cut letters and messages', { name: 'split-output', bytes: 31 }],
    ['with lines of another process in between', 'interleaved'],
    ['with an error that the container got over', { name: 'error-event', message: 'relay: a passing error' }],
  ])('%s', async (_, fault) => {
    const { page, run } = await openBooted([fault]);
    const source = good.replace('commitSync();', "commitSync();\n    console.log('é日本', records.length);");
    const expected = await gradeInNode(trialExercise, { 'solution.ts': source }, { scenario: 'calm', seeds: [7] });
    for (let i = 0; i < 2; i++) {
      const trial = await run(source);
      expect(marks(verdictIn(trial))).toEqual(marks(expected));
      expect(linesIn(trial).find((line) => line.includes('日本'))).toMatch(/^é日本 \d+$/);
    }
    expect(await told(page)).toEqual(['checking', 'booting', 'ready']);
  });
});

describe('a container that is lost', () => {
  test.each<[Fault, string]>([
    ['write-fails', 'lost'],
    ['spawn-fails', 'lost'],
    [{ name: 'interleaved', isMidLine: true }, 'lost'],
    [{ name: 'error-event', message: 'Third-party cookies are blocked' }, 'storage-blocked'],
  ])('by %j is told as %s, and never as a grade', async (fault, trouble) => {
    const { page, standIn, run } = await openBooted();
    await standIn.setFaults(fault);
    const verdict = verdictIn(await run(good));
    expect(verdict).toMatchObject({ passed: false, failure: { kind: 'engine', trouble } });
    expect(verdict.didNotFinish).toContain('this is not a grade');
    await standIn.setFaults();
    const next = failureIn(await run(good));
    // Blocked storage stays blocked until the page is loaded anew.
    if (trouble === 'lost') expect(next).toBeNull();
    else expect(next).toMatchObject({ trouble });
    expect(await page.evaluate(() => window.full.generation())).toBe(1);
  });

  test('because its host dies: told within seconds, and a reload is asked for', async () => {
    const { page, standIn, run } = await openBooted();
    await page.evaluate((request) => window.full.start(request), requestOf(busy));
    await until(page, 'A process', async () => standIn.processes === 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await standIn.setFaults('host-dies');
    const trial = await page.evaluate(() => window.full.started);
    expect(trial?.verdict?.failure).toMatchObject({ kind: 'engine', trouble: 'lost' });
    expect(failureIn(await run(good))).toMatchObject({ kind: 'engine', trouble: 'needs-reload' });
    expect((await told(page)).slice(-2)).toEqual(['booting slowly', 'failed: needs-reload']);
  });
});

describe('a process that cannot be killed', () => {
  const stopped = async (fault: Fault): Promise<Opened> => {
    const here = await openBooted();
    await here.page.evaluate((request) => window.full.start(request), requestOf(busy));
    await until(here.page, 'A process', async () => here.standIn.processes === 1);
    await here.standIn.setFaults(fault);
    await here.page.evaluate(() => window.full.stop());
    expect(await here.page.evaluate(() => window.full.started)).toMatchObject({ rejected: 'RunCancelled' });
    return here;
  };

  test('goes with its container: torn down, booted anew in the same frame, and the next run works', async () => {
    const { page, standIn, run } = await stopped('kill-ignored');
    expect(failureIn(await run(good))).toBeNull();
    expect(await told(page)).toEqual(['checking', 'booting', 'ready', 'booting', 'ready']);
    expect(await page.evaluate(() => window.full.generation())).toBe(2);
    expect(standIn.requests).toBe(1);
    expect(standIn.calls).toEqual(expect.arrayContaining(['kill', 'teardown']));
  });

  test('nor torn down: a reload is asked for, and one is enough', async () => {
    const { page, standIn, run } = await stopped('teardown-never-settles');
    expect(failureIn(await run(good))).toMatchObject({ kind: 'engine', trouble: 'needs-reload' });
    expect((await told(page)).at(-1)).toBe('failed: needs-reload');
    await standIn.setFaults();
    await page.reload();
    await page.waitForFunction(() => 'full' in window);
    expect(failureIn(await run(good))).toBeNull();
  });
});
