// A learner at the desk of an exercise: writing, running, reading the verdict, coming back.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

const path = 'exercises/cap-intake/';
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

interface Desk {
  page: Page;
  problems: string[];
}

/** A page in a profile of its own. `before` may prepare the profile. */
async function open(
  options: BrowserContextOptions & { at?: string; before?: (context: BrowserContext) => Promise<unknown> } = {},
): Promise<Desk> {
  const { at = path, before, ...rest } = options;
  const context = await site.browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...rest,
  });
  contexts.push(context);
  await before?.(context);
  return openIn(context, at);
}

async function openIn(context: BrowserContext, at = path): Promise<Desk> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
  await page.goto(new URL(at, site.url).href);
  return { page, problems };
}

const monaco = (page: Page) => page.locator('.monaco .view-lines');
const field = (page: Page) => page.locator('.plain-field');
const title = (page: Page) => page.locator('#verdict-title');
const status = (page: Page) => page.locator('.status');

/** Replaces the file that is open in Monaco. Pasted, because Monaco adds brackets and indents to what is typed. */
async function write(page: Page, text: string): Promise<void> {
  await monaco(page).click();
  await page.keyboard.press('Control+a');
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press('Control+v');
}

/** Where a word of the code stands on the screen. */
function placeOf(page: Page, word: string): Promise<{ x: number; y: number }> {
  return page.evaluate((wanted) => {
    const texts = document.createTreeWalker(
      document.querySelector('.monaco .view-lines') as Node,
      NodeFilter.SHOW_TEXT,
    );
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const at = text.textContent?.search(new RegExp(`\\b${wanted}\\(`)) ?? -1;
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + wanted.length);
      const { left, top, width, height } = range.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    }
    throw new Error(`There is no ${wanted} on the screen.`);
  }, word);
}

/** Runs with the keyboard, and waits until the run is over. */
async function run(page: Page, timeout = 30_000): Promise<void> {
  const runs = () => page.locator('[data-announcement]').getAttribute('data-runs');
  const before = await runs();
  await page.keyboard.press('Control+Enter');
  await expect.poll(runs, { timeout }).not.toBe(before);
  expect(await page.locator('[data-announcement]').textContent()).not.toBe('');
}

async function keepPicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `test-results/exercise-${name}.png` });
}

test('from the front page to a verdict, and everything is there again after a reload', async () => {
  const { page, problems } = await open({ at: '' });
  await page.getByRole('link', { name: 'Exercises' }).first().click();
  await page.getByRole('link', { name: /Cap intake/ }).click();
  expect(await page.locator('h1').textContent()).toBe('Cap intake and protect downstream');
  await monaco(page).waitFor();
  await expect.poll(() => status(page).textContent(), { timeout: 20_000 }).toContain('Types fine');

  // The lab's own words stand in a hover.
  const { x, y } = await placeOf(page, 'poll');
  await page.mouse.move(x - 30, y);
  await page.mouse.move(x, y);
  await page.getByText('keep polling while you are paused').waitFor();
  await page.keyboard.press('Escape');

  await monaco(page).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('// mine\n');
  await page.keyboard.insertText("console.log('loaded', Date.now() > 0);\n");
  await run(page);
  expect(await title(page).textContent()).toMatch(/^(None|One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten) of /);
  expect(await page.locator('.item').count()).toBeGreaterThan(10);
  const first = page.locator('.item').first();
  expect(await first.getAttribute('data-state')).toBe('not-yet');
  expect(await first.locator('.item-row').getAttribute('aria-expanded')).toBe('true');
  expect(await page.locator('.plots .chart').count()).toBe(4);
  await page.getByText('loaded true').first().waitFor();
  await keepPicture(page, 'verdict');

  // A moment of another scenario moves the shared cursor there.
  await page.getByRole('tab', { name: /^Steady/ }).click();
  await first.getByRole('button', { name: /^Show/ }).click();
  const words = await first.getByRole('button', { name: /^Show/ }).textContent();
  await expect.poll(() => page.locator('.plots-clock').textContent()).toBe(words?.replace('Show ', ''));

  const said = await title(page).textContent();
  await page.reload();
  await monaco(page).waitFor();
  expect(await title(page).textContent()).toBe(said);
  expect(await page.locator('.plots .chart').count()).toBe(4);
  await expect.poll(() => monaco(page).textContent()).toContain('mine');
  await page.goto(new URL('exercises/', site.url).href);
  await page.getByText(/ of \d+ met/).waitFor();
  expect(problems).toEqual([]);
});

