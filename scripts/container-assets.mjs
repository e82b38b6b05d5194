// The programs that are mounted in the container: one file each, for Node.js.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundleProvided } from './provided-modules.mjs';
import { root } from './setup.mjs';

const folder = join(root, 'src/sandbox/webcontainer/inside');
const programs = ['run', 'worker', 'grade'];

/**
 * Bundles run.mjs, worker.mjs and grade.mjs, and what grade.mjs compiles with. `hash` changes with their content.
 * @returns {Promise<{ files: Map<string, string>, hash: string }>}
 */
export async function buildContainerPrograms() {
  const [{ outputFiles }, provided] = await Promise.all([
    build({
      entryPoints: programs.map((name) => join(folder, `${name}.ts`)),
      outdir: root,
      outExtension: { '.js': '.mjs' },
      absWorkingDir: root,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      minifyWhitespace: true,
      minifySyntax: true,
      // Names stay: learners meet those of our classes in errors, and we in stacks.
      minifyIdentifiers: false,
      legalComments: 'none',
      write: false,
    }),
    bundleProvided(),
  ]);
  const files = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  files.set('provided.json', JSON.stringify(provided));
  const hash = createHash('sha256');
  for (const [path, text] of files) hash.update(`${path}\0${text}\0`);
  return { files, hash: hash.digest('hex').slice(0, 12) };
}
