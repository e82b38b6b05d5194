// `npm test`: everything that must hold, in named steps. `npm run verify -- lint types` runs only the named ones.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensureBrowsers, ensureChromium } from './browser.mjs';
import { seconds, UserError } from './report.mjs';
import { ensureSetup, nodePath, root, toolEnv, toolPath } from './setup.mjs';

/**
 * What a step found. `broke` has a line for each thing that is wrong, `output` what its tools printed, `without` a line
 * for each thing that it had to do without.
 * @typedef {{ passed: number, failed: number, skipped?: number, broke: string[], output: string, without?: string[] }} Outcome
 * @typedef {{ name: string, about: string, needs?: string, run: () => Promise<Outcome> }} Step
 */

const reports = join(root, '.cache/verify');

/** No step takes this long unless something in it never ends. */
const limitMs = 15 * 60_000;

/**
 * What runs now, each in a process group of its own, so that none of its children outlives it.
 * @type {Set<() => void>}
 */
const enders = new Set();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    for (const end of enders) end();
    process.exit(130);
  });
}

/**
 * Runs a program with the project's Node.js and gathers what it prints.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>}
 */
function node(args, env = {}) {
  return new Promise((resolve, reject) => {
    const isPosix = process.platform !== 'win32';
    const child = spawn(nodePath, args, {
      cwd: root,
      env: { ...toolEnv(), ...(verbose ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined }), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: isPosix,
    });
    let output = '';
    let timedOut = false;
    const gather = (/** @type {string} */ text) => {
      output += text;
      if (verbose) process.stdout.write(text);
    };
    const end = () => {
      if (isPosix && child.pid) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    };
    const limit = setTimeout(() => {
      timedOut = true;
      end();
    }, limitMs);
    enders.add(end);
    child.stdout.setEncoding('utf8').on('data', gather);
    child.stderr.setEncoding('utf8').on('data', gather);
    child.on('error', reject).on('close', (code) => {
      clearTimeout(limit);
      enders.delete(end);
      resolve({ code: code ?? 1, output: stripVTControlCharacters(output), timedOut });
    });
  });
}

/**
 * A step of programs that run one after the other until one ends with an exit code other than 0. It counts as one.
 * @param {Array<{ name: string, args: () => string[], finding?: RegExp }>} list `finding` matches each thing that is
 *   wrong in what the program prints; its first group is what the summary shows
 */
const programs = (list) => async () => {
  for (const { name, args, finding } of list) {
    const { code, output, timedOut } = await node(args());
    if (code === 0) continue;
    const found = finding ? [...output.matchAll(finding)].map((match) => `${name}: ${(match[1] ?? '').trim()}`) : [];
    const ended = timedOut ? `${name} had not ended after ${seconds(limitMs)}` : `${name} ended with exit code ${code}`;
    return { passed: 0, failed: 1, broke: found.length > 0 ? [...new Set(found)] : [ended], output };
  }
  return { passed: 1, failed: 0, broke: [], output: '' };
};

/**
 * A step of Vitest tests, counted from its JSON report.
 * @param {string} project
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string[]} [files] all of the project unless given
 * @returns {Promise<Outcome>}
 */
async function tests(project, env, files = []) {
  const report = join(reports, `${project}.json`);
  const running = join(reports, `${project}-running.json`);
  for (const path of [report, running]) rmSync(path, { force: true });
  const { code, output, timedOut } = await node(
    [toolPath('vitest'), 'run', ...files, '--project', project, '--allowOnly=false', '--passWithNoTests=false'].concat([
      '--reporter=default',
      '--reporter=./scripts/running-tests.mjs',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]),
    { ...env, RUNNING_TESTS: running },
  );
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: 0, skipped: 0, broke: [], output: code === 0 ? '' : output };
  if (timedOut) {
    const begun = existsSync(running) ? JSON.parse(readFileSync(running, 'utf8')) : [];
    outcome.failed = 1;
    outcome.broke.push(
      `after ${seconds(limitMs)} these had not ended: ${begun.join(', ') || 'no test file had begun'}`,
    );
    return outcome;
  }
  /** @type {string[]} */
  const again = [];
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    outcome.passed = result.numPassedTests;
    outcome.failed = result.numFailedTests;
    outcome.skipped = result.numPendingTests + result.numTodoTests;
    for (const file of result.testResults) {
      const failures = file.assertionResults.filter(
        (/** @type {{ status: string }} */ test) => test.status === 'failed',
      );
      for (const test of failures) outcome.broke.push(`${relative(file.name)}: ${test.fullName}`);
      if (file.status === 'failed' && failures.length === 0) {
        if (files.length === 0 && wasBroughtDown(output, file.name)) {
          // The tests of that file that had ended are in this report already, and will be in the next.
          outcome.passed -= file.assertionResults.filter(
            (/** @type {{ status: string }} */ test) => test.status === 'passed',
          ).length;
          again.push(file.name);
          continue;
        }
        outcome.failed += 1;
        outcome.broke.push(`${relative(file.name)} could not be run: ${firstLine(file.message)}`);
      }
    }
  } catch (error) {
    outcome.broke.push(`vitest left no report (${error instanceof Error ? error.message : String(error)})`);
  }
  if (again.length > 0) {
    const second = await tests(project, env, again);
    outcome.passed += second.passed;
    outcome.failed += second.failed;
    outcome.broke.push(...second.broke);
    outcome.skipped = second.skipped ?? 0;
    outcome.output += `\nRun again, since Node.js itself had died of a signal: ${again.map(relative).join(', ')}\n${second.output}`;
    return outcome;
  }
  if (code !== 0 && outcome.failed === 0) {
    outcome.failed = 1;
    if (outcome.broke.length === 0) outcome.broke.push(`vitest ended with exit code ${code}`);
  }
  return outcome;
}

