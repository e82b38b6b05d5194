// Puts the stand-in for StackBlitz's hosted runtime into a browser context, where the unmodified client finds it.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext, Request, Route } from 'playwright-core';
import type { Fault } from './faults.ts';
import { createHost } from './host.ts';
import { callPath, documentPath, eventsPath } from './messages.ts';
import { decode, encode } from './wire.ts';

export type { Fault, FaultName } from './faults.ts';

export interface StandInOptions {
  readonly faults?: readonly Fault[];
  /** Whether \n becomes \r\n in output, as a terminal makes it; true unless given. */
  readonly terminalNewlines?: boolean;
  /** More of the environment for every process: a registry for npm, for instance. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface StandIn {
  /** Boots that came to their end. */
  readonly boots: number;
  /** Requests for the document of the frame. */
  readonly requests: number;
  /** The remote methods that were called, in order: `kill`, `teardown`, `loadFiles`, … */
  readonly calls: readonly string[];
  /** The work folder of the live instance, to look into; throws when none is live. */
  folder(): string;
  /** How many processes run; those included that kill and teardown did not end. */
  readonly processes: number;
  /** Emits the runtime's event `error`. */
  emitError(message: string): void;
  /** Only these are in force from now on; none without an argument. */
  setFaults(...faults: Fault[]): Promise<void>;
  /** Ends every process, removes every folder, and lets go of the context. */
  dispose(): Promise<void>;
}

const origin = 'https://stackblitz.com';
const addresses = `${origin}/**`;

let script: Promise<string> | undefined;

/** The script of the document, bundled once. */
async function bundleScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return (outputFiles[0]?.text ?? '').replaceAll('</', '<\\/');
}

export async function installStandIn(context: BrowserContext, options: StandInOptions = {}): Promise<StandIn> {
  const { faults: atFirst = [], terminalNewlines = true, env = {} } = options;
  const text = await (script ??= bundleScript());
  const host = createHost({ faults: atFirst, terminalNewlines, env });
  const { faults } = host;
  const documents = new Set<string>();
  let requests = 0;

  /** A document leaves the host when its page goes elsewhere or is closed. */
  function watch(documentId: string, request: Request): void {
    if (documents.has(documentId)) return;
    documents.add(documentId);
    const frame = request.frame();
    const leave = () => void host.leave(documentId);
    frame.page().on('close', leave);
    frame.page().on('framedetached', (detached) => {
      if (detached === frame) leave();
    });
  }

  function documentAnswer(): RouteAnswer {
    requests += 1;
    if (faults.get('request-aborted')) return null;
    const headers: Record<string, string> = {
      'Content-Type': 'text/html; charset=utf-8',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    if (!faults.get('without-corp')) headers['Cross-Origin-Resource-Policy'] = 'cross-origin';
    if (faults.get('empty-page')) return { headers, body: '<!doctype html>' };
    const delayMs = faults.get('late-handshake')?.ms ?? 0;
    const handshake = faults.get('never-handshakes') ? 'never' : 'once';
    const body = `<body data-delay-ms="${delayMs}" data-handshake="${handshake}"><script type="module">${text}</script>`;
    return { headers, body: `<!doctype html><title>Stand-in</title>${body}` };
  }

  async function answerTo(request: Request): Promise<RouteAnswer> {
    const url = new URL(request.url());
    if (url.pathname === documentPath) return documentAnswer();
    // Only the document itself may talk to the host, and no page around it.
    const isOwn = request.method() === 'POST' && new URL(request.frame().url()).origin === origin;
    const documentId = url.searchParams.get('document');
    if (!isOwn || documentId === null) return { status: 404 };
    watch(documentId, request);
    const given = request.postDataBuffer() ?? encode(null);
    if (url.pathname === callPath) return bytesOf(await host.call(documentId, decode(given)));
    if (url.pathname === eventsPath) return bytesOf(await host.events(documentId));
    return { status: 404 };
  }

  async function handle(route: Route): Promise<void> {
    const answer = await answerTo(route.request());
    const done = answer === null ? route.abort('connectionrefused') : route.fulfill(answer);
    // A page that has gone in the meantime needs no answer.
    await done.catch(() => {});
  }
  await context.route(addresses, handle);

  return {
    get boots() {
      return host.boots;
    },
    get requests() {
      return requests;
    },
    get processes() {
      return host.processes;
    },
    calls: host.calls,
    folder: host.folder,
    emitError: host.emitError,
    setFaults: (...inForce) => host.setFaults(inForce),
    async dispose() {
      await host.dispose();
      await context.unroute(addresses, handle);
    },
  };
}

/** Null refuses the request. */
type RouteAnswer = Parameters<Route['fulfill']>[0] | null;

const bytesOf = (value: unknown) => ({ contentType: 'application/octet-stream', body: Buffer.from(encode(value)) });
