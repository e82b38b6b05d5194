// What is measured in Chromium: click to verdict and the bytes of script of each page on the built site, and the engine alone.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { ensureChromium, launchArgs } from '../browser.mjs';
import { build, isBuilt } from '../build.mjs';
import { exercisesDir } from '../exercise-files.ts';
import { createStaticServer, listen } from '../serve.mjs';
import { root } from '../setup.mjs';
import { measureEmbedded } from './embedded.ts';
import { figure, type Figure } from './statistics.ts';

/** A touch screen keeps the plain editor, so that a page can be measured as it is before Monaco arrives. */
const plainEditor: BrowserContextOptions = { hasTouch: true, isMobile: true, viewport: { width: 1280, height: 900 } };
const exercisePath = 'exercises/cap-intake/';
const lessonPath = 'lessons/cap-intake-and-protect-downstream/';

interface Click {
  readonly firstMs: number;
  readonly wholeMs: number;
  readonly title: string;
}

export async function measureInBrowser(runs: number): Promise<Figure[]> {
  if (!isBuilt()) await build();
  const server = createStaticServer({ root: join(root, 'dist') });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: launchArgs });
  try {
    return [
      ...(await clicks(browser, url, runs)),
      ...(await measureEmbedded(runs)),
      ...(await sliders(browser, url, runs)),
      ...(await sizes(browser, url)),
    ];
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

async function clicks(browser: Browser, url: string, runs: number): Promise<Figure[]> {
  const cold: Click[] = [];
  const warm: Click[] = [];
  for (let i = 0; i < runs; i++) {
    const context = await browser.newContext(plainEditor);
    const page = await context.newPage();
    await page.goto(url + exercisePath);
    await useSolution(page);
    cold.push(await click(page));
    // Time for the next worker to stand ready, as between two clicks of a person.
    for (let again = 0; again < 3; again++) {
      await page.waitForTimeout(1_000);
      warm.push(await click(page));
    }
    await context.close();
  }
  return [
    figure(
      'click-cold-first',
      'click to the first scenario’s verdict, first run after load',
      'ms',
      cold.map(({ firstMs }) => firstMs),
    ),
    figure(
      'click-cold-whole',
      'click to the whole set, first run after load',
      'ms',
      cold.map(({ wholeMs }) => wholeMs),
    ),
    figure(
      'click-warm-first',
      'click to the first scenario’s verdict, warm',
      'ms',
      warm.map(({ firstMs }) => firstMs),
    ),
    figure(
      'click-warm-whole',
      'click to the whole set, warm',
      'ms',
      warm.map(({ wholeMs }) => wholeMs),
    ),
  ];
}

/** Puts an accepted solution into the editor, file by file, as a learner would paste it. */
async function useSolution(page: Page): Promise<void> {
  for (const file of ['solution.ts', 'decision.ts']) {
    await page.getByRole('tab', { name: new RegExp(`^${file}`) }).click();
    await page
      .locator('textarea')
      .first()
      .fill(readFileSync(join(exercisesDir, 'cap-intake/solutions/semaphore', file), 'utf8'));
  }
}

/** Clicks Run, and notes when the page first shows an item of this run and when the run is over. */
async function click(page: Page): Promise<Click> {
  const result = await page.evaluate(
    () =>
      new Promise<{ firstMs: number; wholeMs: number; title: string }>((resolve, reject) => {
        const run = document.querySelector<HTMLButtonElement>('.run-button');
        if (run === null) return reject(new Error('There is no Run button.'));
        const started = performance.now();
        let [hasBegun, firstMs] = [false, Number.NaN];
        const look = (): void => {
          const verdict = document.querySelector<HTMLElement>('.verdict');
          if (verdict === null) return;
          const isLive = verdict.dataset['live'] !== undefined;
          if (isLive) hasBegun = true;
          if (!hasBegun) return;
          // The first result takes the mark of staleness away and brings the scenario's plots.
          const isNew = verdict.dataset['stale'] === undefined && verdict.querySelector('.plots svg') !== null;
          if (Number.isNaN(firstMs) && isNew) firstMs = performance.now() - started;
          if (isLive) return;
          observer.disconnect();
          resolve({
            firstMs,
            wholeMs: performance.now() - started,
            title: document.querySelector('#verdict-title')?.textContent ?? '',
          });
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        run.click();
        setTimeout(() => reject(new Error('No verdict within 20 s.')), 20_000);
      }),
  );
  if (!/all/i.test(result.title)) throw new Error(`The solution does not pass in the page: "${result.title}".`);
  return result;
}

/** The lab's page while a slider moves at each frame: how soon a run is drawn, and how many are drawn in a second. */
async function sliders(browser: Browser, url: string, runs: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, setting] of [
    ['spike-20k-120k', 'Members'],
    ['trigger-30s-batches-10s', 'Rate'],
    ['flink-heavy-enrichment', 'Rate'],
  ] as const) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${url}lab/#${name}`);
    await page.locator('.lab-totals').waitFor();
    const measured: { latencyMs: number[]; perSecond: number }[] = [];
    for (let i = 0; i < Math.min(runs, 5); i++) measured.push(await slide(page, setting));
    const what = `lab page, a slider of ${name} moved at each frame`;
    figures.push(
      figure(
        `lab-latency-${name}`,
        `${what}: moved to drawn`,
        'ms',
        measured.flatMap(({ latencyMs }) => latencyMs),
      ),
      figure(
        `lab-runs-${name}`,
        `${what}: runs drawn`,
        '/s',
        measured.map(({ perSecond }) => perSecond),
      ),
    );
    await page.context().close();
  }
  return figures;
}

