// The local workflow that the page is held against: the same solution, scenarios and checks, as a test file.

import { expect, it } from 'vitest';
import { gradeInNode } from '#graders/hosts/node.ts';
import { loadExercise, readProgram } from '../exercise-files.ts';

it('meets the first scenario of cap-intake', async () => {
  const exercise = await loadExercise('cap-intake');
  const { files, entry } = readProgram('exercises/cap-intake/solutions/poll-loop', exercise.entry);
  const verdict = await gradeInNode(exercise, files, {
    entry,
    scenario: exercise.scenarios[0]?.name,
    seeds: exercise.seeds.slice(0, 1),
  });
  expect(verdict.passed).toBe(true);
});
