// What a run in the container owes, whatever its process does: a verdict, or a failure that is not a grade.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CompileError, type CompiledProgram } from '#graders/hosts/compile.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import { mostOutput, sessionMs, silentMs } from '#graders/hosts/watch.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { CheckResult, Failure, Verdict } from '#graders/verdict.ts';
import type { EngineRun } from '../engine.ts';
import { troubleWords } from '../trouble.ts';
import { answerMs, bootMs, createContainer } from './client.ts';
import { createContainerEngine } from './engine.ts';
import type { InsideMessage, Job } from './job.ts';
import { exitMs, rebuildMs } from './ladder.ts';
import { previousMs } from './run.ts';
import { drainMs, graceMs, pingMs, startMs } from './supervision.ts';
import {
  createFakeClient,
  createFakeEnvironment,
  createFakeInstance,
  defer,
  never,
  type FakeProcess,
} from './testing/fake-client.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const compiled: CompiledProgram = { entry: 'solution.ts', files: [], packages: ['rxjs'] };
const calm = { scenario: 'calm', seed: 7 };
const request = {
  exercise: trialExercise,
  files: { 'solution.ts': '' },
  entry: 'solution.ts',
  scenario: 'calm',
  seeds: [7],
};
const result = (passed: boolean): CheckResult => ({
  id: 'a',
  label: 'A',
  scenario: 'calm',
  seed: 7,
  state: passed ? 'met' : 'not-yet',
  passed,
  measured: 1,
  atMs: null,
  cause: null,
  lever: null,
  target: 1,
  comparison: '≤',
  unit: '',
  depth: 0,
});
const ended = (passed = true): SessionEvent => ({
  kind: 'run',
  run: calm,
  results: [result(passed)],
  plots: null,
  steps: 40,
  records: 4,
});

function setUp() {
  const client = createFakeClient();
  const environment = createFakeEnvironment();
  const container = createContainer({ environment, files: async () => ({}), importApi: async () => client.api });
  const compile = vi.fn(async () => compiled);
  const engine = createContainerEngine({ container, compile });
  const events: SessionEvent[] = [];
  const begin = (given = request): EngineRun => engine.run(given, (event) => events.push(event));

  /** The process that the latest run has started, and a way to speak as the program in it does. */
  async function inside(): Promise<{
    process: FakeProcess;
    job: Job;
    say(message: InsideMessage): void;
    tell(event: SessionEvent): void;
  }> {
    await pass(0);
    const spawned = client.latest.spawned.at(-1);
    const text = client.latest.texts.get(spawned?.args[1] ?? '');
    if (spawned === undefined || text === undefined) throw new Error('No process was started for a job.');
    const job = JSON.parse(text) as Job;
    const say = (message: InsideMessage) => spawned.process.print(`${job.nonce}${JSON.stringify(message)}\r\n`);
    return { process: spawned.process, job, say, tell: (event) => say({ kind: 'session', event }) };
  }
  /** A run that has come as far as its program. */
  async function running() {
    const run = begin();
    const within = await inside();
    within.say({ kind: 'hello', node: 'v22.22.0' });
    within.tell({ kind: 'start', run: calm });
    await pass(0);
    return { run, ...within };
  }
  return { client, environment, container, compile, engine, events, begin, inside, running };
}

type State = Verdict | Error | 'pending';
function look(run: EngineRun): () => State {
  let state: State = 'pending';
  run.verdict.then(
    (verdict) => (state = verdict),
    (error: Error) => (state = error),
  );
  return () => state;
}
function failureIn(state: State): Failure {
  if (state === 'pending' || state instanceof Error || state.failure === null)
    throw new Error(`No failure: ${JSON.stringify(state)}`);
  return state.failure;
}

