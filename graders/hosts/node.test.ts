// Every way in which a program can be bad, and what is said about it.

import { describe, expect, it } from 'vitest';
import { exercise } from '../../exercises/cap-intake/exercise.ts';
import type { SourceFiles } from './compile.ts';
import { gradeInNode } from './node.ts';
import type { SessionEvent } from './session.ts';

async function grade(source: string | SourceFiles) {
  const files = typeof source === 'string' ? { 'solution.ts': source } : source;
  const events: SessionEvent[] = [];
  const verdict = await gradeInNode(exercise, files, {
    scenario: 'steady',
    seeds: [7],
    onEvent: (event) => events.push(event),
  });
  expect(verdict.passed).toBe(false);
  return { ...verdict, events };
}
const run = (body: string) => `export default async function run({ consumer, sink, signal }) {\n${body}\n}`;

describe('a program that', () => {
  it('does not compile is told the line', async () => {
    expect((await grade('const = 5;')).failure).toMatchObject({ kind: 'compile', file: 'solution.ts', line: 1 });
  });
  it('declares a name twice is told so', async () => {
    const { failure } = await grade('const a = 1;\nconst a = 2;\nexport default async () => a;');
    expect(failure).toMatchObject({ kind: 'compile', file: 'solution.ts' });
    expect(failure?.message).toMatch(/already been declared/);
  });
  it('throws while it is loaded is told the line', async () => {
    const { failure } = await grade({
      'solution.ts': "import './a.ts';\nexport default async () => {};",
      'a.ts': '\n\nthrow new Error("no");',
    });
    expect(failure).toMatchObject({ kind: 'import', file: 'a.ts', line: 3 });
  });
  it('exports no function is told what to export', async () => {
    expect((await grade('export const x = 1;')).failure?.message).toMatch(
      /export default async function run.*no default export/,
    );
    expect((await grade('export default 5;')).failure?.message).toMatch(/its default export is number/);
  });
  it('sets a setting that there is not is told which there are', async () => {
    expect((await grade(`export const config = { 'poll.max': 1 };\n${run('')}`)).failure).toMatchObject({
      kind: 'config',
      file: 'solution.ts',
    });
  });
  it('throws later is told the line, the scenario and the time', async () => {
    const { failure } = await grade(run("  consumer.subscribe(['orders']);\n  await consumer.poll(100);\n  null.x;"));
    expect(failure).toMatchObject({ kind: 'threw', file: 'solution.ts', line: 4, scenario: 'steady' });
  });
  it('leaves a rejection unhandled is told the line', async () => {
    const { failure } = await grade(
      run(
        "  void (async () => { throw new Error('later'); })();\n  for (;;) await new Promise((r) => setTimeout(r, 100));",
      ),
    );
    expect(failure).toMatchObject({ kind: 'rejection', file: 'solution.ts', line: 2 });
  });
  it('throws in a timer is told the line', async () => {
    const { failure } = await grade(
      run(
        '  setTimeout(() => { throw new RangeError("tick"); }, 50);\n  for (;;) await new Promise((r) => setTimeout(r, 100));',
      ),
    );
    expect(failure).toMatchObject({ kind: 'threw', line: 2, atMs: 50 });
  });
  it('never gives control back is stopped, and told what to do', async () => {
    const started = performance.now();
    const { failure } = await grade(run('  for (;;);'));
    expect(failure).toMatchObject({ kind: 'blocked', file: 'solution.ts' });
    expect(failure?.message).toMatch(/Put an await/);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
  it('spins in an endless chain of promises is stopped', async () => {
    expect((await grade(run('  for (;;) await null;'))).failure?.kind).toBe('blocked');
  });
  it('spins without letting time pass meets the step budget', async () => {
    const { failure } = await grade(run('  for (;;) await new Promise((r) => setImmediate(r));'));
    expect(failure?.kind).toBe('spinning');
    expect(failure?.message).toMatch(/200,000 times/);
  });
  it('returns at once is judged, and told that it returned', async () => {
    const { failure, checks } = await grade(run(''));
    expect(failure).toBeNull();
    expect(checks.find(({ id }) => id === 'lag-drains')?.cause).toMatch(/run\(\) returned at 00:00\.0/);
  });
  it('uses up its memory is contained', async () => {
    const { failure } = await grade(run('  const all = [];\n  for (;;) all.push(new Array(1e6).fill(all.length));'));
    expect(['out-of-memory', 'blocked']).toContain(failure?.kind);
  });
  it('floods the console is cut short, and judged', async () => {
    const { failure, events } = await grade(run("  for (let i = 0; i < 1e5; i++) console.log('line', i);"));
    expect(failure).toBeNull();
    const lines = events.flatMap((event) => (event.kind === 'console' ? event.lines : []));
    expect(lines).toHaveLength(1_000);
    expect(lines.at(-1)?.text).toMatch(/more than 1000 lines/);
  });
  it('writes to a built-in is told the line', async () => {
    const { failure } = await grade(run('  Array.prototype.push = () => 0;'));
    expect(failure).toMatchObject({ kind: 'threw', file: 'solution.ts', line: 2 });
  });
  it('reaches for the network or the machine finds nothing there', async () => {
    const { events } = await grade(
      run('  console.log(typeof fetch, typeof process, typeof module, typeof WebSocket, typeof Worker);'),
    );
    const lines = events.flatMap((event) => (event.kind === 'console' ? event.lines : []));
    expect(lines[0]?.text).toBe('undefined undefined undefined undefined undefined');
  });
});
