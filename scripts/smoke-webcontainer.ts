// `npm run smoke:webcontainer`: Full Node against StackBlitz's real runtime, for a person with internet; writes a dated report.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { gradeInNode } from '#graders/hosts/node.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import type { Verdict } from '#graders/verdict.ts';
import { openContainerSite, type ContainerSite } from '../tests/browser/container-site.ts';
import { installStandIn } from '../tests/stand-in/install.ts';
import { exerciseIds, exercisesDir, loadExercise, nearMissesOf, readProgram, solutionsOf } from './exercise-files.ts';
import { bundleProvided } from './provided-modules.mjs';
import { root } from './setup.mjs';

const usage = `Usage: npm run smoke:webcontainer [-- --quick] [-- --stand-in]

Boots the real WebContainer runtime from stackblitz.com in an installed Chromium and writes what it found to
docs/webcontainer/<date>.md. It needs the internet, and takes some minutes.

  --quick     one program of each exercise instead of all
  --stand-in  tries this command itself, against the stand-in of the tests; writes nothing
`;

interface Finding {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly isGood: boolean | null;
}

const findings: Finding[] = [];
function note(what: string, expected: string, found: string, isGood: boolean | null): void {
  findings.push({ what, expected, found, isGood });
  const mark = isGood === null ? '·' : isGood ? '✓' : '✗';
  process.stdout.write(`${mark} ${what}: ${found}${isGood === false ? ` (expected: ${expected})` : ''}\n`);
}

/** A part that cannot be tried is a finding, too. */
async function attempt(what: string, expected: string, find: () => Promise<void>): Promise<void> {
  try {
    await find();
  } catch (error) {
    note(what, expected, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), false);
  }
}

const ms = (value: number): string => `${Math.round(value)} ms`;
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const said = ({ passed, failure, checks, seeds, steps }: Verdict): string =>
  JSON.stringify({ passed, failure: failure && { ...failure, stack: [] }, checks, seeds, steps });

const trial = { exercise: trialExercise, entry: 'solution.ts', scenario: 'calm', seeds: [7] };
const good = `export default async function run({ consumer, sink, signal }: any) {
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    if (records.length > 0) await sink.write(records);
    await consumer.commitSync();
  }
}
`;
const runTrial = (page: Page, source: string) =>
  page.evaluate((request) => window.full.run(request), { ...trial, files: { 'solution.ts': source } });

async function openPage(site: ContainerSite, isStandIn: boolean): Promise<Page> {
  const context = await site.browser.newContext();
  // Its processes start without this machine's way to the registry, which npm needs.
  const reaching = /^(?:https?_proxy|no_proxy|npm_config_\w+|node_extra_ca_certs|ssl_cert_file)$/i;
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && reaching.test(name) ? [[name, value]] : [],
    ),
  );
  if (isStandIn) await installStandIn(context, { env });
  return await site.open(context);
}

async function bootOnce(page: Page): Promise<number | null> {
  await page.evaluate(() => window.full.boot());
  const status = await page.evaluate(() => window.full.status());
  if (status.state === 'ready') return status.bootMs;
  note('boot', 'ready', status.state === 'failed' ? `${status.trouble}: ${status.detail}` : status.state, false);
  return null;
}

async function boots(site: ContainerSite, isStandIn: boolean): Promise<Page | null> {
  const page = await openPage(site, isStandIn);
  const cold = await bootOnce(page);
  if (cold === null) return null;
  note('boot, first', 'under 25 s', ms(cold), cold < 25_000);
  const warm: number[] = [];
  for (let i = 0; i < 3; i++) {
    await page.reload();
    await page.waitForFunction(() => 'full' in window);
    const took = await bootOnce(page);
    if (took === null) return null;
    warm.push(took);
  }
  note('boot, after a reload, median of 3', 'under 5 s', ms(median(warm)), median(warm) < 5_000);
  return page;
}

async function whatItIs(page: Page): Promise<void> {
  await attempt('Node.js version', '20 or newer', async () => {
    const { output } = await page.evaluate(() => window.full.command('node', ['--version'], '.'));
    const version = output.trim();
    note('Node.js version', '20 or newer', version, Number(/v(\d+)/.exec(version)?.[1] ?? 0) >= 20);
  });
  await attempt('TypeScript without a build', 'not relied upon', async () => {
    await page.evaluate(() => window.full.write('plain.ts', 'const n: number = 41; console.log(n + 1);'));
    const { output } = await page.evaluate(() => window.full.command('node', ['plain.ts'], '.'));
    note('TypeScript without a build', 'not relied upon', output.includes('42') ? 'runs' : 'does not run', null);
  });
  await attempt('npm install', 'exit code 0', async () => {
    await page.evaluate(() => window.full.write('packages/package.json', '{ "name": "packages", "private": true }'));
    const startedMs = performance.now();
    const { code } = await page.evaluate(() => window.full.command('npm', ['install', 'p-limit@7.3.3'], 'packages'));
    note('npm install p-limit', 'exit code 0', `exit code ${code}, ${ms(performance.now() - startedMs)}`, code === 0);
  });
}

