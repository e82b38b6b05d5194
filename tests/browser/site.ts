// What every browser test starts from: the built site on a free port, and a Chromium.
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureChromium, launchArgs } from '../../scripts/browser.mjs';
import { createStaticServer, listen } from '../../scripts/serve.mjs';

export interface Site {
  /** The address of the front page, with a slash at its end. */
  url: string;
  browser: Browser;
  /** A page in a fresh profile; `problems` gathers its uncaught errors and its console's errors. */
  open(path: string): Promise<{ page: Page; problems: string[] }>;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  if (!existsSync('dist/index.html')) throw new Error('dist/ is not built. Run: npm run build');
  const server = createStaticServer({ root: 'dist' });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: launchArgs });
  return {
    url,
    browser,
    async open(path) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
      });
      await page.goto(new URL(path, url).href);
      return { page, problems };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