test('a solution meets every item, and the course goes on from there', async () => {
  const { page, problems } = await open();
  const solution = (file: string) => readFileSync(`exercises/cap-intake/solutions/semaphore/${file}`, 'utf8');
  await monaco(page).waitFor();
  await run(page);
  await write(page, solution('solution.ts'));
  await page.getByRole('tab', { name: 'decision.ts' }).click();
  await write(page, solution('decision.ts'));
  await run(page, 60_000);
  expect(await title(page).textContent()).toMatch(/^Met: all /);
  await page.locator('.verdict-note a').waitFor();
  // The first run can be laid under this one.
  await page.getByRole('button', { name: 'Run before' }).click();
  await page.locator('.plots .chart-line[data-dashed]').first().waitFor();
  await page.getByRole('button', { name: 'As a table' }).click();
  await page.getByRole('columnheader', { name: /Lag/ }).waitFor();
  await keepPicture(page, 'met');
  await page.goto(new URL('exercises/', site.url).href);
  await page.locator('progress-mark', { hasText: /^met$/ }).waitFor();
  expect(problems).toEqual([]);
});

test('what does not compile says so with its line, and the line is one press away', async () => {
  const { page } = await open();
  await monaco(page).waitFor();
  await write(page, "export default async function run() {\n  const a = ['x';\n}\n");
  await run(page);
  expect(await title(page).textContent()).toBe('Does not compile');
  expect(await page.locator('.failure-code').textContent()).toContain("const a = ['x';");
  await keepPicture(page, 'compile');
  await page.getByRole('button', { name: 'Go to solution.ts:2' }).click();
  await page.keyboard.type('/*here*/');
  await expect.poll(() => monaco(page).textContent()).toMatch(/here/);
  await expect.poll(() => status(page).textContent()).toContain('type error');
});

test('a loop that blocks is reported within three seconds, and the page stays in hand', async () => {
  const { page } = await open();
  await monaco(page).waitFor();
  await write(page, 'export default async function run() {\nfor (;;) {}\n}\n');
  await page.evaluate(() => {
    let last = performance.now();
    const beat = (): void => {
      const now = performance.now();
      const gaps = globalThis as unknown as { longestGap?: number };
      gaps.longestGap = Math.max(gaps.longestGap ?? 0, now - last);
      last = now;
      setTimeout(beat, 10);
    };
    beat();
  });
  const started = Date.now();
  await run(page);
  expect(Date.now() - started).toBeLessThan(3_500);
  expect(await title(page).textContent()).toBe('Did not finish');
  expect(await page.locator('.failure-message').textContent()).toContain('control');
  const gap = await page.evaluate(() => (globalThis as unknown as { longestGap: number }).longestGap);
  expect(gap).toBeLessThan(500);
  await keepPicture(page, 'blocked');

  // And it can be stopped before.
  await page.keyboard.press('Control+Enter');
  await page.locator('.toolbar').getByRole('button', { name: 'Stop' }).click();
  await page.getByText('The run was stopped').first().waitFor();
  expect(await title(page).textContent()).toBe('Did not finish');
});

test('what is typed while the editor is on its way is in it when it has come, and can be undone there', async () => {
  const { page } = await open({
    before: (context) =>
      context.route(/\/_astro\/editor\.api\./, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await route.continue();
      }),
  });
  await page.locator('.plain-field:not([readonly])').waitFor();
  await field(page).focus();
  await page.keyboard.press('Control+Home');
  const sentence = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
  await page.keyboard.type(`// ${sentence}\n`, { delay: 8 });
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await monaco(page).waitFor();
  expect(await page.evaluate(() => document.activeElement?.closest('.monaco') !== null)).toBe(true);
  await page.keyboard.type(' end');
  await expect.poll(() => status(page).textContent()).toContain('Saved');
  const first = async () => (await page.locator('.monaco .view-line').first().textContent())?.replaceAll('\u00a0', ' ');
  await expect.poll(first).toBe(`// ${sentence} end`);
  for (let i = 0; i < 120; i++) await page.keyboard.press('Control+z');
  await expect.poll(first).toBe('// It works on an ordinary day. Run it, and see what the spike makes of it.');
});

