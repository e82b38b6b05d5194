// Which runs a set is made of; apart from the session, so that a page can ask without loading the lab.

import type { Exercise } from '../exercise.ts';

/** One run of the set: a scenario with a seed. */
export interface RunKey {
  readonly scenario: string;
  readonly seed: number;
}

/** The runs of an exercise: the visible seed of each scenario first, so that what is shown comes first. */
export function runsOf(
  exercise: Exercise,
  only: { scenario?: string | undefined; seeds?: readonly number[] | undefined } = {},
): RunKey[] {
  const scenarios = exercise.scenarios.filter(({ name }) => only.scenario === undefined || name === only.scenario);
  const seeds = only.seeds ?? exercise.seeds;
  return seeds.flatMap((seed) => scenarios.map(({ name }) => ({ scenario: name, seed })));
}

/** The seed whose plots and console are shown: the first of the set. */
export function shownSeedOf(runs: readonly RunKey[]): number | null {
  return runs[0]?.seed ?? null;
}
