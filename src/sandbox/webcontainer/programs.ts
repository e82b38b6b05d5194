// The programs that are mounted in the container, and how a program of the learner's is compiled for it.

import { providedFor } from '../provided.ts';
import type { ProgramTexts } from './files.ts';
import type { Compile } from './run.ts';

declare global {
  interface ImportMetaEnv {
    /** Their folder below the sandbox's, with a slash at its end; it names its content, so they may be cached for ever. */
    readonly CONTAINER_PROGRAMS: string;
  }
}

/** What a run needs, and what the command of the terminal needs beside it: `provided.json` is what `grade.mjs` compiles with. */
const names = { run: ['run.mjs', 'worker.mjs'], terminal: ['grade.mjs', 'provided.json'] } as const;

/** Fetches the programs of this build. Rejects where they cannot be had. */
export async function fetchPrograms(purpose: keyof typeof names, base = '/sandbox/'): Promise<ProgramTexts> {
  const fetched = names[purpose].map(async (name) => {
    const address = base + import.meta.env.CONTAINER_PROGRAMS + name;
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    return [name, await answer.text()] as const;
  });
  return Object.fromEntries(await Promise.all(fetched));
}

/** Packages are left to Node.js; loops have guards, since a process in a loop may not let itself be ended. */
export const compileForNode: Compile = async (files, entry) => {
  const [{ compileProgram }, { guardProgram }, provided] = await Promise.all([
    import('#graders/hosts/compile.ts'),
    import('#graders/hosts/loop-guard.ts'),
    providedFor(files),
  ]);
  return guardProgram(compileProgram(files, entry, { mayImportPackages: true, provided }));
};
