import { describe, expect, it } from 'vitest';
import { levelOf, taskLevelOf } from './levels.ts';

describe('M3.1 levels of backpressure', () => {
  it('is ok up to a ratio of 0.10, low up to 0.50, and high above', () => {
    expect([0, 0.1, 0.100001, 0.5, 0.500001, 1].map(levelOf)).toEqual(['ok', 'ok', 'low', 'low', 'high', 'high']);
  });

  it('gives a task the level of its worst subtask, never the mean', () => {
    expect(taskLevelOf([0, 0, 0, 0.9])).toBe('high');
    expect(taskLevelOf([0.1, 0.1])).toBe('ok');
  });

  it('refuses what is no ratio', () => {
    expect(() => levelOf(-0.1)).toThrow('ratio is -0.1');
    expect(() => taskLevelOf([])).toThrow('one ratio for each subtask');
  });
});
