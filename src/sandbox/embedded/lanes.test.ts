// Workers that are played by hand: who begins what, what a failure ends, and who is to blame when a frame dies.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { trialExercise as exercise } from '#graders/hosts/realm-cases.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { silentMs, stopped } from '#graders/hosts/watch.ts';
import type { CheckResult, Failure } from '#graders/verdict.ts';
import { startLanes } from './lanes.ts';
import type { RunEvent } from './protocol.ts';
import type { RunMessage } from './worker-link.ts';
import type { FrameLoss, Workshop } from './workshop.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

interface PaperWorker {
  say(message: RunMessage): void;
  given: string;
  isDead: boolean;
}
const keyOf = (name: string) => ({ scenario: name, seed: 7 });
const result = (name: string) => ({ id: 'lag', scenario: name }) as CheckResult;

/** Starts runs named by single letters in as many lanes, once the first run has given its result. */
async function open(names: string, soon: number, most = soon) {
  const workers: PaperWorker[] = [];
  let lose: ((loss: FrameLoss) => void) | null = null;
  let refuse: Error | null = null;
  const workshop: Workshop = {
    prepare: async () => {},
    async take() {
      if (refuse !== null) throw refuse;
      const worker: PaperWorker = { say: () => {}, given: '', isDead: false };
      workers.push(worker);
      return {
        start: (_, onMessage) => (worker.say = onMessage),
        give: ({ scenario }) => (worker.given = scenario),
        kill: () => (worker.isDead = true),
      };
    },
    attend(onLost) {
      lose = onLost;
      return () => (lose = null);
    },
    clear() {},
  };
  const compiled = { entry: 'solution.ts', files: [], packages: [] };
  const program = { kind: 'program', runId: 1, exercise, compiled, shownSeed: 7 } as const;
  const events: SessionEvent[] = [];
  const runs = names.split('').map(keyOf);
  const lanes = startLanes({ workshop, program, runs, width: { soon, most }, onEvent: (event) => events.push(event) });
  let outcome: unknown = null;
  lanes.ended.then(
    (found) => (outcome = found),
    (error: unknown) => (outcome = error),
  );
  const settle = () => vi.advanceTimersByTimeAsync(0);
  await settle();

  /** The worker that has this run. */
  const workerOf = (name: string) => {
    const worker = workers.find(({ given, isDead }) => given === name && !isDead);
    if (worker === undefined) throw new Error(`No worker has ${name}.`);
    return worker;
  };
  const say = (name: string, event: RunEvent) => workerOf(name).say({ runId: 1, kind: 'session', event });
  return {
    lanes,
    workers,
    settle,
    begin: (name: string) => say(name, { kind: 'start', run: keyOf(name) }),
    async complete(name: string) {
      say(name, { kind: 'run', run: keyOf(name), results: [result(name)], plots: null, steps: 1, records: 1 });
      await settle();
    },
    async fail(name: string) {
      say(name, { kind: 'failed', failure: { ...stopped('blocked', keyOf(name), 'solution.ts'), kind: 'threw' } });
      await settle();
    },
    async loseFrame(loss: FrameLoss = 'died') {
      lose?.(loss);
      await settle();
    },
    refuse: (error: Error | null) => (refuse = error),
    /** Runs that are under way, a letter each. */
    underWay: () => workers.flatMap(({ given, isDead }) => (isDead ? [] : [given])).join(''),
    told: () => events.map((event) => ('run' in event ? `${event.kind} ${event.run.scenario}` : event.kind)).join(', '),
    outcome: () => outcome as { results: CheckResult[]; steps: number; failure: Failure | null } | Error | null,
    found() {
      if (outcome === null || outcome instanceof Error) throw new Error(`No outcome: ${String(outcome)}`);
      const { results, steps, failure } = outcome as { results: CheckResult[]; steps: number; failure: Failure | null };
      const names = results.map(({ scenario }) => scenario).join('');
      return `${names} ${steps}${failure === null ? '' : ` ${failure.kind} ${failure.scenario ?? 'nowhere'}`}`;
    },
  };
}

/** The first run of all lanes has ended, and the set goes on in all of them. */
async function openWide(names: string, most: number) {
  const set = await open(names, most);
  set.begin('a');
  await set.complete('a');
  return set;
}

test('one run begins; the others follow when it has given its result, as many as there are lanes', async () => {
  const { underWay, begin, complete, told, found } = await open('abcdef', 3);
  expect(underWay()).toBe('a');
  begin('a');
  await complete('a');
  expect(underWay()).toBe('bcd');
  begin('b');
  begin('c');
  await complete('c');
  expect(underWay()).toBe('bed');
  for (const name of 'debf') await complete(name);
  expect(told()).toBe('start a, run a, start b, start c, run c, run d, run e, run b, run f, done');
  expect(found()).toBe('abcdef 6');
});

test('a set that takes long gets the workers that were held back, also while its first run goes on', async () => {
  const { underWay, begin, complete } = await open('abcde', 1, 2);
  begin('a');
  await complete('a');
  expect(underWay()).toBe('b');
  await vi.advanceTimersByTimeAsync(1_100);
  expect(underWay()).toBe('bc');

  const slow = await open('abcde', 2, 3);
  slow.begin('a');
  await vi.advanceTimersByTimeAsync(1_100);
  expect(slow.underWay()).toBe('abc');
});

