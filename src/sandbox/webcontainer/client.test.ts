// What the container absorbs of the client, one test for each way in which that leaves a page waiting.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerMs, pingMs, bootMs, createContainer, type ContainerOptions } from './client.ts';
import { slowMs } from './attempt.ts';
import { ContainerError, type Container, type ContainerStatus } from './container.ts';
import { exitMs, rebuildMs } from './ladder.ts';
import { createFakeClient, createFakeEnvironment, createFakeInstance, defer, never } from './testing/fake-client.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(options: Partial<ContainerOptions> = {}) {
  const client = createFakeClient();
  const environment = createFakeEnvironment();
  const origins: string[] = [];
  const container = createContainer({
    environment,
    files: async () => ({ 'run.mjs': 'run', 'lib/a.mjs': 'a' }),
    importApi: async (origin) => {
      origins.push(origin);
      return client.api;
    },
    ...options,
  });
  const told: ContainerStatus[] = [];
  container.onStatus((status) => told.push(status));
  return { client, environment, container, told, origins };
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
/** A promise that is looked at later, and may reject before. */
function hold<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
/** How a promise stands, without waiting. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  let state: unknown = 'pending';
  promise.then(
    (value) => (state = { value }),
    (error: unknown) => (state = error),
  );
  await pass(0);
  return state;
}
const troubleOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await stateOf(promise);
  return error instanceof ContainerError ? error.trouble : error;
};
const states = (told: readonly ContainerStatus[]): string[] =>
  told.map((status) => (status.state === 'failed' ? `failed ${status.trouble}` : status.state));

describe('a boot', () => {
  test('checks, boots, mounts the programs in a folder of their own, and is ready', async () => {
    const { client, container, told } = setUp({ workdirName: 'spillway' });
    expect(container.status).toEqual({ state: 'idle' });
    expect(await stateOf(container.boot())).toEqual({ value: undefined });
    expect(states(told)).toEqual(['checking', 'booting', 'ready']);
    expect(container.generation).toBe(1);
    expect(client.boots).toEqual([{ coep: 'require-corp', workdirName: 'spillway' }]);
    expect(client.latest.mounts).toEqual([
      {
        '.spillway': {
          directory: {
            runs: { directory: {} },
            'run.mjs': { file: { contents: 'run' } },
            lib: { directory: { 'a.mjs': { file: { contents: 'a' } } } },
          },
        },
      },
    ]);
  });

  test('is one, however often and whenever it is asked for', async () => {
    const { client, container } = setUp();
    const booted = defer<ReturnType<typeof createFakeInstance>>();
    client.onBoot = () => booted.promise;
    const first = container.boot();
    expect(container.boot()).toBe(first);
    await pass(100);
    booted.resolve(createFakeInstance());
    await first;
    await container.boot();
    expect(client.boots).toHaveLength(1);
  });

  test('is one for a page, also for two containers', async () => {
    const { client, container } = setUp({ apiKey: 'key' });
    const other = setUp({ apiKey: 'key', importApi: async () => client.api });
    await Promise.all([container.boot(), other.container.boot()]);
    expect(client.boots).toHaveLength(1);
    expect(client.keys).toEqual(['key']);
  });

  test('names the key before it, and the host', async () => {
    const { client, container, origins } = setUp({ apiKey: 'wc_api_1', origin: 'https://node.example.org' });
    await container.boot();
    expect(client.keys).toEqual(['wc_api_1']);
    expect(origins).toEqual(['https://node.example.org']);
  });

  test('loads nothing before it is asked for', async () => {
    const { container, origins } = setUp();
    await pass(60_000);
    expect(origins).toEqual([]);
    expect(container.status.state).toBe('idle');
  });

  test.each(['offline', 'not-isolated', 'unsupported-browser'] as const)(
    'that cannot go well (%s) is not tried',
    async (trouble) => {
      const { client, environment, container } = setUp();
      environment.reason = { trouble, detail: '' };
      expect(await troubleOf(container.boot())).toBe(trouble);
      expect(container.status).toMatchObject({ state: 'failed', trouble });
      expect(client.boots).toEqual([]);
    },
  );
});

describe('a boot that stays pending', () => {
  test('is slow after 5 s and has failed after 25 s; the host answers', async () => {
    const { client, container, told } = setUp();
    client.onBoot = never;
    const boot = container.boot();
    await pass(slowMs - 1);
    expect(container.status).toMatchObject({ state: 'booting', isSlow: false });
    await pass(1);
    expect(container.status).toMatchObject({ state: 'booting', isSlow: true });
    await pass(bootMs - slowMs - 1);
    expect(container.status.state).toBe('booting');
    await pass(1);
    expect(await troubleOf(boot)).toBe('boot-timed-out');
    expect(states(told)).toEqual(['checking', 'booting', 'booting', 'failed boot-timed-out']);
    // Asking again gets the same answer, and no second boot, which would wait for the first one for ever.
    expect(await troubleOf(container.boot())).toBe('boot-timed-out');
    expect(await troubleOf(container.spawn('node', []))).toBe('boot-timed-out');
    expect(client.boots).toHaveLength(1);
  });

  test('may still come: then it is ready after all, once', async () => {
    const { client, container, told } = setUp();
    const booted = defer<ReturnType<typeof createFakeInstance>>();
    client.onBoot = () => booted.promise;
    const boot = container.boot();
    await pass(60_000);
    expect(await troubleOf(boot)).toBe('boot-timed-out');
    booted.resolve(createFakeInstance());
    await pass(0);
    expect(states(told).slice(-2)).toEqual(['failed boot-timed-out', 'ready']);
    expect(container.status).toMatchObject({ state: 'ready', bootMs: 60_000 });
    expect(await stateOf(container.boot())).toEqual({ value: undefined });
    await pass(60_000);
    expect(states(told).filter((state) => state === 'ready')).toHaveLength(1);
  });

  test('asks nobody when it comes in time', async () => {
    const { environment, container } = setUp();
    await container.boot();
    await pass(60_000);
    expect(environment.asked).toEqual([]);
  });

  test('fails as soon as the host is known to be unreachable', async () => {
    const { client, environment, container } = setUp();
    client.onBoot = never;
    environment.answer = async () => 'refuses';
    const boot = container.boot();
    await pass(slowMs);
    expect(await troubleOf(boot)).toBe('host-unreachable');
    expect(environment.asked).toEqual(['https://stackblitz.com/headless?coep=require-corp']);
  });

  test('fails as unreachable in the end when the host is silent', async () => {
    const { client, environment, container } = setUp();
    client.onBoot = never;
    environment.answer = never;
    const boot = container.boot();
    await pass(bootMs);
    expect(await troubleOf(boot)).toBe('host-unreachable');
  });

  test('is slow, not unreachable, once its frame has spoken, whatever the host answers us', async () => {
    const { client, environment, container } = setUp();
    client.onBoot = never;
    const answer = defer<'refuses'>();
    environment.answer = () => answer.promise;
    const boot = container.boot();
    await pass(slowMs);
    environment.sendMessage();
    answer.resolve('refuses');
    await pass(0);
    expect(container.status.state).toBe('booting');
    await pass(bootMs - slowMs);
    expect(await troubleOf(boot)).toBe('boot-timed-out');

    const early = setUp();
    early.client.onBoot = never;
    void hold(early.container.boot());
    early.environment.sendMessage();
    await pass(bootMs);
    expect(early.environment.asked).toEqual([]);
    expect(early.container.status).toMatchObject({ trouble: 'boot-timed-out' });
  });

  test('says no more than it knows when this site does not let it ask', async () => {
    const { client, environment, container } = setUp();
    client.onBoot = never;
    environment.answer = async () => 'unknown';
    const boot = container.boot();
    await pass(bootMs);
    expect(await troubleOf(boot)).toBe('boot-timed-out');
  });

  test('tells a key that is refused from a host that is', async () => {
    const { client, environment, container } = setUp({ apiKey: 'k&1' });
    client.onBoot = never;
    environment.answer = async (address) => (address.includes('client_id=k%261') ? 'refuses' : 'answers');
    const boot = container.boot();
    await pass(slowMs);
    expect(await troubleOf(boot)).toBe('key-refused');
  });

  test('is offline when the connection went meanwhile', async () => {
    const { client, environment, container } = setUp();
    client.onBoot = never;
    environment.answer = never;
    const boot = container.boot();
    environment.isConnected = false;
    await pass(bootMs);
    expect(await troubleOf(boot)).toBe('offline');
  });

  test('fails at once when this site’s own policy keeps the frame out', async () => {
    const { client, environment, container } = setUp();
    client.onBoot = never;
    const boot = container.boot();
    await pass(0);
    environment.refuseFrame();
    expect(await troubleOf(boot)).toBe('host-unreachable');
    expect(container.status).toMatchObject({ detail: expect.stringContaining('Content-Security-Policy') as string });
  });
});

describe('a boot that rejects', () => {
  test.each([
    ["Failed to register a ServiceWorker for scope ('https://x/'): The user denied permission", 'storage-blocked'],
    ['Third-party cookies are blocked', 'storage-blocked'],
    ['Request failed with status 403 Forbidden', 'key-refused'],
    ['Invalid API key', 'key-refused'],
    ['TypeError: Failed to fetch', 'host-unreachable'],
    ['RangeError: WebAssembly.instantiate(): Out of memory: wasm memory', 'needs-reload'],
    ['SharedArrayBuffer transfer requires self.crossOriginIsolated', 'not-isolated'],
    ['WebAssembly is not defined', 'unsupported-browser'],
    ['Something nobody has thought of', 'needs-reload'],
  ])('with %j fails as %s, for good', async (message, trouble) => {
    const { client, container } = setUp();
    client.onBoot = () => Promise.reject(new Error(message));
    expect(await troubleOf(container.boot())).toBe(trouble);
    expect(container.status).toMatchObject({ state: 'failed', trouble, detail: message });
    expect(await troubleOf(container.boot())).toBe(trouble);
    expect(client.boots).toHaveLength(1);
  });

  test.each([
    ['the client', { importApi: () => Promise.reject(new TypeError('Failed to fetch dynamically imported module')) }],
    ['the programs', { files: () => Promise.reject(new Error('run.mjs answered 404')) }],
  ])('for want of %s needs a reload, or a connection', async (_, options) => {
    const { container } = setUp(options);
    expect(await troubleOf(container.boot())).toBe('needs-reload');
    const offline = setUp(options);
    offline.environment.isConnected = false;
    expect(await troubleOf(offline.container.boot())).toBe('offline');
  });

  test('in its mount is a failure, and one whose mount stays pending as well', async () => {
    const rejecting = setUp();
    const instance = createFakeInstance();
    instance.onMount = () => Promise.reject(new Error('EINVAL: invalid snapshot'));
    rejecting.client.onBoot = async () => instance;
    expect(await troubleOf(rejecting.container.boot())).toBe('needs-reload');

    const pending = setUp();
    const other = createFakeInstance();
    other.onMount = never;
    pending.client.onBoot = async () => other;
    const boot = pending.container.boot();
    await pass(bootMs);
    expect(await troubleOf(boot)).toBe('boot-timed-out');
  });
});

describe('errors that the container tells of', () => {
  const denied = 'Failed to register a ServiceWorker: cookies are blocked';

  test('storage, while it boots: failed at once, and for good', async () => {
    const { client, container, told } = setUp();
    const mounted = defer<void>();
    const instance = createFakeInstance();
    instance.onMount = () => mounted.promise;
    client.onBoot = async () => instance;
    const boot = container.boot();
    await pass(0);
    instance.tellError(denied);
    expect(await troubleOf(boot)).toBe('storage-blocked');
    mounted.resolve();
    await pass(0);
    expect(states(told).at(-1)).toBe('failed storage-blocked');
  });

  test('storage, once it is ready: failed, and what was going on ends', async () => {
    const { client, container } = setUp();
    const process = await container.spawn('node', []);
    client.latest.tellError(denied);
    client.latest.tellError(denied);
    expect(container.status).toEqual({ state: 'failed', trouble: 'storage-blocked', detail: denied });
    expect(await stateOf(process.exit)).toEqual({ value: null });
    expect(await troubleOf(container.boot())).toBe('storage-blocked');
  });

  test('any other is passed on, and may not be the end', async () => {
    const { client, container } = setUp();
    const faults: string[] = [];
    const unhear = container.onFault((message) => faults.push(message));
    await container.boot();
    client.latest.tellError('internal error');
    unhear();
    client.latest.tellError('another one');
    expect(faults).toEqual(['internal error']);
    expect(container.status.state).toBe('ready');
  });
});

describe('a process', () => {
  async function start(command = 'node') {
    const { client, container, told } = setUp();
    const process = await container.spawn(command, ['a.mjs'], {
      cwd: 'cap-intake',
      env: { NO_COLOR: '1' },
      terminal: { cols: 80, rows: 24 },
    });
    const spawned = client.latest.spawned[0];
    if (spawned === undefined) throw new Error('Nothing was spawned.');
    return { client, container, told, process, spawned, fake: spawned.process };
  }

  test('is started with what it was given', async () => {
    const { spawned } = await start();
    expect(spawned).toMatchObject({
      command: 'node',
      args: ['a.mjs'],
      options: { cwd: 'cap-intake', env: { NO_COLOR: '1' }, terminal: { cols: 80, rows: 24 } },
    });
  });

  test('loses nothing that it writes before anybody listens, and is read from the start', async () => {
    const { process, fake } = await start();
    fake.print('a');
    fake.print('b');
    await pass(10);
    const heard: string[] = [];
    process.onOutput((chunk) => heard.push(chunk));
    expect(heard).toEqual(['a', 'b']);
    fake.print('c');
    await pass(0);
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  test('does not pile up what nobody hears', async () => {
    const { process, fake } = await start();
    for (let i = 0; i < 100; i++) fake.print('x'.repeat(100_000));
    await pass(10);
    let length = 0;
    process.onOutput((chunk) => (length += chunk.length));
    expect(length).toBe(1_000_000);
  });

  test('takes text and sizes as long as it runs, and neither throws after that', async () => {
    const { process, fake } = await start();
    process.write('ls\n');
    process.resize({ cols: 100, rows: 30 });
    await pass(0);
    fake.end(0);
    expect(await stateOf(process.exit)).toEqual({ value: 0 });
    process.write('more');
    process.resize({ cols: 1, rows: 1 });
    process.kill();
    await pass(0);
    expect(fake.written).toEqual(['ls\n']);
    expect(fake.sizes).toEqual([{ cols: 100, rows: 30 }]);
    expect(fake.kills).toBe(0);
  });

  test('that obeys a kill is ended by that, and nothing else happens', async () => {
    const { process, fake, container, told } = await start();
    expect(await stateOf(process.end())).toEqual({ value: undefined });
    expect(fake.kills).toBe(1);
    expect(container.generation).toBe(1);
    await pass(60_000);
    expect(states(told)).toEqual(['checking', 'booting', 'ready']);
  });

  test('that ignores a kill takes the container with it: torn down, booted anew, mounted anew', async () => {
    const { process, fake, client, container, told } = await start();
    const terminal = await container.spawn('jsh', []);
    const first = client.latest;
    fake.onKill = () => {};
    const ended = process.end();
    expect(process.end()).toBe(ended);
    await pass(exitMs - 1);
    expect(first.isTornDown).toBe(false);
    await pass(1);
    expect(first.isTornDown).toBe(true);
    expect(await stateOf(ended)).toEqual({ value: undefined });
    expect(states(told)).toEqual(['checking', 'booting', 'ready', 'booting', 'ready']);
    expect(container.generation).toBe(2);
    expect(client.latest).not.toBe(first);
    expect(client.latest.mounts).toEqual(first.mounts);
    // What lived in the older one is over, though the client never tells.
    expect(await stateOf(process.exit)).toEqual({ value: null });
    expect(await stateOf(terminal.exit)).toEqual({ value: null });
    // And what ends one after the other does not tear the new one down.
    await terminal.end();
    expect(client.latest.isTornDown).toBe(false);
  });

  test('that ignores a kill, two of them at a time: one teardown', async () => {
    const { process, fake, client, container } = await start();
    const other = await container.spawn('node', []);
    for (const one of client.latest.spawned) one.process.onKill = () => {};
    fake.onKill = () => {};
    const both = Promise.all([process.end(), other.end()]);
    await pass(exitMs);
    expect(await stateOf(both)).toEqual({ value: [undefined, undefined] });
    expect(client.boots).toHaveLength(2);
  });

  test('whose container does not come back needs a reload; it may come late', async () => {
    const { process, fake, client, container, told } = await start();
    fake.onKill = () => {};
    // A teardown that stays pending keeps the next boot waiting.
    const booted = defer<ReturnType<typeof createFakeInstance>>();
    client.onBoot = () => booted.promise;
    const ended = process.end();
    await pass(exitMs + rebuildMs);
    expect(await stateOf(ended)).toEqual({ value: undefined });
    expect(states(told).at(-1)).toBe('failed needs-reload');
    expect(await troubleOf(container.boot())).toBe('needs-reload');
    expect(await troubleOf(container.spawn('node', []))).toBe('needs-reload');
    booted.resolve(createFakeInstance());
    await pass(0);
    expect(states(told).at(-1)).toBe('ready');
    expect(await stateOf(container.spawn('node', []))).toHaveProperty('value');
  });

  test('whose teardown throws and whose boot rejects: the same', async () => {
    const { process, fake, client, told } = await start();
    fake.onKill = () => {
      throw new Error('Proxy has been released and is not usable');
    };
    client.latest.teardown = () => {
      throw new Error('WebContainer already torn down');
    };
    client.onBoot = () => Promise.reject(new Error('Only a single WebContainer instance can be booted'));
    const ended = process.end();
    await pass(exitMs);
    expect(await stateOf(ended)).toEqual({ value: undefined });
    expect(states(told).at(-1)).toBe('failed needs-reload');
  });

  test('whose exit rejects has ended', async () => {
    const { client, container } = setUp();
    await container.boot();
    const failing = defer<number>();
    client.latest.onSpawn = async ({ process }) => ({ ...process, exit: failing.promise });
    const process = await container.spawn('node', []);
    failing.reject(new Error('gone'));
    expect(await stateOf(process.exit)).toEqual({ value: null });
  });

  test('that is never started is told as lost; the container is started anew, and a late one is not', async () => {
    const { client, container } = setUp();
    await container.boot();
    const first = client.latest;
    first.onSpawn = never;
    const spawned = hold(container.spawn('node', []));
    await pass(answerMs);
    expect(await troubleOf(spawned)).toBe('lost');
    expect(first.isTornDown).toBe(true);
    expect(await stateOf(container.spawn('node', []))).toHaveProperty('value');
    expect(container.generation).toBe(2);
  });

  test('that is refused is told as lost, with what was said', async () => {
    const { client, container } = setUp();
    await container.boot();
    client.latest.onSpawn = () => Promise.reject(new Error('spawn ENOMEM'));
    expect(await stateOf(container.spawn('node', []))).toMatchObject({ trouble: 'lost', message: 'spawn ENOMEM' });
    client.latest.spawn = () => {
      throw new Error('Proxy has been released and is not usable');
    };
    expect(await troubleOf(container.spawn('node', []))).toBe('lost');
    expect(container.status.state).toBe('ready');
  });
});

describe('files', () => {
  const ready = async () => {
    const { client, container } = setUp();
    await container.boot();
    return { client, container, instance: client.latest, files: container.files };
  };

  test('are written with their folders, read, listed and removed', async () => {
    const { files } = await ready();
    await files.write('cap-intake/src/solution.ts', 'text');
    await files.write('top.txt', 'top');
    expect(await files.read('cap-intake/src/solution.ts')).toBe('text');
    expect(await files.list('cap-intake')).toEqual(['src/']);
    expect((await files.list('.')).toSorted()).toEqual(['cap-intake/', 'top.txt']);
    await files.remove('cap-intake');
    expect(await files.read('cap-intake/src/solution.ts')).toBeNull();
  });

  test('that are not there are no errors, told by the message alone', async () => {
    const { files, instance } = await ready();
    expect(await files.read('gone.ts')).toBeNull();
    expect(await files.list('gone')).toEqual([]);
    instance.fs.rm = () => Promise.reject(new Error("ENOENT: no such file or directory, rm 'gone'"));
    await files.remove('gone');
    instance.fs.mkdir = () => Promise.reject(new Error('EEXIST: file already exists'));
    instance.folders.add('a');
    await files.write('a/b.ts', '');
    expect(instance.texts.has('a/b.ts')).toBe(true);
  });

  test.each([
    ['read', (container: Container) => container.files.read('a')],
    ['write', (container: Container) => container.files.write('a', '')],
    ['remove', (container: Container) => container.files.remove('a')],
    ['list', (container: Container) => container.files.list('a')],
  ])('%s: what is refused or not answered is told as lost', async (_, act) => {
    const { container, instance } = await ready();
    const refusing = () => Promise.reject(new Error('EIO: broken'));
    instance.fs = { readFile: refusing, writeFile: refusing, readdir: refusing, mkdir: refusing, rm: refusing };
    expect(await stateOf(act(container))).toMatchObject({ trouble: 'lost', message: 'EIO: broken' });
    instance.fs = { readFile: never, writeFile: never, readdir: never, mkdir: never, rm: never };
    const pending = hold<unknown>(act(container));
    await pass(answerMs);
    expect(await troubleOf(pending)).toBe('lost');
    // Busy is not broken: an install goes on.
    expect(container.status.state).toBe('ready');
  });

  test('that nobody answers for, not even the shortest of questions, are of a dead container: it is started anew', async () => {
    const { client, container, instance } = await ready();
    instance.fs = { readFile: never, writeFile: never, readdir: never, mkdir: never, rm: never };
    const pending = hold(container.files.read('a'));
    await pass(answerMs + pingMs);
    expect(await troubleOf(pending)).toBe('lost');
    expect(instance.isTornDown).toBe(true);
    expect(await stateOf(container.files.read('a'))).toEqual({ value: null });
    expect([container.generation, client.instances]).toMatchObject([2, { length: 2 }]);
  });

  test('whose container is only busy end without it', async () => {
    const { container, instance } = await ready();
    instance.fs.readFile = never;
    const pending = hold(container.files.read('a'));
    await pass(answerMs + pingMs);
    expect(await troubleOf(pending)).toBe('lost');
    expect([instance.isTornDown, container.generation]).toEqual([false, 1]);
  });

  test('calls that are pending at a teardown end with it', async () => {
    const { container, instance } = await ready();
    instance.fs.readFile = never;
    const reading = hold(container.files.read('a'));
    const process = await container.spawn('node', []);
    const [spawned] = instance.spawned;
    if (spawned !== undefined) spawned.process.onKill = () => {};
    void process.end();
    await pass(exitMs);
    expect(await troubleOf(reading)).toBe('lost');
  });

  test('that are asked for while it boots wait for it', async () => {
    const { client, container } = setUp();
    const booted = defer<ReturnType<typeof createFakeInstance>>();
    client.onBoot = () => booted.promise;
    const read = container.files.read('a');
    await pass(3_000);
    expect(await stateOf(read)).toBe('pending');
    booted.resolve(createFakeInstance());
    expect(await stateOf(read)).toEqual({ value: null });
  });
});

describe('put away', () => {
  test('it is torn down, all that waits is told, and nothing is heard any more', async () => {
    const { client, container, told } = setUp();
    const process = await container.spawn('node', []);
    client.latest.fs.readFile = never;
    const reading = hold(container.files.read('a'));
    await pass(0);
    container.dispose();
    container.dispose();
    expect(client.latest.isTornDown).toBe(true);
    expect(await troubleOf(reading)).toBe('lost');
    expect(await stateOf(process.exit)).toEqual({ value: null });
    expect(await troubleOf(container.boot())).toBe('lost');
    expect(container.status).toEqual({ state: 'idle' });
    const { length } = told;
    await pass(60_000);
    expect(told).toHaveLength(length);
  });

  test('while it boots, what comes late is torn down', async () => {
    const { client, container } = setUp();
    const booted = defer<ReturnType<typeof createFakeInstance>>();
    client.onBoot = () => booted.promise;
    const boot = container.boot();
    await pass(100);
    container.dispose();
    expect(await troubleOf(boot)).toBe('lost');
    booted.resolve(createFakeInstance());
    await pass(0);
    expect(client.latest.isTornDown).toBe(true);
    expect(container.status).toEqual({ state: 'idle' });
  });
});
