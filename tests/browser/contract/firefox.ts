// Firefox, spoken to over WebDriver BiDi.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import puppeteer, { type Page } from 'puppeteer-core';
import type { BrowserDriver } from './driver.ts';
import { startProcess } from './processes.ts';

/** `path` is that of Firefox itself. */
export async function startFirefox(path: string): Promise<BrowserDriver> {
  // Not in the system's folder for such things: Ubuntu's Firefox, a snap, does not see that one.
  await mkdir('.cache', { recursive: true });
  const profile = await mkdtemp(resolve('.cache/firefox-'));
  const args = ['--headless', '--no-remote', '--new-instance', '--profile', profile, '--remote-debugging-port', '0'];
  const firefox = startProcess(path, [...args, 'about:blank'], { env: { MOZ_CRASHREPORTER_DISABLE: '1' } });

  async function end(): Promise<void> {
    await firefox.end();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    const [, address] = await firefox.find(/WebDriver BiDi listening on (ws:\S+)/);
    const browser = await puppeteer.connect({
      browserWSEndpoint: `${address}/session`,
      protocol: 'webDriverBiDi',
      protocolTimeout: 30_000,
    });
    let page: Page | null = null;
    return {
      name: await browser.version(),
      async open(url) {
        await page?.close();
        const opened = await browser.newPage();
        page = opened;
        await opened.goto(url);
        return { evaluate: async (expression) => String(await opened.evaluate(expression)) };
      },
      async close() {
        await browser.disconnect();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
