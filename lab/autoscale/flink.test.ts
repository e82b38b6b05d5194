import { describe, expect, it } from 'vitest';
import { flinkParallelism, trueProcessingPerSecond, type VertexLoad } from './flink.ts';

/** Ten tasks, busy all the time with 10,000/s. */
const vertex: VertexLoad = {
  parallelism: 10,
  maxParallelism: 128,
  processedPerSecond: 10_000,
  busyShare: 1,
  arrivedPerSecond: 14_000,
  backlogRecords: 0,
};

describe('F32 the Flink operator’s autoscaler', () => {
  it('gives a vertex of 1,000/s a task 20 tasks for 14,000/s at its target of 0.7', () => {
    expect(flinkParallelism(vertex)).toBe(20);
  });

  it('adds what it takes to catch up: 36 M in an hour is another 10,000/s, and 35 tasks', () => {
    expect(flinkParallelism({ ...vertex, backlogRecords: 36_000_000 }, { catchUpMs: 3_600_000 })).toBe(35);
    expect(flinkParallelism({ ...vertex, backlogRecords: 36_000_000 })).toBe(20);
  });

  it('changes nothing between a utilisation of 0.4 and 1.0, and scales in below', () => {
    expect(flinkParallelism({ ...vertex, arrivedPerSecond: 10_000 })).toBe(10);
    expect(flinkParallelism({ ...vertex, arrivedPerSecond: 4_000, processedPerSecond: 4_000, busyShare: 0.4 })).toBe(
      10,
    );
    expect(flinkParallelism({ ...vertex, arrivedPerSecond: 3_500, processedPerSecond: 3_500, busyShare: 0.35 })).toBe(
      5,
    );
  });

  it('goes no further than the maximum parallelism', () => {
    expect(flinkParallelism({ ...vertex, maxParallelism: 16 })).toBe(16);
  });

  it('sees what CPU does not: tasks that are busy waiting', () => {
    expect(trueProcessingPerSecond({ ...vertex, processedPerSecond: 2_000, busyShare: 0.5 })).toBe(4_000);
  });

  it('refuses a vertex that was never busy', () => {
    expect(() => flinkParallelism({ ...vertex, busyShare: 0 })).toThrow('busyShare');
  });
});
