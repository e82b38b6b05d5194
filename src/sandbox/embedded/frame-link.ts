// The page's end of the frame: an invisible document without an origin, in which the workers live.

import { protocolVersion, type FrameToPage, type PageToFrame } from './protocol.ts';
import { createWatchdog } from './watchdog.ts';

/** The embedded engine could not do its work; never the program's fault. */
export class EngineFault extends Error {
  override readonly name = 'EngineFault';
}

export interface FrameLink {
  post(message: PageToFrame, ports?: MessagePort[]): void;
  /** Whether the document is still in the page. */
  readonly isStanding: boolean;
  /** Tells of a worker that broke, by its number. */
  onBroken(worker: number, tell: (message: string) => void): void;
  forget(worker: number): void;
  /** Something in it was heard of: its process lives. */
  heard(): void;
  /** Watches the frame, at a pace, until the answer is called; `onLost` when it no longer answers. One watch at a time. */
  watch(pace: Pace, onLost: () => void): () => void;
  remove(): void;
}

const loadMs = 10_000;
/** From the document's load to its answer; a document that is not ours never answers. */
const answerMs = 3_000;
/** A frame answers in a few ms; one that is silent for `lostMs` has lost its process. */
export interface Pace {
  readonly pingMs: number;
  readonly lostMs: number;
}
/** While something waits for it. */
export const busyPace: Pace = { pingMs: 300, lostMs: 1_200 };
/** While nothing does: often enough that the loss of an idle frame is mostly known before the next run. */
export const idlePace: Pace = { pingMs: 4_000, lostMs: 5_500 };

/** Opens a frame at `address` and gives it the workers' script. Rejects with EngineFault. */
export async function openFrame(address: string, script: Promise<string>): Promise<FrameLink> {
  const element = document.createElement('iframe');
  element.setAttribute('sandbox', 'allow-scripts');
  element.title = 'Runs your program';
  element.hidden = true;
  element.src = address;
  const { port1: port, port2: theirs } = new MessageChannel();
  const broken = new Map<number, (message: string) => void>();
  let onSign = (): void => {};

  function remove(): void {
    port.close();
    element.remove();
  }
  const post = (message: PageToFrame, ports: MessagePort[] = []) => port.postMessage(message, ports);

  const greeting = new Promise<number>((resolve, reject) => {
    const giveUp = () => reject(new EngineFault(`the frame at ${address} did not open`));
    let timer = setTimeout(giveUp, loadMs);
    port.onmessage = ({ data }: MessageEvent<FrameToPage>) => {
      onSign();
      if (data.kind === 'pong') return;
      if (data.kind === 'broken') broken.get(data.worker)?.(data.message);
      else {
        clearTimeout(timer);
        resolve(data.version);
      }
    };
    element.onload = () => {
      element.onload = null;
      clearTimeout(timer);
      timer = setTimeout(giveUp, answerMs);
      // An opaque origin has no name: '*' is the only address, and the window is ours.
      element.contentWindow?.postMessage(null, '*', [theirs]);
    };
  });
  document.body.append(element);

  try {
    const [version, text] = await Promise.all([greeting, script]);
    if (version !== protocolVersion) throw new EngineFault('this page is older than the site: reload it');
    post({ kind: 'script', text });
  } catch (error) {
    remove();
    throw error;
  }

  return {
    post,
    get isStanding() {
      return element.isConnected;
    },
    onBroken: (worker, tell) => broken.set(worker, tell),
    forget: (worker) => broken.delete(worker),
    heard: () => onSign(),
    watch({ pingMs, lostMs }, onLost) {
      const watchdog = createWatchdog(lostMs, onLost);
      onSign = () => watchdog.heard();
      const ping = () => post({ kind: 'ping' });
      const beat = setInterval(ping, pingMs);
      ping();
      return () => {
        clearInterval(beat);
        watchdog.end();
        onSign = () => {};
      };
    },
    remove,
  };
}
