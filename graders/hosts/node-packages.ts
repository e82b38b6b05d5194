// Packages from npm and modules of Node.js for a program, in a world whose time is the run's before they are loaded.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isBuiltin, syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import perfHooks from 'node:perf_hooks';
import timersModule from 'node:timers';
import timersPromisesModule from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { threadId } from 'node:worker_threads';
import { runEpochMs } from '../../lab/process/host.ts';
import type { ProgramEnvironment, LogLevel } from '../../lab/program.ts';
import { createRng } from '../../lab/traffic/rng.ts';
import { timerPromises, timersAsInNode } from './node-timers.ts';
import { createProcessFacade } from './node-process.ts';
import { replaceTime, type RealmControl } from './realm.ts';

const { pid } = process;

/** A package that the program imports and that cannot be had; the message says what to do. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
  readonly specifier: string;
  constructor(specifier: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.specifier = specifier;
  }
}

/** A realm whose time is the run's, also for packages that are loaded from now on. */
export interface PackageRealm {
  readonly control: RealmControl;
  /** The modules by specifier. Rejects with PackageError for the first that cannot be had. */
  load(specifiers: readonly string[]): Promise<Map<string, unknown>>;
}

/**
 * Replaces the time of a worker's realm, and of the modules of Node.js that tell it, before any package is loaded.
 * `folder` is where the program is: packages are looked up from there.
 */
export function openPackages(realm: object, folder: string, entry: string): PackageRealm {
  const realProcess = process;
  const idle = createIdleEnvironment();
  const { use } = replaceTime(realm, {
    idle: idle.environment,
    timersAs(timers) {
      const asInNode = timersAsInNode(timers);
      Object.assign(timersModule, asInNode);
      Object.assign(timersPromisesModule, timerPromises(timers));
      return asInNode;
    },
  });
  Object.defineProperty(perfHooks, 'performance', { value: performance });
  syncBuiltinESMExports();
  const facade = createProcessFacade(realProcess, folder, entry);
  restrict(realProcess, facade);
  Object.defineProperty(realm, 'process', { value: facade, writable: false, enumerable: false, configurable: false });

  return {
    control: {
      use(environment) {
        idle.flush(environment);
        use(environment);
      },
    },
    async load(specifiers) {
      const modules = new Map<string, unknown>();
      for (const specifier of specifiers) {
        const isProcess = specifier === 'process' || specifier === 'node:process';
        const found = isProcess ? { ...facade, default: facade } : await importPackage(specifier, folder);
        modules.set(specifier, asESModule(found));
      }
      return modules;
    },
  };
}

/** Time stands still, chance is the same each time, and what is logged waits for the first run. */
function createIdleEnvironment() {
  const rng = createRng(0);
  const lines: [LogLevel, unknown[]][] = [];
  const refuse = (): never => {
    throw new Error('Timers run in the time of a run, and none is under way while packages are loaded.');
  };
  const environment: ProgramEnvironment = {
    timers: {
      setTimeout: refuse,
      setInterval: refuse,
      setImmediate: refuse,
      clearTimeout: () => {},
      clearInterval: () => {},
      clearImmediate: () => {},
      nowEpochMs: () => runEpochMs,
      elapsedMs: () => 0,
    },
    random: () => rng.next(),
    log: (level, values) => void lines.push([level, values]),
  };
  return {
    environment,
    flush({ log }: ProgramEnvironment) {
      for (const [level, values] of lines.splice(0)) log(level, values);
    },
  };
}

/** Packages that import `process` get the worker's own: there, too, time is the run's and nobody ends the host. */
function restrict(real: NodeJS.Process, facade: object): void {
  for (const name of ['hrtime', 'uptime', 'exit', 'abort', 'kill', 'env', 'argv']) {
    const value: unknown = Reflect.get(facade, name);
    Object.defineProperty(real, name, { value, writable: true, configurable: true });
  }
}

async function importPackage(specifier: string, folder: string): Promise<object> {
  if (isBuiltin(specifier)) return (await import(specifier)) as object;
  const [, name] = /^((?:@[^/@]+\/)?[a-z0-9~][^/@:\\]*)(?:\/|$)/i.exec(specifier) ?? [];
  if (name === undefined) {
    const message = specifier.startsWith('node:')
      ? `Node.js ${process.version} has no module '${specifier}'.`
      : `'${specifier}' is not available here. A program may import its own files, '@spillway/lab', packages by name, and modules of Node.js.`;
    throw new PackageError(specifier, message);
  }
  const modules = nearestModules(folder);
  if (modules === null) throw notInstalled(specifier, name);
  try {
    const importer = (await import(pathToFileURL(importerIn(modules)).href)) as { default: Importer };
    return await importer.default(specifier);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message.startsWith(`Cannot find package '${name}'`);
    if (isMissing && message.includes(importerPath.at(-1) as string)) throw notInstalled(specifier, name, cause);
    const [what] = (cause instanceof Error ? `${cause.name}: ${message}` : String(cause)).split('\n', 1);
    throw new PackageError(specifier, `The package '${specifier}' could not be loaded. ${what}`, cause);
  }
}

function notInstalled(specifier: string, name: string, cause?: unknown): PackageError {
  const message = `The package '${name}' is not installed here. In the terminal: npm install ${name}`;
  return new PackageError(specifier, message, cause);
}

/** What sucrase's imports take for an ES module: its default is the default, and a namespace is itself. */
function asESModule(namespace: object): object {
  const module: object = Object.create(null) as object;
  for (const key of Object.keys(namespace)) {
    const get = (): unknown => Reflect.get(namespace, key);
    if (key !== '__esModule') Object.defineProperty(module, key, { get, enumerable: true });
  }
  Object.defineProperty(module, '__esModule', { value: true });
  return Object.freeze(module);
}

/** The nearest node_modules, in `folder` or above it. */
function nearestModules(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, 'node_modules');
    if (existsSync(modules)) return modules;
    if (dirname(at) === at) return null;
  }
}

type Importer = (specifier: string) => Promise<object>;

const importerPath = ['.spillway', 'import.mjs'];
const importerCode = `// Written by Spillway: imports packages as a file beside node_modules would.
export default (specifier) => import(specifier);
`;

/**
 * A module that imports as a file beside `modules` would. It lies among the packages, as other tools' own files do, so
 * that nothing appears beside the learner's.
 */
function importerIn(modules: string): string {
  const file = join(modules, ...importerPath);
  if (existsSync(file) && readFileSync(file, 'utf8') === importerCode) return file;
  mkdirSync(dirname(file), { recursive: true });
  // Another run may be doing the same.
  const draft = `${file}.${pid}-${threadId}`;
  writeFileSync(draft, importerCode);
  renameSync(draft, file);
  return file;
}
