import { describe, expect, it } from 'vitest';
import { inOrderOfCause, mergeSeeds, verdictOf } from './judge.ts';
import type { CheckResult, CheckState } from './verdict.ts';
import { exercise } from '../exercises/cap-intake/exercise.ts';

const result = (id: string, scenario: string, state: CheckState, more: Partial<CheckResult> = {}): CheckResult => ({
  id,
  label: id,
  scenario,
  seed: 7,
  state,
  passed: state === 'met' || state === 'thin',
  measured: 0,
  target: 0,
  comparison: '≤',
  unit: 'records',
  depth: 5,
  atMs: null,
  cause: null,
  lever: null,
  ...more,
});
const whole = { failure: null, seeds: [7], wallMs: 1, steps: 1 };

describe('the judge', () => {
  it('shows the worse seed of a check, and the first of equals', () => {
    const merged = mergeSeeds([
      result('a', 'spike', 'met', { seed: 7 }),
      result('a', 'spike', 'not-yet', { seed: 8 }),
      result('b', 'spike', 'thin', { seed: 7 }),
      result('b', 'spike', 'thin', { seed: 8 }),
    ]);
    expect(merged.map(({ id, seed, state }) => [id, seed, state])).toEqual([
      ['a', 8, 'not-yet'],
      ['b', 7, 'thin'],
    ]);
  });

  it('puts causes before symptoms: scenario, then moment, then depth', () => {
    const order = inOrderOfCause([
      result('calm', 'steady', 'met'),
      result('lag', 'spike', 'not-yet', { atMs: 4_000, depth: 5 }),
      result('heap', 'spike', 'not-yet', { atMs: 4_000, depth: 0 }),
      result('early', 'spike', 'not-yet', { atMs: 3_000, depth: 3 }),
      result('never', 'spike', 'not-yet', { atMs: null, depth: 0 }),
      result('late', 'crash', 'not-yet', { atMs: 1_000, depth: 0 }),
    ]);
    expect(order.map(({ id }) => id)).toEqual(['early', 'heap', 'lag', 'never', 'late']);
  });

  it('passes only when every item is met, and never when a run did not finish', () => {
    const good = [result('a', 'spike', 'met'), result('b', 'spike', 'thin')];
    expect(verdictOf(exercise, good, whole).passed).toBe(true);
    expect(verdictOf(exercise, [...good, result('c', 'spike', 'not-tested')], whole).passed).toBe(false);
    expect(verdictOf(exercise, [], whole).passed).toBe(false);
    const failure = {
      kind: 'blocked',
      message: 'It blocked.',
      file: null,
      line: null,
      column: null,
      scenario: null,
      seed: null,
      atMs: null,
      stack: [],
    } as const;
    expect(verdictOf(exercise, good, { ...whole, failure })).toMatchObject({
      passed: false,
      didNotFinish: 'It blocked.',
    });
  });
});
