// A site of one page with Full Node in it, bundled on the fly and served with the headers that such pages have.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureChromium, launchArgs } from '../../scripts/browser.mjs';
import { buildContainerPrograms } from '../../scripts/container-assets.mjs';
import { buildSandbox } from '../../scripts/sandbox-assets.mjs';
import { createStaticServer, listen } from '../../scripts/serve.mjs';
import { defaultContainerOrigin } from '../../scripts/webcontainer-settings.mjs';
import type { ContainerHarness } from './fixtures/container-harness.ts';

declare global {
  interface Window {
    full: ContainerHarness;
  }
}

export interface ContainerSite {
  browser: Browser;
  /** A page with the harness in it, not booted. */
  open(context: BrowserContext, path?: '/node/' | '/'): Promise<Page>;
  close(): Promise<void>;
}

export async function openContainerSite(): Promise<ContainerSite> {
  const root = await mkdtemp(join(tmpdir(), 'spillway-container-'));
  const [sandbox, programs] = await Promise.all([buildSandbox(), buildContainerPrograms()]);
  const container = `container/${programs.hash}/`;
  const page =
    '<!doctype html><title>Full Node</title><body><script type="module" src="/_astro/container-harness.js"></script>';
  const texts = new Map([
    ['index.html', page],
    ['node/index.html', page],
    ...[...sandbox.files].map(([path, text]): [string, string] => [`sandbox/${path}`, text]),
    ...[...programs.files].map(([name, text]): [string, string] => [`sandbox/${container}${name}`, text]),
  ]);
  for (const [path, text] of texts) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await build({
    entryPoints: ['tests/browser/fixtures/container-harness.ts'],
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    outdir: join(root, '_astro'),
    define: {
      'import.meta.env.SANDBOX_MODULES': JSON.stringify(sandbox.modules),
      'import.meta.env.CONTAINER_PROGRAMS': JSON.stringify(container),
      'import.meta.env.WEBCONTAINER_ORIGIN': JSON.stringify(defaultContainerOrigin),
      'import.meta.env.WEBCONTAINER_KEY': '""',
    },
  });

  const server = createStaticServer({ root, containerOrigin: defaultContainerOrigin });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: launchArgs });
  return {
    browser,
    async open(context, path = '/node/') {
      const opened = await context.newPage();
      await opened.goto(new URL(path, url).href);
      await opened.waitForFunction(() => 'full' in window);
      return opened;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
}
