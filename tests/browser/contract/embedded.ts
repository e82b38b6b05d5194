// The contract of the embedded engine in one browser, on both kinds of page, and real exercises with Node's numbers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gradeInNode } from '#graders/hosts/node.ts';
import type { Search } from '../../../scripts/browser.mjs';
import { loadExercise, readProgram, solutionsOf } from '../../../scripts/exercise-files.ts';
import { bundleProvided } from '../../../scripts/provided-modules.mjs';
import { openBench } from './bench.ts';
import { poll, type BrowserDriver } from './driver.ts';
import { openHarnessSite, type HarnessSite } from './site.ts';
import { contractSuite, type Owed } from './suite.ts';
import { same, verdictIn } from './verdicts.ts';

/**
 * Skipped, with the reason in its name, when there is no such browser to `start`. `exercises` are those that it must
 * give Node's numbers for.
 */
export function embeddedContract<T>(
  name: string,
  { found, reason }: Search<T>,
  start: (browser: T) => Promise<BrowserDriver>,
  owed: Omit<Owed, 'isIsolated'>,
  exercises: readonly string[],
): void {
  describe.skipIf(found === null)(found === null ? `${name}, skipped: ${reason}` : name, () => {
    let site: HarnessSite;
    let browser: BrowserDriver;
    beforeAll(async () => {
      if (found === null) return;
      site = await openHarnessSite('embedded');
      browser = await start(found);
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });
    const openAt = (page: 'plain' | 'isolated') => async () => await openBench(browser, site[page]);

    contractSuite('on a page that is not isolated', openAt('plain'), { ...owed, isIsolated: false });
    contractSuite('on an isolated page', openAt('isolated'), { ...owed, isIsolated: true, isSecondPage: true });

    // The engine tries a blob first and falls back to a data address; WebKit alone needs that, and on isolated pages.
    test.each(['plain', 'isolated'] as const)(
      'a worker from a data address starts on a page that is %s',
      async (kind) => {
        const page = await browser.open(`${site[kind]}?workers`);
        const text = await poll(async () => {
          const found = await page.evaluate('String(window.workerKinds)');
          return found === 'undefined' ? null : found;
        }, 'Starting workers');
        expect(JSON.parse(text)).toMatchObject({ data: true });
      },
    );

    for (const id of exercises) {
      describe(`says what Node says of ${id}`, () => {
        test.each(solutionsOf(id))('$name', async ({ path }) => {
          const exercise = await loadExercise(id);
          const { files, entry } = readProgram(path, exercise.entry);
          const bench = await openAt('plain')();
          const trial = await bench.run({ exercise, files, entry });
          const inNode = await gradeInNode(exercise, files, { entry, provided: bundleProvided });
          expect(same(verdictIn(trial))).toEqual(same(inNode));
          expect(trial.verdict?.passed).toBe(true);
        });
      });
    }
  });
}
