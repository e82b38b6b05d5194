// Finds the Chromium that the browser tests drive, and installs Debian's where that is possible.
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isMain, seconds, UserError, watchStep } from './report.mjs';

/** Flags for a headless Chromium that stays off the network and runs in containers. */
export const launchArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

function usualPlaces() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (platform === 'win32') {
    const bases = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter(
      (base) => base !== undefined,
    );
    return bases.flatMap((base) => [
      join(base, 'Google/Chrome/Application/chrome.exe'),
      join(base, 'Chromium/Application/chrome.exe'),
      join(base, 'Microsoft/Edge/Application/msedge.exe'),
    ]);
  }
  const folders = ['/usr/bin', '/usr/local/bin', '/snap/bin', ...(env['PATH'] ?? '').split(delimiter)];
  return commands.flatMap((command) => folders.map((folder) => join(folder, command)));
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a Chromium on this machine, or null. CHROMIUM_PATH wins, and must be right when it is set. */
export function findChromium() {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new UserError(
      `CHROMIUM_PATH is "${chosen}", but no program is there. Set it to the path of a Chromium or Chrome, or unset it.`,
    );
  }
  return usualPlaces().find(isExecutable) ?? null;
}

/** The path of a Chromium; installs Debian's package when there is none and this account may. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const mayInstall = process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get');
  if (mayInstall) {
    const step = watchStep('Installing Chromium with apt-get for the browser tests');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (/** @type {string[]} */ ...args) =>
      spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env }).status === 0;
    const done = apt('update', '-qq') && apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
    step.end();
    process.stderr.write(`${done ? 'Installed Chromium' : 'apt-get failed'} after ${seconds(step.elapsedMs())}.\n`);
    const installed = done ? findChromium() : null;
    if (installed) return installed;
  }
  throw new UserError(
    'The browser tests need Chromium or Chrome, and none was found on this machine.\n' +
      'Debian or Ubuntu: sudo apt-get install chromium · macOS: brew install --cask chromium · Windows: install Google Chrome.\n' +
      'If it is in an unusual place, set CHROMIUM_PATH to its path.',
  );
}

if (isMain(import.meta.url)) {
  await UserError.guard(async () => {
    const path = await ensureChromium();
    process.stdout.write(`${path}\n${execFileSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8' })}`);
  });
}
