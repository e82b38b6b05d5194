// Isolation where a container may boot and nowhere else, on the built site as `npm start` serves it.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { headersFor } from '../../headers.mjs';
import { isBuilt } from '../../scripts/build.mjs';
import { nodePath } from '../../scripts/setup.mjs';
import { readContainerSettings } from '../../scripts/webcontainer-settings.mjs';
import { cloudflare, netlify } from '../gate/host-rules.ts';
import { openSite, type Site } from './site.ts';

const nodePage = 'node/exercises/cap-intake/';
const plainPage = 'exercises/cap-intake/';
const readingPages = ['', 'course/', 'lessons/cap-intake-and-protect-downstream/', 'lab/', 'exercises/', plainPage];

const containerOrigin = readContainerSettings(process.env).origin;
let site: Site;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});
afterAll(async () => {
  await site?.close();
});

interface Opened {
  page: Page;
  /** Uncaught errors and the console's, but for those about the container, which cannot be reached here. */
  problems: string[];
}

async function open(
  at: string,
  options: BrowserContextOptions & { engine?: 'node' | 'embedded' } = {},
): Promise<Opened> {
  const { engine, ...rest } = options;
  const context = await site.browser.newContext({ viewport: { width: 1440, height: 900 }, ...rest });
  contexts.push(context);
  await context.route(`${containerOrigin}/**`, (route) => route.abort());
  if (engine !== undefined) {
    const settings = JSON.stringify({ engine });
    await context.addInitScript((text) => {
      if (self === top) localStorage.setItem('spillway:settings', text);
    }, settings);
  }
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && !url.startsWith(containerOrigin)) problems.push(`${message.text()} (${url})`);
  });
  await page.goto(new URL(at, site.url).href);
  return { page, problems };
}

const isIsolated = (page: Page) => page.evaluate(() => crossOriginIsolated);
const pathOf = (page: Page) => page.url().slice(site.url.length);

test.each(readingPages)('/%s is not isolated, and loads without a complaint', async (at) => {
  const { page, problems } = await open(at);
  await page.waitForLoadState('networkidle');
  expect(await isIsolated(page)).toBe(false);
  expect(problems).toEqual([]);
});

