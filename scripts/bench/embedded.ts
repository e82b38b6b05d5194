// Figures of the embedded engine by itself, in a page with nothing else: its overhead, its workers side by side, its stops.

import { cpus } from 'node:os';
import type { Page } from 'playwright-core';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import { silentMs } from '#graders/hosts/watch.ts';
import type { RunRequest } from '#src/sandbox/engine.ts';
import { openEngineSite, type EngineSite } from '../../tests/browser/engine-site.ts';
import type { Trial } from '../../tests/browser/fixtures/engine-harness.ts';
import { loadExercise, readProgram } from '../exercise-files.ts';
import { figure, type Figure } from './statistics.ts';

const leastRuns = 15;
/** Time for the next worker to stand ready, as between two clicks of a person. */
const restMs = 700;

const oneRun = { exercise: trialExercise, entry: 'solution.ts', scenario: 'calm', seeds: [7] };
const emptyRun: RunRequest = { ...oneRun, files: { 'solution.ts': 'export default async function run() {}\n' } };
const blockedRun: RunRequest = {
  ...oneRun,
  files: { 'solution.ts': 'export default async function run() {\n  for (;;);\n}\n' },
};

export async function measureEmbedded(runs: number): Promise<Figure[]> {
  const site = await openEngineSite();
  try {
    return [...(await overhead(site, runs)), ...(await widths(site, runs)), await stops(site, runs)];
  } finally {
    await site.close();
  }
}

async function run(page: Page, request: RunRequest): Promise<Trial> {
  await page.bringToFront();
  await page.waitForTimeout(restMs);
  return await page.evaluate((given) => window.harness.run(given), request);
}

async function overhead(site: EngineSite, runs: number): Promise<Figure[]> {
  const page = await site.open();
  await page.evaluate(() => window.harness.boot());
  const times: number[] = [];
  for (let i = -2; i < Math.max(runs, leastRuns); i++) {
    const { ms, verdict } = await run(page, emptyRun);
    if (verdict?.failure !== null) throw new Error(`The empty program failed: ${verdict?.failure?.message}`);
    if (i >= 0) times.push(ms);
  }
  await page.context().close();
  return [
    figure('embedded-overhead', 'embedded engine: a program that returns at once, run to verdict, warm', 'ms', times),
  ];
}

/** The cap-intake set with one worker, and with as many as this machine has cores; in turns, for both to have the same weather. */
async function widths(site: EngineSite, runs: number): Promise<Figure[]> {
  const exercise = await loadExercise('cap-intake');
  const { files, entry } = readProgram('exercises/cap-intake/solutions/semaphore', exercise.entry);
  const places = [];
  for (const cores of new Set([1, Math.min(cpus().length, 4)])) {
    const page = await site.open();
    await page.evaluate((count) => window.harness.use(count), cores);
    const what = `cap-intake in the embedded engine, ${cores === 1 ? 'one worker' : `as on ${cores} cores`}`;
    places.push({ page, what, id: `embedded-${cores}`, first: [] as number[], whole: [] as number[] });
  }
  for (let i = -1; i < Math.max(runs, leastRuns); i++) {
    for (const { page, first, whole } of places) {
      const { ms, verdict, events } = await run(page, { exercise, files, entry });
      if (verdict?.passed !== true)
        throw new Error('The reference solution does not pass: there is nothing to measure.');
      if (i < 0) continue;
      first.push(events.find(({ event }) => event.kind === 'run')?.ms ?? Number.NaN);
      whole.push(ms);
    }
  }
  for (const { page } of places) await page.context().close();
  return places.flatMap(({ what, id, first, whole }) => [
    figure(`${id}-first`, `${what}: first result`, 'ms', first),
    figure(`${id}-whole`, `${what}: whole set`, 'ms', whole),
  ]);
}

/** How long after its time is up a program that blocks has its verdict. */
async function stops(site: EngineSite, runs: number): Promise<Figure> {
  const page = await site.open();
  await page.evaluate(() => window.harness.boot());
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const { ms, verdict, events } = await run(page, blockedRun);
    if (verdict?.failure?.kind !== 'blocked') throw new Error('The loop did not block: there is nothing to measure.');
    // Its last sign of life is that it began.
    times.push(ms - (events[0]?.ms ?? Number.NaN) - silentMs);
  }
  await page.context().close();
  return figure('embedded-stop', 'embedded engine: a loop that blocks, its time up to the verdict', 'ms', times);
}
