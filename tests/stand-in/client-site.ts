// A site of one isolated page with nothing but the unmodified client in it, and a Chromium to open it.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureChromium, launchArgs } from '../../scripts/browser.mjs';
import { listen } from '../../scripts/serve.mjs';

export interface ClientSite {
  readonly browser: Browser;
  /** A page with the client in it as `window.client`, not booted. */
  open(context: BrowserContext): Promise<Page>;
  close(): Promise<void>;
}

export async function openClientSite(): Promise<ClientSite> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('client.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/client.js';
    response.writeHead(200, {
      'Content-Type': isScript ? 'text/javascript' : 'text/html; charset=utf-8',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    response.end(isScript ? script : '<!doctype html><body><script type="module" src="/client.js"></script>');
  });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: launchArgs });
  return {
    browser,
    async open(context) {
      const page = await context.newPage();
      await page.goto(url);
      await page.waitForFunction(() => 'client' in window);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
