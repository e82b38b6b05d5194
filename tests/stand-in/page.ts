// The script of the document that answers /headless: the handshake, and the remote methods of the runtime over Comlink.
import { expose, proxy, type Remote, transfer } from 'comlink';
import {
  type Answer,
  callPath,
  eventsPath,
  type HostEvent,
  type HostMethods,
  type ProcessRequest,
  type SerializeOptions,
  type TerminalSize,
} from './messages.ts';
import { decode, encode } from './wire.ts';

type OutputListener = Remote<(bytes: Uint8Array | null) => void>;
type WatchListener = Remote<(event: string, filename: string | null) => void>;
type EventListener = Remote<(event: { message: string }) => void>;

const documentId = crypto.randomUUID();

async function post<Value>(path: string, value: unknown): Promise<Value> {
  const response = await fetch(`${path}?document=${documentId}`, { method: 'POST', body: encode(value) });
  return decode<Value>(new Uint8Array(await response.arrayBuffer()));
}

async function call<Name extends keyof HostMethods>(
  method: Name,
  ...args: Parameters<HostMethods[Name]>
): Promise<Awaited<ReturnType<HostMethods[Name]>>>;
async function call(method: string, ...args: unknown[]): Promise<unknown> {
  const answer = await post<Answer>(callPath, { method, args });
  if ('error' in answer) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.value;
}

interface Process {
  readonly output: OutputListener | undefined;
  readonly exited: (code: number) => void;
}

let lastId = 0;
const processes = new Map<number, Process>();
const watchers = new Map<number, WatchListener>();
const listeners = new Map<string, Set<EventListener>>();

function hear(event: HostEvent): void {
  switch (event.kind) {
    case 'output': {
      const { id, bytes } = event;
      void processes.get(id)?.output?.(bytes === null ? null : transfer(bytes, [bytes.buffer]));
      return;
    }
    case 'exit':
      return processes.get(event.id)?.exited(event.code);
    case 'watch':
      return void watchers.get(event.id)?.(event.event, event.filename);
    case 'error':
      for (const listener of listeners.get('error') ?? []) void listener({ message: event.message });
  }
}

async function listen(): Promise<void> {
  for (;;) {
    const events = await post<HostEvent[] | null>(eventsPath, null);
    if (events === null) return;
    for (const event of events) hear(event);
  }
}

const fileSystem = () =>
  proxy({
    readFile: async (...args: Parameters<HostMethods['readFile']>) => {
      const data = await call('readFile', ...args);
      return data instanceof Uint8Array ? transfer(data, [data.buffer]) : data;
    },
    writeFile: (...args: Parameters<HostMethods['writeFile']>) => call('writeFile', ...args),
    readdir: (...args: Parameters<HostMethods['readdir']>) => call('readdir', ...args),
    mkdir: (...args: Parameters<HostMethods['mkdir']>) => call('mkdir', ...args),
    rm: (...args: Parameters<HostMethods['rm']>) => call('rm', ...args),
    rename: (...args: Parameters<HostMethods['rename']>) => call('rename', ...args),
    watch: async (path: string, options: Parameters<HostMethods['watch']>[2], listener: WatchListener) => {
      const id = ++lastId;
      watchers.set(id, listener);
      await call('watch', id, path, options);
      return proxy({
        close() {
          watchers.delete(id);
          return call('unwatch', id);
        },
      });
    },
  });

async function run(request: ProcessRequest, output: OutputListener | undefined) {
  const id = ++lastId;
  const { promise: onExit, resolve: exited } = Promise.withResolvers<number>();
  processes.set(id, { output, exited });
  await call('run', id, request);
  return proxy({
    onExit,
    write: (data: string) => call('write', id, data),
    kill: () => call('kill', id),
    resize: (size: TerminalSize) => call('resize', id, size),
  });
}

async function build(options: { workdirName?: string }) {
  const runtimeInfo = await call('build', { workdirName: options.workdirName ?? null });
  return proxy({
    fs: fileSystem,
    previewScript: () => null,
    runtimeInfo: () => runtimeInfo,
    loadFiles: (payload: Uint8Array, options: { mountPoints?: string }) =>
      call('loadFiles', payload, options.mountPoints ?? null),
    serialize: async (path: string, options: SerializeOptions) => {
      const bytes = await call('serialize', path, options);
      return transfer(bytes, [bytes.buffer]);
    },
    // The client gives listeners for stdout and stderr as well, but never has any: there is one merged output.
    run: (request: ProcessRequest, _stdout: undefined, _stderr: undefined, output: OutputListener | undefined) =>
      run(request, output),
    on(event: string, listener: EventListener) {
      const heard = listeners.get(event) ?? new Set();
      listeners.set(event, heard.add(listener));
      return proxy(() => void heard.delete(listener));
    },
    setPreviewScript: () => undefined,
    setCredentials: () => undefined,
    async teardown() {
      await call('teardown');
      // What was alive says no more: its exit never comes, its output is never closed.
      processes.clear();
      watchers.clear();
      listeners.clear();
    },
  });
}

const { delayMs, handshake } = document.body.dataset;
void listen();
setTimeout(
  () => {
    if (handshake === 'never') return;
    const { port1, port2 } = new MessageChannel();
    expose({ build }, port1);
    parent.postMessage({ type: 'init' }, '*', [port2]);
  },
  Number(delayMs ?? 0),
);
