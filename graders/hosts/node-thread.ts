// Runs a compiled program in a worker thread of Node.js, with limits on memory and time that the thread cannot lift.

import { Worker } from 'node:worker_threads';
import type { Failure } from '../verdict.ts';
import type { NodeWorkerData, NodeWorkerMessage } from './node-worker.ts';
import type { RunKey } from './runs.ts';
import type { Place, SessionEvent } from './session.ts';
import { beatMs, notCompiled, sessionMs, silentMs, stopped } from './watch.ts';

/** MiB of JavaScript heap for a program: ten times what a good one needs. */
const heapMb = 512;

/** A compiled program's set of runs, and the worker for it. */
export interface WorkerJob extends NodeWorkerData {
  /** The worker's script: node-worker.ts unless it is bundled. */
  readonly worker?: URL | undefined;
  /** How long it may take until the worker's first sign of life. */
  readonly startMs?: number | undefined;
}

/**
 * Runs a compiled program in a worker of its own, under the watch that every host keeps. `onBeat` hears signs of life
 * between events. Resolves to what kept the set from its end, or null; never rejects for what the program does.
 */
export function runInWorker(
  { worker: script, startMs = silentMs + 3_000, ...data }: WorkerJob,
  onEvent: (event: SessionEvent) => void,
  onBeat: () => void = () => {},
): Promise<Failure | null> {
  const { entry } = data.compiled;
  // A loop with a guard speaks first: it knows its line.
  const patienceMs = data.hasGuards ? silentMs + beatMs * 2 : silentMs;
  return new Promise<Failure | null>((resolve) => {
    const worker = new Worker(script ?? new URL('./node-worker.ts', import.meta.url), {
      workerData: data satisfies NodeWorkerData,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 64 },
    });
    let run: RunKey | null = null;
    let isDone = false;
    let silence = setTimeout(onSilence, startMs);
    const limit = setTimeout(() => end(stopped('spinning', run, entry)), sessionMs);

    function end(failure: Failure | null, hasEnded = false): void {
      if (isDone) return;
      isDone = true;
      clearTimeout(silence);
      clearTimeout(limit);
      // One that has said its last word has nothing left to do, and ends by itself. To terminate a thread while V8
      // compiles its code has brought whole processes down (SIGSEGV, SIGTRAP in Node.js 24.21).
      worker.unref();
      setTimeout(() => void worker.terminate(), hasEnded ? lingerMs : 0).unref();
      resolve(failure);
    }
    function onSilence(): void {
      // No code of the program runs before the first start.
      end(run === null ? stopped('engine', null, entry, 'the worker did not begin') : stopped('blocked', run, entry));
    }

    worker.on('message', (message: NodeWorkerMessage | null) => {
      // With packages a program can get at the port itself: what is none of ours says nothing.
      if (isDone || message === null) return;
      clearTimeout(silence);
      silence = setTimeout(onSilence, patienceMs);
      switch (message.kind) {
        case 'beat':
          return onBeat();
        case 'syntax':
          return end(notCompiled(message.file, message.line, null, message.message));
        case 'broken':
          return end(stopped('engine', run, entry, message.message));
        case 'blocked':
          return end(blockedAt(message.places, run, entry));
        case 'start':
          run = message.run;
          return onEvent(message);
        case 'console':
        case 'run':
          return onEvent(message);
        case 'failed':
          onEvent(message);
          return end(message.failure, true);
        case 'done':
          onEvent(message);
          return end(null, true);
      }
    });
    worker.on('error', (error) => {
      const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      end(stopped(isMemory ? 'out-of-memory' : 'engine', run, entry, error.message));
    });
    worker.on('exit', (code) => end(stopped('engine', run, entry, `worker exit ${code}`)));
  });
}

/** A thread that is done ends within some milliseconds; this is for one that something keeps. */
const lingerMs = 1_000;

/** A blocked program whose loop said itself where it is. */
function blockedAt(places: readonly Place[], run: RunKey | null, entry: string): Failure {
  const [place] = places;
  const stack = places.map(({ file, line }) => `${file}:${line}`);
  return { ...stopped('blocked', run, place?.file ?? entry), line: place?.line ?? null, stack };
}
