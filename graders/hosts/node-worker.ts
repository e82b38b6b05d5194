// Inside the Node worker: prepares the realm, evaluates the program, runs the session.

import { parentPort, workerData } from 'node:worker_threads';
import { Script } from 'node:vm';
import type { Exercise } from '../exercise.ts';
import type { Failure } from '../verdict.ts';
import type { CompiledProgram } from './compile.ts';
import { createProgram, labExports, type ModuleBody } from './loader.ts';
import { createLoopWatch, loopGuardName } from './loop-watch.ts';
import { openPackages, PackageError } from './node-packages.ts';
import { placesIn, sourceScheme } from './places.ts';
import { lockRealm, prepareRealm, type RealmControl } from './realm.ts';
import type { RunKey } from './runs.ts';
import { runSession, type Place, type SessionEvent } from './session.ts';
import { beatMs, silentMs } from './watch.ts';

export interface NodeWorkerData {
  readonly exercise: Exercise;
  readonly compiled: CompiledProgram;
  readonly runs: readonly RunKey[];
  readonly shownSeed: number | null;
  /** The program may import packages as a file in this folder would, and modules of Node.js. */
  readonly packagesFrom?: string | undefined;
  /** The program's loops call the guard of loop-watch.ts. */
  readonly hasGuards?: boolean | undefined;
}
export type NodeWorkerMessage =
  | SessionEvent
  | { readonly kind: 'beat' }
  | { readonly kind: 'blocked'; readonly places: readonly Place[] }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'syntax'; readonly file: string; readonly line: number | null; readonly message: string };

const port = parentPort;
if (port === null) throw new Error('node-worker.ts is started as a worker by hosts/node-thread.ts.');
const send = port.postMessage.bind(port) as (message: NodeWorkerMessage) => void;
const immediate = setImmediate;
const repeat = setInterval;
const endRepeat = clearInterval;
const wallMs = performance.now.bind(performance);
const onProcess = process.on.bind(process);
const endThread = process.exit.bind(process);
const { exercise, compiled, runs, shownSeed, packagesFrom, hasGuards } = workerData as NodeWorkerData;

const loopWatch = createLoopWatch({
  limitMs: silentMs,
  now: wallMs,
  onBlocked() {
    send({ kind: 'blocked', places: placesIn(new Error('blocked')) });
    endThread();
  },
});

let lastBeat = wallMs();
function hop(): Promise<void> {
  const now = wallMs();
  loopWatch.heard(now);
  if (now - lastBeat > beatMs) {
    lastBeat = now;
    send({ kind: 'beat' });
  }
  return new Promise((resolve) => immediate(resolve));
}

let fail: (phase: 'rejection' | 'timer', error: unknown) => void = () => {};
onProcess('unhandledRejection', (error) => fail('rejection', error));
onProcess('uncaughtException', (error) => fail('timer', error));

/** The realm, prepared for good, and the packages that the program imports. */
async function prepare(): Promise<{ realm: RealmControl; packages: ReadonlyMap<string, unknown> }> {
  const guards = hasGuards ? [loopGuardName] : [];
  if (hasGuards) Object.defineProperty(globalThis, loopGuardName, { value: loopWatch.guard });
  if (packagesFrom === undefined) return { realm: prepareRealm(globalThis, [labExports], guards), packages: new Map() };
  const { control, load } = openPackages(globalThis, packagesFrom, compiled.entry);
  // What is loaded may be large, and what it does is not the program's.
  const beat = repeat(() => send({ kind: 'beat' }), beatMs);
  try {
    const packages = await load(compiled.packages);
    lockRealm(globalThis, [labExports], guards, { hasNode: true });
    return { realm: control, packages };
  } finally {
    endRepeat(beat);
  }
}

async function main(): Promise<void> {
  const { realm, packages } = await prepare();
  const bodies = new Map<string, ModuleBody>();
  for (const { path, code } of compiled.files) {
    try {
      const script = new Script(`(async function (exports, require) {${code}\n})`, { filename: sourceScheme + path });
      bodies.set(path, script.runInThisContext() as ModuleBody);
    } catch (error) {
      const line = /:(\d+)\n/.exec(error instanceof Error ? (error.stack ?? '') : '');
      send({
        kind: 'syntax',
        file: path,
        line: line ? Number(line[1]) : null,
        message: error instanceof Error ? error.message : String(error),
      });
      return;
    }
  }
  loopWatch.heard(wallMs());
  await runSession(exercise, createProgram(compiled, bodies, realm, packages), runs, shownSeed, {
    hop,
    entry: compiled.entry,
    onUncaught: (receiver) => {
      fail = receiver;
    },
    placesIn,
    emit: send,
  });
}

/** A package that cannot be had, on the line that imports it. */
function notImported({ specifier, message }: PackageError): Failure {
  const call = new RegExp(`\\brequire\\((['"])${specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\1\\)`);
  const importing = compiled.files.find(({ code }) => call.test(code));
  const before = importing?.code.slice(0, importing.code.search(call));
  return {
    kind: 'import',
    message,
    file: importing?.path ?? null,
    line: before?.split('\n').length ?? null,
    column: null,
    scenario: null,
    seed: null,
    atMs: null,
    stack: [],
  };
}

try {
  await main();
} catch (error) {
  if (error instanceof PackageError) send({ kind: 'failed', failure: notImported(error) });
  else send({ kind: 'broken', message: String(error) });
}
