// The stand-in for the hosted runtime: the unmodified client boots and works over it, and each fault does what its line says.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ClientSite, openClientSite } from '../stand-in/client-site.ts';
import { type FaultName, faults } from '../stand-in/faults.ts';
import { type Fault, installStandIn, type StandIn, type StandInOptions } from '../stand-in/install.ts';
import { noiseLine } from '../stand-in/output.ts';

let site: ClientSite;
beforeAll(async () => {
  site = await openClientSite();
});
afterAll(async () => {
  await site?.close();
});

interface Opened {
  page: Page;
  standIn: StandIn;
  close(): Promise<void>;
}

const opened: Opened[] = [];

/** A page of its own with a stand-in behind it, not booted. */
async function open(options?: StandInOptions): Promise<Opened> {
  const context = await site.browser.newContext();
  const standIn = await installStandIn(context, options);
  const page = await site.open(context);
  const close = async () => {
    await standIn.dispose();
    await context.close();
  };
  return { page, standIn, close };
}

/** The same, closed after the test. */
async function openHere(options?: StandInOptions): Promise<Opened> {
  const here = await open(options);
  opened.push(here);
  return here;
}

const openBooted = async (options?: StandInOptions): Promise<Opened> => {
  const here = await openHere(options);
  await boot(here.page);
  return here;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((here) => here.close()));
});

const boot = (page: Page) => page.evaluate(async () => void (await window.client.boot()));

/** Long enough for what comes to come on a machine that is not busy; on a busy one a test sees less, and does not fail. */
const whileMs = 200;

/** Whether a boot that is begun is pending, and for a while, after what comes of it. */
async function bootIsPending(page: Page, after: Promise<unknown>): Promise<boolean> {
  await page.evaluate(() => void window.client.boot());
  await after;
  return page.evaluate((afterMs) => window.client.isPending(window.client.booting, afterMs), whileMs);
}

const bootError = (page: Page) => page.evaluate(() => window.client.errorOf(window.client.boot()));

/** What must come, however long that takes here. */
const soon = <Value>(look: () => Value) => expect.poll(look, { timeout: 30_000 });

const endless = 'console.log("on"); while (true);';

describe('a boot', () => {
  test('needs one request, and gives the folder that Node sees', async () => {
    const { page, standIn } = await openHere();
    const { isIsolated, workdir } = await page.evaluate(async () => {
      const container = await window.client.boot({ workdirName: 'cap-intake' });
      return { isIsolated: crossOriginIsolated, workdir: container.workdir };
    });
    expect(isIsolated).toBe(true);
    expect(standIn).toMatchObject({ boots: 1, requests: 1, processes: 0 });
    expect(standIn.folder()).toBe(workdir);
    expect(workdir).toMatch(/\/cap-intake$/);
  });

  test('that comes while another one runs waits for it, and is refused when that one stands', async () => {
    const { page, standIn } = await openHere();
    const refusal = await page.evaluate(async () => {
      const first = window.client.boot();
      const second = window.client.errorOf(window.client.WebContainer.boot());
      await first;
      return second;
    });
    expect(refusal.message).toBe('Only a single WebContainer instance can be booted');
    expect(standIn.boots).toBe(1);
  });

  test('after a teardown gets a new folder over the same frame; what ran has ended, and its exit is never told', async () => {
    const { page, standIn } = await openBooted();
    const running = page.evaluate(async (source) => {
      const { process, output } = await window.client.spawn('node', ['-e', source]);
      await output.until('on');
      window.client.container.teardown();
      await window.client.boot();
      return { isPending: await window.client.isPending(process.exit), isClosed: output.isClosed };
    }, endless);
    const before = standIn.folder();
    expect(await running).toEqual({ isPending: true, isClosed: false });
    expect(standIn).toMatchObject({ boots: 2, requests: 1, processes: 0 });
    expect(standIn.folder()).not.toBe(before);
    expect(existsSync(before)).toBe(false);
  });

  test('in a page that was loaded anew is a new one, and what the page before it ran has ended', async () => {
    const { page, standIn } = await openBooted();
    await page.evaluate(async (source) => {
      const { output } = await window.client.spawn('node', ['-e', source]);
      await output.until('on');
    }, endless);
    const before = standIn.folder();
    expect(standIn.processes).toBe(1);
    await page.reload();
    await page.waitForFunction(() => 'client' in window);
    await boot(page);
    expect(standIn).toMatchObject({ boots: 2, requests: 2 });
    await soon(() => standIn.processes).toBe(0);
    await soon(() => existsSync(before)).toBe(false);
  });

  test('leaves nothing once the stand-in is disposed of', async () => {
    const { page, standIn, close } = await open();
    await boot(page);
    await page.evaluate(async (source) => {
      const { output } = await window.client.spawn('node', ['-e', source]);
      await output.until('on');
    }, endless);
    const folder = standIn.folder();
    await close();
    expect(standIn.processes).toBe(0);
    expect(existsSync(dirname(dirname(folder)))).toBe(false);
  });
});

