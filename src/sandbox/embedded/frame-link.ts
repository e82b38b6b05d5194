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
  /** Watches the frame until the answer is called; `onLost` when it no longer answers. */
  watch(onLost: () => void): () => void;
  remove(): void;
}

const loadMs = 10_000;
/** From the document's load to its answer; a document that is not ours never answers. */
const answerMs = 3_000;
const pingMs = 300;
/** A frame answers in a few ms; one that is silent for this long has lost its process. */
const lostMs = 1_200;

/** Opens a frame at `address` and gives it the workers' script. Rejects with EngineFault. */
export async function openFrame(address: string, script: Promise<string>): Promise<FrameLink> {
  const element = document.createElement('iframe');
  element.setAttribute('sandbox', 'allow-scripts');
  element.title = 'Runs your program';
  element.hidden = true;
  element.src = address;
  const { port1: port, port2: theirs } = new MessageChannel();
  const broken = new Map<number, (message: string) => void>();
  let onPong = (): void => {};

  function remove(): void {
    port.close();
    element.remove();
  }
  const post = (message: PageToFrame, ports: MessagePort[] = []) => port.postMessage(message, ports);

  const greeting = new Promise<number>((resolve, reject) => {
    const giveUp = () => reject(new EngineFault(`the frame at ${address} did not open`));
    let timer = setTimeout(giveUp, loadMs);
    port.onmessage = ({ data }: MessageEvent<FrameToPage>) => {
      if (data.kind === 'pong') onPong();
      else if (data.kind === 'broken') broken.get(data.worker)?.(data.message);
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
    watch(onLost) {
      const watchdog = createWatchdog(lostMs, onLost);
      onPong = () => watchdog.heard();
      const beat = setInterval(() => post({ kind: 'ping' }), pingMs);
      post({ kind: 'ping' });
      return () => {
        clearInterval(beat);
        watchdog.end();
        onPong = () => {};
      };
    },
    remove,
  };
}