test('never more workers than runs', async () => {
  const { underWay, workers } = await openWide('abc', 4);
  expect(underWay()).toBe('bc');
  expect(workers).toHaveLength(3);
});

test('a failure ends the runs after it at once, and waits for those before it', async () => {
  const { underWay, complete, fail, outcome, found, told } = await openWide('abcdefgh', 4);
  await complete('d');
  expect(underWay().split('').toSorted().join('')).toBe('bcef');
  await fail('c');
  expect(underWay()).toBe('b');
  expect(outcome()).toBeNull();
  await complete('b');
  expect(found()).toBe('ab 2 threw c');
  expect(told()).toContain('run d');
  expect(told().endsWith('run b, failed')).toBe(true);
});

test('of two failures that of the earlier run counts, whichever comes first', async () => {
  for (const order of ['cb', 'bc']) {
    const { fail, found, outcome } = await openWide('abcd', 4);
    for (const name of order) if (outcome() === null) await fail(name);
    expect(found()).toBe('a 1 threw b');
  }
});

test('a run that is silent ends as blocked, and its neighbours go on', async () => {
  const { workers, begin, settle, outcome, found, complete, underWay } = await openWide('abc', 2);
  begin('b');
  begin('c');
  await vi.advanceTimersByTimeAsync(silentMs - 100);
  workers.find(({ given }) => given === 'b')?.say({ runId: 1, kind: 'beat' });
  await vi.advanceTimersByTimeAsync(200);
  await settle();
  expect(underWay()).toBe('b');
  expect(outcome()).toBeNull();
  await complete('b');
  expect(found()).toBe('ab 2 blocked c');
});

test('a frame that dies while one run goes on: that run filled the memory', async () => {
  const { begin, loseFrame, found } = await openWide('ab', 2);
  begin('b');
  await loseFrame();
  expect(found()).toBe('a 1 out-of-memory b');
});

test('a frame that dies while several go on: they run again one by one until it shows which it was', async () => {
  const { begin, complete, loseFrame, underWay, found, told } = await openWide('abcde', 3);
  for (const name of 'bcd') begin(name);
  await complete('c');
  begin('e');
  await loseFrame();
  expect(underWay()).toBe('b');
  begin('b');
  await complete('b');
  expect(underWay()).toBe('d');
  begin('d');
  await loseFrame();
  expect(found()).toBe('abc 3 out-of-memory d');
  expect(told()).toBe('start a, run a, start b, start c, start d, run c, start e, run b, failed');
});

test('a frame that dies just after a worker in it was ended as blocked: the other run is not to blame', async () => {
  const { workers, begin, complete, loseFrame, found, underWay } = await openWide('abc', 2);
  begin('b');
  begin('c');
  await vi.advanceTimersByTimeAsync(silentMs - 100);
  workers.find(({ given }) => given === 'b')?.say({ runId: 1, kind: 'beat' });
  await vi.advanceTimersByTimeAsync(200);
  await loseFrame();
  expect(underWay()).toBe('b');
  begin('b');
  await complete('b');
  expect(found()).toBe('ab 2 blocked c');
});

test('a frame that was dead before anything began is replaced without a word', async () => {
  const { begin, complete, loseFrame, found, underWay } = await open('a', 1);
  await loseFrame();
  expect(underWay()).toBe('a');
  begin('a');
  await complete('a');
  expect(found()).toBe('a 1');
});

test('a frame that is taken out of the page is replaced, and no run is to blame', async () => {
  const { begin, complete, loseFrame, found, told } = await open('a', 1);
  begin('a');
  await loseFrame('removed');
  begin('a');
  await complete('a');
  expect(found()).toBe('a 1');
  expect(told()).toBe('start a, run a, done');
});

test('frames that are lost again and again are the engine’s trouble', async () => {
  const { loseFrame, found } = await open('ab', 1);
  for (let i = 0; i < 4; i++) await loseFrame();
  expect(found()).toBe(' 0 engine nowhere');
});

test('workers that are not to be had are not missed while there is one', async () => {
  const set = await open('abc', 3);
  set.refuse(new Error('no worker'));
  set.begin('a');
  for (const name of 'abc') await set.complete(name);
  expect(set.found()).toBe('abc 3');
});

test('without any worker there is no outcome', async () => {
  const set = await open('ab', 2);
  set.refuse(new Error('no worker'));
  await set.loseFrame();
  expect(set.outcome()).toEqual(new Error('no worker'));
});

test('a set that is ended from outside keeps what had completed, and names the first that had not', async () => {
  const { lanes, begin, complete, settle, found, underWay } = await openWide('abcd', 3);
  for (const name of 'bcd') begin(name);
  await complete('c');
  lanes.fail((run) => stopped('spinning', run, 'solution.ts'));
  await settle();
  expect(found()).toBe('a 1 spinning b');
  expect(underWay()).toBe('');
});

test('a set that is stopped is not heard of again', async () => {
  const { lanes, workers, told, outcome, settle } = await openWide('abc', 2);
  const worker = workers.find(({ given }) => given === 'b');
  lanes.stop();
  worker?.say({ runId: 1, kind: 'session', event: { kind: 'start', run: keyOf('b') } });
  await settle();
  expect(told()).toBe('start a, run a');
  expect(outcome()).toBeNull();
  expect(workers.every(({ isDead }) => isDead)).toBe(true);
});
