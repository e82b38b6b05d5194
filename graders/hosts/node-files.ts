// A program's files on disk: read, and watched.

import { readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/** The paths of a folder's .ts files, relative to it, with `/`; what is installed or hidden is no part of a program. */
export function sourcePathsIn(folder: string): string[] {
  const paths: string[] = [];
  const visit = (inside: string): void => {
    for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isFile() && entry.name.endsWith('.ts')) paths.push(path);
      else if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) visit(path);
    }
  };
  visit('');
  return paths;
}

/** The texts of a folder's .ts files by path. */
export function readSources(folder: string): Record<string, string> {
  return Object.fromEntries(sourcePathsIn(folder).map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

const pollMs = 500;

/**
 * Calls `onChange` when a .ts file below `folder` may have changed. Asks the system to tell, and looks at the times of
 * the files where it does not, or where `mustPoll` says that it cannot be trusted to. Returns the way to stop.
 */
export function watchSources(folder: string, onChange: () => void, { mustPoll = false } = {}): () => void {
  if (mustPoll) return poll(folder, onChange);
  try {
    const watcher = watch(folder, { recursive: true }, (_, name) => {
      if (name === null || name.endsWith('.ts')) onChange();
    });
    let stop = (): void => watcher.close();
    watcher.on('error', () => {
      stop();
      stop = poll(folder, onChange);
    });
    return () => stop();
  } catch {
    return poll(folder, onChange);
  }
}

function poll(folder: string, onChange: () => void): () => void {
  let known = stampOf(folder);
  const timer = setInterval(() => {
    const stamp = stampOf(folder);
    if (stamp === known) return;
    known = stamp;
    onChange();
  }, pollMs);
  return () => clearInterval(timer);
}

/** Differs when a file was changed, added or removed. A file that goes while it is looked at is no change yet. */
function stampOf(folder: string): string {
  return sourcePathsIn(folder)
    .map((path) => {
      const stat = statSync(join(folder, path), { throwIfNoEntry: false });
      return `${path} ${stat?.mtimeMs} ${stat?.size}`;
    })
    .join('\n');
}
