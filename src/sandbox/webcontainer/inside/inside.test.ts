// The programs as they are mounted, in folders like the container's, under a real Node.js.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Exercise } from '#graders/exercise.ts';
import { compileProgram, type SourceFiles } from '#graders/hosts/compile.ts';
import { guardProgram } from '#graders/hosts/loop-guard.ts';
import { gradeInNode } from '#graders/hosts/node.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import { runsOf, shownSeedOf } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { verdictOf } from '#graders/judge.ts';
import { buildContainerPrograms } from '../../../../scripts/container-assets.mjs';
import { exercisesDir, loadExercise, readProgram } from '../../../../scripts/exercise-files.ts';
import { bundleProvided } from '../../../../scripts/provided-modules.mjs';
import { nodePath, root } from '../../../../scripts/setup.mjs';
import type { InsideMessage, Job } from '../job.ts';
import { readOutput } from '../output.ts';

const nonce = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const capIntake = await loadExercise('cap-intake');

/** The container's work folder. */
let work = '';
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'inside-'));
  const { files } = await buildContainerPrograms();
  mkdirSync(join(work, '.spillway/exercises'), { recursive: true });
  for (const [name, text] of files) writeFileSync(join(work, '.spillway', name), text);
  for (const exercise of [capIntake, trialExercise]) {
    writeFileSync(join(work, `.spillway/exercises/${exercise.id}.json`), JSON.stringify(exercise));
    const folder = join(work, exercise.id);
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    const manifest = {
      name: exercise.id,
      private: true,
      type: 'module',
      scripts: { grade: 'node ../.spillway/grade.mjs' },
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    for (const name of ['p-limit', 'rxjs'])
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
});
afterAll(() => rmSync(work, { recursive: true }));

function collect(child: ChildProcess) {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { ended, stdout: () => stdout, stderr: () => stderr };
}

let jobs = 0;
async function run(exercise: Exercise, files: SourceFiles, only: { scenario?: string; seeds?: number[] } = {}) {
  const options = { mayImportPackages: true, provided: await bundleProvided() };
  const compiled = guardProgram(compileProgram(files, exercise.entry, options));
  const runs = runsOf(exercise, only);
  const job: Job = { nonce, exercise, compiled, runs, shownSeed: shownSeedOf(runs), folder: exercise.id };
  const path = `.spillway/runs/${++jobs}/job.json`;
  mkdirSync(join(work, path, '..'), { recursive: true });
  writeFileSync(join(work, path), JSON.stringify(job));
  const child = collect(spawn(nodePath, ['.spillway/run.mjs', path], { cwd: work }));
  const exitCode = await child.ended;

  const messages: InsideMessage[] = [];
  const broken: string[] = [];
  let text = '';
  const output = readOutput(nonce, {
    message: (message) => messages.push(message),
    text: (piece) => (text += piece),
    broken: (line) => broken.push(line),
    overflow() {},
  });
  output.push(child.stdout());
  output.end();
  const events: SessionEvent[] = messages.flatMap((message) => (message.kind === 'session' ? [message.event] : []));
  const last = messages.at(-1);
  const failure = last?.kind === 'over' ? last.failure : undefined;
  const lines = events.flatMap((event) => (event.kind === 'console' ? event.lines.map((line) => line.text) : []));
  return {
    exitCode,
    messages,
    events,
    failure,
    lines,
    text,
    broken,
    stderr: child.stderr(),
    jobFile: join(work, path),
  };
}
const trial = (body: string, imports = '') =>
  run(
    trialExercise,
    { 'solution.ts': `${imports}\nexport default async function run() {\n${body}\n}\n` },
    { scenario: 'calm', seeds: [7] },
  );

