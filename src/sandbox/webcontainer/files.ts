// Files of the container: its eight calls, made to give what is meant when something is not there.

import type { FileSystemTree } from '@webcontainer/api';
import { messageOf } from './classify.ts';
import type { ClientFiles } from './client-api.ts';
import type { ContainerFiles } from './container.ts';

/** Texts by path; folders come from the paths. */
export type ProgramTexts = Readonly<Record<string, string>>;

/** Error codes do not come through from the other side, only messages that begin with them. */
const isMissing = (error: unknown): boolean => /^(Error: )?(ENOENT|ENOTDIR)\b/.test(messageOf(error));
const isThere = (error: unknown): boolean => /^(Error: )?EEXIST\b/.test(messageOf(error));

/** `call` makes a call that may be waited for. */
export function wrapFiles(call: <T>(what: string, act: (fs: ClientFiles) => Promise<T>) => Promise<T>): ContainerFiles {
  async function unless<T>(isFine: (error: unknown) => boolean, fallback: T, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (isFine(error)) return fallback;
      throw error;
    }
  }
  return {
    read: (path) =>
      unless<string | null>(isMissing, null, () => call(`reading ${path}`, (fs) => fs.readFile(path, 'utf-8'))),
    async write(path, text) {
      const put = () => call(`writing ${path}`, (fs) => fs.writeFile(path, text));
      const folder = path.split('/').slice(0, -1).join('/');
      try {
        await put();
      } catch (error) {
        // One call where the folder is there, as it nearly always is: what changes meanwhile would be overwritten.
        if (folder === '' || !isMissing(error)) throw error;
        await unless<unknown>(isThere, null, () => call(`making ${folder}`, (fs) => fs.mkdir(folder, { recursive: true }))); // prettier-ignore
        await put();
      }
    },
    remove: (path) =>
      unless(isMissing, undefined, () =>
        call(`removing ${path}`, (fs) => fs.rm(path, { force: true, recursive: true })),
      ),
    list: (path) =>
      unless<string[]>(isMissing, [], async () => {
        const entries = await call(`listing ${path}`, (fs) => fs.readdir(path, { withFileTypes: true }));
        return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
      }),
  };
}

/**
 * The tree that `mount` takes, from `folder` on: it makes the folders that it names, merges with what is there, and
 * deletes nothing. `empty` are folders to be made as well.
 */
export function treeOf(folder: string, texts: ProgramTexts, empty: readonly string[] = []): FileSystemTree {
  const root: FileSystemTree = {};
  function open(parts: readonly string[]): FileSystemTree {
    let tree = root;
    for (const part of parts) {
      const known = tree[part];
      if (known !== undefined && 'directory' in known) tree = known.directory;
      else {
        const directory: FileSystemTree = {};
        tree[part] = { directory };
        tree = directory;
      }
    }
    return tree;
  }
  for (const path of empty) open(path.split('/'));
  for (const [path, contents] of Object.entries(texts)) {
    const parts = `${folder}/${path}`.split('/');
    open(parts.slice(0, -1))[parts.at(-1) ?? path] = { file: { contents } };
  }
  return root;
}
