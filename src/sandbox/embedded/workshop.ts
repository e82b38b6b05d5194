// One frame and some warm workers in it: started, prepared and waiting, so that a click need not.

import { busyPace, EngineFault, idlePace, openFrame, type FrameLink } from './frame-link.ts';
import { startWorker, type WorkerLink } from './worker-link.ts';

export interface Workshop {
  /** Opens the frame and warms the workers, one after the other; leaves off when one is taken. */
  prepare(): Promise<void>;
  /** Hands out a worker for one program. It is not given back; `prepare` warms the next. */
  take(): Promise<WorkerLink>;
  /** Watches the frame closely until the answer is called. `onLost` is told once, when it is thrown away already. */
  attend(onLost: (loss: FrameLoss) => void): () => void;
  /** Throws the frame and all that lives in it away; the next call builds anew. */
  clear(): void;
}

/** `died`: its process no longer answers; `removed`: its element was taken out of the page. */
export type FrameLoss = 'died' | 'removed';

/** `frameAddress` and `scriptAddress` are where the site serves them, `most` how many workers are kept warm. */
export function createWorkshop(frameAddress: string, scriptAddress: string, most: number): Workshop {
  let script: Promise<string> | null = null;
  let opening: Promise<FrameLink> | null = null;
  let frame: FrameLink | null = null;
  let spares: Promise<WorkerLink>[] = [];
  let preparing = 0;
  let attendant: ((loss: FrameLoss) => void) | null = null;
  let unwatch = (): void => {};

  function open(): Promise<FrameLink> {
    if (frame?.isStanding === false) clear();
    if (opening === null) {
      script ??= fetchScript(scriptAddress);
      const mine = openFrame(frameAddress, script);
      opening = mine;
      mine.then(
        (opened) => {
          if (opening !== mine) return opened.remove();
          frame = opened;
          watch();
        },
        () => {
          if (opening === mine) opening = null;
          script = null;
        },
      );
    }
    return opening;
  }

  function watch(): void {
    unwatch();
    const watched = frame;
    if (watched === null) return;
    unwatch = watched.watch(attendant === null ? idlePace : busyPace, () => {
      const loss = watched.isStanding ? 'died' : 'removed';
      clear();
      attendant?.(loss);
    });
  }

  function warm(): Promise<WorkerLink> {
    const mine = open().then(startWorker);
    mine.catch(() => {
      spares = spares.filter((spare) => spare !== mine);
    });
    return mine;
  }

  function clear(): void {
    preparing++;
    for (const spare of spares) {
      spare.then(
        (worker) => worker.kill(),
        () => {},
      );
    }
    spares = [];
    opening = null;
    unwatch();
    unwatch = () => {};
    frame?.remove();
    frame = null;
  }

  return {
    async prepare() {
      const mine = ++preparing;
      await open();
      while (mine === preparing && spares.length < most) {
        const spare = warm();
        spares.push(spare);
        await spare;
      }
      await Promise.all(spares);
    },
    async take() {
      preparing++;
      // First of all: this is where a frame that was taken out of the page is noticed.
      await open();
      return await (spares.shift() ?? warm());
    },
    attend(onLost) {
      attendant = onLost;
      watch();
      return () => {
        if (attendant !== onLost) return;
        attendant = null;
        watch();
      };
    },
    clear,
  };
}

async function fetchScript(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new EngineFault(`${address} answered ${response.status}`);
  return await response.text();
}
