// Makes the project ready to run on a machine that has only Node.js and npm; needs nothing installed itself.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain, seconds, UserError, watchStep } from './report.mjs';

const oldestNode = 20;

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The project's own Node.js (newer than the one that may run this file), installed as a package. */
export const nodePath = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The environment in which `node` and every tool are the project's own. */
export const toolEnv = () => {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' };
  // On Windows the name may be `Path`; keep one only.
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[key] = [join(root, 'node_modules/node/bin'), join(root, 'node_modules/.bin'), env[key]].join(delimiter);
  return env;
};

/**
 * The script file behind a package's command, so that it can be run with the project's own Node.js.
 * @param {string} packageName
 * @param {string} [command]
 */
export function toolPath(packageName, command = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= oldestNode) return;
  throw new UserError(
    `Spillway needs Node.js ${oldestNode} or newer to start; this is ${process.version}.\n` +
      'Install a current version from https://nodejs.org/ and run the same command again.',
  );
}

/** @param {string} path @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> | null} */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Why an install is due, or null. npm writes what it has installed to node_modules/.package-lock.json at the end
 * of every install: that file is our stamp, so an `npm install` by hand counts as well.
 */
export function whyInstall() {
  if (!existsSync(join(root, 'node_modules'))) return 'first run';
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const present = lockedPackages(join(root, 'node_modules/.package-lock.json'));
  if (!wanted)
    throw new UserError('package-lock.json is missing or unreadable. Restore it: git checkout package-lock.json');
  if (!present || !existsSync(nodePath)) return 'an earlier install did not finish';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = present[path];
    if (found ? found.version !== entry.version : !entry.optional && !entry.devOptional)
      return 'package-lock.json has changed';
  }
  return null;
}

/** Runs `npm ci`; its output goes to stderr, so that stdout stays the caller's. */
async function install() {
  // npm names itself and its Node.js when it runs a script. That Node.js stays while node_modules is replaced.
  const { npm_execpath: npm, npm_node_execpath: npmNode } = process.env;
  const byNpm = npm && npmNode && existsSync(npm) && existsSync(npmNode);
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'];
  const child = byNpm
    ? spawn(npmNode, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawn('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve)).catch((cause) => {
    throw new UserError(
      `npm could not be started: ${cause.message}\nInstall npm (it comes with Node.js) and run the same command again.`,
    );
  });
  if (code !== 0) {
    throw new UserError(
      `npm ci failed (exit code ${code}); what it said stands above.\n` +
        'If package.json and package-lock.json are not in sync: npm install. If the registry was not reached: check the\n' +
        'network, or the registry in ~/.npmrc. Then run the same command again.',
    );
  }
  if (!existsSync(nodePath)) {
    throw new UserError(
      'npm ci ended, but the Node.js of the project is missing: install scripts seem to be switched off.\n' +
        'Allow them for this project: npm ci --ignore-scripts=false',
    );
  }
}

/** Holds a lock while `work` runs, so that two commands started together do not install over each other. @param {() => Promise<void>} work */
async function alone(work) {
  const lock = join(root, '.setup.lock');
  const deadline = Date.now() + 15 * 60_000;
  for (;;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      if (!holderLives(lock)) rmSync(lock, { force: true });
      else if (Date.now() > deadline)
        throw new UserError(`Another set-up has held ${lock} for 15 minutes. End it, or delete the file.`, {
          cause: error,
        });
      else await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function holderLives(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (!pid) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** Afterwards everything in package-lock.json is installed. Says what it does on stderr; silent when there is nothing to do. */
export async function ensureSetup() {
  checkNode();
  if (!whyInstall()) return;
  await alone(async () => {
    const reason = whyInstall();
    if (!reason) return;
    const step = watchStep(`Installing packages with npm ci (${reason}); this takes about a minute`);
    try {
      await install();
    } finally {
      step.end();
    }
    process.stderr.write(`Installed in ${seconds(step.elapsedMs())}.\n`);
  });
}

if (isMain(import.meta.url)) await UserError.guard(ensureSetup);
