// The page that the embedded engine keeps its contract in.
import { createEmbeddedEngine } from '#src/sandbox/embedded/engine.ts';
import { openFrame } from '#src/sandbox/embedded/frame-link.ts';
import type { WorkerToPage, WorkerVariant } from '#src/sandbox/embedded/protocol.ts';
import { offerHarness } from './harness.ts';

/** Whether a worker of this kind starts in the sandbox's frame, whichever kind the engine takes. */
async function starts(variant: WorkerVariant): Promise<boolean> {
  const script = await (await fetch(`/sandbox/${import.meta.env.SANDBOX_WORKER}`)).text();
  const frame = await openFrame(
    globalThis.crossOriginIsolated ? '/sandbox/isolated/frame.html' : '/sandbox/frame.html',
    Promise.resolve(script),
  );
  const { port1, port2 } = new MessageChannel();
  const worker = 1;
  const isReady = await new Promise<boolean>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<WorkerToPage>) => resolve(data.kind === 'ready');
    frame.onBroken(worker, () => resolve(false));
    // Some browsers say nothing of a worker that they do not start.
    setTimeout(resolve, 10_000, false);
    frame.post({ kind: 'spawn', worker, variant }, [port2]);
  });
  frame.remove();
  return isReady;
}

declare global {
  interface Window {
    /** JSON, once it is known. */
    workerKinds?: string;
  }
}

offerHarness(createEmbeddedEngine());
if (location.search === '?workers') {
  const [blob, data] = await Promise.all([starts('blob'), starts('data')]);
  window.workerKinds = JSON.stringify({ blob, data });
}
