// The files of a program are found and watched, with and without the system's help.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSources, watchSources } from './node-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sources-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

test('a program is the .ts files of its folder, without what is installed or hidden', () => {
  for (const path of ['solution.ts', 'lib/queue.ts', 'node_modules/a/index.ts', '.spillway/b.ts', 'notes.md'])
    put(path, path);
  expect(readSources(folder)).toEqual({ 'solution.ts': 'solution.ts', 'lib/queue.ts': 'lib/queue.ts' });
});

test.each([false, true])('a change is told, also in a folder that was added later (polled: %s)', async (mustPoll) => {
  put('solution.ts', 'a');
  let heard = 0;
  let onHeard = (): void => {};
  const stop = watchSources(
    folder,
    () => {
      heard++;
      onHeard();
    },
    { mustPoll },
  );
  const next = async (change: () => void): Promise<void> => {
    const told = new Promise<void>((resolve) => (onHeard = resolve));
    change();
    await told;
  };
  await next(() => put('solution.ts', 'longer'));
  await next(() => put('lib/queue.ts', 'b'));
  await next(() => rmSync(join(folder, 'lib/queue.ts')));
  stop();
  expect(heard).toBeGreaterThanOrEqual(3);
});
