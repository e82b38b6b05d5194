// The pages to read: the lesson and its live figure, the course, the front page.
import { brotliCompressSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

const lesson = '/lessons/cap-intake-and-protect-downstream/';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
});

async function openWith(options: BrowserContextOptions, path: string): Promise<Page> {
  const page = await (await site.browser.newContext(options)).newPage();
  await page.goto(new URL(path, site.url).href);
  return page;
}

/** The first figure, once it answers. */
async function liveFigure(page: Page): Promise<Locator> {
  const figure = page.locator('.intake').first();
  await figure.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('astro-island:has(.intake)')?.hasAttribute('ssr') === false);
  return figure;
}

/** What the figure says of its run, once it is no longer `before`. */
async function nextOutcome(figure: Locator, before: string): Promise<string> {
  const outcome = figure.locator('.intake-outcome');
  await expect.poll(() => outcome.innerText(), { timeout: 10_000 }).not.toBe(before);
  return outcome.innerText();
}

test('moving a control runs the incident again and changes what the figure reads', async () => {
  const { page, problems } = await site.open(lesson);
  const figure = await liveFigure(page);
  const before = await figure.locator('.intake-outcome').innerText();
  expect(before).toContain('back to usual');
  await figure.getByRole('slider', { name: 'The sink takes' }).fill('26500');
  expect(await nextOutcome(figure, before)).toContain('Lag never rose');
  expect(problems).toEqual([]);
});

test('without its bound the consumer dies of its queue', async () => {
  const { page } = await site.open(lesson);
  const figure = await liveFigure(page);
  const before = await figure.locator('.intake-outcome').innerText();
  await figure.getByRole('switch', { name: 'Pause at the high mark' }).uncheck();
  expect(await nextOutcome(figure, before)).toContain('Out of memory');
  expect(await figure.locator('.intake-outcome').getAttribute('data-state')).toBe('not-yet');
  expect(await figure.getByRole('slider', { name: 'High mark' }).isDisabled()).toBe(true);
});

test('the figure is worked by keyboard alone', async () => {
  const { page } = await site.open(lesson);
  const figure = await liveFigure(page);
  const time = figure.getByRole('slider', { name: 'Moment of the run' });
  await time.focus();
  await page.keyboard.press('Home');
  expect(await time.getAttribute('aria-valuetext')).toContain('00:00.0');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('switch');
  const before = await figure.locator('.intake-outcome').innerText();
  await page.keyboard.press('Space');
  expect(await nextOutcome(figure, before)).toContain('Out of memory');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).name)).toBe('spikePerSecond');
});

test('the run plays only when it is asked to, and stops', async () => {
  const { page } = await site.open(lesson);
  const figure = await liveFigure(page);
  const time = figure.getByRole('slider', { name: 'Moment of the run' });
  const still = await time.inputValue();
  await page.waitForTimeout(300);
  expect(await time.inputValue()).toBe(still);
  await figure.getByRole('button', { name: 'Play the run' }).click();
  await expect.poll(async () => Number(await time.inputValue())).toBeGreaterThan(Number(still) + 500);
  await figure.getByRole('button', { name: 'Pause' }).click();
  await figure.getByRole('button', { name: 'Play the run' }).waitFor();
  // A frame that was already asked for may still come.
  await page.waitForTimeout(200);
  const stopped = await time.inputValue();
  await page.waitForTimeout(300);
  expect(await time.inputValue()).toBe(stopped);
});

test('without JavaScript the text, the questions and the still figure are there', async () => {
  const page = await openWith({ javaScriptEnabled: false }, lesson);
  expect(await page.locator('.picture-wide').first().isVisible()).toBe(true);
  expect(await page.locator('.intake .chart-line').count()).toBeGreaterThan(3);
  expect(await page.getByRole('slider').count()).toBe(0);
  const choice = page.locator('.choice').first();
  await choice.locator('summary').click();
  expect(await choice.locator('.why').isVisible()).toBe(true);
  await page.locator('.intake-table > summary').first().click();
  expect(await page.locator('.intake-table tbody tr').first().isVisible()).toBe(true);
});

test('a lesson that is read to its end is marked as read in the course', async () => {
  const { page } = await site.open(lesson);
  await page.getByRole('link', { name: 'Open the exercise' }).scrollIntoViewIfNeeded();
  await page.locator('footer').scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await page.goto(new URL('/course/', site.url).href);
  await expect.poll(() => page.locator('progress-mark[data-kind=lesson]').innerText()).toBe('read');
});

test('the chosen theme is remembered, and forgotten when it is the system’s again', async () => {
  const page = await openWith({ colorScheme: 'light' }, '/');
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.getByRole('button', { name: 'Dark theme' }).click();
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await paper()).toBe(dark);
  await page.getByRole('button', { name: 'Dark theme' }).click();
  expect(await paper()).toBe(light);
  expect(await page.evaluate(() => localStorage.getItem('spillway:theme'))).toBe(null);
});

test('the figure of the front page changes between its two runs', async () => {
  const { page, problems } = await site.open('/');
  await page.waitForFunction(
    () => document.querySelector('astro-island:has(.two-runs)')?.hasAttribute('ssr') === false,
  );
  await page.getByRole('radio', { name: 'Without' }).check();
  await expect.poll(() => page.locator('.two-runs .intake-caption').innerText()).toContain('memory');
  expect(problems).toEqual([]);
});

const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
for (const path of ['/', '/course/', lesson, '/no/such/page/']) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${path} in the ${colorScheme} theme has no fault that axe finds`, async () => {
      const page = await openWith({ colorScheme, viewport: sizes.desk }, path);
      // What a question hides until it is opened is read as well.
      await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    });
  }
  test(`${path} fits a phone`, async () => {
    const page = await openWith({ viewport: sizes.phone }, path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(sizes.phone.width);
  });
}

test('the lesson asks for no more than 60 KB of scripts, compressed', async () => {
  const page = await openWith({}, 'about:blank');
  const sizesOf: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) sizesOf.push(response.body().then((body) => brotliCompressSync(body).length));
  });
  await page.goto(new URL(lesson, site.url).href);
  await liveFigure(page);
  const bytes = (await Promise.all(sizesOf)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(60 * 1024);
});
