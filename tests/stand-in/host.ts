// The side of the stand-in that is in Node: for each document that answers /headless an instance, and what goes wrong with it.
import { type Fault, Faults } from './faults.ts';
import { HostDocument } from './host-document.ts';
import { type Instance, openInstance } from './instance.ts';
import type { Answer, Call, HostEvent, HostMethods } from './messages.ts';
import { createOutput } from './output.ts';
import { isTerminal } from './process.ts';

export interface HostOptions {
  readonly faults: readonly Fault[];
  /** Whether \n becomes \r\n in output, as a terminal makes it. */
  readonly terminalNewlines: boolean;
  /** More of the environment for every process. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Host {
  readonly faults: Faults;
  readonly boots: number;
  /** The methods that were called, in order. */
  readonly calls: readonly string[];
  /** The work folder of the instance that is live. */
  folder(): string;
  /** Processes that run, those included that outlived their instance. */
  readonly processes: number;
  /** Answers a document; never, when its host is dead. */
  call(documentId: string, call: Call): Promise<Answer>;
  /** The events since the last time, once there are any; null when there will be none. */
  events(documentId: string): Promise<HostEvent[] | null>;
  emitError(message: string): void;
  setFaults(faults: readonly Fault[]): Promise<void>;
  /** A document is gone. */
  leave(documentId: string): Promise<void>;
  dispose(): Promise<void>;
}

const never = new Promise<never>(() => {});

