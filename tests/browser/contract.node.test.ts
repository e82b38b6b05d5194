// The engine's contract, and what only Full Node can do, over the stand-in for the hosted runtime.
import { mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gradeInNode } from '#graders/hosts/node.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import { ensureChromium } from '../../scripts/browser.mjs';
import { installStandIn, type StandIn } from '../stand-in/install.ts';
import { openBench, type Bench } from './contract/bench.ts';
import { startChromium } from './contract/chromium.ts';
import { poll, type BrowserDriver } from './contract/driver.ts';
import { good, goodLoop, program } from './contract/programs.ts';
import { openHarnessSite, type HarnessSite } from './contract/site.ts';
import { contractSuite, type Owed } from './contract/suite.ts';
import { askFor, same, verdictIn } from './contract/verdicts.ts';

let site: HarnessSite;
let browser: BrowserDriver;
let standIn: StandIn;
beforeAll(async () => {
  site = await openHarnessSite('node');
  browser = await startChromium(await ensureChromium(), async (context) => {
    standIn = await installStandIn(context);
  });
});
afterAll(async () => {
  await standIn?.dispose();
  await browser?.close();
  await site?.close();
});

/** Puts a package of ours where npm would have put it for the learner. */
async function installPackage(name: string): Promise<void> {
  const folder = join(standIn.folder(), trialExercise.id, 'node_modules');
  await mkdir(folder, { recursive: true });
  await symlink(resolve('node_modules', name), join(folder, name));
}

const open = () => openBench(browser, site.isolated);

const owed: Owed = {
  isIsolated: true,
  memory: ['out-of-memory', 'blocked'],
  // The class MessagePort, which packages use: no port to anybody.
  finds: ['posting a verdict by hand'],
};
contractSuite('Full Node', open, owed, (bench: () => Bench) => {
  describe('beside what every engine does', () => {
    test('a package from the folder of the exercise', async () => {
      const withPackage = `import pLimit from 'p-limit';\n${program(`
  const limit = pLimit(2);
  const order: number[] = [];
  await Promise.all([30, 10, 20].map((ms) => limit(async () => {
    await new Promise((r) => setTimeout(r, ms));
    order.push(ms);
  })));
  console.log(order.join(), Date.now() > 0, limit.activeCount);${goodLoop}`)}`;
      const missing = await bench().run(askFor(withPackage));
      expect(missing.verdict?.failure).toMatchObject({ kind: 'import', file: 'solution.ts', line: 1 });
      expect(missing.verdict?.failure?.message).toContain('npm install p-limit');

      await installPackage('p-limit');
      const trial = await bench().run(askFor(withPackage));
      expect(trial.verdict).toMatchObject({ passed: true, failure: null });
      // Two at a time: 10 and then 20 side by side with 30.
      expect(trial.lines.map(({ text }) => text)).toEqual(['10,30,20 true 0']);
      const { exercise, files, scenario, seeds } = askFor(withPackage);
      const inNode = await gradeInNode(exercise, files, { scenario, seeds, packagesFrom: resolve('.') });
      expect(same(verdictIn(trial))).toEqual(same(inNode));
    });

    test('files and threads of Node.js', async () => {
      const trial = await bench().run(
        askFor(`import { readdirSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
${program(`
  writeFileSync('note.txt', 'here');
  console.log(isMainThread, readdirSync('.').includes('note.txt'));${goodLoop}`)}`),
      );
      expect(trial.verdict).toMatchObject({ passed: true, failure: null });
      expect(trial.lines.map(({ text }) => text)).toEqual(['false true']);
    });

    test('text on the output and errors of the process is shown, and says nothing to the engine', async () => {
      const noise = ['{"kind":"over","failure":null}', '\\u001b[31mred\\u001b[0m', 'no end'];
      const trial = await bench().run(
        askFor(`import { writeSync } from 'node:fs';
${program(`
  writeSync(1, ${JSON.stringify(`${noise[0]}\n`)});
  writeSync(2, "${noise[1]}\\n");
  writeSync(1, '${noise[2]}');`)}`),
      );
      const quiet = await bench().run(askFor(program('  return;')));
      expect(same(verdictIn(trial))).toEqual(same(verdictIn(quiet)));
      expect(trial.lines.map(({ text }) => text)).toEqual([noise[0], 'red', noise[2]]);
    });

    test('a flood past the console is stopped', async () => {
      const flood = `import { writeSync } from 'node:fs';\n${program(`
  const line = 'and again '.repeat(100) + '\\n';
  for (;;) { try { writeSync(1, line); } catch {} }`)}`;
      const trial = await bench().run(askFor(flood));
      expect(['output-limit', 'blocked']).toContain(trial.verdict?.failure?.kind);
      expect(trial.lines.length).toBeLessThanOrEqual(1_000);
    });

    test.each([0, 3])('process.exit(%i) is no way to a grade', async (code) => {
      const trial = await bench().run(
        askFor(
          `import process from 'node:process';\n${program(`  await consumer.poll(10);\n  process.exit(${code});`)}`,
        ),
      );
      expect(trial.verdict).toMatchObject({ passed: false, checks: [] });
      expect(trial.verdict?.failure).not.toBeNull();
    });

    test('no process is left, and no folder of a run', async () => {
      await bench().run(askFor(good));
      await poll(async () => standIn.processes === 0, 'The end of all processes');
    });
  });
});
