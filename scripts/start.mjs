// `npm start`: installs and builds when that is due, then serves dist/ until Ctrl-C.
import { spawn } from 'node:child_process';
import { build, isBuilt } from './build.mjs';
import { seconds, UserError, watchStep } from './report.mjs';
import { checkAddress, readAddress } from './serve.mjs';
import { ensureSetup, nodePath, root, toolEnv } from './setup.mjs';

await UserError.guard(async () => {
  // A bad or busy address is said at once, not after minutes of building.
  await checkAddress(readAddress(process.env));
  await ensureSetup();
  if (!isBuilt()) {
    const step = watchStep('Building the site (dist/ is missing or older than its sources)');
    const code = await build().finally(step.end);
    if (code !== 0)
      throw new UserError('The build failed; what is wrong stands above. Mend it and run npm start again.');
    process.stderr.write(`Built in ${seconds(step.elapsedMs())}.\n`);
  }
  // The server ends when its channel to this process does, however this process ends.
  const server = spawn(nodePath, ['scripts/serve.mjs'], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: toolEnv(),
  });
  const stop = () => server.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  endWithNpm(stop);
  process.exitCode = await new Promise((resolve, reject) =>
    server.on('error', reject).on('exit', (code) => resolve(code ?? 1)),
  );
  process.exit();
});

/**
 * npm runs a script through a shell that does not pass SIGTERM on: when that shell is gone, so is npm.
 * @param {() => void} stop
 */
function endWithNpm(stop) {
  if (!process.env['npm_lifecycle_event']) return;
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) stop();
  }, 300).unref();
}
