// The content gate: every exercise is proved from both sides.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gradeInNode } from '#graders/hosts/node.ts';
import { inOrderOfCause } from '#graders/judge.ts';
import type { Exercise } from '#graders/exercise.ts';
import type { Verdict } from '#graders/verdict.ts';
import { laws } from '#graders/checks/index.ts';
import {
  exerciseIds,
  exercisesDir,
  loadExercise,
  nearMissesOf,
  readProgram,
  solutionsOf,
} from '../../scripts/exercise-files.ts';
import { bundleProvided } from '../../scripts/provided-modules.mjs';

async function grade(exercise: Exercise, path: string): Promise<Verdict> {
  const { files, entry } = readProgram(path, exercise.entry);
  return await gradeInNode(exercise, files, { entry, provided: bundleProvided });
}

/** What a second run must repeat to the digit. */
function repeatable({ passed, checks, steps }: Verdict): unknown {
  return { passed, checks, steps };
}

for (const id of exerciseIds()) {
  const exercise = await loadExercise(id);
  const { entry, checks } = exercise;

  describe(`exercise ${id}`, () => {
    it('is consistent: ids, scenarios, targets and seeds', () => {
      expect(exercise.id).toBe(id);
      const scenarios = exercise.scenarios.map(({ name }) => name);
      expect(new Set(scenarios).size).toBe(scenarios.length);
      expect(new Set(checks.map((check) => check.id)).size).toBe(checks.length);
      expect(exercise.seeds.length).toBeGreaterThanOrEqual(2);
      for (const check of checks) {
        expect(Object.keys(laws)).toContain(check.law);
        expect(scenarios).toEqual(expect.arrayContaining([...check.scenarios]));
        if (typeof check.target !== 'number')
          expect(Object.keys(check.target).sort()).toEqual([...check.scenarios].sort());
      }
    });

    it('is the same after a journey as JSON, as which it goes to Node.js in a container', () => {
      expect(JSON.parse(JSON.stringify(exercise))).toStrictEqual(exercise);
    });

    it('has a brief, and a ladder of five hints for each check', () => {
      expect(readFileSync(join(exercisesDir, id, 'brief.mdx'), 'utf8').length).toBeGreaterThan(500);
      const ladders = readFileSync(join(exercisesDir, id, 'hints.md'), 'utf8')
        .split(/^## /m)
        .slice(1);
      expect(ladders.map((ladder) => ladder.split('\n', 1)[0])).toEqual(
        expect.arrayContaining(checks.map((check) => check.id)),
      );
      expect(ladders).toHaveLength(checks.length);
      for (const ladder of ladders) expect(ladder.match(/^\d\. .{20,}/gm)).toHaveLength(5);
    });

    it('does not pass untouched, and its starter runs to a verdict', async () => {
      const verdict = await grade(exercise, join(exercisesDir, id, 'starter'));
      expect(verdict.didNotFinish).toBeNull();
      expect(verdict.passed).toBe(false);
    });

    for (const { name, path } of solutionsOf(id)) {
      it(`accepts the solution ${name}, twice with the same result`, async () => {
        const [first, second] = [await grade(exercise, path), await grade(exercise, path)];
        expect(inOrderOfCause(first.checks)).toEqual([]);
        expect(first.didNotFinish).toBeNull();
        expect(first.passed).toBe(true);
        expect(repeatable(second)).toEqual(repeatable(first));
      });
    }

    const nearMisses = nearMissesOf(id, entry);
    it('keeps at least three solutions and eight near-misses', () => {
      expect(solutionsOf(id).length).toBeGreaterThanOrEqual(3);
      expect(nearMisses.length).toBeGreaterThanOrEqual(8);
    });

    for (const { file, fails, path } of nearMisses) {
      it(`turns ${file} away for ${fails}`, async () => {
        const verdict = await grade(exercise, path);
        expect(verdict.didNotFinish).toBeNull();
        const [lead] = inOrderOfCause(verdict.checks);
        expect(lead?.id).toBe(fails);
        expect(lead?.cause).toMatch(/\.$/);
        expect(lead?.lever).toMatch(/\.$/);
        expect(repeatable(await grade(exercise, path))).toEqual(repeatable(verdict));
      });
    }
  });
}
