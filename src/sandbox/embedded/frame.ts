// The frame's own script: it makes workers and ends them on request, and runs nothing of a learner itself.

import { protocolVersion, type FrameToPage, type PageToFrame, type WorkerVariant } from './protocol.ts';

const workers = new Map<number, Worker>();
const addresses: Partial<Record<WorkerVariant, string>> = {};
let script = '';

function addressOf(variant: WorkerVariant): string {
  return (addresses[variant] ??=
    variant === 'blob'
      ? URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
      : `data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`);
}

function listenTo(page: MessagePort): void {
  const say = (message: FrameToPage) => page.postMessage(message);

  function spawn(id: number, variant: WorkerVariant, port: MessagePort): void {
    const broken = (message: string) => say({ kind: 'broken', worker: id, message });
    try {
      const worker = new Worker(addressOf(variant), { name: 'program' });
      worker.addEventListener('error', (event) => broken(event.message || `no ${variant} worker`));
      worker.postMessage(variant, [port]);
      workers.set(id, worker);
    } catch (error) {
      broken(String(error));
    }
  }

  page.onmessage = ({ data, ports }: MessageEvent<PageToFrame>) => {
    switch (data.kind) {
      case 'script':
        script = data.text;
        break;
      case 'spawn':
        spawn(data.worker, data.variant, ports[0] as MessagePort);
        break;
      case 'kill':
        workers.get(data.worker)?.terminate();
        workers.delete(data.worker);
        break;
      case 'ping':
        say({ kind: 'pong' });
        break;
    }
  };
  say({ kind: 'hello', version: protocolVersion });
}

function onFirstMessage(event: MessageEvent): void {
  const [port] = event.ports;
  if (event.source !== parent || port === undefined) return;
  removeEventListener('message', onFirstMessage);
  listenTo(port);
}
addEventListener('message', onFirstMessage);
