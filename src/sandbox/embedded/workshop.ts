// One frame and one warm worker in it: started, prepared and waiting, so that a click need not.

import { EngineFault, openFrame, type FrameLink } from './frame-link.ts';
import { startWorker, type WorkerLink } from './worker-link.ts';

export interface Workshop {
  /** Opens the frame and warms a worker. */
  prepare(): Promise<void>;
  /** Hands out a worker for one run. It is not given back; `prepare` warms the next. */
  take(): Promise<WorkerLink>;
  /** Watches the frame while a run is under way, until the answer is called. */
  watch(onLost: () => void): () => void;
  /** Throws the frame and all that lives in it away; the next call builds anew. */
  clear(): void;
}

/**
 * `frameAddress` and `scriptAddress` are where the site serves them. One worker is enough: with the
 * hidden seeds in a second, beside the first, a whole set took as long on two cores and its first result
 * came later.
 */
export function createWorkshop(frameAddress: string, scriptAddress: string): Workshop {
  let script: Promise<string> | null = null;
  let opening: Promise<FrameLink> | null = null;
  let frame: FrameLink | null = null;
  let spare: Promise<WorkerLink> | null = null;

  function open(): Promise<FrameLink> {
    if (frame?.isStanding === false) clear();
    if (opening === null) {
      script ??= fetchScript(scriptAddress);
      const mine = openFrame(frameAddress, script);
      opening = mine;
      mine.then(
        (opened) => {
          if (opening === mine) frame = opened;
          else opened.remove();
        },
        () => {
          if (opening === mine) opening = null;
          script = null;
        },
      );
    }
    return opening;
  }

  function warm(): Promise<WorkerLink> {
    const mine = open().then(startWorker);
    mine.catch(() => {
      if (spare === mine) spare = null;
    });
    return mine;
  }

  function clear(): void {
    spare?.then(
      (worker) => worker.kill(),
      () => {},
    );
    spare = null;
    opening = null;
    frame?.remove();
    frame = null;
  }

  return {
    async prepare() {
      await open();
      spare ??= warm();
      await spare;
    },
    async take() {
      // First of all: this is where a frame that was taken out of the page is noticed.
      await open();
      const taken = spare ?? warm();
      spare = null;
      return await taken;
    },
    watch: (onLost) => frame?.watch(onLost) ?? (() => {}),
    clear,
  };
}

async function fetchScript(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new EngineFault(`${address} answered ${response.status}`);
  return await response.text();
}
