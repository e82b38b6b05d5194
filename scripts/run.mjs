// `npm run grade -- …` and its like: makes the project ready, then runs scripts/<name>.ts with the project's Node.js.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './report.mjs';
import { ensureSetup, nodePath, root, toolEnv } from './setup.mjs';

await UserError.guard(async () => {
  const [name = '', ...args] = process.argv.slice(2);
  const script = join(root, 'scripts', `${name}.ts`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(script)) {
    throw new UserError(`There is no script "${name}" in scripts/. Usage: node scripts/run.mjs <name> [arguments]`);
  }
  await ensureSetup();
  // The working directory stays the caller's: `npm run` sets it to the project, and INIT_CWD to where it was typed.
  const child = spawn(nodePath, [script, ...args], { stdio: 'inherit', env: toolEnv() });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve, reject) =>
    child.on('error', reject).on('exit', (code, signal) => resolve(code ?? (signal ? 130 : 1))),
  );
});
