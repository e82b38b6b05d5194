// The page's side of the worker: of the runs that are wanted, only the newest waits, and one that never ends is ended.
import type { Answer, Draft, Request } from './protocol.ts';

export interface PlaygroundEngine {
  open(name: string): void;
  /** Runs a draft; a run that has not begun is dropped for it. */
  run(draft: Draft, seed: number): void;
  dispose(): void;
}

const patienceMs = 5_000;

export function createPlaygroundEngine(onAnswer: (answer: Answer) => void): PlaygroundEngine {
  let worker: Worker | null = null;
  let lastRun = 0;
  let underWay: number | null = null;
  let next: Request | null = null;
  let timer = 0;

  function start(): Worker {
    const created = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'lab' });
    created.addEventListener('message', ({ data }: MessageEvent<Answer>) => receive(data));
    created.addEventListener('error', (event) => {
      event.preventDefault();
      give('The lab could not be loaded. Check the connection and load the page again.');
    });
    return created;
  }

  /** Reports why the run under way has no result, and goes on with the next in a fresh worker. */
  function give(message: string): void {
    clearTimeout(timer);
    worker?.terminate();
    worker = null;
    onAnswer({ kind: 'threw', run: underWay ?? lastRun, message });
    underWay = null;
    if (next !== null) send(next);
  }

  function send(request: Request): void {
    worker ??= start();
    if (request.kind === 'run') {
      next = null;
      underWay = request.run;
      timer = window.setTimeout(
        () => give('This run takes longer than five seconds and was stopped. Shorten it, or lower its rates.'),
        patienceMs,
      );
    }
    worker.postMessage(request);
  }

  function receive(answer: Answer): void {
    if ('run' in answer) {
      clearTimeout(timer);
      underWay = null;
      // What is newer than this answer is on its way; this one is shown all the same, so that a slider is followed.
      onAnswer(answer);
      if (next !== null) send(next);
    } else onAnswer(answer);
  }

  return {
    open: (name) => send({ kind: 'open', name }),
    run(draft, seed) {
      const request: Request = { kind: 'run', run: ++lastRun, draft, seed };
      if (underWay === null) send(request);
      else next = request;
    },
    dispose() {
      clearTimeout(timer);
      worker?.terminate();
      worker = null;
    },
  };
}
