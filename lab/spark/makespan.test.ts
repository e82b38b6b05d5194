import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makespanMs } from './makespan.ts';

const tasks = (count: number, ms: number) => Array.from({ length: count }, () => ms);

describe('M2.3 tasks on cores', () => {
  it('200 equal tasks on 20 cores take 10 waves of 150 ms, 1.5 s; 20 tasks with the same 200,000 rows 1.05 s', () => {
    const taskMs = (rows: number) => 50 + rows * 0.1;
    expect(taskMs(200_000 / 200)).toBe(150);
    expect(makespanMs(tasks(200, taskMs(1_000)), 20)).toBe(1_500);
    expect(makespanMs(tasks(20, taskMs(10_000)), 20)).toBe(1_050);
  });

  it('one of 200 partitions with 100,000 of the rows takes 10.05 s, whatever the cores', () => {
    const skewed = [50 + 100_000 * 0.1, ...tasks(199, 50 + (100_000 / 199) * 0.1)];
    expect(makespanMs(skewed, 20)).toBe(10_050);
    expect(makespanMs(skewed, 10_000)).toBe(10_050);
    expect(makespanMs(skewed.toReversed(), 20)).toBeGreaterThan(10_050);
  });

  it('starts each task on the first core that is free', () => {
    expect(makespanMs([4, 3, 2, 1], 2)).toBe(5);
    expect(makespanMs([1, 1, 1, 9], 2)).toBe(10);
    expect(makespanMs([], 4)).toBe(0);
  });

  it('lies between the best that any order could do and twice that', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 80 }), fc.integer({ min: 1, max: 12 }), (list, cores) => {
        const took = makespanMs(list, cores);
        const least = Math.max(0, ...list, list.reduce((sum, ms) => sum + ms, 0) / cores);
        expect(took).toBeGreaterThanOrEqual(least - 1e-9);
        expect(took).toBeLessThanOrEqual(2 * least + 1e-9);
        const naive = Array.from({ length: cores }, () => 0);
        for (const ms of list) {
          const core = naive.indexOf(Math.min(...naive));
          naive[core] = (naive[core] ?? 0) + ms;
        }
        expect(took).toBe(Math.max(...naive));
      }),
    );
  });

  it('refuses no cores and a task that never ends', () => {
    expect(() => makespanMs([1], 0)).toThrow('cores is 0');
    expect(() => makespanMs([1, Infinity], 1)).toThrow('taskMs[1] is Infinity');
  });
});
