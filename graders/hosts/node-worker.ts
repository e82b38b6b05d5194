// Inside the Node worker: prepares the realm, evaluates the program, runs the session.

import { parentPort, workerData } from 'node:worker_threads';
import { Script } from 'node:vm';
import type { Exercise } from '../exercise.ts';
import type { CompiledProgram } from './compile.ts';
import { createProgram, labExports, type ModuleBody } from './loader.ts';
import { placesIn, sourceScheme } from './places.ts';
import { prepareRealm } from './realm.ts';
import { shownSeedOf, type RunKey } from './runs.ts';
import { runSession, type SessionEvent } from './session.ts';
import { beatMs } from './watch.ts';

export interface NodeWorkerData {
  readonly exercise: Exercise;
  readonly compiled: CompiledProgram;
  readonly runs: readonly RunKey[];
}
export type NodeWorkerMessage =
  | SessionEvent
  | { readonly kind: 'beat' }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'syntax'; readonly file: string; readonly line: number | null; readonly message: string };

const port = parentPort;
if (port === null) throw new Error('node-worker.ts is started as a worker by hosts/node.ts.');
const send = port.postMessage.bind(port) as (message: NodeWorkerMessage) => void;
const immediate = setImmediate;
const wallMs = performance.now.bind(performance);
const onProcess = process.on.bind(process);
const { exercise, compiled, runs } = workerData as NodeWorkerData;

let lastBeat = wallMs();
function hop(): Promise<void> {
  const now = wallMs();
  if (now - lastBeat > beatMs) {
    lastBeat = now;
    send({ kind: 'beat' });
  }
  return new Promise((resolve) => immediate(resolve));
}

let fail: (phase: 'rejection' | 'timer', error: unknown) => void = () => {};
onProcess('unhandledRejection', (error) => fail('rejection', error));
onProcess('uncaughtException', (error) => fail('timer', error));

async function main(): Promise<void> {
  const realm = prepareRealm(globalThis, [labExports]);
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
  await runSession(exercise, createProgram(compiled, bodies, realm), runs, shownSeedOf(runs), {
    hop,
    entry: compiled.entry,
    onUncaught: (receiver) => {
      fail = receiver;
    },
    placesIn,
    emit: send,
  });
}

try {
  await main();
} catch (error) {
  send({ kind: 'broken', message: String(error) });
}
