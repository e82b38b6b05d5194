// Builds the site into dist/, and knows whether dist/ still matches its sources.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, seconds, UserError, watchStep } from './report.mjs';
import { ensureSetup, nodePath, root, toolEnv, toolPath } from './setup.mjs';
import { readContainerSettings } from './webcontainer-settings.mjs';

const sources = [
  'lab',
  'graders',
  'exercises',
  'src',
  'public',
  'scripts',
  'server',
  'astro.config.mjs',
  'headers.mjs',
].concat(['package.json', 'package-lock.json', 'tsconfig.json']);
const stampPath = join(root, '.cache/build.json');

/** A fingerprint of the settings in the environment, and of every source file's path, size and time of change; tests are no sources. */
function fingerprint() {
  const hash = createHash('sha256').update(JSON.stringify(readContainerSettings(process.env)));
  /** @param {string} path */
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stat || /\.test\.\w+$/.test(path)) return;
    if (!stat.isDirectory()) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
    else for (const name of readdirSync(join(root, path)).sort()) visit(`${path}/${name}`);
  };
  for (const path of sources) visit(path);
  return hash.digest('hex');
}

/** Whether dist/ was built from the sources and settings as they are now. */
export function isBuilt() {
  const now = fingerprint();
  if (!existsSync(join(root, 'dist/index.html')) || !existsSync(stampPath)) return false;
  try {
    return JSON.parse(readFileSync(stampPath, 'utf8')).fingerprint === now;
  } catch {
    return false;
  }
}

/** Afterwards dist/ is built from the sources as they were at the start. Resolves to the exit code of the builder. @param {string[]} [args] */
export async function build(args = []) {
  const before = fingerprint();
  const child = spawn(nodePath, [toolPath('astro'), 'build', ...args], { cwd: root, stdio: 'inherit', env: toolEnv() });
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
  if (code === 0) {
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(stampPath, JSON.stringify({ fingerprint: before }));
  }
  return code ?? 1;
}

if (isMain(import.meta.url)) {
  await UserError.guard(async () => {
    await ensureSetup();
    const step = watchStep('Building the site into dist/');
    process.exitCode = await build(process.argv.slice(2));
    step.end();
    process.stderr.write(
      `${process.exitCode === 0 ? 'Built' : 'The build failed'} after ${seconds(step.elapsedMs())}.\n`,
    );
  });
}
