// The command line's contract: exit codes, what goes to stdout, and what is said about bad input.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePath, root } from './setup.mjs';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'grade-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(script: string, ...args: string[]) {
  const env = { ...process.env, INIT_CWD: folder, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(nodePath, [join(root, 'scripts', script), ...args], {
    cwd: root,
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}
const grade = (...args: string[]) => run('grade.ts', ...args);
const solution = join(root, 'exercises/cap-intake/solutions/poll-loop');

describe('grade', () => {
  it('prints one JSON object with the fields of the contract, and exits 0 when it passes', () => {
    const { status, stdout } = grade('cap-intake', solution, '--json', '--scenario', 'steady', '--seed', '3');
    const verdict = JSON.parse(stdout) as Record<string, unknown> & { checks: Record<string, unknown>[] };
    expect(status).toBe(0);
    expect(verdict).toMatchObject({ exercise: 'cap-intake', passed: true, didNotFinish: null, seeds: [3] });
    for (const key of ['id', 'label', 'scenario', 'passed', 'measured', 'target', 'unit', 'atMs', 'cause', 'lever'])
      expect(verdict.checks[0]).toHaveProperty(key);
  });

  it('grades the starter without a path, and exits 1', () => {
    const { status, stdout } = grade('cap-intake', '--scenario', 'spike');
    expect(status).toBe(1);
    expect(stdout).toMatch(/Not yet +No memory errors/);
  });

  it('takes one file with its imports, relative to where the command was typed', () => {
    writeFileSync(
      join(folder, 'mine.ts'),
      "import { x } from './other.ts';\nexport default async function run() { console.log(x); }",
    );
    writeFileSync(join(folder, 'other.ts'), "export const x: string = 'hello from the other file';");
    const { status, stderr } = grade('cap-intake', 'mine.ts', '--scenario', 'steady');
    expect(status).toBe(1);
    expect(stderr).toContain('hello from the other file');
  });

  it('lets a solution in a Node.js project of its own import what is installed there, and no other', () => {
    const source = readFileSync(join(root, 'tests/fixtures/with-p-limit.ts'), 'utf8');
    const project = join(folder, 'project');
    mkdirSync(join(project, 'src'), { recursive: true });
    writeFileSync(join(project, 'src/mine.ts'), source);
    const args = ['cap-intake', 'project/src/mine.ts', '--scenario', 'steady', '--seed', '3'];
    expect(grade(...args)).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(/'p-limit' is not available here/),
    });
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    expect(grade(...args)).toMatchObject({ status: 2, stdout: expect.stringMatching(/npm install p-limit/) });
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(join(root, 'node_modules/p-limit'), join(project, 'node_modules/p-limit'));
    expect(grade(...args)).toMatchObject({ status: 0, stderr: '' });
    // This project's own packages are none of a learner's.
    expect(grade('cap-intake', join(root, 'tests/fixtures/with-p-limit.ts'))).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(/'p-limit' is not available here/),
    });
  });

  it.each([
    ['a wrong id', ['cap-intak'], /Did you mean 'cap-intake'/],
    ['no id', [], /Usage:/],
    ['a path that is not there', ['cap-intake', 'nowhere.ts'], /no file or folder .*nowhere\.ts/],
    ['an empty folder', ['cap-intake', '.'], /has no solution\.ts/],
    ['an unknown scenario', ['cap-intake', '--scenario', 'flood'], /It has: steady, spike/],
    ['a bad seed', ['cap-intake', '--seed', 'x'], /whole number from 0, not 'x'/],
    ['an unknown option', ['cap-intake', '--fast'], /--fast/],
  ])('exits 2 for %s and says what to do, on stderr alone', (_, args, message) => {
    const { status, stdout, stderr } = grade(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('exits 2 for a file that does not compile, with the line, and still prints its JSON', () => {
    writeFileSync(join(folder, 'broken.ts'), 'export default async function run() {\n  const = 1;\n}');
    const { status, stdout, stderr } = grade('cap-intake', 'broken.ts', '--json');
    expect(status).toBe(2);
    expect(stderr).toMatch(/broken\.ts:2/);
    expect(JSON.parse(stdout)).toMatchObject({ passed: false, checks: [] });
  });
});

describe('exercises', () => {
  it('lists each with checks, solutions and near-misses as JSON', () => {
    const { status, stdout } = run('exercises.ts', '--json');
    const [first] = JSON.parse(stdout) as {
      id: string;
      solutions: string[];
      nearMisses: { file: string; fails: string }[];
    }[];
    expect(status).toBe(0);
    expect(first?.id).toBe('cap-intake');
    expect(first?.solutions.length).toBeGreaterThanOrEqual(3);
    expect(first?.nearMisses).toContainEqual({
      file: 'exercises/cap-intake/near-misses/retry-without-jitter.ts',
      fails: 'sink-recovers',
    });
  });
});