describe('a run', () => {
  test('compiles, writes a job to a fresh folder, starts Node on it, and gives the verdict of what comes back', async () => {
    const { client, container, events, begin, inside } = setUp();
    const state = look(begin());
    const { process, job, say, tell } = await inside();
    const [spawned] = client.latest.spawned;
    expect(spawned).toMatchObject({
      command: 'node',
      args: ['.spillway/run.mjs', expect.stringMatching(/^\.spillway\/runs\/[0-9a-f]{32}\/job\.json$/) as string],
      options: { env: { NO_COLOR: '1', FORCE_COLOR: '0' } },
    });
    expect(job).toEqual({
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      exercise: trialExercise,
      compiled,
      runs: [calm],
      shownSeed: 7,
      folder: trialExercise.id,
    });
    // The program sees the arguments of its process: its sign must not be among them.
    expect(spawned?.args.join(' ')).not.toContain(job.nonce);

    say({ kind: 'hello', node: 'v22.22.0' });
    tell({ kind: 'start', run: calm });
    tell(ended());
    tell({ kind: 'done' });
    await pass(0);
    expect(state()).toBe('pending');
    say({ kind: 'over', failure: null });
    await pass(0);
    process.end(0);
    await pass(0);
    expect(state()).toMatchObject({ passed: true, failure: null, checks: [result(true)], steps: 40, seeds: [7] });
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'run', 'done']);
    expect(process.kills).toBe(0);
    expect(await container.files.list('.spillway/runs')).toEqual([]);
  });

  test('takes a program that does not pass for what it is', async () => {
    const { begin, inside } = setUp();
    const state = look(begin());
    const { say, tell } = await inside();
    tell({ kind: 'start', run: calm });
    tell(ended(false));
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(state()).toMatchObject({ passed: false, failure: null, checks: [{ state: 'not-yet' }] });
  });

  test('that does not compile is told with its place, and needs no container', async () => {
    const { client, compile, begin } = setUp();
    client.onBoot = never;
    compile.mockRejectedValue(new CompileError('solution.ts', 3, 4, 'Unexpected token'));
    const state = look(begin());
    await pass(0);
    expect(failureIn(state())).toMatchObject({ kind: 'compile', file: 'solution.ts', line: 3, column: 4 });
  });

  test('whose compiler does not load is the engine’s failure', async () => {
    const { compile, begin } = setUp();
    compile.mockRejectedValue(new TypeError('Failed to fetch dynamically imported module'));
    const state = look(begin());
    await pass(0);
    expect(failureIn(state())).toMatchObject({
      kind: 'engine',
      message: expect.stringContaining('dynamically') as string,
    });
  });

  test('passes on what kept the set from its end', async () => {
    const { running } = setUp();
    const failure: Failure = {
      kind: 'threw',
      message: 'At 00:01',
      file: 'solution.ts',
      line: 2,
      column: null,
      scenario: 'calm',
      seed: 7,
      atMs: 1_000,
      stack: [],
    };
    const { run, say, tell } = await running();
    const state = look(run);
    tell({ kind: 'failed', failure });
    say({ kind: 'over', failure });
    await pass(0);
    expect(failureIn(state())).toEqual(failure);
  });

  test('waits for the container to boot; that time is not the run’s', async () => {
    const { client, begin, inside } = setUp();
    const booted = defer<ReturnType<typeof createFakeInstance>>();
    client.onBoot = () => booted.promise;
    const state = look(begin());
    await pass(9_000);
    booted.resolve(createFakeInstance());
    const { say, tell } = await inside();
    tell({ kind: 'start', run: calm });
    await pass(70);
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(state()).toMatchObject({ passed: true, wallMs: 70 });
  });

  test('shows what the program wrote past the console, and takes none of it for a message', async () => {
    const { running, events } = setUp();
    const { run, process, say, tell } = await running();
    const state = look(run);
    process.print('{"kind":"over","failure":null}\r\nplain');
    process.print(' text\r\n');
    await pass(0);
    expect(state()).toBe('pending');
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    const lines = events.flatMap((event) => (event.kind === 'console' ? event.lines : []));
    expect(lines.map(({ text }) => text)).toEqual(['{"kind":"over","failure":null}', 'plain text']);
    expect(state()).toMatchObject({ passed: true });
  });

  test('ends though its exit is never told: the process is asked to go, and the container stays', async () => {
    const { running, container, client } = setUp();
    const { run, process, say, tell } = await running();
    process.onKill = () => {};
    const state = look(run);
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(state()).toMatchObject({ passed: true });
    await pass(60_000);
    expect(process.kills).toBe(1);
    expect(container.generation).toBe(1);
    expect(client.latest.isTornDown).toBe(false);
  });

  test('ends though its output is never closed, and though its last word is lost', async () => {
    const { running } = setUp();
    const { run, process, tell } = await running();
    const state = look(run);
    tell(ended());
    tell({ kind: 'done' });
    process.end(0);
    await pass(drainMs);
    expect(state()).toMatchObject({ passed: true, failure: null });
  });

  test('hears its last word also when that comes after the exit', async () => {
    const { running } = setUp();
    const { run, process, say, tell } = await running();
    const state = look(run);
    process.end(0);
    await pass(drainMs - 1);
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(state()).toMatchObject({ passed: true, failure: null });
  });
});

