// The accepted solutions of an exercise, fetched when the learner opens them.

import type { APIContext, GetStaticPaths } from 'astro';
import { exerciseFolders, folderOf } from '#src/components/exercise/content/folders.ts';

export const getStaticPaths = (() =>
  exerciseFolders.map(({ exercise }) => ({ params: { id: exercise.id } }))) satisfies GetStaticPaths;

export function GET({ params }: APIContext): Response {
  return Response.json(folderOf(params['id'] ?? '').solutions);
}