/** Moves the first slider of a name for one and a half seconds, a place at each frame, and watches the plots. */
function slide(page: Page, setting: string): Promise<{ latencyMs: number[]; perSecond: number }> {
  return page.evaluate(
    (name) =>
      new Promise((resolve, reject) => {
        const slider = [...document.querySelectorAll<HTMLInputElement>('.lab-settings input[type=range]')].find(
          (input) => input.getAttribute('aria-label') === name,
        );
        const plots = document.querySelector('.lab-charts');
        if (slider === undefined || plots === null) return reject(new Error(`There is no slider ${name}.`));
        const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
        const middle = Math.round(Number(slider.max) / 2);
        const latencyMs: number[] = [];
        let movedAt: number | null = null;
        let frames = 0;
        const observer = new MutationObserver(() => {
          if (movedAt !== null) latencyMs.push(performance.now() - movedAt);
          movedAt = null;
        });
        observer.observe(plots, { subtree: true, attributes: true, attributeFilter: ['d'] });
        const started = performance.now();
        const frame = (now: number): void => {
          if (now - started > 1_500) {
            observer.disconnect();
            return resolve({ latencyMs, perSecond: (latencyMs.length / (now - started)) * 1000 });
          }
          frames++;
          setValue?.call(slider, String(middle + (frames % 7)));
          movedAt ??= performance.now();
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    setting,
  );
}

async function sizes(browser: Browser, url: string): Promise<Figure[]> {
  const lesson = await scriptBytes(browser, url + lessonPath, {}, (page) => page.waitForTimeout(1_500));
  const home = await scriptBytes(browser, url, {}, (page) => page.waitForTimeout(1_500));
  const lab = await scriptBytes(browser, `${url}lab/`, {}, async (page) => {
    await page.locator('.lab-totals').waitFor();
    await page.waitForTimeout(1_000);
  });
  const before = await scriptBytes(browser, url + exercisePath, plainEditor, (page) => page.waitForTimeout(2_500));
  const after = await scriptBytes(browser, url + exercisePath, {}, async (page) => {
    await page.locator('.monaco-editor').first().waitFor({ timeout: 30_000 });
    await page.waitForTimeout(3_000);
  });
  const kib = (bytes: number) => [bytes / 1024];
  return [
    figure('js-home', 'script of the home page, brotli', 'KiB', kib(home)),
    figure('js-lab', 'script of the lab’s page with the whole lab in its worker, brotli', 'KiB', kib(lab)),
    figure('js-lesson', 'script of the lesson page, brotli', 'KiB', kib(lesson)),
    figure(
      'js-exercise-before',
      'script of the exercise page before the editor, sandbox included, brotli',
      'KiB',
      kib(before),
    ),
    figure('js-exercise-after', 'script of the exercise page with Monaco and its workers, brotli', 'KiB', kib(after)),
  ];
}

/** All script that a page loads until `settle` resolves, in workers and frames too, each compressed by itself. */
async function scriptBytes(
  browser: Browser,
  address: string,
  options: BrowserContextOptions,
  settle: (page: Page) => Promise<unknown>,
): Promise<number> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const sizeOf = new Map<string, Promise<number>>();
  context.on('response', (response) => {
    const type = response.headers()['content-type'] ?? '';
    // A worker's blob is the text that the page has fetched.
    if (!type.includes('javascript') || response.url().startsWith('blob:') || sizeOf.has(response.url())) return;
    sizeOf.set(
      response.url(),
      response
        .body()
        .then((body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length),
    );
  });
  await page.goto(address);
  await settle(page);
  let sum = 0;
  for (const size of sizeOf.values()) sum += await size;
  await context.close();
  return sum;
}