describe('a container that is not there', () => {
  test.each(['offline', 'not-isolated', 'unsupported-browser'] as const)('for %s: said as that', async (trouble) => {
    const { environment, begin } = setUp();
    environment.reason = { trouble, detail: '' };
    const state = look(begin());
    await pass(0);
    const failure = failureIn(state());
    expect(failure).toMatchObject({ kind: 'engine', trouble });
    expect(failure.message).toContain(troubleWords[trouble].todo);
    expect(state()).toMatchObject({ passed: false, didNotFinish: failure.message, checks: [] });
  });

  test('since it never boots: said in time, also for the next run', async () => {
    const { client, begin } = setUp();
    client.onBoot = never;
    const state = look(begin());
    await pass(bootMs);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'boot-timed-out' });
    const next = look(begin());
    await pass(0);
    expect(failureIn(next())).toMatchObject({ kind: 'engine', trouble: 'boot-timed-out' });
  });

  test('engine.boot never rejects', async () => {
    const { environment, compile, engine } = setUp();
    environment.reason = { trouble: 'offline', detail: '' };
    compile.mockRejectedValue(new Error('no'));
    await engine.boot();
    expect(engine.kind).toBe('node');
  });
});

describe('a container that is lost', () => {
  test('while the job is written', async () => {
    const { client, container, begin } = setUp();
    await container.boot();
    client.latest.fs.writeFile = () => Promise.reject(new Error('ENOSPC: no space left on device'));
    const state = look(begin());
    await pass(0);
    expect(failureIn(state())).toMatchObject({
      kind: 'engine',
      trouble: 'lost',
      message: expect.stringContaining('ENOSPC') as string,
    });
  });

  test('when it starts no process, by refusing or by silence; the next run works', async () => {
    const { client, container, begin, inside } = setUp();
    await container.boot();
    client.latest.onSpawn = () => Promise.reject(new Error('spawn failed'));
    const refused = look(begin());
    await pass(0);
    expect(failureIn(refused())).toMatchObject({
      trouble: 'lost',
      message: expect.stringContaining('spawn failed') as string,
    });
    client.latest.onSpawn = never;
    const silent = look(begin());
    await pass(answerMs);
    expect(failureIn(silent())).toMatchObject({ trouble: 'lost' });
    const next = look(begin());
    const { say, tell } = await inside();
    tell({ kind: 'start', run: calm });
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(next()).toMatchObject({ passed: true });
  });

  test('when Node says nothing', async () => {
    const { begin, inside } = setUp();
    const state = look(begin());
    const { process } = await inside();
    await pass(startMs - 1);
    expect(state()).toBe('pending');
    await pass(1);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'lost' });
    expect(process.kills).toBe(1);
  });

  test('when Node says hello and no run starts', async () => {
    const { begin, inside } = setUp();
    const state = look(begin());
    const { say } = await inside();
    await pass(10_000);
    say({ kind: 'hello', node: 'v22' });
    await pass(startMs + graceMs);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'lost' });
  });

  test('when Node ends without a word, which is told', async () => {
    const { begin, inside } = setUp();
    const state = look(begin());
    const { process } = await inside();
    process.print("Error: Cannot find module '/home/spillway/.spillway/run.mjs'\r\n\r\nNode.js v22.22.0\r\n");
    process.end(1);
    await pass(drainMs);
    const { message, trouble } = failureIn(state());
    expect(trouble).toBe('lost');
    expect(message).toContain('exit code 1');
    expect(message).toContain('Node.js v22.22.0');
  });

  test('when a line of ours is broken', async () => {
    const { running } = setUp();
    const { run, process, job } = await running();
    const state = look(run);
    process.print(`${job.nonce}{"kind":"sess\r\n`);
    await pass(0);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'lost', scenario: 'calm' });
    expect(process.kills).toBe(1);
  });

  test('when it falls silent and its files do not answer: not the program’s fault', async () => {
    const { running, client } = setUp();
    const { run } = await running();
    const state = look(run);
    client.latest.fs.readdir = never;
    await pass(silentMs + graceMs + pingMs);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'lost' });
  });

  test('when it told of an error and fell silent: the same', async () => {
    const { running, client } = setUp();
    const { run } = await running();
    const state = look(run);
    client.latest.tellError('relay went away');
    await pass(silentMs + graceMs);
    expect(failureIn(state())).toMatchObject({
      trouble: 'lost',
      message: expect.stringContaining('relay went away') as string,
    });
  });

  test('but an error that it told of and got over is nothing', async () => {
    const { running, client } = setUp();
    const { run, say, tell } = await running();
    const state = look(run);
    client.latest.tellError('a passing error');
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(state()).toMatchObject({ passed: true, failure: null });
  });

  test('when another process takes it along', async () => {
    const { running, container, client } = setUp();
    const { run } = await running();
    const state = look(run);
    const other = await container.spawn('jsh', []);
    for (const { process } of client.latest.spawned) process.onKill = () => {};
    void other.end();
    await pass(exitMs + drainMs);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'lost' });
  });

  test('when cookies turn out to be blocked in the middle', async () => {
    const { running, client, begin } = setUp();
    const { run } = await running();
    const state = look(run);
    client.latest.tellError('Failed to register a ServiceWorker');
    await pass(drainMs);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'storage-blocked' });
    const next = look(begin());
    await pass(0);
    expect(failureIn(next())).toMatchObject({ trouble: 'storage-blocked' });
  });
});

