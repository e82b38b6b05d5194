// The site opens at all: a front page, a page for wrong addresses, and no complaint from the browser.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
});

test('the front page has the name of the course as its title and raises no error', async () => {
  const { page, problems } = await site.open('/');
  expect(await page.title()).toContain('Spillway');
  expect(await page.locator('h1').count()).toBe(1);
  expect(problems).toEqual([]);
});

test('an address that leads nowhere shows the 404 page', async () => {
  const { page } = await site.open('/no/such/page/');
  expect(await page.title()).toContain('not found');
  await page.getByRole('link', { name: 'front page' }).click();
  expect(new URL(page.url()).pathname).toBe('/');
});
