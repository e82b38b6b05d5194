// What is measured in Node: records a second, the whole set, and a test runner on the same work.

import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { compileProgram } from '#graders/hosts/compile.ts';
import { gradeInNode } from '#graders/hosts/node.ts';
import { loadExercise, readProgram } from '../exercise-files.ts';
import { toolPath, nodePath, root } from '../setup.mjs';
import type { PollLoopResult, PollLoopWork } from './poll-loop-worker.ts';
import { figure, type Figure } from './statistics.ts';

async function pollLoop(rounds: number): Promise<PollLoopResult> {
  const exercise = await loadExercise('cap-intake');
  const { files, entry } = readProgram('exercises/cap-intake/solutions/poll-loop', exercise.entry);
  const work: PollLoopWork = { exercise, compiled: compileProgram(files, entry), rounds };
  return await new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./poll-loop-worker.ts', import.meta.url), { workerData: work });
    worker.once('message', resolve).once('error', reject);
  });
}

/** `runs` of each; the first of the poll loop warms up and is not counted. */
export async function measureInNode(runs: number): Promise<Figure[]> {
  const rounds = (await pollLoop(runs + 1)).slice(1);
  const exercise = await loadExercise('cap-intake');
  const { files, entry } = readProgram('exercises/cap-intake/solutions/poll-loop', exercise.entry);
  const whole: number[] = [];
  for (let i = 0; i < runs; i++) {
    const verdict = await gradeInNode(exercise, files, { entry });
    if (!verdict.passed) throw new Error('The reference solution does not pass: there is nothing to measure.');
    whole.push(verdict.wallMs);
  }
  return [
    figure(
      'records-per-second',
      'records through the reference poll loop, Node',
      'records/s',
      rounds.map(({ records, ms }) => (records / ms) * 1000),
    ),
    figure('set-in-node', 'whole cap-intake set in Node, worker start included', 'ms', whole),
    figure(
      'set-in-node-warm',
      'whole cap-intake set in Node, in a warm worker',
      'ms',
      rounds.map(({ ms }) => ms),
    ),
  ];
}

/** Wall time of `vitest run` of a test file that checks the first scenario. */
export function measureVitest(runs: number): Figure {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    const { status, stderr } = spawnSync(
      nodePath,
      [toolPath('vitest'), 'run', '--config', 'scripts/bench/vitest.config.ts'],
      { cwd: root, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`vitest run ended with ${status}: ${stderr}`);
    times.push(performance.now() - started);
  }
  return figure('vitest-run', 'vitest run of an equal test file: one scenario', 'ms', times);
}