describe('a program that runs away', () => {
  test('is blocked when nothing is heard: said at once, and its process ended', async () => {
    const { running, container } = setUp();
    const { run, process } = await running();
    const state = look(run);
    await pass(silentMs + graceMs - 1);
    expect(state()).toBe('pending');
    await pass(1);
    expect(failureIn(state())).toMatchObject({ kind: 'blocked', scenario: 'calm', seed: 7 });
    expect(process.kills).toBe(1);
    expect(container.generation).toBe(1);
  });

  test('is not blocked as long as there are signs of life, and be it half a message', async () => {
    const { running } = setUp();
    const { run, process, say } = await running();
    const state = look(run);
    for (let ms = 0; ms < 10_000; ms += 2_000) {
      say({ kind: 'beat' });
      await pass(2_000);
    }
    for (let ms = 0; ms < 10_000; ms += 2_000) {
      process.print('.');
      await pass(2_000);
    }
    expect(state()).toBe('pending');
    run.stop();
  });

  test('and whose process ignores the kill: the next run waits for the new container, and works', async () => {
    const { running, container, begin, inside } = setUp();
    const { run, process } = await running();
    process.onKill = () => {};
    const state = look(run);
    await pass(silentMs + graceMs);
    expect(failureIn(state())).toMatchObject({ kind: 'blocked' });
    const next = look(begin());
    await pass(exitMs);
    expect(container.generation).toBe(2);
    const { say, tell } = await inside();
    tell({ kind: 'start', run: calm });
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(next()).toMatchObject({ passed: true });
  });

  test('and whose container does not come back either: the next run says that a reload is needed', async () => {
    const { running, client, begin } = setUp();
    const { run, process } = await running();
    process.onKill = () => {};
    client.onBoot = never;
    const state = look(run);
    await pass(silentMs + graceMs);
    expect(failureIn(state())).toMatchObject({ kind: 'blocked' });
    const next = look(begin());
    await pass(exitMs + rebuildMs);
    expect(failureIn(next())).toMatchObject({ kind: 'engine', trouble: 'needs-reload' });
  });

  test('spins when the set is not done in its time, signs of life or not', async () => {
    const { running } = setUp();
    const { run, process, say } = await running();
    const state = look(run);
    for (let ms = 0; ms < sessionMs + graceMs; ms += 500) {
      expect(state()).toBe('pending');
      say({ kind: 'beat' });
      await pass(500);
    }
    expect(failureIn(state())).toMatchObject({ kind: 'spinning', scenario: 'calm' });
    expect(process.kills).toBe(1);
  });

  test('is stopped when it floods the output', async () => {
    const { running } = setUp();
    const { run, process } = await running();
    const state = look(run);
    const chunk = `${'x'.repeat(1_023)}\n`.repeat(256);
    for (let i = 0; i <= mostOutput / chunk.length; i++) process.print(chunk);
    await pass(0);
    expect(failureIn(state())).toMatchObject({ kind: 'output-limit', scenario: 'calm' });
    expect(process.kills).toBe(1);
  });

  test.each([
    ['its words', 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\r\n', 5],
    ['an abort', '', 134],
    ['a kill from outside', '', 137],
  ])('is out of memory when Node ends with %s', async (_, text, code) => {
    const { running } = setUp();
    const { run, process } = await running();
    const state = look(run);
    process.print(text);
    process.end(code);
    await pass(drainMs);
    expect(failureIn(state())).toMatchObject({ kind: 'out-of-memory', scenario: 'calm' });
  });

  test('but not when nothing of the program had begun', async () => {
    const { begin, inside } = setUp();
    const state = look(begin());
    const { process } = await inside();
    process.end(137);
    await pass(drainMs);
    expect(failureIn(state())).toMatchObject({ kind: 'engine', trouble: 'lost' });
  });
});

describe('stopping', () => {
  test('is heard at once; the process is ended, its folder removed, and nothing of it is told any more', async () => {
    const { running, events, container } = setUp();
    const { run, process, tell } = await running();
    const state = look(run);
    run.stop();
    run.stop();
    await pass(0);
    expect(state()).toMatchObject({ name: 'RunCancelled' });
    expect(process.kills).toBe(1);
    const { length } = events;
    tell(ended());
    process.print('text\n');
    await pass(60_000);
    expect(events).toHaveLength(length);
    expect(await container.files.list('.spillway/runs')).toEqual([]);
  });

  test('while the container boots starts no process', async () => {
    const { client, begin } = setUp();
    const booted = defer<ReturnType<typeof createFakeInstance>>();
    client.onBoot = () => booted.promise;
    const run = begin();
    const state = look(run);
    await pass(1_000);
    run.stop();
    booted.resolve(createFakeInstance());
    await pass(0);
    expect(state()).toMatchObject({ name: 'RunCancelled' });
    expect(client.latest.spawned).toEqual([]);
  });

  test('while a process is started ends it when it comes', async () => {
    const { client, container, begin } = setUp();
    await container.boot();
    const late = defer<void>();
    client.latest.onSpawn = async ({ process }) => {
      await late.promise;
      return process;
    };
    const run = begin();
    await pass(0);
    run.stop();
    late.resolve();
    await pass(0);
    expect(client.latest.spawned[0]?.process.kills).toBe(1);
  });

  test('a run that is over does nothing', async () => {
    const { running } = setUp();
    const { run, say, tell } = await running();
    const state = look(run);
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    run.stop();
    await pass(0);
    expect(state()).toMatchObject({ passed: true });
  });

  test('is what a newer run does to the one under way; it waits for its process to end', async () => {
    const { running, client, begin, inside } = setUp();
    const { run, process } = await running();
    const older = look(run);
    const killed = defer<void>();
    process.onKill = () => killed.resolve();
    const newer = look(begin());
    await pass(0);
    expect(older()).toMatchObject({ name: 'RunCancelled' });
    expect(client.latest.spawned).toHaveLength(1);
    await killed.promise;
    process.end(143);
    const { say, tell } = await inside();
    expect(client.latest.spawned).toHaveLength(2);
    tell({ kind: 'start', run: calm });
    tell(ended());
    say({ kind: 'over', failure: null });
    await pass(0);
    expect(newer()).toMatchObject({ passed: true });
  });

  test('is waited for only so long', async () => {
    const { client, container, begin } = setUp();
    await container.boot();
    client.latest.fs.writeFile = never;
    begin();
    await pass(100);
    client.latest.fs.writeFile = async (path, text) => void client.latest.texts.set(path, text);
    begin();
    await pass(previousMs - 1);
    expect(client.latest.spawned).toEqual([]);
    await pass(1);
    expect(client.latest.spawned).toHaveLength(1);
  });

  test('is what putting the engine away does; the container is the page’s', async () => {
    const { running, engine, container } = setUp();
    const { run, process } = await running();
    const state = look(run);
    engine.dispose();
    await pass(0);
    expect(state()).toMatchObject({ name: 'RunCancelled' });
    expect(process.kills).toBe(1);
    expect(container.status.state).toBe('ready');
  });
});
