// A site of two pages that differ in their headers alone: a harness at / and, cross-origin isolated, at /node/.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { EngineKind } from '#src/sandbox/engine.ts';
import { buildContainerPrograms } from '../../../scripts/container-assets.mjs';
import { buildSandbox } from '../../../scripts/sandbox-assets.mjs';
import { createStaticServer, listen } from '../../../scripts/serve.mjs';
import { defaultContainerOrigin } from '../../../scripts/webcontainer-settings.mjs';

export interface HarnessSite {
  /** The addresses of the pages, with a slash at their end. */
  readonly plain: string;
  readonly isolated: string;
  close(): Promise<void>;
}

const container = 'container/now/';

/** What is served, by path, and what the build would put into the page's code. */
async function gather(engine: EngineKind) {
  const { worker, modules, files } = await buildSandbox();
  const programs = engine === 'node' ? (await buildContainerPrograms()).files : [];
  const page = '<!doctype html><title>Contract</title><body><script type="module" src="/_astro/page.js"></script>';
  const texts = new Map([
    ['index.html', page],
    ['node/index.html', page],
  ]);
  for (const [path, text] of files) texts.set(`sandbox/${path}`, text);
  for (const [name, text] of programs) texts.set(`sandbox/${container}${name}`, text);
  const settings = {
    SANDBOX_WORKER: worker,
    SANDBOX_MODULES: modules,
    CONTAINER_PROGRAMS: container,
    WEBCONTAINER_ORIGIN: defaultContainerOrigin,
    WEBCONTAINER_KEY: '',
  };
  return { texts, settings };
}

export async function openHarnessSite(engine: EngineKind): Promise<HarnessSite> {
  const root = await mkdtemp(join(tmpdir(), 'spillway-contract-'));
  const { texts, settings } = await gather(engine);
  for (const [path, text] of texts) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await build({
    entryPoints: { page: `tests/browser/contract/${engine}-page.ts` },
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    outdir: join(root, '_astro'),
    define: Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]),
    ),
  });
  const server = createStaticServer({ root, containerOrigin: defaultContainerOrigin });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  return {
    plain: url,
    isolated: `${url}node/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
}
