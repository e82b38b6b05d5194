// Finds the browsers that the tests drive, and installs Debian's where that is possible.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
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

const { env, platform } = process;
const folders = ['/usr/bin', '/usr/local/bin', '/snap/bin', ...(env['PATH'] ?? '').split(delimiter)];
const inFolders = (/** @type {string[]} */ ...commands) =>
  commands.flatMap((command) => folders.map((folder) => join(folder, command)));
const inApplications = (/** @type {string[]} */ ...paths) => paths.map((path) => join('/Applications', path));
const inProgramFiles = (/** @type {string[]} */ ...paths) =>
  [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']]
    .filter((base) => base !== undefined)
    .flatMap((base) => paths.map((path) => join(base, path)));

function chromiumPlaces() {
  if (platform === 'darwin') {
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return inApplications(...names.map((name) => `${name}.app/Contents/MacOS/${name}`));
  }
  if (platform === 'win32') {
    return inProgramFiles(
      'Google/Chrome/Application/chrome.exe',
      'Chromium/Application/chrome.exe',
      'Microsoft/Edge/Application/msedge.exe',
    );
  }
  return inFolders('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge');
}

function firefoxPlaces() {
  if (platform === 'darwin') return inApplications('Firefox.app/Contents/MacOS/firefox');
  if (platform === 'win32') return inProgramFiles('Mozilla Firefox/firefox.exe');
  return inFolders('firefox-esr', 'firefox');
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

/**
 * The path that a variable of the environment names, which must be right when it is set, or the first of `places`.
 * @param {string} variable
 * @param {string} what
 * @param {string[]} places
 */
function find(variable, what, places) {
  const chosen = env[variable];
  if (!chosen) return places.find(isExecutable) ?? null;
  if (isExecutable(chosen)) return chosen;
  throw new UserError(
    `${variable} is "${chosen}", but no program is there. Set it to the path of ${what}, or unset it.`,
  );
}

/** The path of a Chromium on this machine, or null. CHROMIUM_PATH wins, and must be right when it is set. */
export const findChromium = () => find('CHROMIUM_PATH', 'a Chromium or Chrome', chromiumPlaces());

/** Why this account cannot install Debian's packages, or null when it may. */
function whyNoInstall() {
  if (platform !== 'linux' || !isExecutable('/usr/bin/apt-get')) return 'there is no apt-get to install it with';
  return process.getuid?.() === 0 ? null : 'this account may not install it';
}

const installMs = 5 * 60_000;

/** Whether apt-get did what it was told. @param {string[]} args @returns {Promise<boolean>} */
function apt(...args) {
  return new Promise((resolve) => {
    const child = spawn('/usr/bin/apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: installMs,
    });
    child.on('error', () => resolve(false)).on('close', (code) => resolve(code === 0));
  });
}

/** @type {Promise<boolean> | undefined} */
let update;

/** Installs Debian packages, with a sign of life. @param {string} name @param {...string} packages */
async function install(name, ...packages) {
  const step = watchStep(`Installing ${name} with apt-get for the browser tests`);
  const done =
    (await (update ??= apt('update', '-qq'))) &&
    (await apt('install', '-y', '-qq', '--no-install-recommends', ...packages));
  step.end();
  process.stderr.write(`${done ? `Installed ${name}` : 'apt-get failed'} after ${seconds(step.elapsedMs())}.\n`);
  return done;
}

/** The path of a Chromium; installs Debian's package when there is none and this account may. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (whyNoInstall() === null && (await install('Chromium', 'chromium'))) {
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new UserError(
    'The browser tests need Chromium or Chrome, and none was found on this machine.\n' +
      'Debian or Ubuntu: sudo apt-get install chromium · macOS: brew install --cask chromium · Windows: install Google Chrome.\n' +
      'If it is in an unusual place, set CHROMIUM_PATH to its path.',
  );
}

/**
 * A browser that the tests can do without, or why it is not there.
 * @template T
 * @typedef {{ found: T, reason: null } | { found: null, reason: string }} Search
 */

/** What it takes to drive WebKitGTK: WebKitWebDriver, its MiniBrowser, and Xvfb for a display. @typedef {{ driver: string, browser: string, display: string }} WebKit */

/** The path again when the program there starts at all, with its libraries. @param {string | null} path */
const starts = (path) =>
  path !== null && spawnSync(path, ['--help'], { stdio: 'ignore', timeout: 20_000 }).status === 0 ? path : null;

/**
 * @template T
 * @param {string} name
 * @param {() => T | null} look
 * @param {...string} packages Debian's
 * @returns {Promise<Search<T>>}
 */
async function search(name, look, ...packages) {
  const chosen = env['BROWSERS'];
  if (chosen && !chosen.toLowerCase().split(/[ ,]+/).includes(name.toLowerCase())) {
    return { found: null, reason: `BROWSERS is ${chosen}` };
  }
  const isThere = look();
  if (isThere !== null) return { found: isThere, reason: null };
  const why = whyNoInstall();
  if (why !== null) return { found: null, reason: `it is not on this machine, and ${why}: ${packages.join(', ')}` };
  const done = await install(name, ...packages);
  const found = done ? look() : null;
  if (found !== null) return { found, reason: null };
  const what = done ? 'was not found after' : 'could not be installed with';
  return { found: null, reason: `it ${what} apt-get install ${packages.join(' ')}` };
}

/** The path of a Firefox. FIREFOX_PATH wins, and must be right when it is set. */
export const ensureFirefox = () =>
  search('Firefox', () => starts(find('FIREFOX_PATH', 'a Firefox', firefoxPlaces())), 'firefox-esr');

/** All of WebKitGTK. WEBKIT_DRIVER_PATH wins, and must be right when it is set; the other parts are where it is, or where distributions put them. */
export const ensureWebKit = () => search('WebKit', findWebKit, 'webkit2gtk-driver', 'xvfb');

/** @returns {WebKit | null} */
function findWebKit() {
  if (platform !== 'linux') return null;
  const driver = starts(find('WEBKIT_DRIVER_PATH', 'a WebKitWebDriver', inFolders('WebKitWebDriver')));
  const display = inFolders('Xvfb').find(isExecutable);
  if (driver === null || display === undefined) return null;
  const browser = [dirname(driver), ...webKitFolders()].map((path) => join(path, 'MiniBrowser')).find(isExecutable);
  return browser === undefined ? null : { driver, browser, display };
}

/** Such as /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1. */
function webKitFolders() {
  const list = (/** @type {string} */ path) => {
    try {
      return readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    } catch {
      return [];
    }
  };
  const triplets = list('/usr/lib').filter(({ name }) => name.includes('-linux-'));
  return ['/usr/lib', '/usr/libexec', ...triplets.map(({ name }) => join('/usr/lib', name))].flatMap((base) =>
    list(base)
      .filter(({ name }) => /^webkit(?:2?gtk)-/.test(name))
      .map(({ name }) => join(base, name)),
  );
}

/**
 * All the browsers for a whole run of the tests: the environment that names those that are there, and a line for each
 * that is not.
 */
export async function ensureBrowsers() {
  const chromium = await ensureChromium();
  const firefox = await ensureFirefox();
  const webKit = await ensureWebKit();
  /** @type {Record<string, string>} */
  const found = { CHROMIUM_PATH: chromium };
  const names = ['chromium'];
  const missing = [];
  if (firefox.found === null) missing.push(`Firefox (${firefox.reason})`);
  else {
    found['FIREFOX_PATH'] = firefox.found;
    names.push('firefox');
  }
  if (webKit.found === null) missing.push(`WebKit (${webKit.reason})`);
  else {
    found['WEBKIT_DRIVER_PATH'] = webKit.found.driver;
    names.push('webkit');
  }
  // A test does not look again for what is not there.
  return { env: { ...found, BROWSERS: names.join(',') }, missing };
}

if (isMain(import.meta.url)) {
  await UserError.guard(async () => {
    const path = await ensureChromium();
    process.stdout.write(`${path}\n${execFileSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8' })}`);
    const firefox = await ensureFirefox();
    process.stdout.write(`Firefox: ${firefox.found ?? firefox.reason}\n`);
    const webKit = await ensureWebKit();
    process.stdout.write(`WebKit: ${webKit.found?.browser ?? webKit.reason}\n`);
  });
}
