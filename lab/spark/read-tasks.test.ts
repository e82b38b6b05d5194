import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileTasks, topicTasks } from './read-tasks.ts';

const gib = 1_024 ** 3;
const mib = 1_024 ** 2;
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

describe('the tasks that read a topic', () => {
  it('are one for each partition with rows (SS13)', () => {
    expect(topicTasks([5, 0, 7])).toEqual([5, 7]);
  });

  it('divide a skewed partition when there are fewer than minPartitions', () => {
    expect(topicTasks([900, 50, 50], { minPartitions: 10 })).toEqual([112, 112, 112, 112, 113, 113, 113, 113, 50, 50]);
    expect(topicTasks([900, 50, 50], { minPartitions: 3 })).toEqual([900, 50, 50]);
  });

  it('hold no more rows than maxRecordsPerPartition', () => {
    expect(topicTasks([100, 30], { maxRecordsPerPartition: 40 })).toEqual([33, 33, 34, 30]);
  });

  it('hold each row once and none is empty, whatever the split', () => {
    const counts = fc.array(fc.nat(5_000), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 50, max: 999 }),
        (list, least, maxRecords) => {
          const tasks = topicTasks(list, { minPartitions: least, maxRecordsPerPartition: maxRecords });
          expect(sum(tasks)).toBe(sum(list));
          for (const rows of tasks) {
            expect(rows).toBeGreaterThan(0);
            expect(rows).toBeLessThanOrEqual(maxRecords);
          }
        },
      ),
    );
  });
});

describe('the tasks that read files', () => {
  it('cut a large file at 128 MiB', () => {
    const tasks = fileTasks({ files: 2, fileBytes: gib, rowsPerFile: 800, cores: 4 });
    expect(tasks).toEqual(Array.from({ length: 16 }, () => 100));
  });

  it('read many small files together, each counting 4 MiB more', () => {
    expect(fileTasks({ files: 100, fileBytes: 12 * mib, rowsPerFile: 10, cores: 1 })).toEqual([
      ...Array.from({ length: 12 }, () => 80),
      40,
    ]);
  });

  it('give every core a part of little', () => {
    expect(fileTasks({ files: 1, fileBytes: 64 * mib, rowsPerFile: 1_000, cores: 4 })).toHaveLength(4);
    expect(fileTasks({ files: 0, fileBytes: 1, rowsPerFile: 1, cores: 4 })).toEqual([]);
  });

  it('hold each row once', () => {
    const bytes = fc.integer({ min: 1, max: 2 * gib });
    fc.assert(
      fc.property(fc.nat(500), bytes, fc.integer({ min: 1, max: 1e6 }), (files, fileBytes, rowsPerFile) => {
        expect(sum(fileTasks({ files, fileBytes, rowsPerFile, cores: 16 }))).toBe(files * rowsPerFile);
      }),
    );
  });
});