export function createHost({ faults: atFirst, terminalNewlines, env }: HostOptions): Host {
  const faults = new Faults(atFirst);
  const documents = new Map<string, HostDocument>();
  /** Those that have processes or a folder, also when their document has no use for them any more. */
  const instances = new Set<Instance>();
  const calls: string[] = [];
  let boots = 0;

  async function endInstance(instance: Instance): Promise<void> {
    await instance.end();
    instances.delete(instance);
  }

  async function die(document: HostDocument): Promise<void> {
    document.die();
    if (document.instance) await endInstance(document.instance);
  }

  function methodsOf(document: HostDocument): HostMethods {
    const live = (): Instance => {
      if (document.instance === null) throw new Error('No instance is live.');
      return document.instance;
    };
    return {
      async build({ workdirName }) {
        const refusal = faults.get('boot-rejects');
        if (refusal) throw new Error(refusal.message);
        if (faults.get('boot-never-settles')) return never;
        if (document.instance) await endInstance(document.instance);
        const instance = await openInstance(workdirName ?? 'project', env, (event) => document.send(event));
        instances.add(instance);
        if (document.isOver || document.isDead) {
          await endInstance(instance);
          return never;
        }
        document.instance = instance;
        boots += 1;
        return instance.info;
      },
      async loadFiles(payload, mountPoint) {
        refuse(faults.get('mount-fails'), 'ENOSPC: no space left on device, mount');
        await live().files.mount(payload, mountPoint);
      },
      serialize: async (path, options) => live().files.serialize(path, options),
      async run(id, request) {
        refuse(faults.get('spawn-fails'), `EAGAIN: resource temporarily unavailable, spawn ${request.command}`);
        const instance = live();
        const isHeard = () => document.instance === instance && !document.isDead;
        const pieces = createOutput(faults, terminalNewlines && !isTerminal(request));
        let sent = 0;
        await instance.run(id, request, {
          async onOutput(chunk) {
            for (const piece of pieces(chunk)) {
              if (!isHeard()) return;
              const error = sent === 0 ? faults.get('error-event') : null;
              if (error) document.send({ kind: 'error', message: error.message });
              const bytes = new Uint8Array(piece.subarray(0, Math.max(0, diesAt(faults) - sent)));
              if (bytes.length > 0) document.send({ kind: 'output', id, bytes });
              sent += bytes.length;
              if (bytes.length < piece.length) {
                // What was written before it died is still told.
                await document.taken();
                await die(document);
                return;
              }
            }
            await document.room();
          },
          onExit(code) {
            if (!isHeard()) return;
            if (!faults.get('output-never-closes')) document.send({ kind: 'output', id, bytes: null });
            if (!faults.get('exit-never-arrives')) document.send({ kind: 'exit', id, code });
          },
        });
      },
      async write(id, data) {
        live()
          .processes.get(id)
          ?.write(ignoresKill() ? data.replaceAll('\x03', '') : data);
      },
      async kill(id) {
        if (ignoresKill()) return;
        await live().processes.get(id)?.end();
      },
      async resize(id, size) {
        await live().processes.get(id)?.resize(size);
      },
      async teardown() {
        if (faults.get('teardown-never-settles')) return never;
        const instance = live();
        document.instance = null;
        if (!faults.get('kill-ignored')?.survivesTeardown) await endInstance(instance);
      },
      readFile: async (path, encoding) => live().files.readFile(path, encoding),
      async writeFile(path, data, options) {
        refuse(faults.get('write-fails'), `ENOSPC: no space left on device, open '${path}'`);
        await live().files.writeFile(path, data, options);
      },
      readdir: async (path, options) => live().files.readdir(path, options),
      mkdir: async (path, options) => live().files.mkdir(path, options),
      rm: async (path, options) => live().files.rm(path, options),
      rename: async (from, to) => live().files.rename(from, to),
      watch: async (id, path, options) => live().files.watch(id, path, options),
      unwatch: async (id) => live().files.unwatch(id),
    };
  }

  function documentOf(id: string): HostDocument {
    const document = documents.get(id) ?? new HostDocument();
    documents.set(id, document);
    return document;
  }

  const isDead = () => diesAt(faults) === 0;
  const ignoresKill = () => faults.get('kill-ignored') !== null || faults.get('teardown-never-settles') !== null;

  // A test that is stopped leaves nothing behind.
  const endNow = () => {
    for (const instance of instances) instance.endNow();
  };
  process.once('exit', endNow);

  return {
    faults,
    get boots() {
      return boots;
    },
    calls,
    folder() {
      const instance = [...documents.values()].findLast((document) => document.instance !== null)?.instance;
      if (!instance) throw new Error('No instance is live: it has not booted, or was torn down.');
      return instance.info.cwd;
    },
    get processes() {
      const all = [...instances].flatMap((instance) => [...instance.processes.values()]);
      return all.filter(({ isLive }) => isLive).length;
    },
    async call(documentId, { method, args }) {
      const document = documentOf(documentId);
      calls.push(method);
      if (isDead()) await die(document);
      if (document.isDead) return never;
      try {
        const methods = methodsOf(document);
        if (!isMethod(methods, method)) throw new TypeError(`${method} is not a method of the stand-in`);
        const value: unknown = await Reflect.apply(methods[method], methods, args);
        return document.isDead ? await never : { value: value ?? null };
      } catch (thrown) {
        if (document.isDead) return never;
        const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
        return { error: { name, message, stack } };
      }
    },
    events: async (documentId) => documentOf(documentId).take(),
    emitError(message) {
      for (const document of documents.values()) document.send({ kind: 'error', message });
    },
    async setFaults(inForce) {
      faults.set(inForce);
      if (isDead()) await Promise.all([...documents.values()].map(die));
    },
    async leave(documentId) {
      const document = documents.get(documentId);
      if (!document) return;
      documents.delete(documentId);
      document.end();
      if (document.instance) await endInstance(document.instance);
    },
    async dispose() {
      for (const document of documents.values()) document.end();
      documents.clear();
      await Promise.all([...instances].map(endInstance));
      process.off('exit', endNow);
    },
  };
}

/** The bytes of a process's output after which the host dies. */
function diesAt(faults: Faults): number {
  const death = faults.get('host-dies');
  return death ? (death.afterOutputBytes ?? 0) : Infinity;
}

function refuse(fault: { message?: string } | null, message: string): void {
  if (fault) throw new Error(fault.message ?? message);
}

const isMethod = (methods: HostMethods, name: string): name is keyof HostMethods => Object.hasOwn(methods, name);