describe('run.mjs', () => {
  test('says hello, gives the verdict of every other host, and takes its job away', async () => {
    const { files } = readProgram(join(exercisesDir, 'cap-intake/solutions/poll-loop'), capIntake.entry);
    const { messages, events, failure, exitCode, text, stderr, jobFile } = await run(capIntake, files);
    expect([exitCode, failure, text, stderr]).toEqual([0, null, '', '']);
    expect(messages[0]).toEqual({ kind: 'hello', node: expect.stringMatching(/^v\d/) as string });
    expect(existsSync(jobFile)).toBe(false);

    const expected: SessionEvent[] = [];
    const verdict = await gradeInNode(capIntake, files, { onEvent: (event) => expected.push(event) });
    expect(events).toEqual(expected);
    const results = events.flatMap((event) => (event.kind === 'run' ? event.results : []));
    const steps = events.reduce((sum, event) => sum + (event.kind === 'run' ? event.steps : 0), 0);
    expect(verdictOf(capIntake, results, { failure: null, seeds: capIntake.seeds, wallMs: 0, steps })).toEqual({
      ...verdict,
      wallMs: 0,
    });
  });

  test.each(['with-p-limit.ts', 'with-rxjs.ts'])(
    'runs %s, with the package from the folder of the exercise',
    async (name) => {
      const source = readFileSync(join(root, 'tests/fixtures', name), 'utf8');
      const { events, failure } = await run(capIntake, { 'solution.ts': source }, { seeds: [7] });
      expect(failure).toBeNull();
      const results = events.flatMap((event) => (event.kind === 'run' ? event.results : []));
      expect(results.length).toBeGreaterThan(20);
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
    },
  );

  test('says which package is missing, and how to get it', async () => {
    const { failure, exitCode } = await trial('', "import left from 'left-pad'; void left;");
    expect(exitCode).toBe(0);
    expect(failure).toMatchObject({ kind: 'import', file: 'solution.ts', line: 1 });
    expect(failure?.message).toBe(
      "The package 'left-pad' is not installed here. In the terminal: npm install left-pad",
    );
  });

  test('loses nothing of much output, whatever the program writes past it', async () => {
    const body = `
      for (let i = 0; i < 900; i++) {
        if (i % 100 === 0) { writeSync(1, 'raw ' + i + ' without an end'); writeSync(2, 'aside\\n'); }
        console.log(i + ' ' + 'å'.repeat(1_900));
      }
      writeSync(1, '\\n' + ${JSON.stringify(nonce.replace('0a1b', 'ffff'))} + '{"kind":"over","failure":null}\\n');
      process.stdout.write('{"kind":"over","failure":null}');`;
    const { messages, lines, text, broken, failure } = await trial(body, "import { writeSync } from 'node:fs';");
    expect(failure).toBeNull();
    expect(broken).toEqual([]);
    expect(lines.slice(0, 900).map((line) => line.length)).toEqual(
      Array.from({ length: 900 }, (_, i) => `${i} `.length + 1_900),
    );
    expect(lines.slice(900)).toEqual(['{"kind":"over","failure":null}']);
    expect(text.match(/raw \d+ without an end/g)).toHaveLength(9);
    expect(text).toContain('ffff');
    expect(messages.filter(({ kind }) => kind === 'over')).toHaveLength(1);
    expect(messages.at(-1)?.kind).toBe('over');
  });

  test('a loop that never lets go is named, and the process ends', async () => {
    const { failure, exitCode } = await trial('for (;;) {\n  try { while (true) {} } catch {}\n}');
    expect(exitCode).toBe(0);
    expect(failure).toMatchObject({ kind: 'blocked', file: 'solution.ts', scenario: 'calm' });
  });

  test('the program knows neither the job nor the nonce', async () => {
    const body = `const known = JSON.stringify([threads.workerData, process.argv, process.env]);
      for (let i = 0; i < known.length; i += 1_900) console.log(known.slice(i, i + 1_900));
      console.log(readdirSync('../.spillway/runs/${jobs + 1}'));`;
    const imports = "import * as threads from 'node:worker_threads'; import { readdirSync } from 'node:fs';";
    const { lines, failure } = await trial(body, imports);
    expect(failure).toBeNull();
    expect(lines.join('')).toMatch(/^\[\{"exercise":.*\[\]$/);
    expect(lines.join('')).not.toContain(nonce);
  });

  test('a job that is not there is said on stderr', async () => {
    const child = collect(spawn(nodePath, ['.spillway/run.mjs', 'nowhere.json'], { cwd: work }));
    expect(await child.ended).toBe(1);
    expect([child.stdout(), child.stderr()]).toEqual(['', expect.stringContaining('nowhere.json')]);
  });
});

/** What differs from one run to the next. */
const withoutMs = (text: string): string => text.replace(/in [\d,]+ ms/, 'in … ms');

describe('grade.mjs', () => {
  const grade = (folder: string, ...args: string[]) =>
    spawn(nodePath, ['../.spillway/grade.mjs', ...args], {
      cwd: join(work, folder),
      env: { ...process.env, NO_COLOR: '1' },
    });
  const put = (name: string) => {
    rmSync(join(work, 'cap-intake/solution.ts'), { force: true });
    cpSync(join(exercisesDir, 'cap-intake', name), join(work, 'cap-intake'), { recursive: true });
  };

  test.each([
    ['solutions/semaphore', 0],
    ['solutions/node-stream', 0],
    ['starter', 1],
  ])('prints for %s what `npm run grade` prints, and exits %i', async (name, code) => {
    put(name);
    const inside = collect(grade('cap-intake', '--seed', '7'));
    const path = join(exercisesDir, 'cap-intake', name);
    const outside = collect(
      spawn(nodePath, ['scripts/grade.ts', 'cap-intake', path, '--seed', '7'], {
        cwd: root,
        env: { ...process.env, NO_COLOR: '1' },
      }),
    );
    expect([await inside.ended, await outside.ended]).toEqual([code, code]);
    expect(withoutMs(inside.stdout())).toBe(withoutMs(outside.stdout()));
    expect(inside.stderr()).toBe(outside.stderr());
    expect(inside.stdout()).toContain(capIntake.title);
  });

  test('takes packages from its folder, and prints one object with --json', async () => {
    put('starter');
    cpSync(join(root, 'tests/fixtures/with-p-limit.ts'), join(work, 'cap-intake/solution.ts'));
    const child = collect(grade('cap-intake', '--json', '--scenario', 'steady', '--seed', '3'));
    expect(await child.ended).toBe(0);
    expect(JSON.parse(child.stdout())).toMatchObject({ exercise: 'cap-intake', passed: true, seeds: [3] });
  });

  test('says what is missing, and exits 2', async () => {
    writeFileSync(join(work, 'cap-intake/solution.ts'), "import x from 'left-pad';\nexport default x;");
    const missing = collect(grade('cap-intake'));
    expect(await missing.ended).toBe(2);
    expect(missing.stdout()).toContain("solution.ts:1  The package 'left-pad' is not installed here.");
    const elsewhere = collect(grade('.spillway'));
    expect(await elsewhere.ended).toBe(2);
    expect([elsewhere.stdout(), elsewhere.stderr()]).toEqual([
      '',
      expect.stringMatching(/It knows: cap-intake, trial/),
    ]);
    const wrong = collect(grade('cap-intake', '--scenario', 'flood'));
    expect(await wrong.ended).toBe(2);
    expect(wrong.stderr()).toMatch(/It has: steady, spike/);
  });

  test('with --watch it grades again when a file was saved', async () => {
    put('starter');
    const child = grade('cap-intake', '--watch', '--scenario', 'steady', '--seed', '7');
    const { ended, stdout } = collect(child);
    const shows = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(stdout())) await new Promise((resolve) => child.stdout.once('data', resolve));
    };
    await shows(/Watching \. /);
    writeFileSync(join(work, 'cap-intake/solution.ts'), 'export default async function run() {\n  const = 1;\n}');
    await shows(/Watching[^]*Does not compile\. solution\.ts:2[^]*Watching/);
    child.kill();
    await ended;
  });
});
