// The page's end of one worker: started in the frame, good for one program, ended without being asked.

import type { RunKey } from '#graders/hosts/runs.ts';
import { EngineFault, type FrameLink } from './frame-link.ts';
import type { PageToWorker, ProgramMessage, WorkerToPage, WorkerVariant } from './protocol.ts';

export interface WorkerLink {
  /** Posts the worker's one program; what it says about that, and only that, comes to `onMessage`. */
  start(program: ProgramMessage, onMessage: (message: RunMessage) => void): void;
  /** Posts a run of the program. */
  give(run: RunKey): void;
  kill(): void;
}
export type RunMessage = Extract<WorkerToPage, { runId: number }>;

/** A worker that has not answered by now gets company of the other kind: once in a page, when the guess was wrong. */
const patienceMs = 400;
const spawnMs = 10_000;

let lastWorker = 0;
/** The kind that works here; known after the first. */
let proven: WorkerVariant | null = null;

/** Starts a worker and waits until it is ready. Rejects with EngineFault when no kind of worker starts. */
export async function startWorker(frame: FrameLink): Promise<WorkerLink> {
  if (proven !== null) return await attempt(frame, proven).link;
  const blob = attempt(frame, 'blob');
  const first = await Promise.race([blob.link.then(() => true, () => false), after(patienceMs)]); // prettier-ignore
  if (first === true) {
    proven = 'blob';
    return await blob.link;
  }
  const data = attempt(frame, 'data');
  const kinds = [blob, data].map(({ link, variant }) => link.then(() => variant));
  const works = await Promise.any(kinds).catch(() => {
    throw new EngineFault('this browser starts no worker in the sandbox');
  });
  proven = works;
  const [chosen, other] = works === 'blob' ? [blob, data] : [data, blob];
  other.abandon();
  return await chosen.link;
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, ms, null));
}

function attempt(frame: FrameLink, variant: WorkerVariant) {
  const worker = ++lastWorker;
  const { port1: port, port2: theirs } = new MessageChannel();
  let onMessage: ((message: RunMessage) => void) | null = null;
  let runId = 0;

  function kill(): void {
    onMessage = null;
    port.close();
    frame.forget(worker);
    frame.post({ kind: 'kill', worker });
  }

  const link = new Promise<WorkerLink>((resolve, reject) => {
    const fault = (message: string) => {
      if (onMessage !== null) return onMessage({ runId, kind: 'broken', message });
      clearTimeout(timer);
      reject(new EngineFault(message));
      kill();
    };
    const timer = setTimeout(fault, spawnMs, 'a worker did not answer');
    frame.onBroken(worker, fault);
    port.onmessage = ({ data }: MessageEvent<WorkerToPage>) => {
      frame.heard();
      if (data.kind === 'unfit') return fault(data.message);
      if (data.kind !== 'ready') {
        if (data.runId === runId) onMessage?.(data);
        return;
      }
      clearTimeout(timer);
      const post = (message: PageToWorker) => port.postMessage(message);
      resolve({
        start(program, receiver) {
          runId = program.runId;
          onMessage = receiver;
          post(program);
        },
        give: (run) => post({ kind: 'run', run }),
        kill,
      });
    };
    frame.post({ kind: 'spawn', worker, variant }, [theirs]);
  });
  const abandon = () => {
    link.then(kill, () => {});
  };
  return { variant, link, abandon };
}
