// A client whose every answer a test decides: when it comes, whether it does, and what it says.

import type { FileSystemTree, SpawnOptions } from '@webcontainer/api';
import type { BootSettings, ClientApi, ClientFiles, ClientInstance, ClientProcess } from '../client-api.ts';
import type { Environment, HostAnswer } from '../environment.ts';

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function defer<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

export const never = <T>(): Promise<T> => new Promise<T>(() => {});

export interface FakeProcess extends ClientProcess {
  readonly written: string[];
  readonly sizes: { cols: number; rows: number }[];
  kills: number;
  /** What a kill does; it ends the process unless a test says otherwise. */
  onKill(): void;
  print(chunk: string): void;
  closeOutput(): void;
  end(code: number): void;
}

export function createFakeProcess(): FakeProcess {
  const exit = defer<number>();
  let controller: ReadableStreamDefaultController<string> | null = null;
  const output = new ReadableStream<string>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      controller = null;
    },
  });
  const written: string[] = [];
  const sizes: { cols: number; rows: number }[] = [];
  const process: FakeProcess = {
    exit: exit.promise,
    output,
    input: new WritableStream<string>({ write: (text) => void written.push(text) }),
    written,
    sizes,
    kills: 0,
    onKill: () => exit.resolve(143),
    kill() {
      process.kills++;
      process.onKill();
    },
    resize: (size) => sizes.push(size),
    print: (chunk) => controller?.enqueue(chunk),
    closeOutput: () => controller?.close(),
    end: exit.resolve,
  };
  return process;
}

export interface Spawned {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  readonly process: FakeProcess;
}

export interface FakeInstance extends ClientInstance {
  readonly texts: Map<string, string>;
  readonly folders: Set<string>;
  readonly mounts: FileSystemTree[];
  readonly spawned: Spawned[];
  isTornDown: boolean;
  fs: ClientFiles;
  /** Replaced by tests: what becomes of a spawn. */
  onSpawn(spawned: Spawned): Promise<FakeProcess>;
  onMount(): Promise<void>;
  tellError(message: string): void;
}

export function createFakeInstance(): FakeInstance {
  const texts = new Map<string, string>();
  const folders = new Set<string>();
  const mounts: FileSystemTree[] = [];
  const spawned: Spawned[] = [];
  const hearers: ((error: { message: string }) => void)[] = [];
  // As it comes across frames: the code is lost.
  const missing = (path: string) => new Error(`ENOENT: no such file or directory, open '${path}'`);

  const instance: FakeInstance = {
    texts,
    folders,
    mounts,
    spawned,
    isTornDown: false,
    fs: {
      async readFile(path) {
        const text = texts.get(path);
        if (text === undefined) throw missing(path);
        return text;
      },
      async writeFile(path, text) {
        const folder = path.split('/').slice(0, -1).join('/');
        if (folder !== '' && !folders.has(folder)) throw missing(path);
        texts.set(path, text);
      },
      async readdir(path) {
        const prefix = path === '.' ? '' : `${path}/`;
        const names = new Map<string, boolean>();
        for (const known of [...texts.keys(), ...[...folders].map((folder) => `${folder}/`)]) {
          if (!known.startsWith(prefix)) continue;
          const [name = '', rest] = known.slice(prefix.length).split('/');
          if (name !== '') names.set(name, rest !== undefined);
        }
        if (names.size === 0 && path !== '.') throw missing(path);
        return [...names].map(([name, isFolder]) => ({ name, isDirectory: () => isFolder }));
      },
      async mkdir(path) {
        path.split('/').forEach((_, at, parts) => folders.add(parts.slice(0, at + 1).join('/')));
      },
      async rm(path) {
        for (const known of texts.keys()) if (known === path || known.startsWith(`${path}/`)) texts.delete(known);
        for (const known of folders) if (known === path || known.startsWith(`${path}/`)) folders.delete(known);
      },
    },
    onMount: async () => {},
    async mount(tree) {
      mounts.push(tree);
      await instance.onMount();
    },
    onSpawn: async ({ process }) => process,
    spawn(command, args, options) {
      const one = { command, args, options, process: createFakeProcess() };
      spawned.push(one);
      return instance.onSpawn(one);
    },
    on: (_event, hear) => hearers.push(hear),
    tellError: (message) => hearers.forEach((hear) => hear({ message })),
    teardown() {
      if (instance.isTornDown) throw new Error('WebContainer already torn down');
      instance.isTornDown = true;
    },
  };
  return instance;
}

export interface FakeClient {
  readonly api: ClientApi;
  readonly boots: BootSettings[];
  readonly keys: string[];
  readonly instances: FakeInstance[];
  /** The instance of the last boot that went well. */
  readonly latest: FakeInstance;
  /** What the boots from now on do; at once unless a test says otherwise. */
  onBoot(): Promise<FakeInstance>;
}

export function createFakeClient(): FakeClient {
  const instances: FakeInstance[] = [];
  const boots: BootSettings[] = [];
  const keys: string[] = [];
  const client: FakeClient = {
    boots,
    keys,
    instances,
    get latest() {
      const latest = instances.at(-1);
      if (latest === undefined) throw new Error('Nothing has booted.');
      return latest;
    },
    onBoot: async () => createFakeInstance(),
    api: {
      configureAPIKey(key) {
        if (boots.length > 0) throw new Error('`configureAPIKey` should always be called before `WebContainer.boot`');
        keys.push(key);
      },
      WebContainer: {
        async boot(settings) {
          boots.push(settings);
          const alive = instances.find(({ isTornDown }) => !isTornDown);
          if (alive !== undefined) throw new Error('Only a single WebContainer instance can be booted');
          const instance = await client.onBoot();
          instances.push(instance);
          return instance;
        },
      },
    },
  };
  return client;
}

export interface FakeEnvironment extends Environment {
  reason: ReturnType<Environment['missing']>;
  isConnected: boolean;
  readonly asked: string[];
  answer(address: string): Promise<HostAnswer>;
  refuseFrame(): void;
  sendMessage(): void;
}

export function createFakeEnvironment(): FakeEnvironment {
  const asked: string[] = [];
  let hearRefusal: (() => void) | null = null;
  let hearMessage: (() => void) | null = null;
  const environment: FakeEnvironment = {
    reason: null,
    isConnected: true,
    asked,
    answer: async () => 'answers',
    refuseFrame: () => hearRefusal?.(),
    sendMessage: () => hearMessage?.(),
    missing: () => environment.reason,
    isOnline: () => environment.isConnected,
    ask(address) {
      asked.push(address);
      return environment.answer(address);
    },
    onMessageFrom(_origin, hear) {
      hearMessage = hear;
      return () => (hearMessage = null);
    },
    onFrameRefused(_origin, hear) {
      hearRefusal = hear;
      return () => (hearRefusal = null);
    },
  };
  return environment;
}
