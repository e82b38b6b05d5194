// `npm run grade` in an exercise's folder in the container: the same command as in a checkout of this project.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Exercise } from '#graders/exercise.ts';
import { grade, readArguments, UsageError } from '#graders/hosts/node-command.ts';
import type { ProvidedCode } from '#graders/hosts/provided.ts';
import { readSources } from '#graders/hosts/node-files.ts';
import { startMs } from './start.ts';

const usage = `Usage, in the folder of an exercise: npm run grade -- [--scenario NAME] [--seed N] [--json] [--watch]
Exit codes: 0 passed, 1 not yet, 2 could not run.`;

/** A file that lies beside this program. */
const beside = (path: string): URL => new URL(path, import.meta.url);
const exercises = beside('./exercises/');

function readJson(file: string | URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The exercise that a folder is of: its package.json has its id for a name. */
function exerciseOf(folder: string): Exercise {
  const manifest = join(folder, 'package.json');
  const name = existsSync(manifest) ? (readJson(manifest) as { name?: unknown }).name : undefined;
  const ids = existsSync(exercises) ? readdirSync(exercises).map((file) => basename(file, '.json')) : [];
  const id = ids.find((each) => each === name);
  if (id !== undefined) return readJson(new URL(`${id}.json`, exercises)) as Exercise;
  const found = typeof name === 'string' ? `is named '${name}' in its package.json` : 'has no package.json with a name';
  throw new UsageError(
    `This folder ${found}; grade looks there for the id of the exercise. It knows: ${ids.join(', ') || 'none'}.\n${usage}`,
  );
}

async function main(): Promise<number | null> {
  const options = readArguments(process.argv.slice(2), usage);
  if (options.positionals.length > 0) throw new UsageError(usage);
  const folder = process.cwd();
  const exercise = exerciseOf(folder);
  const { entry } = exercise;
  const code = await grade(
    {
      exercise,
      read() {
        const files = readSources(folder);
        if (files[entry] === undefined) throw new UsageError(`This folder has no ${entry}; the program starts there.`);
        return { files, entry, root: folder };
      },
      host: {
        provided: () => Promise.resolve(readJson(beside('./provided.json')) as ProvidedCode),
        packagesFrom: folder,
        hasGuards: true,
        worker: beside('./worker.mjs'),
        startMs,
      },
      mustPoll: true,
    },
    options,
  );
  return options.watch ? null : code;
}

/** Ends the process when its output is out; a thread that cannot be ended must not hold it. */
function leave(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

try {
  const code = await main();
  if (code !== null) leave(code);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  leave(2);
}
