// A learner who chooses Full Node: the built site in Chromium, with the stand-in where StackBlitz would be.
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../stand-in/faults.ts';
import { installStandIn, type StandIn } from '../stand-in/install.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
const open: { context: BrowserContext; standIn: StandIn }[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterEach(async () => {
  for (const { context, standIn } of open.splice(0)) {
    await standIn.dispose();
    await context.close();
  }
});
afterAll(async () => {
  await site?.close();
});

interface Desk {
  page: Page;
  context: BrowserContext;
  standIn: StandIn;
  problems: string[];
  /** Every address that was asked for. */
  asked: string[];
}

async function openDesk(options: { faults?: Fault[]; engine?: 'node'; at?: string } = {}): Promise<Desk> {
  const { faults = [], engine, at = 'exercises/cap-intake/' } = options;
  const context = await site.browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const standIn = await installStandIn(context, { faults });
  open.push({ context, standIn });
  const asked: string[] = [];
  context.on('request', (request) => asked.push(request.url()));
  if (engine !== undefined) {
    const quiet = await context.newPage();
    await quiet.goto(new URL('404.html', site.url).href);
    await quiet.evaluate(
      (chosen) => localStorage.setItem('spillway:settings', JSON.stringify({ engine: chosen })),
      engine,
    );
    await quiet.close();
  }
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
  await page.goto(new URL(at, site.url).href);
  return { page, context, standIn, problems, asked };
}

const engineButton = (page: Page) => page.locator('.engine .engine-button');
const title = (page: Page) => page.locator('#verdict-title');
const terminal = (page: Page) => page.locator('.terminal .xterm-rows');
const ready = (page: Page) => engineButton(page).getByText('Full Node: ready').waitFor();

async function run(page: Page): Promise<string> {
  const said = page.locator('[data-announcement]');
  const before = Number(await said.getAttribute('data-runs'));
  await page.keyboard.press('Control+Enter');
  await expect
    .poll(async () => Number(await said.getAttribute('data-runs')), { timeout: 45_000 })
    .toBeGreaterThan(before);
  return (await title(page).textContent()) ?? '';
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator('.monaco .view-lines').click();
  await page.keyboard.press('Control+a');
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press('Control+v');
}
const code = (page: Page) =>
  page.evaluate(() => document.querySelector('.monaco .view-lines')?.textContent?.replaceAll('\u00a0', ' ') ?? '');

async function openTerminal(page: Page): Promise<void> {
  await page.keyboard.press('Control+`');
  await expect.poll(() => terminal(page).textContent()).toContain('❯');
}
async function command(page: Page, text: string): Promise<void> {
  await page.locator('.terminal textarea').focus();
  await page.keyboard.type(`${text}\n`);
}
const folder = (standIn: StandIn) => join(standIn.folder() ?? '', 'cap-intake');
const solution = readFileSync('exercises/cap-intake/solutions/semaphore/solution.ts', 'utf8');
const decision = readFileSync('exercises/cap-intake/solutions/semaphore/decision.ts', 'utf8');

test('is chosen below the editor, loads nothing before, and is remembered', async () => {
  const { page, context, asked, standIn, problems } = await openDesk();
  await page.locator('.monaco .view-lines').waitFor();
  expect(asked.filter((url) => /stackblitz|sandbox\/container|xterm|screen\./.test(url))).toEqual([]);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);

  // With the keyboard alone.
  await engineButton(page).focus();
  await page.keyboard.press('Enter');
  await page.locator('.engine-choice[aria-pressed=true]:focus').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('StackBlitz');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/node/exercises/cap-intake/');
  await ready(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(standIn.boots).toBe(1);

  const again = await context.newPage();
  await again.goto(new URL('exercises/cap-intake/', site.url).href);
  await again.waitForURL('**/node/exercises/cap-intake/');
  await again.getByText('Full Node: ready').waitFor();
  // And back.
  await engineButton(again).click();
  await again
    .getByRole('button', { name: /^Embedded/ })
    .last()
    .click();
  await again.waitForURL(/\d\/exercises\/cap-intake\/$/);
  await expect.poll(() => engineButton(again).textContent()).toContain('Embedded');
  expect(problems).toEqual([]);
});

test('gives the verdict that the embedded engine gives, in the same panel', async () => {
  const { page, problems } = await openDesk({ engine: 'node' });
  await page.locator('.monaco .view-lines').waitFor();
  await ready(page);
  const items = async () => (await page.locator('.items').innerText()).replaceAll(/\s+/g, ' ');
  expect(await run(page)).toBe('Eight of fourteen');
  const inNode = await items();
  expect(await page.locator('.plots svg').count()).toBeGreaterThan(0);

  const plain = await openDesk();
  await plain.page.locator('.monaco .view-lines').waitFor();
  expect(await run(plain.page)).toBe('Eight of fourteen');
  expect((await plain.page.locator('.items').innerText()).replaceAll(/\s+/g, ' ')).toBe(inNode);
  expect(problems).toEqual([]);
});

test('has a terminal that grades, and that the keyboard leaves', async () => {
  const { page, problems } = await openDesk({ engine: 'node' });
  await page.locator('.monaco .view-lines').waitFor();
  await ready(page);
  await openTerminal(page);
  await page.getByRole('button', { name: 'Grade', exact: true }).click();
  await expect.poll(() => terminal(page).textContent(), { timeout: 30_000 }).toContain('38 of 49 items met');
  await page.keyboard.press('Control+`');
  await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.monaco') !== null)).toBe(true);
  await page.keyboard.press('Control+`');
  await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.terminal') !== null)).toBe(true);
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('.terminal-screen') === null)).toBe(true);
  const { violations } = await new AxeBuilder({ page }).include('.desk').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  expect(problems).toEqual([]);
});

