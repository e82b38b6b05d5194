// Each thing is told once, in order within its run, and lines by the handful.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { createTeller } from './teller.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const run = (scenario: string) => ({ scenario, seed: 7 });
const line = (text: string) => ({ atMs: 0, level: 'log' as const, text });

function open() {
  const events: SessionEvent[] = [];
  const teller = createTeller((event) => events.push(event));
  const place = (scenario: string) => scenario.charCodeAt(0);
  return {
    teller,
    start: (scenario: string) => teller.tell(place(scenario), { kind: 'start', run: run(scenario) }),
    log: (scenario: string, ...texts: string[]) =>
      teller.tell(place(scenario), { kind: 'console', run: run(scenario), lines: texts.map(line) }),
    end: (scenario: string) =>
      teller.tell(place(scenario), {
        kind: 'run',
        run: run(scenario),
        results: [],
        plots: null,
        steps: 1,
        records: 1,
      }),
    told: () =>
      events.map((event) =>
        event.kind === 'console'
          ? `${event.run.scenario}: ${event.lines.map(({ text }) => text).join(' ')}`
          : `${event.kind} ${'run' in event ? event.run.scenario : ''}`,
      ),
  };
}

test('lines are gathered for a moment, and are told before the end of their run', () => {
  const { start, log, end, told } = open();
  start('a');
  log('a', '1');
  log('a', '2', '3');
  expect(told()).toEqual(['start a']);
  vi.advanceTimersByTime(100);
  log('a', '4');
  end('a');
  vi.advanceTimersByTime(100);
  expect(told()).toEqual(['start a', 'a: 1 2 3', 'a: 4', 'run a']);
});

test('ten thousand lines within a moment are told at once', () => {
  const { start, log, told } = open();
  start('a');
  for (let i = 0; i < 10_000; i++) log('a', String(i));
  vi.advanceTimersByTime(100);
  expect(told()).toHaveLength(2);
});

test('lines of runs side by side stay with their run', () => {
  const { start, log, end, told } = open();
  start('a');
  start('b');
  log('a', '1');
  log('b', '2');
  log('a', '3');
  end('b');
  expect(told()).toEqual(['start a', 'start b', 'b: 2', 'run b']);
  vi.advanceTimersByTime(100);
  expect(told().at(-1)).toBe('a: 1 3');
});

test('a run that begins again tells only what it had not told', () => {
  const { teller, start, log, end, told } = open();
  start('a');
  log('a', '1', '2', '3');
  teller.again();
  start('a');
  log('a', '1');
  log('a', '2', '3', '4');
  log('a', '5');
  teller.again();
  start('a');
  log('a', '1', '2', '3', '4', '5', '6');
  end('a');
  expect(told()).toEqual(['start a', 'a: 1 2 3 4 5 6', 'run a']);
});

test('what is held can be told at once, or dropped', () => {
  const first = open();
  first.start('a');
  first.log('a', 'last words');
  first.teller.flush();
  expect(first.told()).toEqual(['start a', 'a: last words']);

  const second = open();
  second.start('a');
  second.log('a', 'never');
  second.teller.end();
  vi.advanceTimersByTime(1_000);
  expect(second.told()).toEqual(['start a']);
});
