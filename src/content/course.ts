// The course with its lessons and exercises in place of their ids. Throws when an id leads nowhere, or nothing leads to a
// lesson or an exercise.
import { getCollection, getEntry, type CollectionEntry } from 'astro:content';
import type { Exercise } from '#graders/exercise.ts';

export type Step =
  | { readonly kind: 'lesson'; readonly id: string; readonly href: string; readonly lesson: CollectionEntry<'lessons'> }
  | { readonly kind: 'exercise'; readonly id: string; readonly href: string; readonly exercise: Exercise };

export interface Module {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly steps: readonly Step[];
}

const place = 'src/content/course.yaml';
const exercises = new Map(
  Object.values(import.meta.glob<{ exercise: Exercise }>('/exercises/*/exercise.ts', { eager: true })).map(
    ({ exercise }) => [exercise.id, exercise] as const,
  ),
);

export async function loadCourse(): Promise<readonly Module[]> {
  const course = await getEntry('course', 'spillway');
  if (course === undefined) throw new Error(`${place} has no entry "spillway". Put the modules below it.`);
  const lessons = new Map<string, CollectionEntry<'lessons'>>(
    (await getCollection('lessons')).map((lesson) => [lesson.id, lesson] as const),
  );
  const seen = new Set<string>();

  const modules = course.data.modules.map(({ steps, ...module }) => ({
    ...module,
    steps: steps.map((step): Step => {
      if ('lesson' in step) {
        const lesson = lessons.get(step.lesson);
        if (lesson === undefined) throw missing('lesson', step.lesson, lessons.keys());
        seen.add(step.lesson);
        return { kind: 'lesson', id: step.lesson, href: lessonHref(step.lesson), lesson };
      }
      const exercise = exercises.get(step.exercise);
      if (exercise === undefined) throw missing('exercise', step.exercise, exercises.keys());
      seen.add(step.exercise);
      return { kind: 'exercise', id: step.exercise, href: exerciseHref(step.exercise), exercise };
    }),
  }));
  for (const id of [...lessons.keys(), ...exercises.keys()] as string[]) {
    if (!seen.has(id)) throw new Error(`Nothing in ${place} leads to "${id}". Add it to the steps of a module.`);
  }
  return modules;
}

export const lessonHref = (id: string) => `/lessons/${id}/`;
export const exerciseHref = (id: string) => `/exercises/${id}/`;

/** The exercise of a lesson; throws when there is none of that id. */
export function exerciseOf(id: string): Exercise {
  const exercise = exercises.get(id);
  if (exercise === undefined) throw missing('exercise', id, exercises.keys());
  return exercise;
}

function missing(kind: string, id: string, known: Iterable<string>): Error {
  return new Error(`There is no ${kind} "${id}". Known are: ${[...known].join(', ')}. Mend the id where it stands.`);
}