test('keeps editor and terminal in step, in both directions, and asks where both were changed', async () => {
  const { page, standIn } = await openDesk({ engine: 'node' });
  await page.locator('.monaco .view-lines').waitFor();
  await ready(page);
  await expect.poll(() => existsSync(join(folder(standIn), 'solution.ts'))).toBe(true);
  const there = () => readFileSync(join(folder(standIn), 'solution.ts'), 'utf8');

  await write(page, '// from the editor\n');
  await expect.poll(there).toBe('// from the editor\n');
  await openTerminal(page);
  await command(page, 'echo "// from the terminal" >> solution.ts');
  await expect.poll(() => code(page)).toContain('from the terminal');
  await command(page, 'echo "export const most = 8;" > limits.ts');
  await page.getByRole('tab', { name: 'limits.ts' }).waitFor();

  // Both at once: written to the folder behind the page's back, while the editor is typed in.
  await page.locator('.monaco .view-lines').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('// typed');
  writeFileSync(join(folder(standIn), 'solution.ts'), '// saved by another tool\n');
  await page.getByText('was changed in the editor and in the terminal').waitFor();
  expect(there()).toBe('// saved by another tool\n');
  expect(await code(page)).toContain('// typed');
  await page.getByRole('button', { name: 'See both' }).click();
  await page.getByText('In the terminal', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Take the terminal’s' }).click();
  await expect.poll(() => code(page)).toBe('// saved by another tool');
  // What made way is not gone.
  await page.getByRole('button', { name: 'Files and editor' }).click();
  await page.getByRole('button', { name: /^Bring back/ }).click();
  await expect.poll(() => code(page)).toContain('// typed');
});

test('runs a program with a package from npm, and says what to do without it', async () => {
  const { page, standIn } = await openDesk({ engine: 'node' });
  await page.locator('.monaco .view-lines').waitFor();
  await ready(page);
  await expect.poll(() => existsSync(join(folder(standIn), 'decision.ts'))).toBe(true);
  writeFileSync(join(folder(standIn), 'solution.ts'), readFileSync('tests/fixtures/with-p-limit.ts', 'utf8'));
  writeFileSync(join(folder(standIn), 'decision.ts'), decision);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(() => code(page)).toContain('p-limit');
  // The editor has no types of packages, and takes any.
  await page.locator('.status').getByText('Types fine').waitFor();
  expect(await run(page)).toBe('Did not start');
  expect(await page.locator('.failure-message').textContent()).toContain('npm install p-limit');

  // What `npm install` would put there, from the packages of this project.
  mkdirSync(join(folder(standIn), 'node_modules'), { recursive: true });
  symlinkSync(resolve('node_modules/p-limit'), join(folder(standIn), 'node_modules/p-limit'));
  expect(await run(page)).toBe('Met: all fourteen');
  rmSync(join(folder(standIn), 'node_modules'), { recursive: true });
});

test('a program in the embedded engine that asks for a package is told what there is, and where the rest is', async () => {
  const { page } = await openDesk();
  await page.locator('.monaco .view-lines').waitFor();
  await write(page, "import pLimit from 'p-limit';\nexport default async function run() { pLimit(1); }\n");
  expect(await run(page)).toBe('Does not compile');
  const message = await page.locator('.failure-message').textContent();
  expect(message).toContain("'p-limit' is not available");
  expect(message).toContain('Full Node');
});

test('a loop that never lets go is ended there as well, and the next run is graded', async () => {
  const { page } = await openDesk({ engine: 'node', faults: ['kill-ignored'] });
  await page.locator('.monaco .view-lines').waitFor();
  await ready(page);
  await write(page, 'export default async function run() {\n  for (;;) {}\n}\n');
  expect(await run(page)).toBe('Did not finish');
  expect(await page.locator('.failure-message').textContent()).toContain('did not give control back');
  await write(page, solution);
  expect(await run(page)).toMatch(/of fourteen|Met: all/);
});

test.each<{ faults: Fault[]; says: string; waits?: number }>([
  { faults: ['request-aborted'], says: 'StackBlitz' },
  { faults: [{ name: 'boot-rejects', message: 'Failed to register a ServiceWorker: cookies are blocked' }], says: 'Storage for StackBlitz is blocked' }, // prettier-ignore
  { faults: [{ name: 'boot-rejects', message: 'Invalid API key' }], says: 'did not accept this site’s key' },
])('where no container comes ($says), runs go on in the embedded engine', async ({ faults, says }) => {
  const { page } = await openDesk({ engine: 'node', faults });
  await page.locator('.monaco .view-lines').waitFor();
  await page.locator('.notice').getByText(says).first().waitFor({ timeout: 40_000 });
  expect(await engineButton(page).textContent()).toContain('Embedded for now');
  expect(await run(page)).toBe('Eight of fourteen');
  const { violations } = await new AxeBuilder({ page }).include('.desk').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

test('a container that is slow to come offers the embedded engine, also to a run that waits', async () => {
  const { page } = await openDesk({ engine: 'node', faults: ['never-handshakes'] });
  await page.locator('.monaco .view-lines').waitFor();
  await page.keyboard.press('Control+Enter');
  expect(await title(page).textContent()).toBe('Getting ready');
  await page.getByRole('button', { name: 'Run with the embedded engine' }).click();
  await expect.poll(() => title(page).textContent(), { timeout: 30_000 }).toBe('Eight of fourteen');
  expect(await engineButton(page).textContent()).toContain('Embedded for now');
});

test('a run that waits for a container that does not come goes to the embedded engine by itself', async () => {
  const { page } = await openDesk({ engine: 'node', faults: [{ name: 'late-handshake', ms: 3_000 }] });
  await page.locator('.monaco .view-lines').waitFor();
  const { standIn } = open.at(-1) ?? {};
  await standIn?.setFaults({
    name: 'boot-rejects',
    message: 'Failed to register a ServiceWorker: cookies are blocked',
  });
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => title(page).textContent(), { timeout: 30_000 }).toBe('Eight of fourteen');
  expect(await engineButton(page).textContent()).toContain('Embedded for now');
  // It was one run.
  expect(await page.locator('.verdict-meta').textContent()).toBe('Run 1');
});

test('a container that dies is started anew by the next run, and no wrong answer is shown', async () => {
  const { page, standIn } = await openDesk({ engine: 'node' });
  await page.locator('.monaco .view-lines').waitFor();
  await ready(page);
  await standIn.setFaults({ name: 'host-dies', afterOutputBytes: 1_000 });
  expect(await run(page)).toBe('Could not be run');
  expect(await page.locator('.failure-note').textContent()).toContain('This is not a grade');
});
