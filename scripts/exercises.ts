// `npm run exercises -- --json`: what exercises there are, with their checks, solutions and near-misses.

import { relative } from 'node:path';
import { exerciseIds, loadExercise, nearMissesOf, solutionsOf } from './exercise-files.ts';

const root = new URL('..', import.meta.url).pathname;
const list = [];
for (const exerciseId of exerciseIds()) {
  const exercise = await loadExercise(exerciseId);
  const { id, title, module, objectives, covers, entry, checks } = exercise;
  list.push({
    id,
    title,
    module,
    objectives,
    covers,
    checks: checks.map(({ id: check, label, scenarios, target }) => ({ id: check, label, scenarios, target })),
    solutions: solutionsOf(id).map(({ path }) => relative(root, path)),
    nearMisses: nearMissesOf(id, entry).map(({ path, fails }) => ({ file: relative(root, path), fails })),
  });
}

if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(list)}\n`);
else {
  for (const { id, title, checks, solutions, nearMisses } of list) {
    console.log(
      `${id}  ${title}\n  ${checks.length} checks, ${solutions.length} solutions, ${nearMisses.length} near-misses`,
    );
  }
}
