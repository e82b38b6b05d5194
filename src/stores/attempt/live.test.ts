// Runs side by side end in any order, and look the same.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { CheckState } from '#graders/verdict.ts';
import { createLiveSet, type LiveSet } from './live.ts';
import { sampleExercise as exercise, sampleFailure, samplePlots, sampleResult } from './sample.ts';

const run = (scenario: string, seed = 7) => ({ scenario, seed });
const start = (scenario: string, seed = 7): SessionEvent => ({ kind: 'start', run: run(scenario, seed) });
const log = (scenario: string, ...texts: string[]): SessionEvent => ({
  kind: 'console',
  run: run(scenario),
  lines: texts.map((text, atMs) => ({ atMs, level: 'log', text })),
});
const end = (scenario: string, seed = 7, state: CheckState = 'met'): SessionEvent => ({
  kind: 'run',
  run: run(scenario, seed),
  results: [{ ...sampleResult('heap', scenario, state), seed }],
  plots: seed === 7 ? samplePlots(scenario) : null,
  steps: 1,
  records: 1,
});
const after = (events: readonly SessionEvent[]): LiveSet =>
  events.reduce((set, event) => set.with(event), createLiveSet(exercise));
const texts = (set: LiveSet) => set.run.console.map(({ scenario, text }) => `${scenario} ${text}`);
const drawn = (set: LiveSet) => set.run.plots.map(({ scenario }) => scenario);

test('before anything begins the engine is made ready; afterwards it is known what goes on', () => {
  expect(after([]).run).toMatchObject({ done: 0, total: 6, current: null });
  expect(after([start('steady'), start('crash')]).run.current).toEqual([run('steady'), run('crash')]);
  const ended = after([start('steady'), start('crash'), end('steady')]).run;
  expect(ended).toMatchObject({ done: 1, current: [run('crash')] });
  expect(after([start('steady'), end('steady')]).run.current).toEqual([]);
});

test('plots and lines stand in the order of the scenarios, and what stands there already is not moved about', () => {
  const first = after([start('spike'), log('spike', 'a', 'b'), end('spike')]);
  expect(texts(first)).toEqual(['spike a', 'spike b']);
  const second = first.with(log('crash', 'x')).with(log('steady', '1'));
  expect(texts(second)).toEqual(['steady 1', 'spike a', 'spike b', 'crash x']);
  const third = second.with(log('steady', '2')).with(end('crash')).with(end('steady'));
  expect(texts(third)).toEqual(['steady 1', 'steady 2', 'spike a', 'spike b', 'crash x']);
  expect(drawn(third)).toEqual(['steady', 'spike', 'crash']);
});

test('in whichever order runs end, what is shown at the end is the same', () => {
  const scripts = exercise.seeds.flatMap((seed) =>
    exercise.scenarios.map(({ name }, i) => [
      start(name, seed),
      ...(seed === 7 ? [log(name, 'one'), log(name, 'two', 'three')] : []),
      end(name, seed, i === 1 ? 'thin' : 'met'),
    ]),
  );
  const inARow = after(scripts.flat()).run;
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat({ max: 1_000 })), (picks) => {
      const left = scripts.map((script) => [...script]);
      const events: SessionEvent[] = [];
      for (let open = left; open.length > 0; open = open.filter((script) => script.length > 0)) {
        const script = open[(picks.next().value ?? 0) % open.length];
        const next = script?.shift();
        if (next !== undefined) events.push(next);
      }
      expect(after(events).run).toEqual(inARow);
    }),
  );
});

test('too many lines: those at the end are left out', () => {
  const many = Array.from({ length: 4_000 }, (_, i) => String(i));
  const set = after([log('spike', ...many), log('steady', ...many)]);
  expect(set.run.console).toHaveLength(5_000);
  expect(texts(set).at(-1)).toBe('spike 999');
});

test('with a failure only what came before it, and what the failed run logged, is kept', () => {
  const set = after([
    log('steady', '1'),
    end('steady'),
    log('spike', '2'),
    log('crash', '3'),
    end('crash'),
    end('steady', 8),
  ]);
  const failed = { ...sampleFailure, scenario: 'spike' };
  const kept = set.upTo({ ...failed, seed: 7 });
  expect(kept.plots.map(({ scenario }) => scenario)).toEqual(['steady']);
  expect(kept.console.map(({ text }) => text)).toEqual(['1', '2']);
  expect(set.upTo({ ...failed, seed: 8 })).toEqual(set.run);
  expect(set.upTo({ ...failed, scenario: null, seed: null })).toEqual(set.run);
  expect(set.upTo(null)).toEqual(set.run);
});
