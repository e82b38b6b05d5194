import { describe, expect, it } from 'vitest';
import { findBottleneck, type OperatorTimes } from './bottleneck.ts';

/** An operator whose subtasks are [busy, back-pressured] in ms/s. */
const task = (name: string, ...subtasks: readonly (readonly [number, number])[]): OperatorTimes => ({
  name,
  subtasks: subtasks.map(([busyMsPerSecond, backPressuredMsPerSecond]) => ({
    busyMsPerSecond,
    backPressuredMsPerSecond,
  })),
});

describe('M3.7 the bottleneck finder', () => {
  it('names the operator behind the last one that is held back, when it is busy at 900 ms/s or more', () => {
    const job = [task('source', [10, 990]), task('map', [20, 980]), task('enrich', [900, 0]), task('sink', [50, 0])];
    expect(findBottleneck(job)).toEqual({ kind: 'operator', operator: 'enrich', cause: 'capacity' });
  });

  it('goes by the last one that is low, even where one further up is calm', () => {
    const job = [task('source', [10, 50]), task('map', [600, 200]), task('enrich', [990, 0]), task('sink', [50, 0])];
    expect(findBottleneck(job)).toEqual({ kind: 'operator', operator: 'enrich', cause: 'capacity' });
  });

  it('blames the network or an external thread when what follows is not busy', () => {
    const job = [task('source', [10, 990]), task('map', [20, 980]), task('enrich', [899, 0]), task('sink', [50, 0])];
    expect(findBottleneck(job)).toEqual({ kind: 'network-or-external', after: 'map' });
    expect(findBottleneck([task('source', [10, 0]), task('sink', [10, 990])])).toEqual({
      kind: 'network-or-external',
      after: 'sink',
    });
  });

  it('finds no bottleneck inside a job where nobody is held back, however busy', () => {
    expect(findBottleneck([task('source', [1000, 0]), task('sink', [300, 100])])).toEqual({ kind: 'none' });
    expect(findBottleneck([])).toEqual({ kind: 'none' });
  });

  it('tells one hot subtask from too little capacity (F21)', () => {
    const job = [task('source', [3, 997]), task('enrich', [1000, 0], [214, 0], [214, 0])];
    expect(findBottleneck(job)).toEqual({ kind: 'operator', operator: 'enrich', cause: 'skew' });
  });

  it('refuses an operator without subtasks', () => {
    expect(() => findBottleneck([task('source')])).toThrow('source has no subtasks');
  });
});