test('without the larger editor the text field does', async () => {
  const { page } = await open({ before: (context) => context.route(/\/_astro\/monaco\./, (route) => route.abort()) });
  await page.locator('.plain-field:not([readonly])').waitFor();
  await field(page).focus();
  await page.keyboard.press('Control+Home');
  // It indents as an editor does, and can be left.
  await page.keyboard.type('if (true) {');
  await page.keyboard.press('Enter');
  await page.keyboard.type('a');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('b');
  await page.keyboard.press('Shift+Tab');
  expect((await field(page).inputValue()).startsWith('if (true) {\n  a\n  b')).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByText('Tab now leaves the editor.').waitFor();
  await page.keyboard.press('Tab');
  expect(await field(page).evaluate((element) => document.activeElement === element)).toBe(false);
  await field(page).focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('let x = 1 +;\n');
  await run(page);
  expect(await title(page).textContent()).toBe('Does not compile');
  await page.getByRole('button', { name: 'Go to solution.ts:1' }).click();
  expect(await field(page).evaluate((element) => document.activeElement === element)).toBe(true);
});

test('the last words before a reload are kept', async () => {
  const { page } = await open();
  await monaco(page).waitFor();
  await monaco(page).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('// the very last words\n');
  await page.reload();
  await monaco(page).waitFor();
  await expect.poll(() => page.locator('.monaco .view-line').first().textContent()).toMatch(/the.very.last.words/);
});

test('a browser that refuses storage runs everything, and says what that means', async () => {
  const { page, problems } = await open({
    before: (context) =>
      context.addInitScript(() => {
        const refuse = (): never => {
          throw new DOMException('Not here.', 'SecurityError');
        };
        Object.defineProperty(globalThis, 'indexedDB', { get: refuse });
        Object.defineProperty(globalThis, 'localStorage', { get: refuse });
      }),
  });
  await page.getByText('gone when this tab closes').waitFor();
  await monaco(page).waitFor();
  await monaco(page).click();
  await page.keyboard.type('// mine\n');
  await run(page);
  expect(await page.locator('.item').count()).toBeGreaterThan(10);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download files' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('cap-intake.zip');
  expect(await status(page).textContent()).toContain('In this tab only');
  expect(problems).toEqual([]);
});

/** Puts a draft of an older version into the profile's database. */
async function keepOldDraft(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('spillway', 1);
        opening.onerror = () => reject(new Error('It did not open.'));
        opening.onsuccess = () => {
          const tx = opening.result.transaction('drafts', 'readwrite');
          const draft = { text: '// mine, of an older version\n', savedAt: 1, stamp: 'old' };
          tx.objectStore('drafts').put(draft, 'draft:cap-intake/0/solution.ts');
          tx.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
  );
}

