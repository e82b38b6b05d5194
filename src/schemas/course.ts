// The course: modules, and what stands in them in which order.
import { z } from 'astro/zod';

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'An id is in kebab-case.');

const stepSchema = z
  .union([
    z.strictObject({ lesson: id.describe('The name of a file in src/content/lessons, without .mdx.') }),
    z.strictObject({ exercise: id.describe('The name of a folder in exercises.') }),
  ])
  .describe('One thing to read or to do.');

export const courseSchema = z.strictObject({
  modules: z
    .array(
      z.strictObject({
        id: id.describe('Chosen once and never renamed: progress hangs on it.'),
        title: z.string().min(1),
        summary: z.string().min(1).describe('One or two sentences under the heading of the module.'),
        steps: z.array(stepSchema).min(1).describe('In the order in which they are meant to be taken.'),
      }),
    )
    .min(1),
});

export type Course = z.infer<typeof courseSchema>;
