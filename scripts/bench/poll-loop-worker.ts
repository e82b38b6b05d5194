// Inside a worker: how many records a second go through a program, without the start of the worker.

import { parentPort, workerData } from 'node:worker_threads';
import { Script } from 'node:vm';
import type { Exercise } from '#graders/exercise.ts';
import type { CompiledProgram } from '#graders/hosts/compile.ts';
import { createProgram, type ModuleBody } from '#graders/hosts/loader.ts';
import { prepareRealm } from '#graders/hosts/realm.ts';
import { runConsumer } from '#lab/kafka/run.ts';
import { judgeTrace } from '#graders/judge.ts';

export interface PollLoopWork {
  readonly exercise: Exercise;
  readonly compiled: CompiledProgram;
  readonly rounds: number;
}
/** Per round: records handed over, and the wall time of all runs with their judging. */
export type PollLoopResult = { readonly records: number; readonly ms: number; readonly hops: number }[];

const { exercise, compiled, rounds } = workerData as PollLoopWork;
const now = performance.now.bind(performance);
const immediate = setImmediate;
const hop = (): Promise<void> =>
  new Promise((resolve) => {
    immediate(resolve);
  });
const answer = parentPort?.postMessage.bind(parentPort);

const realm = prepareRealm(globalThis);
const bodies = new Map(
  compiled.files.map(({ path, code }) => [
    path,
    new Script(`(async function (exports, require) {${code}\n})`).runInThisContext() as ModuleBody,
  ]),
);
const program = createProgram(compiled, bodies, realm);
const result: PollLoopResult = [];
for (let round = 0; round < rounds; round++) {
  const started = now();
  let [records, hops] = [0, 0];
  for (const seed of exercise.seeds) {
    for (const scenario of exercise.scenarios) {
      const trace = await runConsumer(program, scenario, seed, { hop });
      judgeTrace(exercise, trace);
      records += trace.totals.delivered;
      hops += trace.hops;
    }
  }
  result.push({ records, ms: now() - started, hops });
}
answer?.(result);