test('a draft of an older version is shown, compared, and kept or set aside as the learner says', async () => {
  const { page } = await open();
  await page.locator('.plain-field:not([readonly])').waitFor();
  await keepOldDraft(page);
  await page.reload();
  await page.getByText('your files are of version 0').waitFor();
  await monaco(page).waitFor();
  await expect.poll(() => monaco(page).textContent()).toMatch(/of.an.older.version/);
  await page.getByRole('button', { name: 'See both' }).click();
  await page.getByRole('heading', { name: 'Yours and the new files' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Start from the new files' }).click();
  await expect.poll(() => monaco(page).textContent()).toMatch(/ordinary.day/);
  await page.getByRole('button', { name: 'Files and editor' }).click();
  await page.getByRole('button', { name: 'Bring back my older files' }).click();
  await expect.poll(() => monaco(page).textContent()).toMatch(/of.an.older.version/);
});

test('a file that another tab changed is asked about, and never overwritten', async () => {
  const { page } = await open();
  await monaco(page).waitFor();
  const { page: other } = await openIn(page.context());
  await monaco(other).waitFor();
  await other.bringToFront();
  await monaco(other).click();
  await other.keyboard.press('Control+Home');
  await other.keyboard.insertText('// of the other tab\n');
  await page.bringToFront();
  await page.getByText('was changed in another tab').waitFor();
  await page.getByRole('button', { name: 'See both' }).click();
  await page.locator('.comparison').getByText('of the other tab').waitFor();
  await page.getByRole('button', { name: 'Back to your code' }).click();
  await page.getByRole('button', { name: 'Take the other tab’s' }).click();
  await expect.poll(() => monaco(page).textContent()).toMatch(/of.the.other.tab/);
  expect(await page.getByText('was changed in another tab').count()).toBe(0);
});

test('a reset can be undone, a file added, and the solution read beside one’s own', async () => {
  const { page } = await open();
  await monaco(page).waitFor();
  await write(page, '// all mine\n');
  const menu = page.getByRole('button', { name: 'Files and editor' });
  await menu.click();
  await page.getByRole('button', { name: 'Reset to the first files' }).click();
  await expect.poll(() => monaco(page).textContent()).toMatch(/ordinary.day/);
  await page.locator('.notice').getByRole('button', { name: 'Undo the reset' }).click();
  await expect.poll(() => monaco(page).textContent()).toMatch(/all.mine/);

  await menu.click();
  await page.getByRole('textbox', { name: 'New file' }).fill('Buffer');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('ends in .ts').waitFor();
  await page.getByRole('textbox', { name: 'New file' }).fill('buffer.ts');
  await page.getByRole('button', { name: 'Add' }).click();
  expect(await page.getByRole('tab', { name: 'buffer.ts' }).getAttribute('aria-selected')).toBe('true');

  await page.getByRole('button', { name: 'Solution', exact: true }).click();
  await page.getByRole('button', { name: 'Open the solutions' }).click();
  await page.locator('.comparison [data-changed]').first().waitFor();
  await keepPicture(page, 'solution');
  await page.getByRole('button', { name: 'Back to your code' }).click();
  await page.getByRole('tab', { name: 'solution.ts' }).click();
  await expect.poll(() => monaco(page).textContent()).toMatch(/all.mine/);
});

test('hints come one at a time, after an attempt', async () => {
  const { page } = await open();
  await monaco(page).waitFor();
  await page.getByRole('button', { name: 'Hints' }).click();
  await page.getByText('Hints open after a first run.').waitFor();
  await monaco(page).click();
  await run(page);
  await page.getByRole('button', { name: 'Hints' }).click();
  const hint = page.getByRole('button', { name: 'Hint', exact: true }).first();
  await expect.poll(() => hint.evaluate((element) => document.activeElement === element)).toBe(true);
  await page.keyboard.press('Enter');
  await page.locator('.hints-taken').getByText('Look').waitFor();
  const next = page.getByRole('button', { name: 'Next hint' });
  expect(await next.getAttribute('aria-disabled')).toBe('true');
  await monaco(page).click();
  await page.keyboard.type(' ');
  await expect.poll(() => next.getAttribute('aria-disabled')).toBe('false');
});

test('progress goes out as a file and comes in again, and a file that is none is refused with a reason', async () => {
  const { page, problems } = await open();
  await monaco(page).waitFor();
  await page.goto(new URL('exercises/', site.url).href);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export progress' }).click(),
  ]);
  const exported = readFileSync(await download.path(), 'utf8');
  const chooser = page.locator('progress-file input');
  const choose = (name: string, text: string) =>
    chooser.setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  await choose('cut.json', exported.slice(0, exported.length / 2));
  await page.getByText('damaged or cut off').waitFor();
  await choose('other.json', '{"name":"package"}');
  await page.getByText('not an export of progress').waitFor();
  await choose('same.json', exported);
  await page.getByText('Everything in the file was here already.').waitFor();

  const { page: fresh } = await open({ at: 'exercises/' });
  await fresh
    .locator('progress-file input')
    .setInputFiles({ name: 'p.json', mimeType: 'application/json', buffer: Buffer.from(exported) });
  await fresh.getByText('Imported one event.').waitFor();
  await fresh.locator('progress-mark', { hasText: 'opened' }).waitFor();
  expect(problems).toEqual([]);
});

