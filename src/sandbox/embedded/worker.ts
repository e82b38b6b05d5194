// The worker's script: lab, judge and session in one file. Each worker serves one run and is then ended.

import { createProgram, labExports } from '#graders/hosts/loader.ts';
import { placesIn } from '#graders/hosts/places.ts';
import { prepareRealm } from '#graders/hosts/realm.ts';
import { runSession } from '#graders/hosts/session.ts';
import { beatMs } from '#graders/hosts/watch.ts';
import { createAddresses, evaluateFiles, registerName, renameWith, type ScriptHost } from './evaluate.ts';
import { createHop, createTurn } from './hop.ts';
import type { PageToWorker, WorkerToPage, WorkerVariant } from './protocol.ts';

/** The parts of a worker's global object that lib.dom does not know. */
interface WorkerScope {
  importScripts(address: string): void;
  scheduler?: never;
  MessageChannel: typeof MessageChannel;
  onmessage: ((event: MessageEvent<WorkerVariant>) => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data, ports }) => {
  scope.onmessage = null;
  void stand(data, ports[0] as MessagePort);
};

/** Takes what the run will need, prepares the world, and says that it is ready. */
async function stand(variant: WorkerVariant, port: MessagePort): Promise<void> {
  const send = port.postMessage.bind(port) as (message: WorkerToPage) => void;
  const wallMs = performance.now.bind(performance);
  const report = reportError.bind(globalThis);
  let onError: (event: ErrorEvent) => void = () => {};
  let fail: (phase: 'rejection' | 'timer', error: unknown) => void = () => {};

  addEventListener('error', (event) => {
    event.preventDefault();
    onError(event);
  });
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    fail('rejection', event.reason);
  });
  const scripts: ScriptHost = {
    importScripts: scope.importScripts.bind(scope),
    addressOf: createAddresses(variant),
    lineOf(error) {
      let line: number | null = null;
      onError = ({ lineno }) => (line = lineno > 0 ? lineno : null);
      report(error);
      return line;
    },
  };

  const rest = await createHop(createTurn(scope), (receive) => {
    fail = receive;
  });

  Object.defineProperty(globalThis, registerName, { value: null, writable: true, configurable: true });
  const realm = prepareRealm(globalThis, [labExports], registerName);

  async function run({ runId, exercise, compiled, runs, shownSeed }: PageToWorker): Promise<void> {
    const found = evaluateFiles(compiled, scripts);
    if ('file' in found) return send({ runId, kind: 'syntax', ...found });
    onError = ({ error }) => fail('timer', error);
    const rename = renameWith(found.names);
    let lastBeat = wallMs();
    await runSession(exercise, createProgram(compiled, found.bodies, realm), runs, shownSeed, {
      hop() {
        const now = wallMs();
        if (now - lastBeat > beatMs) {
          lastBeat = now;
          send({ runId, kind: 'beat' });
        }
        return rest();
      },
      entry: compiled.entry,
      onUncaught: (receiver) => {
        fail = receiver;
      },
      placesIn: (error) => placesIn(error, rename),
      emit: (event) => send({ runId, kind: 'session', event }),
    });
  }

  port.onmessage = ({ data }: MessageEvent<PageToWorker>) => {
    port.onmessage = null;
    run(data).catch((error: unknown) => send({ runId: data.runId, kind: 'broken', message: String(error) }));
  };
  send({ kind: 'ready' });
}