/** Whether a signal that V8 dies of (a segmentation fault, a check of its own) ended the process that ran a file. */
const wasBroughtDown = (/** @type {string} */ output, /** @type {string} */ file) =>
  /Worker exited unexpectedly with signal SIG(?:SEGV|TRAP|ILL|ABRT)\b/.test(output) &&
  output.includes(`while running test file ${file}`);

const relative = (/** @type {string} */ path) => path.replace(root, '').replaceAll('\\', '/');
const firstLine = (/** @type {string | undefined} */ text) => (text ?? '').trim().split('\n')[0] ?? '';

/** @type {Step[]} */
const steps = [
  {
    name: 'format',
    about: 'mend with npm run format',
    run: programs([
      {
        name: 'prettier',
        args: () => [toolPath('prettier'), '--check', '--log-level', 'warn', '.'],
        finding: /^\[(?:warn|error)\] (?!Code style)(\S+)/gm,
      },
    ]),
  },
  {
    name: 'lint',
    about: 'rules in .oxlintrc.json',
    run: programs([
      { name: 'oxlint', args: () => [toolPath('oxlint'), '.', '--format=unix'], finding: /^(\S+:\d+:\d+: .*)$/gm },
    ]),
  },
  {
    name: 'types',
    about: 'astro check and tsc',
    run: programs([
      {
        name: 'astro check',
        args: () => [toolPath('astro'), 'check', '--minimumSeverity', 'warning', '--minimumFailingSeverity', 'warning'],
        finding: /^(\S+:\d+:\d+ - (?:error|warning) .*)$/gm,
      },
      {
        name: 'tsc',
        args: () => [toolPath('typescript', 'tsc'), '--noEmit', '--pretty', 'false'],
        finding: /^(\S+\(\d+,\d+\): error .*)$/gm,
      },
    ]),
  },
  { name: 'unit', about: 'tests beside their files', run: () => tests('unit') },
  { name: 'gate', about: 'the content keeps its promises', run: () => tests('gate') },
  {
    name: 'build',
    about: 'the site in dist/',
    run: programs([{ name: 'npm run build', args: () => ['scripts/build.mjs'] }]),
  },
  {
    name: 'engines',
    about: 'what they owe, in each browser',
    run: async () => {
      const { env, missing } = await ensureBrowsers();
      return { ...(await tests('engines', env)), without: missing };
    },
  },
  {
    name: 'browser',
    about: 'whole pages in Chromium',
    needs: 'build',
    run: async () => tests('browser', { CHROMIUM_PATH: await ensureChromium() }),
  },
];

const options = process.argv.slice(2);
const verbose = options.includes('--verbose');
const names = options.filter((option) => option !== '--verbose');

/** Runs a step with a sign of life every 30 seconds; a step that cannot run at all has failed. @param {Step} step @returns {Promise<Outcome>} */
async function runStep(step) {
  const startedMs = Date.now();
  const beat = setInterval(() => process.stdout.write(`  … ${step.name} ${seconds(Date.now() - startedMs)}\n`), 30_000);
  try {
    return await step.run();
  } catch (error) {
    const message =
      error instanceof UserError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    return { passed: 0, failed: 1, broke: message.split('\n'), output: '' };
  } finally {
    clearInterval(beat);
  }
}

/** @param {Outcome} outcome */
function counts({ passed, failed, skipped }) {
  if (passed + failed === 1 && skipped === undefined) return failed ? 'failed' : 'ok';
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped) parts.push(`${skipped} skipped`);
  return parts.join(', ');
}

async function main() {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new UserError(
      `There is no step "${unknown.join('", "')}". The steps are: ${steps.map((step) => step.name).join(', ')}`,
    );
  }
  await ensureSetup();
  mkdirSync(reports, { recursive: true });

  const startedMs = Date.now();
  let passed = 0;
  let failed = 0;
  /** @type {string[]} */
  const without = [];
  /** @type {Map<string, Outcome>} */
  const red = new Map();
  for (const step of steps) {
    if (names.length > 0 && !names.includes(step.name)) continue;
    const title = `${step.name.padEnd(8)} ${step.about}`.padEnd(44);
    if (step.needs && red.has(step.needs)) {
      process.stdout.write(`–  ${title} not run: ${step.needs} is red\n`);
      continue;
    }
    process.stdout.write(`   ${title} …\n`);
    const stepMs = Date.now();
    const outcome = await runStep(step);
    passed += outcome.passed;
    failed += outcome.failed;
    without.push(...(outcome.without ?? []));
    const took = seconds(Date.now() - stepMs).padStart(8);
    process.stdout.write(`${outcome.failed > 0 ? '✗' : '✓'}  ${title} ${took}  ${counts(outcome)}\n`);
    if (outcome.failed === 0) continue;
    red.set(step.name, outcome);
    if (outcome.output && !verbose) process.stdout.write(`${outcome.output.trimEnd().replace(/^/gm, '     ')}\n`);
  }

  if (red.size > 0) process.stdout.write('\nWhat broke:\n');
  for (const [name, { broke }] of red) {
    for (const line of broke.slice(0, 20)) process.stdout.write(`  ${name}: ${line}\n`);
    if (broke.length > 20) process.stdout.write(`  ${name}: and ${broke.length - 20} more\n`);
    process.stdout.write(`  ${name}: run it alone with npm run verify -- ${name}\n`);
  }
  if (without.length > 0) process.stdout.write('\n');
  for (const line of without) process.stdout.write(`Skipped: ${line}\n`);
  process.stdout.write(`\nTook ${seconds(Date.now() - startedMs)}.\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stdout.write(`\n${error.message}\n0 passed, 1 failed\n`);
  process.exitCode = 2;
}
