// What a lesson says of itself, above its text.
import { z } from 'astro/zod';
import { needsSchema } from './needs.ts';

const listOf = (pattern: RegExp, example: string) =>
  z.array(z.string().regex(pattern, `An id looks like ${example}.`)).min(1);

export const lessonSchema = z.strictObject({
  title: z.string().min(1).describe('The heading of the page; no full stop.'),
  summary: z
    .string()
    .startsWith('You will be able to ', 'Begin with “You will be able to …” and name what can be seen or measured.')
    .describe('One sentence: what the reader can do afterwards.'),
  minutes: z.int().min(3).max(20).describe('Time to read it and to play with its figures.'),
  objectives: listOf(/^LO-\d\d$/, 'LO-03').describe('Learning objectives that it serves.'),
  covers: listOf(/^S\d\.\d+$/, 'S2.34').describe('Items of the course outline that it teaches.'),
  facts: listOf(/^[A-Z]{1,2}\d+$/, 'K11').describe('Facts that it states; a reviewer looks them up.'),
  exercise: z.string().optional().describe('The id of the exercise that practises it.'),
  needs: needsSchema.optional().describe('Of a lesson whose programs need Node.js itself.'),
});

export type Lesson = z.infer<typeof lessonSchema>;
