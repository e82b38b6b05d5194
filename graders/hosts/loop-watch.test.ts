// A loop that does not let go ends by itself, where nobody ends it.
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { compileProgram } from './compile.ts';
import { guardProgram } from './loop-guard.ts';
import { createLoopWatch } from './loop-watch.ts';
import type { NodeWorkerData, NodeWorkerMessage } from './node-worker.ts';
import { trialExercise } from './realm-cases.ts';

function watchAt(stepMs: number) {
  let atMs = 0;
  let looks = 0;
  let blocked = 0;
  const watch = createLoopWatch({
    limitMs: 2_000,
    now: () => (looks++, atMs),
    onBlocked: () => blocked++,
  });
  /** Turns of a loop, each of which takes some time, until one throws. */
  function turn(times: number): number {
    for (let done = 0; done < times; done++) {
      atMs += stepMs;
      try {
        watch.guard();
      } catch {
        return done + 1;
      }
    }
    return times;
  }
  return { turn, heard: () => watch.heard(atMs), looks: () => looks, blocked: () => blocked, atMs: () => atMs };
}

test('quick turns are told from the clock only now and then, and end soon after the limit', () => {
  const loop = watchAt(0.001);
  expect(loop.turn(1_900_000)).toBe(1_900_000);
  expect(loop.looks()).toBeLessThan(5_000);
  loop.turn(1_000_000);
  expect(loop.blocked()).toBe(1);
  expect(loop.atMs()).toBeLessThan(2_010);
});

test('slow turns are looked at each', () => {
  const loop = watchAt(150);
  expect(loop.turn(100)).toBe(14);
});

test('a loop that lets go runs for as long as it likes', () => {
  const loop = watchAt(1);
  for (let i = 0; i < 100; i++) {
    expect(loop.turn(1_000)).toBe(1_000);
    loop.heard();
  }
  expect(loop.blocked()).toBe(0);
});

test('once blocked, every turn throws and it is said once', () => {
  const loop = watchAt(3_000);
  expect([loop.turn(5), loop.turn(5), loop.turn(5)]).toEqual([1, 1, 1]);
  expect(loop.blocked()).toBe(1);
});

const loops = {
  'a loop that holds what it is thrown': 'for (;;) {\n  try {\n    while (true) {}\n  } catch {}\n}',
  'a loop in microtasks': 'for (;;)\n\n  await null;',
};

test.each(Object.entries(loops))('%s ends its own thread', async (_, body) => {
  const source = `export default async function run() {\n${body}\n}`;
  const compiled = guardProgram(compileProgram({ 'solution.ts': source }, 'solution.ts'));
  const runs = [{ scenario: 'calm', seed: 7 }];
  const data: NodeWorkerData = { exercise: trialExercise, compiled, runs, shownSeed: 7, hasGuards: true };
  const worker = new Worker(new URL('./node-worker.ts', import.meta.url), { workerData: data });
  const messages: NodeWorkerMessage[] = [];
  worker.on('message', (message: NodeWorkerMessage) => messages.push(message));
  await new Promise((resolve) => worker.on('exit', resolve));
  const last = messages.at(-1);
  expect(last?.kind).toBe('blocked');
  const [place] = last?.kind === 'blocked' ? last.places : [];
  expect(place).toMatchObject({ file: 'solution.ts' });
  expect([2, 4]).toContain(place?.line);
});
