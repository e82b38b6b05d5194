// The file system of an instance: a real folder, and no path that leads out of it.
import { watch as watchPath, type FSWatcher } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, matchesGlob, sep } from 'node:path';
import type { FileMethods, SerializeOptions } from './messages.ts';

/** The tree as the client sends it: d is a folder, f a file with contents c (b: they are bytes) or a link l. */
type WireTree = { d: Record<string, WireTree> } | { f: { c: string; b?: boolean } | { l: string } };

export interface Files extends FileMethods {
  /** The path on this machine. */
  place(path: string): string;
  mount(payload: Uint8Array, mountPoint: string | null): Promise<void>;
  serialize(path: string, options: SerializeOptions): Promise<Uint8Array>;
  close(): void;
}

/** A view without Buffer's own toJSON. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const folderType = 2;
const fileType = 1;

export function openFiles(root: string, onWatch: (id: number, event: string, filename: string | null) => void): Files {
  const watchers = new Map<number, FSWatcher>();

  /** Absolute paths are of the work folder as well. */
  function place(path: string): string {
    const inside = join(root, path);
    if (inside === root || inside.startsWith(root + sep)) return inside;
    throw new Error(`EACCES: permission denied, access '${path}'`);
  }

  async function mountTree(tree: WireTree, path: string): Promise<void> {
    const inside = place(path);
    if ('d' in tree) {
      await mkdir(inside, { recursive: true });
      for (const [name, entry] of Object.entries(tree.d)) await mountTree(entry, `${path}/${name}`);
    } else if ('l' in tree.f) {
      await rm(inside, { force: true });
      await symlink(tree.f.l, inside);
    } else {
      await writeFile(inside, tree.f.c, tree.f.b ? 'latin1' : 'utf8');
    }
  }

  async function treeOf(path: string, within: string, isWanted: (within: string) => boolean): Promise<WireTree> {
    const tree: Record<string, WireTree> = {};
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const below = within === '' ? entry.name : `${within}/${entry.name}`;
      const full = join(path, entry.name);
      if (entry.isDirectory()) tree[entry.name] = await treeOf(full, below, isWanted);
      else if (!isWanted(below)) continue;
      else if (entry.isSymbolicLink()) tree[entry.name] = { f: { l: await readlink(full) } };
      else tree[entry.name] = { f: contentsOf(await readFile(full)) };
    }
    return { d: tree };
  }

  return {
    place,
    async mount(payload, mountPoint) {
      const target = mountPoint ?? '.';
      // A mount point that is not there is refused.
      await readdir(place(target));
      const tree: WireTree = JSON.parse(new TextDecoder().decode(payload));
      await mountTree(tree, target);
    },
    async serialize(path, { format, includes, excludes }) {
      if (format !== 'json') throw new Error(`The stand-in exports JSON alone, and was asked for ${format}.`);
      const matches = (within: string, globs: readonly string[]) => globs.some((glob) => matchesGlob(within, glob));
      const tree = await treeOf(
        place(path),
        '',
        (within) => (!includes?.length || matches(within, includes)) && !matches(within, excludes ?? []),
      );
      return new TextEncoder().encode(JSON.stringify(tree));
    },
    async readFile(path, encoding) {
      const bytes = await readFile(place(path));
      return encoding && encoding !== 'buffer' ? bytes.toString(encoding) : plain(bytes);
    },
    async writeFile(path, data, options) {
      const encoding = typeof options === 'string' ? options : options?.encoding;
      await writeFile(place(path), data, encoding === 'buffer' ? null : encoding);
    },
    async readdir(path, options) {
      const { encoding = 'utf8', withFileTypes = false } =
        typeof options === 'string' ? { encoding: options } : (options ?? {});
      const entries = await readdir(place(path), { withFileTypes: true });
      if (withFileTypes) {
        return entries.map((entry) => ({
          name: entry.name,
          'Symbol(type)': entry.isDirectory() ? folderType : fileType,
        }));
      }
      return entries.map(({ name }) => (encoding === 'buffer' ? plain(Buffer.from(name)) : name));
    },
    mkdir: (path, options) => mkdir(place(path), { recursive: options?.recursive ?? false }),
    rm: (path, options) => rm(place(path), options ?? {}),
    rename: (from, to) => rename(place(from), place(to)),
    async watch(id, path, options) {
      const recursive = typeof options === 'object' && (options?.recursive ?? false);
      watchers.set(
        id,
        watchPath(place(path), { recursive, persistent: false }, (event, filename) => onWatch(id, event, filename)),
      );
    },
    async unwatch(id) {
      watchers.get(id)?.close();
      watchers.delete(id);
    },
    close() {
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

function contentsOf(bytes: Buffer): { c: string; b?: boolean } {
  try {
    return { c: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { c: bytes.toString('latin1'), b: true };
  }
}
