// The worker's script: lab, judge and session in one file. Each worker serves one program and is then ended.

import { createProgram, labExports } from '#graders/hosts/loader.ts';
import { placesIn } from '#graders/hosts/places.ts';
import { prepareRealm } from '#graders/hosts/realm.ts';
import type { RunKey } from '#graders/hosts/runs.ts';
import { runSession, type SessionHost } from '#graders/hosts/session.ts';
import { beatMs } from '#graders/hosts/watch.ts';
import { createAddresses, evaluateFiles, registerName, renameWith, type ScriptHost } from './evaluate.ts';
import { createHop, createTurns, type TurnScope } from './hop.ts';
import type { PageToWorker, ProgramMessage, WorkerToPage, WorkerVariant } from './protocol.ts';

/** The parts of a worker's global object that lib.dom does not know. */
interface WorkerScope extends TurnScope {
  importScripts(address: string): void;
  onmessage: ((event: MessageEvent<WorkerVariant>) => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data, ports }) => {
  scope.onmessage = null;
  void stand(data, ports[0] as MessagePort);
};

/** Takes what the runs will need, prepares the world, and says that it is ready. */
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

  try {
    // Where a worker may not load scripts of its own kind, another kind is tried.
    scripts.importScripts(scripts.addressOf(''));
  } catch (error) {
    return send({ kind: 'unfit', message: String(error) });
  }

  const rest = await createHop(createTurns(scope), (receive) => {
    fail = receive;
  });

  Object.defineProperty(globalThis, registerName, { value: null, writable: true, configurable: true });
  const realm = prepareRealm(globalThis, [labExports], registerName);

  /** What one run of the program does; null when a file of it does not parse. */
  function prepare(given: ProgramMessage): ((run: RunKey) => Promise<void>) | null {
    const { runId, exercise, compiled, shownSeed } = given;
    const found = evaluateFiles(compiled, scripts);
    if ('file' in found) {
      send({ runId, kind: 'syntax', ...found });
      return null;
    }
    onError = ({ error }) => fail('timer', error);
    const rename = renameWith(found.names);
    const program = createProgram(compiled, found.bodies, realm);
    let lastBeat = wallMs();
    const host: SessionHost = {
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
      // The page gathers them: there at most a thousand messages of a run cost a few ms.
      batchLines: 1,
      emit: (event) => {
        if (event.kind !== 'done') send({ runId, kind: 'session', event });
      },
    };
    return (run) => runSession(exercise, program, [run], shownSeed, host);
  }

  let runId = 0;
  let perform: ((run: RunKey) => Promise<void>) | null = null;
  let last = Promise.resolve();
  async function take(data: PageToWorker): Promise<void> {
    if (data.kind === 'run') return await perform?.(data.run);
    runId = data.runId;
    perform = prepare(data);
  }
  port.onmessage = ({ data }: MessageEvent<PageToWorker>) => {
    // The page may send the next run when it has heard the result of one, a moment before that has come to rest.
    last = last
      .then(() => take(data))
      .catch((error: unknown) => send({ runId, kind: 'broken', message: String(error) }));
  };
  send({ kind: 'ready' });
}
