// `npm run grade -- <exercise> [path]`: the verdict in a terminal, the same as in the browser.

import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { grade, readArguments, UsageError } from '#graders/hosts/node-command.ts';
import { exercisesDir, loadExercise, NotThere, readProgram } from './exercise-files.ts';
import { root } from './setup.mjs';

const usage = `Usage: npm run grade -- <exercise> [path to a solution file or folder] [--scenario NAME] [--seed N] [--json] [--watch]
Without a path it grades the starter. A solution in a Node.js project of your own, one with a package.json, may import
the packages that are installed there and all modules of Node.js; it then runs as any program of yours does.
Exit codes: 0 passed, 1 not yet, 2 could not run.`;

/**
 * The folder that a solution's packages are looked up from: its own, when it belongs to a Node.js project outside of this
 * one. Without a project of theirs nobody means to run packages: then the program may do what it may in the browser.
 */
function packagesOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const at = realpathSync(path);
  const folder = statSync(at).isDirectory() ? at : dirname(at);
  if ((folder + sep).startsWith(realpathSync(root) + sep)) return undefined;
  for (let project = folder; ; project = dirname(project)) {
    if (existsSync(join(project, 'package.json'))) return folder;
    if (dirname(project) === project) return undefined;
  }
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2), usage);
  const [id, given, ...rest] = options.positionals;
  if (id === undefined || rest.length > 0) throw new UsageError(usage);
  const exercise = await loadExercise(id);
  const path =
    given === undefined ? join(exercisesDir, id, 'starter') : resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  const packagesFrom = packagesOf(path);
  // Its own paths begin where it is.
  if (packagesFrom !== undefined) process.chdir(packagesFrom);
  const code = await grade(
    {
      exercise,
      read: () => readProgram(path, exercise.entry),
      host: {
        // Few programs need it, and making it takes a while.
        provided: async () => await (await import('./provided-modules.mjs')).bundleProvided(),
        packagesFrom,
      },
    },
    options,
  );
  if (!options.watch) process.exitCode = code;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof NotThere)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
