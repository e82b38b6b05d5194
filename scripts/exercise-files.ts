// Exercises on disk: which there are, their definitions, and the files of a program.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Exercise } from '#graders/exercise.ts';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import { nearest } from '#graders/hosts/nearest.ts';
import { readSources } from '#graders/hosts/node-files.ts';

export const exercisesDir = resolve(import.meta.dirname, '../exercises');

/** Something the caller asked for that is not there; the message says what to do. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

export function exerciseIds(): string[] {
  return readdirSync(exercisesDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(exercisesDir, entry.name, 'exercise.ts')))
    .map(({ name }) => name)
    .sort();
}

/** Loads an exercise by id. Throws NotThere with the nearest id that exists. */
export async function loadExercise(id: string): Promise<Exercise> {
  const ids = exerciseIds();
  if (!ids.includes(id)) {
    const near = nearest(id, ids);
    throw new NotThere(
      `There is no exercise '${id}'.${near === null ? '' : ` Did you mean '${near}'?`} All of them: ${ids.join(', ')}.`,
    );
  }
  const module = (await import(pathToFileURL(join(exercisesDir, id, 'exercise.ts')).href)) as { exercise: Exercise };
  return module.exercise;
}

/** A program's files, by path relative to `root`; `paths` are what a watcher must watch. */
export interface ProgramFiles {
  readonly files: SourceFiles;
  readonly entry: string;
  readonly root: string;
}

/** Reads a program: a folder with all its .ts files, or one file with what it imports. Throws NotThere. */
export function readProgram(path: string, entry: string): ProgramFiles {
  const at = resolve(path);
  if (!existsSync(at)) throw new NotThere(`There is no file or folder ${path}. Give the path of your solution.`);
  if (!statSync(at).isDirectory() && !at.endsWith('.ts'))
    throw new NotThere(`${path} is not a TypeScript file. Give a .ts file or a folder.`);
  if (statSync(at).isDirectory()) {
    const files = readSources(at);
    if (files[entry] === undefined) throw new NotThere(`The folder ${path} has no ${entry}; the program starts there.`);
    return { files, entry, root: at };
  }
  const texts = new Map<string, string>();
  const open = [at];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (texts.has(file) || !existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    texts.set(file, text);
    for (const [, from, plain] of text.matchAll(/\bfrom\s+['"](\.[^'"]+)['"]|\bimport\s+['"](\.[^'"]+)['"]/g)) {
      open.push(resolve(dirname(file), (from ?? plain ?? '').replace(/(\.[jt]s)?$/, '.ts')));
    }
  }
  const root = commonFolder([...texts.keys()]);
  const inside = (file: string) => relative(root, file).replaceAll('\\', '/');
  const files = Object.fromEntries([...texts].map(([file, text]) => [inside(file), text]));
  return { files, entry: inside(at), root };
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? '.');
  while (!paths.every((path) => path.startsWith(folder + sep))) folder = dirname(folder);
  return folder;
}

export interface NearMiss {
  /** Folder or file name inside near-misses/. */
  readonly file: string;
  /** The check that must catch it: the first word of its entry's first comment. */
  readonly fails: string;
  readonly path: string;
}

/** The accepted solutions of an exercise: each a folder, or a file, in solutions/. */
export function solutionsOf(id: string): { name: string; path: string }[] {
  return programsIn(join(exercisesDir, id, 'solutions'));
}

export function nearMissesOf(id: string, entry: string): NearMiss[] {
  return programsIn(join(exercisesDir, id, 'near-misses')).map(({ name, path }) => {
    const { files, entry: start } = readProgram(path, entry);
    const first = /^\/\/\s*([a-z0-9-]+):/.exec(files[start] ?? '');
    if (first === null) {
      throw new NotThere(
        `${relative(process.cwd(), path)}: the first line must name the check that catches it, such as '// nothing-lost: why it tempts'.`,
      );
    }
    return { file: name, fails: first[1] as string, path };
  });
}

function programsIn(dir: string): { name: string; path: string }[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith('.ts'))
    .map(({ name }) => ({ name, path: join(dir, name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
