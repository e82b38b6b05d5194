// The Node host: what a program does is in the verdict, and belongs to the run that it did it in.
import { expect, test } from 'vitest';
import { gradeInNode } from './node.ts';
import { trialExercise } from './realm-cases.ts';

const loop = `
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    if (records.length > 0) await sink.write(records);
    await consumer.commitSync();
  }`;
const program = (body: string) => ({
  'solution.ts': `export default async function run({ consumer, sink, signal }: any) {\n${body}\n}\n`,
});
const once = { scenario: 'calm', seeds: [7] };

test('a rejection at the very end of a run belongs to that run', async () => {
  const late = program(`${loop}\n  void Promise.reject(new Error('late'));`);
  const { failure } = await gradeInNode(trialExercise, late);
  expect(failure).toMatchObject({ kind: 'rejection', scenario: 'calm', seed: 7, line: 9 });
});

test('a throw in a callback of the platform is the program’s, with its line', async () => {
  const throwing = program(`signal.addEventListener('abort', () => {\n  throw new Error('there');\n});\n${loop}`);
  const { failure } = await gradeInNode(trialExercise, throwing, once);
  expect(failure).toMatchObject({ kind: 'threw', file: 'solution.ts', line: 3, atMs: 2_000 });
});

test('what was thrown need not be readable', async () => {
  const hostile = program('throw { get message() { throw 1; }, get stack() { throw 2; }, toString() { throw 3; } };');
  const { failure } = await gradeInNode(trialExercise, hostile, once);
  expect(failure).toMatchObject({ kind: 'threw', file: null });
});

test('a decision that is not plain data is said to be so', async () => {
  const files = program(loop);
  const source = `${files['solution.ts']}export const decision = { get action() { throw new Error('no'); } };`;
  const { failure } = await gradeInNode(trialExercise, { 'solution.ts': source }, once);
  expect(failure).toMatchObject({ kind: 'import', message: expect.stringContaining('plain data') as string });
});

test('the same set gives the same marks when it is run again, or scenario by scenario', async () => {
  const whole = await gradeInNode(trialExercise, program(loop));
  const again = await gradeInNode(trialExercise, program(loop));
  const busy = await gradeInNode(trialExercise, program(loop), { scenario: 'busy' });
  expect(again.checks).toEqual(whole.checks);
  expect(busy.checks).toEqual(whole.checks.filter(({ scenario }) => scenario === 'busy'));
});
