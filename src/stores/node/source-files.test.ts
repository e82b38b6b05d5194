import { expect, test } from 'vitest';
import { sourceFilesIn } from './source-files.ts';

/** The names in each folder, of files by path. */
function folderOf(paths: readonly string[]) {
  const looked: string[] = [];
  return {
    looked,
    list(folder: string): Promise<string[]> {
      looked.push(folder);
      const inside = paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
      return Promise.resolve([...new Set(inside.map((path) => path.replace(/\/.*/, '/')))]);
    },
  };
}

test('TypeScript files are found in subfolders, and nothing is looked for among packages and tools', async () => {
  const { list, looked } = folderOf([
    'ex/solution.ts',
    'ex/lib/deep/buffer.ts',
    'ex/lib/notes.md',
    'ex/node_modules/rxjs/index.ts',
    'ex/lib/node_modules/x.ts',
    'ex/.git/hook.ts',
    'ex/.spillway/run.ts',
    'ex/package.json',
  ]);
  expect(await sourceFilesIn(list, 'ex')).toEqual({ paths: ['lib/deep/buffer.ts', 'solution.ts'], unseen: [] });
  expect(looked).toEqual(['ex', 'ex/lib', 'ex/lib/deep']);
});

test('a folder that is not there has none', async () => {
  expect(await sourceFilesIn(folderOf([]).list, 'ex')).toEqual({ paths: [], unseen: [] });
});

test('what is too deep or too much is named', async () => {
  const deep = folderOf(['ex/a/b/c/d/e.ts', 'ex/a/b/c/d.ts']);
  expect(await sourceFilesIn(deep.list, 'ex')).toEqual({ paths: ['a/b/c/d.ts'], unseen: ['a/b/c/d/'] });

  const wide = folderOf(Array.from({ length: 300 }, (_, i) => `ex/f${i}/x.ts`));
  const { paths, unseen } = await sourceFilesIn(wide.list, 'ex');
  expect(wide.looked).toHaveLength(100);
  expect(paths).toHaveLength(99);
  expect(unseen).toHaveLength(201);
});
