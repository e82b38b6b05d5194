// What an exercise or a lesson says when the embedded engine is not enough for it.
import { z } from 'astro/zod';
import type { Needs } from '#graders/exercise.ts';

const sentence = z.string().regex(/^[A-Z].*[.]$/s, 'A complete sentence, with a full stop.');

export const needsSchema: z.ZodType<Needs> = z.strictObject({
  engine: z.literal('node').describe('A real Node.js process: Full Node.'),
  why: sentence.describe('What needs it: “It reads a file in a stream and hands its parts to worker threads.”'),
  embedded: sentence.describe('What there is to do on the embedded engine: “Here you can read it and edit it.”'),
});