describe('the page of Full Node', () => {
  test('is isolated; the editor’s workers find type errors there, and the embedded engine gives the verdict', async () => {
    const { page, problems } = await open(nodePage);
    expect(await isIsolated(page)).toBe(true);
    expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe('function');

    const lines = page.locator('.monaco .view-lines');
    await lines.waitFor();
    const status = page.locator('.status');
    await expect.poll(() => status.textContent(), { timeout: 20_000 }).toContain('Types fine');
    await lines.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText("const wrong: number = 'text';\n");
    await expect.poll(() => status.textContent(), { timeout: 20_000 }).toContain('1 type error');

    const runs = () => page.locator('[data-announcement]').getAttribute('data-runs');
    const before = await runs();
    await page.keyboard.press('Control+Enter');
    await expect.poll(runs, { timeout: 30_000 }).not.toBe(before);
    expect(await page.locator('#verdict-title').textContent()).toMatch(/ of \w+/);
    expect(await page.locator('.item').count()).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  test('leaves the exercise’s own page to search engines', async () => {
    const { page } = await open(nodePage);
    expect(await page.locator('link[rel=canonical]').getAttribute('href')).toBe(`/${plainPage}`);
    expect(await page.locator('meta[name=robots]').getAttribute('content')).toBe('noindex');
    await page.goto(new URL(plainPage, site.url).href);
    expect(await page.locator('meta[name=robots], link[rel=canonical]').count()).toBe(0);
  });

  test.each([
    [nodePage, true],
    [plainPage, false],
  ])('/%s may hold the container’s frame: %s', async (at, isAllowed) => {
    const { page } = await open(at);
    const [context] = contexts;
    let referrer: string | undefined;
    await context?.route(`${containerOrigin}/a-frame`, async (route) => {
      referrer = await route
        .request()
        .headerValue('referer')
        .then((value) => value ?? 'none');
      const headers = {
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'cross-origin',
      };
      await route.fulfill({
        contentType: 'text/html',
        headers,
        body: '<script>parent.postMessage("here", "*")</script>',
      });
    });
    const outcome = await page.evaluate(
      (src) =>
        new Promise<string>((resolve) => {
          addEventListener('message', ({ data }) => data === 'here' && resolve('loaded'));
          addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
          const frame = document.createElement('iframe');
          frame.allow = 'cross-origin-isolated';
          frame.src = src;
          document.body.append(frame);
        }),
      `${containerOrigin}/a-frame`,
    );
    expect(outcome).toBe(isAllowed ? 'loaded' : 'frame-src');
    // The container's host learns which site asks, and not what is read there.
    expect(referrer).toBe(isAllowed ? site.url : undefined);
  });
});

describe('between the pages', () => {
  /** Follows a link with the mouse; the answer says whether a new document was loaded. */
  async function follow(page: Page, link: string, to: string): Promise<boolean> {
    await page.evaluate(() => Object.assign(globalThis, { isSameDocument: true }));
    await page.getByRole('link', { name: link }).first().click();
    await page.waitForURL(new URL(to, site.url).href);
    return await page.evaluate(() => !('isSameDocument' in globalThis));
  }

  test('links from an isolated page to a reading page and back are full loads', async () => {
    const { page, problems } = await open(nodePage, { engine: 'node' });
    expect(await isIsolated(page)).toBe(true);
    expect(await follow(page, 'Exercises', 'exercises/')).toBe(true);
    expect(await isIsolated(page)).toBe(false);
    expect(await follow(page, 'Cap intake', nodePage)).toBe(true);
    expect(await isIsolated(page)).toBe(true);
    await page.goBack();
    expect(pathOf(page)).toBe('exercises/');
    expect(await isIsolated(page)).toBe(false);
    await page.goForward();
    expect(pathOf(page)).toBe(nodePage);
    expect(await isIsolated(page)).toBe(true);
    expect(problems).toEqual([]);
  });

  test('who has chosen Full Node is led to its page, with query and hash; the other is not in the way back', async () => {
    const { page } = await open('course/', { engine: 'node' });
    await page.goto(new URL(`${plainPage}?from=mail#main`, site.url).href);
    await page.waitForURL(new URL(`${nodePage}?from=mail#main`, site.url).href);
    expect(await isIsolated(page)).toBe(true);
    await page.goBack();
    expect(pathOf(page)).toBe('course/');
  });

  test.each([
    ['the embedded engine is chosen', { engine: 'embedded' }],
    ['nothing is chosen', {}],
    ['there is no JavaScript', { javaScriptEnabled: false }],
  ] as const)('each page stays where it is when %s', async (_, options) => {
    for (const at of [plainPage, nodePage]) {
      const { page } = await open(at, options);
      expect(await page.locator('h1').textContent()).toBe('Cap intake and protect downstream');
      expect(pathOf(page)).toBe(at);
    }
  });

  test('settings that cannot be read lead nowhere', async () => {
    const { page, problems } = await open('course/');
    for (const text of ['null', '{', '"node"', '{"engine":["node"]}']) {
      await page.evaluate((value) => localStorage.setItem('spillway:settings', value), text);
      await page.goto(new URL(plainPage, site.url).href);
      await page.locator('h1').waitFor();
      expect(pathOf(page)).toBe(plainPage);
    }
    expect(problems).toEqual([]);
  });
});

describe('what is served', () => {
  const builtAddresses = (): string[] =>
    readdirSync('dist', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== '_headers')
      .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/').replace(/^dist/, ''))
      .map((file) => file.replace(/\/index\.html$/, '/'));

  test('npm start sends the headers of the table with pages, workers and frames', async () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(scripts['start']).toBe('node scripts/start.mjs');
    if (!isBuilt()) throw new Error('dist/ is older than its sources. Run: npm run build');
    const started = spawn(nodePath, ['scripts/start.mjs'], {
      env: { ...process.env, HOST: '127.0.0.1', PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let said = '';
        started.stdout.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          const [, address] = /ready at (\S+)/.exec(said) ?? [];
          if (address !== undefined) resolve(address);
        });
        started.on('exit', () => reject(new Error(`It ended: ${said}`)));
      });
      const worker = builtAddresses().find((address) => /\/ts\.worker\W.*\.js$/.test(address)) ?? 'no worker';
      for (const address of [`/${nodePage}`, `/${plainPage}`, '/', '/sandbox/isolated/frame.html', worker]) {
        const { status, headers } = await fetch(new URL(address, url));
        expect(status).toBe(200);
        expect(Object.fromEntries(headers)).toMatchObject(inSmallLetters(headersFor(address)));
        expect(headers.has('cross-origin-opener-policy')).toBe(address === `/${nodePage}`);
      }
    } finally {
      started.kill('SIGTERM');
    }
  });

  test('every file of the build has the same headers on Netlify and on Cloudflare Pages', () => {
    const text = readFileSync('dist/_headers', 'utf8');
    const addresses = builtAddresses();
    expect(addresses).toContain(`/${nodePage}`);
    const atCloudflare = (address: string) => address.replace(/\.html$/, '');
    for (const address of addresses) {
      expect(netlify(text, address)).toEqual(headersFor(address));
      expect(cloudflare(text, atCloudflare(address))).toEqual(headersFor(address));
    }
  });

  const inSmallLetters = (headers: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
});
