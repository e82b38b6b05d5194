// A site of one page with the embedded engine, bundled on the fly and served with the site's own headers.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureChromium, launchArgs } from '../../scripts/browser.mjs';
import { buildSandbox } from '../../scripts/sandbox-assets.mjs';
import { createStaticServer, listen } from '../../scripts/serve.mjs';
import type { Harness } from './fixtures/engine-harness.ts';

declare global {
  interface Window {
    harness: Harness;
  }
}

export interface EngineSite {
  url: string;
  browser: Browser;
  /** A fresh page with the harness in it, not prepared. */
  open(): Promise<Page>;
  close(): Promise<void>;
}

/** `flags` are for Chromium, beside the usual ones. */
export async function openEngineSite(flags: readonly string[] = []): Promise<EngineSite> {
  const root = await mkdtemp(join(tmpdir(), 'spillway-engine-'));
  const { worker, modules, files } = await buildSandbox();
  for (const [path, text] of files) {
    const file = join(root, 'sandbox', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await build({
    entryPoints: ['tests/browser/fixtures/engine-harness.ts'],
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    outdir: join(root, '_astro'),
    define: {
      'import.meta.env.SANDBOX_WORKER': JSON.stringify(worker),
      'import.meta.env.SANDBOX_MODULES': JSON.stringify(modules),
    },
  });
  const page =
    '<!doctype html><title>Engine</title><body><script type="module" src="/_astro/engine-harness.js"></script>';
  await writeFile(join(root, 'index.html'), page);

  const server = createStaticServer({ root });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: [...launchArgs, ...flags] });
  return {
    url,
    browser,
    async open() {
      const context = await browser.newContext();
      const opened = await context.newPage();
      await opened.goto(url);
      await opened.waitForFunction(() => 'harness' in window);
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