async function runs(page: Page): Promise<void> {
  await attempt('a run', 'a verdict', async () => {
    const first = await runTrial(page, good);
    note('first run', 'a verdict', `${first.verdict?.failure?.message ?? 'graded'}, ${ms(first.ms)}`, first.verdict?.failure === null); // prettier-ignore
    const times: number[] = [];
    for (let i = 0; i < 7; i++) times.push((await runTrial(page, good)).ms);
    note('a run of one scenario, median of 7', 'under 1 s', ms(median(times)), median(times) < 1_000);
  });
  await attempt('a loop that never lets go', 'ended by its guard', async () => {
    const { verdict, ms: took } = await runTrial(page, 'export default async function run() { for (;;) {} }');
    note('a loop that never lets go, guarded', 'blocked', `${verdict?.failure?.kind ?? 'graded'} after ${ms(took)}`, verdict?.failure?.kind === 'blocked'); // prettier-ignore
    const after = await runTrial(page, good);
    note('the run after it', 'graded', after.verdict?.failure?.kind ?? 'graded', after.verdict?.failure === null);
  });
  await attempt('a loop without a guard', 'ended by kill', async () => {
    const { code, endMs, generations } = await page.evaluate(() =>
      window.full.endAfter('node', ['-e', 'for (;;) {}'], 1_500),
    );
    const how =
      generations > 0 ? 'by a new container' : code === null ? 'not known to have ended' : `exit code ${code}`;
    note('a loop without a guard, killed', 'ended, by kill or by a new container', `${how}, ${ms(endMs)}`, code !== null || generations > 0); // prettier-ignore
    const after = await runTrial(page, good);
    note('the run after it', 'graded', after.verdict?.failure?.kind ?? 'graded', after.verdict?.failure === null);
  });
}

async function verdicts(page: Page, isQuick: boolean): Promise<void> {
  let equal = 0;
  const different: string[] = [];
  for (const id of exerciseIds()) {
    const exercise = await loadExercise(id);
    const programs = [
      { name: 'starter', path: join(exercisesDir, id, 'starter') },
      ...solutionsOf(id),
      ...nearMissesOf(id, exercise.entry).map(({ file, path }) => ({ name: file, path })),
    ];
    for (const { name, path } of isQuick ? programs.slice(1, 2) : programs) {
      const { files, entry } = readProgram(path, exercise.entry);
      const here = await gradeInNode(exercise, files, { entry, provided: bundleProvided });
      const there = await page.evaluate((request) => window.full.run(request), { exercise, files, entry });
      if (there.verdict !== null && said(there.verdict) === said(here)) equal++;
      else different.push(`${id}/${name}`);
    }
  }
  const found = `${equal} of ${equal + different.length}${different.length > 0 ? `; not: ${different.join(', ')}` : ''}`;
  note('verdicts equal to those of `npm run grade`', 'all', found, different.length === 0);
}

function report(browserVersion: string, at: Date): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const mark = ({ isGood }: Finding) => (isGood === null ? '' : isGood ? 'yes' : '**no**');
  return [
    `# Full Node against the real runtime, ${at.toISOString().slice(0, 10)}`,
    '',
    `Chromium ${browserVersion}, ${process.platform}, \`npm run smoke:webcontainer\`.`,
    '',
    '| what | expected | found | as expected |',
    '| --- | --- | --- | --- |',
    ...findings.map((each) => `| ${cell(each.what)} | ${cell(each.expected)} | ${cell(each.found)} | ${mark(each)} |`),
    '',
  ].join('\n');
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, 'stand-in': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const isStandIn = values['stand-in'] ?? false;
  const site = await openContainerSite();
  try {
    const page = await boots(site, isStandIn);
    if (page !== null) {
      await whatItIs(page);
      await runs(page);
      await verdicts(page, values.quick ?? false);
    }
    if (isStandIn) return findings.some(({ isGood }) => isGood === false) ? 1 : 0;
    const at = new Date();
    const path = join('docs/webcontainer', `${at.toISOString().slice(0, 10)}.md`);
    mkdirSync(join(root, 'docs/webcontainer'), { recursive: true });
    writeFileSync(join(root, path), report(site.browser.version(), at));
    process.stdout.write(`\nWritten to ${path}. Commit it if the runtime was reached.\n`);
    return findings.some(({ isGood }) => isGood === false) ? 1 : 0;
  } finally {
    await site.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof TypeError) || !('code' in error)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
