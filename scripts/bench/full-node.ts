// Figures of Full Node: what it adds to a page, and what it costs beside the program. The stand-in plays StackBlitz's part,
// so the boot is not the real one; what is ours is.

import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import { openContainerSite } from '../../tests/browser/container-site.ts';
import { installStandIn } from '../../tests/stand-in/install.ts';
import { createStaticServer, listen } from '../serve.mjs';
import { root } from '../setup.mjs';
import { figure, type Figure } from './statistics.ts';

const emptyRun = {
  exercise: trialExercise,
  entry: 'solution.ts',
  scenario: 'calm',
  seeds: [7],
  files: { 'solution.ts': 'export default async function run() {}\n' },
};
const leastRuns = 15;

/** Afterwards dist/ must be there: what measures the site's pages sees to it. */
export async function measureFullNode(runs: number): Promise<Figure[]> {
  const site = await openContainerSite();
  try {
    const context = await site.browser.newContext();
    const standIn = await installStandIn(context);
    const page = await site.open(context);
    await page.evaluate(() => window.full.boot());
    const times: number[] = [];
    for (let i = -2; i < Math.max(runs, leastRuns); i++) {
      const { verdict, ms } = await page.evaluate((request) => window.full.run(request), emptyRun);
      if (verdict === null || verdict.failure !== null) throw new Error(`The empty run gave no grade: ${verdict?.failure?.message}`); // prettier-ignore
      if (i >= 0) times.push(ms);
    }
    await standIn.dispose();
    return [
      figure('node-empty-run', 'Full Node over the stand-in: an empty program, run to verdict', 'ms', times),
      ...(await sizes(await site.browser.newContext(), await site.browser.newContext())),
    ];
  } finally {
    await site.close();
  }
}

interface Script {
  readonly url: string;
  readonly text: string;
}

/** Marks of the client and of the terminal, which no minifier takes away. */
const isOfFullNode = ({ text }: Script): boolean => /WEBCONTAINER_API_IFRAME_URL|xterm-helper-textarea/.test(text);
const compressed = (scripts: readonly Script[]): number[] => {
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return [scripts.reduce((sum, { text }) => sum + brotliCompressSync(text, options).length, 0) / 1024];
};

async function sizes(plain: BrowserContext, chosen: BrowserContext): Promise<Figure[]> {
  const server = createStaticServer({ root: join(root, 'dist') });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  try {
    const before = await scriptsOf(plain, `${url}exercises/cap-intake/`, async (page) => {
      await page.getByText('Types fine').waitFor();
    });
    const standIn = await installStandIn(chosen);
    await chooseFullNode(chosen, url);
    const after = await scriptsOf(chosen, `${url}node/exercises/cap-intake/`, async (page) => {
      await page.getByText('Types fine').waitFor();
      await page.getByText('Full Node: ready').waitFor();
      await page.getByRole('button', { name: 'Terminal' }).click();
      await page.locator('.xterm-rows').getByText('❯').waitFor();
    });
    await standIn.dispose();
    const known = new Set(before.map((script) => script.url));
    const added = after.filter((script) => !known.has(script.url) && script.url.startsWith(url));
    const mounted = added.filter((script) => script.url.includes('/sandbox/container/'));
    const ours = added.filter((script) => !mounted.includes(script));
    return [
      figure('js-node-before', 'script of Full Node on an exercise’s page before it is chosen', 'KiB', compressed(before.filter(isOfFullNode))),
      figure('js-node-after', 'script that Full Node adds to the page, with the terminal, brotli', 'KiB', compressed(ours)),
      figure('js-node-mounted', 'programs that are mounted in the container, with those of the terminal, brotli', 'KiB', compressed(mounted)),
    ]; // prettier-ignore
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function chooseFullNode(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${url}404.html`);
  await page.evaluate(() => localStorage.setItem('spillway:settings', '{"engine":"node"}'));
  await page.close();
}

/** All script that a page loads until `settle` resolves, workers' too. */
async function scriptsOf(
  context: BrowserContext,
  address: string,
  settle: (page: Page) => Promise<void>,
): Promise<Script[]> {
  const page = await context.newPage();
  const texts = new Map<string, Promise<string>>();
  context.on('response', (response) => {
    const type = response.headers()['content-type'] ?? '';
    const isScript = type.includes('javascript') || response.url().includes('/sandbox/container/');
    if (isScript && !response.url().startsWith('blob:')) texts.set(response.url(), response.text());
  });
  await page.goto(address);
  await settle(page);
  const scripts = await Promise.all([...texts].map(async ([url, text]) => ({ url, text: await text })));
  await page.close();
  return scripts;
}
