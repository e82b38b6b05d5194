// A program has the same verdict however a host runs it: with guards in its loops, and where it could import packages.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradeInNode, type GradeOptions } from '#graders/hosts/node.ts';
import type { Verdict } from '#graders/verdict.ts';
import { exerciseIds, loadExercise, nearMissesOf, readProgram, solutionsOf } from '../../scripts/exercise-files.ts';
import { bundleProvided } from '../../scripts/provided-modules.mjs';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'same-verdict-'));
  mkdirSync(join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const marks = (verdict: Verdict): unknown => ({ ...verdict, wallMs: null });

for (const id of exerciseIds()) {
  const exercise = await loadExercise(id);
  const grade = async (path: string, options: Partial<GradeOptions> = {}): Promise<unknown> => {
    const { files, entry } = readProgram(path, exercise.entry);
    const seeds = exercise.seeds.slice(0, 1);
    return marks(await gradeInNode(exercise, files, { entry, seeds, provided: bundleProvided, ...options }));
  };

  describe(`exercise ${id}`, () => {
    const solutions = solutionsOf(id);
    const nearMisses = nearMissesOf(id, exercise.entry).map(({ file, path }) => ({ name: file, path }));

    it.each([...solutions, ...nearMisses])('$name, with guards in its loops', async ({ path }) => {
      expect(await grade(path, { hasGuards: true })).toEqual(await grade(path));
    });
    it.each(solutions)('$name, where it could import packages', async ({ path }) => {
      expect(await grade(path, { packagesFrom: folder, hasGuards: true })).toEqual(await grade(path));
    });
  });
}
