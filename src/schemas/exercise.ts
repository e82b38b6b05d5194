// What an exercise must say of itself, beyond what the type checker sees: names that resolve, targets that are there.

import { z } from 'astro/zod';
import { laws } from '#graders/checks/index.ts';
import type { Exercise } from '#graders/exercise.ts';
import { needsSchema } from './needs.ts';

const id = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'An id has small letters, digits and hyphens, and is never renamed.');

const scenario = z.looseObject({
  name: id.describe('Name within the exercise; checks refer to it.'),
  title: z.string().min(1).describe('As a heading shows it.'),
  summary: z.string().min(1).describe('One sentence: what happens.'),
  durationMs: z.number().positive(),
});

const check = z.strictObject({
  id: id.describe('Stable: near-misses, hints and progress name it.'),
  label: z.string().min(1).describe('The claim, as the checklist shows it.'),
  law: z.enum(Object.keys(laws) as [keyof typeof laws]),
  target: z
    .union([z.number(), z.record(z.string(), z.number())])
    .describe('The number to stay at or below; one for all scenarios, or one for each.'),
  scenarios: z.array(id).min(1).describe('Where it is looked at.'),
});

const plot = z.strictObject({
  series: z.enum(['lag', 'queue', 'heap', 'p95']),
  title: z.string().min(1),
  unit: z.enum(['records', 'MiB', 'ms']),
  check: id.optional().describe('The check whose target the plot shows.'),
});

const shape = z.strictObject({
  id: id.describe('The name of its folder.'),
  version: z.int().min(1).describe('Raised when a change makes old drafts or verdicts misleading.'),
  title: z.string().min(1),
  summary: z.string().min(1),
  module: id,
  minutes: z.int().min(1).max(240).describe('How long it takes, honestly.'),
  objectives: z.array(z.string().regex(/^LO-\d\d$/)).min(1),
  covers: z.array(z.string()),
  lesson: id.describe('The lesson that it practises.'),
  entry: z.string().regex(/\.ts$/).describe('The file that exports the program.'),
  scenarios: z.array(scenario).min(1),
  seeds: z.array(z.int()).min(1).describe('The first is shown to the learner.'),
  checks: z.array(check).min(1),
  plots: z.array(plot),
  needs: needsSchema.optional(),
});

/** An exercise whose parts fit together; its messages say which do not. */
export const exerciseSchema: z.ZodType<Exercise> = shape.superRefine((exercise, context) => {
  const say = (message: string, ...path: (string | number)[]): void =>
    context.addIssue({ code: 'custom', message, path });
  const names = new Set(exercise.scenarios.map(({ name }) => name));
  for (const [what, ids] of [
    ['scenario', exercise.scenarios.map(({ name }) => name)],
    ['check', exercise.checks.map((each) => each.id)],
  ] as const) {
    for (const twice of ids.filter((each, i) => ids.indexOf(each) < i)) say(`Two of its ${what}s are named ${twice}.`);
  }
  for (const [i, each] of exercise.checks.entries()) {
    for (const name of each.scenarios) {
      if (!names.has(name)) say(`There is no scenario ${name}.`, 'checks', i);
      if (typeof each.target !== 'number' && each.target[name] === undefined)
        say(`It has no target for scenario ${name}.`, 'checks', i);
    }
  }
  for (const [i, each] of exercise.plots.entries()) {
    if (each.check !== undefined && !exercise.checks.some((other) => other.id === each.check))
      say(`There is no check ${each.check}.`, 'plots', i);
  }
}) as unknown as z.ZodType<Exercise>;
