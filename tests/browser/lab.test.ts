// The lab in a browser: the same bytes as in Node, and a page on which everything can be changed, compared and handed on.
import { AxeBuilder } from '@axe-core/playwright';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { traceHashes } from './fixtures/trace-hashes.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
});

test('every named scenario leaves the same trace in Chromium as in Node, byte for byte', async () => {
  const { outputFiles } = await build({
    entryPoints: ['tests/browser/fixtures/trace-hashes-page.ts'],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
  });
  const { page } = await site.open('/404.html');
  await page.evaluate(outputFiles[0]?.text ?? '');
  const inPage = await page.evaluate(() => window.traceHashes);
  const inNode = await traceHashes(() => new Promise((resolve) => setImmediate(resolve)));
  expect(Object.keys(inPage).length).toBeGreaterThan(20);
  expect(inPage).toEqual(inNode);
});

const spike = '/lab/#spike-20k-120k';

/** The page once its first run is drawn. */
async function openLab(path: string): Promise<{ page: Page; problems: string[] }> {
  const opened = await site.open(path);
  await opened.page.locator('.lab-totals').waitFor();
  return opened;
}

const total = (page: Page, name: string) => page.getByRole('row', { name }).getByRole('cell').first();

test('a setting is typed or slid, the run follows, and the address says what was changed', async () => {
  const { page, problems } = await openLab(spike);
  await expect.poll(() => total(page, 'Peak lag 2').innerText()).toBe('24,000,000');
  await page.getByRole('textbox', { name: 'Members' }).fill('16');
  await page.keyboard.press('Enter');
  await expect.poll(() => total(page, 'Longest wait').innerText()).toBe('2 min 30 s');
  expect(await page.locator('.lab-changed').innerText()).toBe('Changed: Members 16, was 8.');
  await expect.poll(() => page.url()).toContain('#spike-20k-120k?members=16');
  await page.getByRole('slider', { name: 'Members' }).fill('23');
  await page.getByText(/^Zero: .*longest wait/).waitFor();
  await page.getByRole('button', { name: 'Back to as written' }).click();
  await expect.poll(() => total(page, 'Longest wait').innerText()).toBe('10 min');
  expect(problems).toEqual([]);
});

test('two runs stand side by side, and their address brings both back', async () => {
  const { page } = await openLab(spike);
  await page.getByRole('button', { name: 'Keep this run to compare' }).click();
  await page.getByRole('textbox', { name: 'Members' }).fill('16');
  await page.keyboard.press('Enter');
  const row = page.getByRole('row', { name: 'Longest wait' });
  await expect.poll(() => row.getByRole('cell').allInnerTexts()).toEqual(['2 min 30 s', '10 min']);
  await expect.poll(() => page.url()).toContain('with=');
  const address = new URL(page.url());
  const again = await openLab(`/lab/${address.hash}`);
  const sameRow = again.page.getByRole('row', { name: 'Longest wait' });
  await expect.poll(() => sameRow.getByRole('cell').allInnerTexts()).toEqual(['2 min 30 s', '10 min']);
});

test('what cannot be is refused at its field, and the last run stays', async () => {
  const { page } = await openLab(spike);
  const members = page.getByRole('textbox', { name: 'Members' });
  await members.fill('many');
  await page.keyboard.press('Enter');
  expect(await page.getByText('Write a number, with a unit if you like').isVisible()).toBe(true);
  await members.fill('100000');
  await page.keyboard.press('Enter');
  await page.getByText('It is at most 200.').waitFor();
  expect(await total(page, 'Longest wait').innerText()).toBe('10 min');
});

test('a link of the list opens its scenario, and an unknown name says so', async () => {
  const { page } = await openLab('/lab/');
  await page.getByRole('link', { name: 'One partition gets half of the traffic' }).click();
  await page.getByRole('heading', { level: 2, name: 'One partition gets half of the traffic' }).waitFor();
  await page.evaluate(() => {
    location.hash = '#no-such-scenario';
  });
  await page.getByText('There is no scenario “no-such-scenario”').waitFor();
  await page.getByRole('heading', { level: 2, name: '20k to 120k messages a second' }).waitFor();
});

test.each(['light', 'dark'] as const)(
  'the lab has no accessibility fault that axe can see, %s',
  async (colorScheme) => {
    const page = await (await site.browser.newContext({ colorScheme })).newPage();
    await page.goto(new URL(spike, site.url).href);
    await page.locator('.lab-totals').waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  },
);

test('at 320 px nothing of the lab is wider than the page', async () => {
  const page = await (await site.browser.newContext({ viewport: { width: 320, height: 700 } })).newPage();
  await page.goto(new URL(spike, site.url).href);
  await page.locator('.lab-totals').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