describe('a container', () => {
  let page: Page;
  let standIn: StandIn;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ page, standIn, close } = await open());
    await boot(page);
  });
  afterAll(async () => {
    await close?.();
  });

  test('mounts a tree with folders, bytes and links', async () => {
    await page.evaluate(() =>
      window.client.container.mount({
        tree: {
          directory: {
            'hello.mjs': { file: { contents: 'console.log("hello €")' } },
            'bytes.bin': { file: { contents: new Uint8Array([0, 128, 255]) } },
            'link.mjs': { file: { symlink: 'hello.mjs' } },
            empty: { directory: {} },
          },
        },
      }),
    );
    expect([...readFileSync(join(standIn.folder(), 'tree/bytes.bin'))]).toEqual([0, 128, 255]);
    expect(existsSync(join(standIn.folder(), 'tree/empty'))).toBe(true);
    const { output, exit } = await page.evaluate(() => window.client.run('node', ['link.mjs'], { cwd: 'tree' }));
    expect({ output, exit }).toEqual({ output: 'hello €\r\n', exit: 0 });
  });

  test('mounts 3 MB into a folder that is there, and refuses one that is not', async () => {
    const refusal = await page.evaluate(async () => {
      const { container, errorOf } = window.client;
      const tree = { 'big.txt': { file: { contents: '€'.repeat(1024 * 1024) } } };
      await container.fs.mkdir('mounted');
      await container.mount(tree, { mountPoint: 'mounted' });
      return errorOf(container.mount(tree, { mountPoint: 'nowhere' }));
    });
    expect(readFileSync(join(standIn.folder(), 'mounted/big.txt'), 'utf8')).toBe('€'.repeat(1024 * 1024));
    expect(refusal.message).toMatch(/^ENOENT/);
  });

  test('exports a tree as it was mounted', async () => {
    const tree = await page.evaluate(async () => {
      const { container } = window.client;
      await container.fs.mkdir('given/src', { recursive: true });
      await container.fs.writeFile('given/src/a.ts', 'a');
      await container.fs.writeFile('given/b.md', 'b');
      return container.export('given', { excludes: ['*.md'] });
    });
    expect(tree).toEqual({ src: { directory: { 'a.ts': { file: { contents: 'a' } } } } });
  });

  test("runs the project's Node.js with arguments, environment, folder and exit code", async () => {
    const source =
      'console.log(process.version, process.argv.slice(1).join(), process.env.COLORS, process.env.FORCE_COLOR, process.cwd()); process.exit(3)';
    const ran = await page.evaluate(async (given) => {
      await window.client.container.fs.mkdir('here');
      const env = { COLORS: 'none', FORCE_COLOR: 0 };
      return window.client.run('node', ['-e', given, 'a b', '$c'], { cwd: 'here', env });
    }, source);
    expect(ran.exit).toBe(3);
    expect(ran.output).toBe(`v24.21.0 a b,$c none 0 ${standIn.folder()}/here\r\n`);
  });

  test('tells a command that is not there in the output', async () => {
    expect(await page.evaluate(() => window.client.run('nope', []))).toEqual({
      output: 'jsh: command not found: nope\r\n',
      exit: 127,
    });
  });

  test('refuses a process in a folder that is not there, or outside', async () => {
    const messages = await page.evaluate(async () => {
      const { spawn, errorOf } = window.client;
      const missing = await errorOf(spawn('node', ['-v'], { cwd: 'not-there' }));
      const outside = await errorOf(spawn('node', ['-v'], { cwd: '../..' }));
      return [missing.message, outside.message];
    });
    expect(messages).toEqual([expect.stringMatching(/^ENOENT/), expect.stringMatching(/^EACCES/)]);
  });

  test('keeps stdout and stderr in their order in one output', async () => {
    const source = 'for (let i = 0; i < 50; i++) { console.log("out", i); console.error("err", i); }';
    const { output } = await page.evaluate((given) => window.client.node(given), source);
    const lines = Array.from({ length: 50 }, (_, i) => `out ${i}\r\nerr ${i}\r\n`);
    expect(output).toBe(lines.join(''));
  });

  test('writes and reads text and bytes', async () => {
    const read = await page.evaluate(async () => {
      const { fs } = window.client.container;
      await fs.writeFile('text.txt', 'zwölf €');
      await fs.writeFile('latin.txt', 'zwölf', 'latin1');
      await fs.writeFile('bytes.bin', new Uint8Array([1, 0, 255]));
      return {
        text: await fs.readFile('/text.txt', 'utf-8'),
        latin: [...(await fs.readFile('latin.txt'))],
        bytes: [...(await fs.readFile('bytes.bin'))],
      };
    });
    expect(read).toEqual({ text: 'zwölf €', latin: [0x7a, 0x77, 0xf6, 0x6c, 0x66], bytes: [1, 0, 255] });
  });

  test('tells an error by its name and message; its code is lost', async () => {
    const error = await page.evaluate(() =>
      window.client.errorOf(window.client.container.fs.readFile('no.txt', 'utf-8')),
    );
    expect(error).toEqual({
      name: 'Error',
      message: expect.stringMatching(/^ENOENT: no such file or directory, open/),
    });
  });

  test('lists, makes, moves and removes', async () => {
    const seen = await page.evaluate(async () => {
      const { fs } = window.client.container;
      await fs.mkdir('shelf/deep/er', { recursive: true });
      await fs.writeFile('shelf/book', '');
      await fs.rename('shelf/book', 'shelf/novel');
      const entries = await fs.readdir('shelf', { withFileTypes: true });
      const kinds = Object.fromEntries(entries.map((entry) => [entry.name, [entry.isFile(), entry.isDirectory()]]));
      await fs.rm('shelf/deep', { recursive: true });
      const names = await fs.readdir('shelf');
      await fs.rm('shelf/novel');
      await fs.rm('shelf/novel', { force: true });
      const again = await window.client.errorOf(fs.rm('shelf/novel'));
      return { kinds, names, empty: await fs.readdir('shelf'), again: again.message };
    });
    expect(seen).toEqual({
      kinds: { deep: [false, true], novel: [true, false] },
      names: ['novel'],
      empty: [],
      again: expect.stringMatching(/^ENOENT/),
    });
  });

  test('lets no path out of its folder', async () => {
    const messages = await page.evaluate(async () => {
      const { container, errorOf } = window.client;
      const errors = await Promise.all([
        errorOf(container.fs.readFile('../../inputrc')),
        errorOf(container.fs.writeFile('a/../../out.txt', '')),
        errorOf(container.mount({ '../out.txt': { file: { contents: '' } } })),
      ]);
      return errors.map(({ message }) => message);
    });
    for (const message of messages) expect(message).toMatch(/^EACCES/);
    expect(existsSync(join(standIn.folder(), '../out.txt'))).toBe(false);
  });

  test('watches a folder', async () => {
    const heard = await page.evaluate(async () => {
      const { fs } = window.client.container;
      await fs.mkdir('watched');
      const { promise, resolve } = Promise.withResolvers<string>();
      const watcher = fs.watch('watched', (_event, filename) => resolve(String(filename)));
      // Whether the watcher stands is not told: write until it is heard.
      const writing = setInterval(() => void fs.writeFile('watched/file', ''), 20);
      const filename = await promise;
      clearInterval(writing);
      watcher.close();
      return filename;
    });
    expect(heard).toBe('file');
  });

  test('passes input on, Enter as a line end', async () => {
    const source =
      'process.stdin.once("data", (data) => { console.log("got", JSON.stringify(String(data))); process.exit(); })';
    const output = await page.evaluate(async (given) => {
      const { process, output } = await window.client.spawn('node', ['-e', given]);
      await process.input.getWriter().write('zwölf\r');
      return output.all();
    }, source);
    expect(output).toBe('got "zwölf\\n"\r\n');
  });

  test('ends its input with Ctrl-D, and is interrupted by Ctrl-C', async () => {
    const ended = await page.evaluate(async () => {
      const source = 'process.stdin.on("end", () => console.log("end")).resume()';
      const { process, output } = await window.client.spawn('node', ['-e', source]);
      await process.input.getWriter().write('\x04');
      return { output: await output.all(), exit: await process.exit };
    });
    expect(ended).toEqual({ output: 'end\r\n', exit: 0 });
    const interrupted = await page.evaluate(async (source) => {
      const { process, output } = await window.client.spawn('node', ['-e', source]);
      await output.until('on');
      await process.input.getWriter().write('\x03');
      await output.all();
      return process.exit;
    }, endless);
    expect(interrupted).toBe(130);
  });

  test('gives 5 MB of output whole', async () => {
    const counted = await page.evaluate(async () => {
      const { output, exit } = await window.client.node('process.stdout.write("0123456789".repeat(500_000))');
      return { isWhole: output === '0123456789'.repeat(500_000), exit };
    });
    expect(counted).toEqual({ isWhole: true, exit: 0 });
  });

  test('kills a hot loop with all that it started', async () => {
    const source = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log("child on"); while (true);'], { stdio: 'inherit' }); setTimeout(() => { while (true); }, 100);`;
    const killed = await page.evaluate(async (given) => {
      const { process, output } = await window.client.spawn('node', ['-e', given]);
      await output.until('child on');
      process.kill();
      await output.all();
      return process.exit;
    }, source);
    expect(killed).toBe(143);
    expect(standIn.processes).toBe(0);
  });

  test('ends with a process what that has left behind', async () => {
    const source = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref();`;
    expect(await page.evaluate((given) => window.client.node(given), source)).toEqual({ output: '', exit: 0 });
  });

  test('has a shell on a terminal: it echoes, knows its size, runs node and npm, and ends with exit', async () => {
    const { output, exit } = await page.evaluate(async () => {
      const { process, output } = await window.client.spawn('jsh', [], { terminal: { cols: 60, rows: 20 } });
      const keyboard = process.input.getWriter();
      await output.until('❯ ');
      await keyboard.write(
        'echo $((20 + 22)); stty size; node -p "String(process.stdout.isTTY)"; npm --version && echo npm-$?\r',
      );
      await output.until('npm-0');
      process.resize({ cols: 99, rows: 33 });
      // The size may come later than what is typed.
      const asking = setInterval(() => void keyboard.write('stty size\r'), 200);
      await output.until('33 99');
      clearInterval(asking);
      await keyboard.write('exit 4\r');
      return { output: await output.all(), exit: await process.exit };
    });
    expect(exit).toBe(4);
    expect(output).toContain('❯ echo $((20 + 22));');
    expect(output).toContain('\r\n42\r\n20 60\r\ntrue\r\n');
  });

  test('kills a shell with the program in it', async () => {
    const exit = await page.evaluate(async (source) => {
      const { process, output } = await window.client.spawn('jsh', []);
      await output.until('❯ ');
      await process.input.getWriter().write(`node -e '${source}'\r`);
      await output.until('\non');
      process.kill();
      await output.all();
      return process.exit;
    }, endless);
    expect(exit).toBe(143);
    expect(standIn.processes).toBe(0);
  });

  test('takes a size for a process without a terminal, and input after its end, and heeds neither', async () => {
    const exit = await page.evaluate(async () => {
      const { process, output } = await window.client.spawn('node', ['-e', 'process.stdin.resume()']);
      process.resize({ cols: 10, rows: 10 });
      process.kill();
      await output.all();
      await process.input.getWriter().write('nobody reads this');
      process.resize({ cols: 20, rows: 20 });
      return process.exit;
    });
    expect(exit).toBe(143);
  });

  test('tells its errors to who listens, until they stop', async () => {
    await page.evaluate(async () => {
      const { container } = window.client;
      const heard: string[] = [];
      const unsubscribe = container.on('error', ({ message }) => heard.push(message));
      Object.assign(window, { heard, unsubscribe });
      await container.fs.readdir('.');
    });
    standIn.emitError('the service worker is gone');
    await page.waitForFunction(() => 'heard' in window && String(window.heard) !== '');
    await page.evaluate(async () => {
      if ('unsubscribe' in window && typeof window.unsubscribe === 'function') window.unsubscribe();
      await window.client.container.fs.readdir('.');
    });
    standIn.emitError('too late');
    await page.evaluate(() => window.client.node(''));
    expect(await page.evaluate(() => 'heard' in window && window.heard)).toEqual(['the service worker is gone']);
  });

  test('is closed to the page around the frame', async () => {
    const before = [...standIn.calls];
    const refused = page.waitForResponse((response) => response.url().endsWith('?document=1'));
    await page.evaluate(async () => {
      const body = '\0\0\0\x1e{"method":"teardown","args":[]}';
      await fetch('https://stackblitz.com/headless/call?document=1', { method: 'POST', mode: 'no-cors', body }).catch(
        () => {},
      );
    });
    expect((await refused).status()).toBe(404);
    expect(standIn.calls).toEqual(before);
  });
});

test('newlines stay as they are written when that is asked for', async () => {
  const { page } = await openBooted({ terminalNewlines: false });
  const { output } = await page.evaluate(() => window.client.node('console.log("a")'));
  expect(output).toBe('a\n');
});

describe('a fault', () => {
  /** One page for the faults after which a container is as good as before. */
  let shared: Opened;
  beforeAll(async () => {
    shared = await open();
    await boot(shared.page);
  });
  afterAll(async () => {
    await shared?.close();
  });
  async function share(...inForce: Fault[]): Promise<Opened> {
    await shared.standIn.setFaults(...inForce);
    return shared;
  }

  /** Each has a test of that name, so that none is without one. */
  const proofs: Record<FaultName, () => Promise<void>> = {
    async 'request-aborted'() {
      const { page, standIn } = await openHere({ faults: ['request-aborted'] });
      const refused = page.waitForEvent('requestfailed');
      expect(await bootIsPending(page, refused)).toBe(true);
      expect((await refused).failure()?.errorText).toBe('net::ERR_CONNECTION_REFUSED');
      expect(standIn).toMatchObject({ requests: 1, boots: 0 });
    },

    async 'empty-page'() {
      const { page, standIn } = await openHere({ faults: ['empty-page'] });
      const answered = page.waitForResponse((response) =>
        response.url().startsWith('https://stackblitz.com/headless?'),
      );
      expect(await bootIsPending(page, answered)).toBe(true);
      expect(await (await answered).text()).toBe('<!doctype html>');
      expect(standIn).toMatchObject({ requests: 1, boots: 0 });
    },

    async 'without-corp'() {
      const { page, standIn } = await openHere({ faults: ['without-corp'] });
      const blocked = page.waitForEvent('requestfailed', (request) =>
        request.url().startsWith('https://stackblitz.com/'),
      );
      expect(await bootIsPending(page, blocked)).toBe(true);
      expect((await blocked).failure()?.errorText).toContain('ERR_BLOCKED_BY_RESPONSE');
      expect(standIn).toMatchObject({ requests: 1, boots: 0 });
    },

    async 'never-handshakes'() {
      const { page, standIn } = await openHere({ faults: ['never-handshakes'] });
      const listens = page.waitForRequest((request) => request.url().includes('/headless/events'));
      expect(await bootIsPending(page, listens)).toBe(true);
      expect(standIn.calls).toEqual([]);
    },

    async 'late-handshake'() {
      const { page, standIn } = await openHere({ faults: [{ name: 'late-handshake', ms: 300 }] });
      const tookMs = await page.evaluate(async () => {
        const startMs = performance.now();
        await window.client.boot();
        return performance.now() - startMs;
      });
      expect(tookMs).toBeGreaterThanOrEqual(300);
      expect(standIn.boots).toBe(1);
    },

    async 'boot-rejects'() {
      const message = 'Failed to register a ServiceWorker: third-party cookies are blocked';
      const { page, standIn } = await openHere({ faults: [{ name: 'boot-rejects', message }] });
      expect(await bootError(page)).toMatchObject({ name: 'Error', message });
      await standIn.setFaults({ name: 'boot-rejects', message: 'Invalid API key' });
      expect(await bootError(page)).toMatchObject({ message: 'Invalid API key' });
      await standIn.setFaults();
      await boot(page);
      expect(standIn).toMatchObject({ requests: 1, boots: 1 });
    },

    async 'boot-never-settles'() {
      const { page, standIn } = await openHere({ faults: ['boot-never-settles'] });
      const asked = soon(() => standIn.calls).toEqual(['build']);
      expect(await bootIsPending(page, asked)).toBe(true);
      expect(standIn.boots).toBe(0);
    },

    async 'error-event'() {
      const { page } = await share({ name: 'error-event', message: 'out of memory' });
      const heard = await page.evaluate(async () => {
        const { promise, resolve } = Promise.withResolvers<string>();
        window.client.container.on('error', ({ message }) => resolve(message));
        const ran = await window.client.node('console.log("goes on")');
        return { message: await promise, ...ran };
      });
      expect(heard).toEqual({ message: 'out of memory', output: 'goes on\r\n', exit: 0 });
    },

    async 'host-dies'() {
      const { page, standIn } = await openBooted();
      await standIn.setFaults({ name: 'host-dies', afterOutputBytes: 10 });
      const silent = await page.evaluate(async (afterMs) => {
        const { process, output } = await window.client.spawn('node', ['-e', 'console.log("0123456789abc")']);
        const heard = await output.until('9');
        const read = window.client.container.fs.readdir('.');
        return {
          heard,
          read: await window.client.isPending(read, afterMs),
          exit: await window.client.isPending(process.exit),
          isClosed: output.isClosed,
        };
      }, whileMs);
      expect(silent).toEqual({ heard: '0123456789', read: true, exit: true, isClosed: false });
      await soon(() => standIn.processes).toBe(0);
      // It does not come back to life; only the next document has a host.
      await standIn.setFaults();
      expect(await page.evaluate(() => window.client.isPending(window.client.container.fs.readdir('.'), 100))).toBe(
        true,
      );
      await page.reload();
      await page.waitForFunction(() => 'client' in window);
      await boot(page);
      // At once, with what runs.
      await page.evaluate(async (source) => {
        const { output } = await window.client.spawn('node', ['-e', source]);
        await output.until('on');
      }, endless);
      await standIn.setFaults('host-dies');
      expect(standIn.processes).toBe(0);
      expect(await page.evaluate(() => window.client.isPending(window.client.container.fs.readdir('.'), 100))).toBe(
        true,
      );
    },

    async 'mount-fails'() {
      const { page, standIn } = await share('mount-fails');
      const tree = { a: { file: { contents: 'a' } } };
      const mount = () => page.evaluate((given) => window.client.errorOf(window.client.container.mount(given)), tree);
      expect((await mount()).message).toBe('ENOSPC: no space left on device, mount');
      await standIn.setFaults({ name: 'mount-fails', message: 'the tree is too large' });
      expect((await mount()).message).toBe('the tree is too large');
      expect(existsSync(join(standIn.folder(), 'a'))).toBe(false);
    },

    async 'write-fails'() {
      const { page, standIn } = await share('write-fails');
      const error = await page.evaluate(() =>
        window.client.errorOf(window.client.container.fs.writeFile('a.txt', 'a')),
      );
      expect(error.message).toBe("ENOSPC: no space left on device, open 'a.txt'");
      expect(existsSync(join(standIn.folder(), 'a.txt'))).toBe(false);
    },

    async 'spawn-fails'() {
      const { page, standIn } = await share('spawn-fails');
      const error = await page.evaluate(() => window.client.errorOf(window.client.node('')));
      expect(error.message).toBe('EAGAIN: resource temporarily unavailable, spawn node');
      expect(standIn.processes).toBe(0);
    },

    async 'output-never-closes'() {
      const { page } = await share('output-never-closes');
      const seen = await page.evaluate(async (afterMs) => {
        const { process, output } = await window.client.spawn('node', ['-e', 'console.log("all")']);
        const exit = await process.exit;
        const isPending = await window.client.isPending(output.all(), afterMs);
        return { exit, isPending, text: output.text };
      }, whileMs);
      expect(seen).toEqual({ exit: 0, isPending: true, text: 'all\r\n' });
    },

    async 'exit-never-arrives'() {
      const { page } = await share('exit-never-arrives');
      const seen = await page.evaluate(async (afterMs) => {
        const { process, output } = await window.client.spawn('node', ['-e', 'console.log("all")']);
        const text = await output.all();
        return { text, isPending: await window.client.isPending(process.exit, afterMs) };
      }, whileMs);
      expect(seen).toEqual({ text: 'all\r\n', isPending: true });
    },

    async 'kill-ignored'() {
      const { page, standIn } = await openBooted({ faults: ['kill-ignored'] });
      const spawnAndKill = () =>
        page.evaluate(
          async ({ source, afterMs }) => {
            const { process, output } = await window.client.spawn('node', ['-e', source]);
            await output.until('on');
            process.kill();
            await process.input.getWriter().write('\x03');
            return window.client.isPending(process.exit, afterMs);
          },
          { source: endless, afterMs: whileMs },
        );
      const teardownAndBoot = () =>
        page.evaluate(async () => {
          window.client.container.teardown();
          await window.client.boot();
        });
      expect(await spawnAndKill()).toBe(true);
      await soon(() => standIn.calls).toContain('kill');
      expect(standIn.processes).toBe(1);
      await teardownAndBoot();
      expect(standIn).toMatchObject({ processes: 0, boots: 2 });

      await standIn.setFaults({ name: 'kill-ignored', survivesTeardown: true });
      expect(await spawnAndKill()).toBe(true);
      await teardownAndBoot();
      expect(standIn).toMatchObject({ processes: 1, boots: 3, requests: 1 });
      await standIn.dispose();
      expect(standIn.processes).toBe(0);
    },

    async 'teardown-never-settles'() {
      const { page, standIn } = await openBooted({ faults: ['teardown-never-settles'] });
      const isPending = await page.evaluate(
        async ({ source, afterMs }) => {
          const { process, output } = await window.client.spawn('node', ['-e', source]);
          await output.until('on');
          process.kill();
          window.client.container.teardown();
          return window.client.isPending(window.client.boot(), afterMs);
        },
        { source: endless, afterMs: whileMs },
      );
      expect(isPending).toBe(true);
      await soon(() => standIn.calls).toContain('teardown');
      expect(standIn).toMatchObject({ processes: 1, boots: 1 });
    },

    async 'ansi-codes'() {
      const { page } = await share('ansi-codes');
      const { output } = await page.evaluate(() =>
        window.client.node('console.log("one\\ntwo"); process.stdout.write("half")'),
      );
      expect(output).toBe('\x1b[32mone\x1b[0m\r\n\x1b[32mtwo\x1b[0m\r\n\x1b[32mhalf');
    },

    async 'split-output'() {
      const { page } = await share({ name: 'split-output', bytes: 2 });
      const chunks = await page.evaluate(async () => {
        const { output } = await window.client.spawn('node', ['-e', 'console.log("{ab}€!")']);
        await output.all();
        return output.chunks;
      });
      // The client decodes each chunk by itself: the three bytes of the euro sign are lost.
      expect(chunks).toEqual(['{a', 'b}', '\ufffd', '\ufffd!', '\r\n']);
    },

    async interleaved() {
      const { page, standIn } = await share('interleaved');
      const source = 'console.log("one\\ntwo")';
      const run = () => page.evaluate((given) => window.client.node(given), source);
      const noise = `${noiseLine}\r\n`;
      expect((await run()).output).toBe(`one\r\n${noise}two\r\n${noise}`);
      await standIn.setFaults({ name: 'interleaved', isMidLine: true });
      expect((await run()).output).toBe(`o${noise}ne\r\n${noise}t${noise}wo\r\n${noise}`);
    },
  };

  test.for(Object.entries(faults))('%s: %s', async ([name]) => {
    await Object.entries(proofs).find(([proved]) => proved === name)?.[1]();
  });

  test('needs what its kind needs, and nothing more', () => {
    const all: Fault[] = ['kill-ignored', { name: 'kill-ignored' }, { name: 'split-output', bytes: 1 }];
    // @ts-expect-error Without its bytes it says nothing.
    all.push('split-output');
    expect(all).toHaveLength(4);
  });
});
