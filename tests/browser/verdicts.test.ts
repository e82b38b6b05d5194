// One judge everywhere: each program of each exercise gets the same verdict in Chromium as in Node.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradeInNode } from '#graders/hosts/node.ts';
import type { Verdict } from '#graders/verdict.ts';
import {
  exerciseIds,
  exercisesDir,
  loadExercise,
  nearMissesOf,
  readProgram,
  solutionsOf,
} from '../../scripts/exercise-files.ts';
import { bundleProvided } from '../../scripts/provided-modules.mjs';
import { openEngineSite, type EngineSite } from './engine-site.ts';

let site: EngineSite;
let page: Page;
beforeAll(async () => {
  site = await openEngineSite();
  page = await site.open();
  await page.evaluate(() => window.harness.boot());
});
afterAll(() => site.close());

/** All that a verdict says, but how long it took. */
const said = ({ passed, failure, checks, seeds, steps }: Verdict) => ({ passed, failure, checks, seeds, steps });

for (const id of exerciseIds()) {
  const exercise = await loadExercise(id);
  const programs = [
    { name: 'starter', path: join(exercisesDir, id, 'starter') },
    ...solutionsOf(id),
    ...nearMissesOf(id, exercise.entry).map(({ file, path }) => ({ name: file, path })),
  ];

  describe(`exercise ${id}: Chromium says what Node says of`, () => {
    it.each(programs)('$name', async ({ path }) => {
      const { files, entry } = readProgram(path, exercise.entry);
      const [here, there] = await Promise.all([
        gradeInNode(exercise, files, { entry, provided: bundleProvided }),
        page.evaluate(
          ({ exercise: whole, files: sources, entry: start }) =>
            window.harness.run({ exercise: whole, files: sources, entry: start }),
          { exercise, files, entry },
        ),
      ]);
      expect(there.rejected).toBeNull();
      expect(said(there.verdict as Verdict)).toEqual(said(here));
    });
  });
}
