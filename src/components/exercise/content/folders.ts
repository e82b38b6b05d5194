// Every exercise with the files of its folder, read when the site is built.

import type { AstroComponentFactory } from 'astro/runtime/server/index.js';
import type { Exercise } from '#graders/exercise.ts';
import { exerciseSchema } from '#src/schemas/exercise.ts';
import { z } from 'astro/zod';
import { inlineHtml } from './markdown.ts';
import { readHints, type HintLadders } from './hints.ts';

/** An accepted solution: all its files, and what its first line says of it. */
export interface Solution {
  readonly id: string;
  /** Such as `Poll loop`. */
  readonly title: string;
  /** The first line of its entry, as HTML. */
  readonly about: string;
  readonly files: Readonly<Record<string, string>>;
}

export interface ExerciseFolder {
  readonly exercise: Exercise;
  readonly starter: Readonly<Record<string, string>>;
  readonly hints: HintLadders;
  readonly solutions: readonly Solution[];
  readonly Brief: AstroComponentFactory;
}

const exercises = import.meta.glob<{ exercise: Exercise }>('/exercises/*/exercise.ts', { eager: true });
const briefs = import.meta.glob<{ default: AstroComponentFactory }>('/exercises/*/brief.mdx', { eager: true });
const texts = import.meta.glob<string>(
  ['/exercises/*/hints.md', '/exercises/*/starter/**/*.ts', '/exercises/*/solutions/**/*.ts', '!**/*.test.ts'],
  { eager: true, query: '?raw', import: 'default' },
);

/** Texts below a folder, by their path in it; the entry first, then by name. */
function filesIn(folder: string, entry: string): Record<string, string> {
  const found = Object.entries(texts)
    .filter(([path]) => path.startsWith(folder))
    .map(([path, text]) => [path.slice(folder.length), text] as const);
  return Object.fromEntries(
    found.toSorted(([a], [b]) => Number(b === entry) - Number(a === entry) || (a < b ? -1 : 1)),
  );
}

function read(path: string, module: { exercise: Exercise }): ExerciseFolder {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const name = folder.slice('/exercises/'.length, -1);
  const parsed = exerciseSchema.safeParse(module.exercise);
  if (!parsed.success) throw new Error(`${path} does not fit its schema.\n${z.prettifyError(parsed.error)}`);
  const { exercise } = module;
  if (exercise.id !== name) throw new Error(`${path}: its id is ${exercise.id}, but its folder is ${name}.`);

  const starter = filesIn(`${folder}starter/`, exercise.entry);
  if (starter[exercise.entry] === undefined)
    throw new Error(`${folder}starter/ has no ${exercise.entry}. Add it: the learner starts there.`);
  const Brief = briefs[`${folder}brief.mdx`]?.default;
  if (Brief === undefined) throw new Error(`${folder} has no brief.mdx. Write it: the learner reads it first.`);

  const solutionsFolder = `${folder}solutions/`;
  const ids = new Set(
    Object.keys(texts)
      .filter((file) => file.startsWith(solutionsFolder))
      .map((file) => file.slice(solutionsFolder.length).split('/')[0] as string),
  );
  return {
    exercise,
    starter,
    hints: readHints(
      texts[`${folder}hints.md`] ?? '',
      exercise.checks.map(({ id }) => id),
      `${folder}hints.md`,
    ),
    solutions: [...ids]
      .toSorted()
      .map((id) => solution(id, filesIn(`${solutionsFolder}${id}/`, exercise.entry), exercise.entry)),
    Brief,
  };
}

function solution(id: string, files: Record<string, string>, entry: string): Solution {
  const about = /^\/\/ ?(.*)/.exec(files[entry] ?? '')?.[1] ?? '';
  const words = id.replaceAll('-', ' ');
  return { id, title: words.charAt(0).toUpperCase() + words.slice(1), about: inlineHtml(about), files };
}

/** By title. */
export const exerciseFolders: readonly ExerciseFolder[] = Object.entries(exercises)
  .map(([path, module]) => read(path, module))
  .toSorted((a, b) => (a.exercise.title < b.exercise.title ? -1 : 1));

export function folderOf(id: string): ExerciseFolder {
  const found = exerciseFolders.find(({ exercise }) => exercise.id === id);
  if (found === undefined) throw new Error(`There is no exercise ${id}.`);
  return found;
}
