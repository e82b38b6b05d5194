// Which TypeScript files a folder of the container has, subfolders included, as far as is reasonable to look.

import type { ContainerFiles } from '#src/sandbox/webcontainer/container.ts';

/** A clone of some large project must not keep the page busy. */
const mostFolders = 100;
const mostDepth = 4;

export interface SourceFilesFound {
  /** Paths relative to the folder, in order. */
  readonly paths: readonly string[];
  /** Folders that were too many or too deep to look into, each with a slash at its end. */
  readonly unseen: readonly string[];
}

/** Folders of packages, of ours and of tools are passed by. Rejects as `list` does. */
export async function sourceFilesIn(list: ContainerFiles['list'], folder: string): Promise<SourceFilesFound> {
  const paths: string[] = [];
  const unseen: string[] = [];
  let level = [''];
  let folders = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const looked = depth < mostDepth ? level.slice(0, mostFolders - folders) : [];
    unseen.push(...level.slice(looked.length));
    folders += looked.length;
    const names = await Promise.all(looked.map((inside) => list(join(folder, inside))));
    const all = looked.flatMap((inside, i) => (names[i] ?? []).map((name) => inside + name)).toSorted();
    level = all.filter((path) => path.endsWith('/') && !isPassedBy(path));
    paths.push(...all.filter((path) => path.endsWith('.ts')));
  }
  return { paths: paths.toSorted(), unseen };
}

function join(folder: string, inside: string): string {
  return inside === '' ? folder : `${folder}/${inside.slice(0, -1)}`;
}

function isPassedBy(path: string): boolean {
  const name = path.split('/').at(-2) ?? '';
  return name === 'node_modules' || name.startsWith('.');
}
