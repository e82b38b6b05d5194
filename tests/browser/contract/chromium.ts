// Chromium, spoken to through the DevTools protocol itself: Playwright gives a page up when only its frame has died.
import { chromium, type BrowserContext } from 'playwright-core';
import { launchArgs } from '../../../scripts/browser.mjs';
import type { BrowserDriver } from './driver.ts';

/** `path` is that of Chromium itself; `prepare` has each profile before a page is opened in it. */
export async function startChromium(
  path: string,
  prepare: (context: BrowserContext) => Promise<void> = async () => {},
): Promise<BrowserDriver> {
  const browser = await chromium.launch({ executablePath: path, args: launchArgs });
  let context: BrowserContext | null = null;
  return {
    name: `Chromium ${browser.version()}`,
    async open(url) {
      await context?.close();
      context = await browser.newContext();
      await prepare(context);
      const page = await context.newPage();
      await page.goto(url);
      const session = await context.newCDPSession(page);
      return {
        async evaluate(expression) {
          const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression });
          if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
          return String(result.value);
        },
      };
    },
    close: () => browser.close(),
  };
}
