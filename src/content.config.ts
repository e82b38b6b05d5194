// The collections of the site.
import { defineCollection } from 'astro:content';
import { file, glob } from 'astro/loaders';
import { courseSchema } from '#src/schemas/course.ts';
import { lessonSchema } from '#src/schemas/lesson.ts';

export const collections = {
  lessons: defineCollection({
    loader: glob({ base: './src/content/lessons', pattern: '*.mdx' }),
    schema: lessonSchema,
  }),
  /** One entry, `spillway`: the only place that knows order. */
  course: defineCollection({ loader: file('src/content/course.yaml'), schema: courseSchema }),
};