test('everything can be reached and left with the keyboard alone', async () => {
  const { page } = await open();
  await monaco(page).waitFor();
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      return (
        element.getAttribute('aria-label') ??
        (element.closest('.monaco') ? 'editor' : (element.textContent ?? '').trim())
      );
    });
  const seen: string[] = [];
  for (let i = 0; i < 40 && !seen.includes('Width of the verdict'); i++) {
    await page.keyboard.press('Tab');
    const name = await focused();
    seen.push(name);
    if (!name.startsWith('Code editor')) continue;
    // Tab indents here; after Escape it leaves, and that is said.
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe(name);
    await page.keyboard.press('Escape');
    await page.getByText('Tab now leaves the editor.').waitFor();
  }
  expect(seen.join('\n')).toMatch(
    /Brief[^]*Width of the brief[^]*solution\.ts[^]*Hints[^]*Solution[^]*Files and editor[^]*Run[^]*Code editor[^]*Width of the verdict/,
  );

  const verdict = page.getByRole('separator', { name: 'Width of the verdict' });
  const before = Number(await verdict.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => Number(await verdict.getAttribute('aria-valuenow'))).toBe(before + 2);
  const width = () => page.locator('#pane-verdict').evaluate((element) => element.getBoundingClientRect().width);
  const wide = await width();
  await page.reload();
  expect(await width()).toBeCloseTo(wide, 0);

  await run(page);
  await page.getByRole('slider', { name: 'Moment of the run' }).focus();
  const at = await page.locator('.plots-clock').textContent();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.locator('.plots-clock').textContent()).not.toBe(at);
  const chosen = page.locator('.scenario-tabs [aria-selected="true"]');
  const scenario = await chosen.textContent();
  await chosen.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => chosen.textContent()).not.toBe(scenario);
});

test('on a phone the three parts are tabs, the text field stays, and nothing is wider than the screen', async () => {
  const { page, problems } = await open({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.locator('.plain-field:not([readonly])').waitFor({ state: 'attached' });
  await page.getByRole('tab', { name: 'Code' }).tap();
  await field(page).waitFor();
  await page.locator('.run-bar').getByRole('button', { name: 'Run' }).tap();
  expect(await page.getByRole('tab', { name: 'Verdict' }).getAttribute('aria-selected')).toBe('true');
  await page.locator('.item[data-state="not-yet"]').first().waitFor({ timeout: 30_000 });
  await keepPicture(page, 'phone');
  expect(await page.locator('.monaco-editor').count()).toBe(0);
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 640 });
    for (const name of ['Brief', 'Code', 'Verdict']) {
      await page.getByRole('tab', { name }).tap();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  }
  expect(problems).toEqual([]);
});

test.each(['light', 'dark'] as const)('nothing that axe knows is amiss, in %s', async (colorScheme) => {
  const { page } = await open({ colorScheme });
  const violations = async () => {
    const { violations: found } = await new AxeBuilder({ page }).analyze();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  };
  await monaco(page).waitFor();
  expect(await violations()).toEqual([]);
  await run(page);
  await page.getByRole('button', { name: 'Hints' }).click();
  expect(await violations()).toEqual([]);
  await page.getByRole('tab', { name: /^scenario/ }).click();
  await page.getByRole('button', { name: 'Files and editor' }).click();
  await page.getByRole('button', { name: 'As a table' }).click();
  expect(await violations()).toEqual([]);
  await page.getByRole('tab', { name: 'solution.ts' }).click();
  await write(page, 'const a = [;');
  await run(page);
  expect(await violations()).toEqual([]);
  await page.getByRole('button', { name: 'Solution', exact: true }).click();
  await page.getByRole('button', { name: 'Open the solutions' }).click();
  await page.locator('.comparison').waitFor();
  expect(await violations()).toEqual([]);
  await page.goto(new URL('exercises/', site.url).href);
  expect(await violations()).toEqual([]);
});

test('before the larger editor comes, the page has loaded at most 120 KB of script', async () => {
  const sizes = new Map<string, number>();
  const { page } = await open({
    before: (context) => context.route(/\/_astro\/(?:monaco|editor\.api)\./, (route) => route.abort()),
  });
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.endsWith('.js')) return;
    sizes.set(pathname, brotliCompressSync(readFileSync(`dist${pathname}`)).length);
  });
  await page.reload();
  await page.locator('.plain-field:not([readonly])').waitFor();
  await run(page);
  const loaded = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  expect(loaded).toBeGreaterThan(30_000);
  expect(loaded).toBeLessThan(120_000);
});
