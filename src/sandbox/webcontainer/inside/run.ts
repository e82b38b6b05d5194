// `node .spillway/run.mjs <job.json>`: runs one job in the container and says on its output what happens.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInWorker } from '#graders/hosts/node-thread.ts';
import { stopped } from '#graders/hosts/watch.ts';
import type { Failure } from '#graders/verdict.ts';
import type { Job } from '../job.ts';
import { createLineWriter } from './lines.ts';
import { startMs } from './start.ts';

/** The work folder: the one that the folder of this program is in. */
const workFolder = fileURLToPath(new URL('..', import.meta.url));

function takeJob(): Job {
  const [, , path] = process.argv;
  if (path === undefined) throw new Error('Usage: node .spillway/run.mjs <job.json>');
  const text = readFileSync(path, 'utf8');
  // The program may read files, and is not to know the nonce.
  rmSync(path);
  return JSON.parse(text) as Job;
}

async function perform(job: Job): Promise<void> {
  const { nonce, exercise, compiled, runs, shownSeed } = job;
  const folder = resolve(workFolder, job.folder);
  // Where the program's own paths begin.
  if (existsSync(folder)) process.chdir(folder);
  const { stdout } = process;
  const lines = createLineWriter({ write: (text, done) => void stdout.write(text, () => done()) }, nonce);
  lines.send({ kind: 'hello', node: process.version });
  let failure: Failure | null;
  try {
    failure = await runInWorker(
      {
        exercise,
        compiled,
        runs,
        shownSeed,
        packagesFrom: folder,
        hasGuards: true,
        worker: new URL('./worker.mjs', import.meta.url),
        startMs,
      },
      (event) => lines.send({ kind: 'session', event }),
      () => lines.send({ kind: 'beat' }),
    );
  } catch (error) {
    failure = stopped('engine', null, compiled.entry, error instanceof Error ? error.message : String(error));
  }
  lines.send({ kind: 'over', failure });
  await lines.flushed();
}

await perform(takeJob());
// A thread that cannot be ended must not hold the process.
process.exit(0);
