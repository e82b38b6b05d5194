import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makespanMs } from '../spark/makespan.ts';
import { partitionRows } from './partitions.ts';
import { runJob, type JobSetup, type JobStage } from './job.ts';

const gib = 1024 ** 3;
const stage: JobStage = { rows: 10_000_000, partitions: 200, largestShare: 0, rowMs: 0.001, holdsPartition: false };
const job: JobSetup = {
  stages: [stage],
  write: { by: 'last stage' },
  sink: { limitPerSecond: 100, limitCounts: 'rows', rowsPerCall: 1, callMs: 0 },
  cores: 20,
  taskOverheadMs: 0,
  rowBytes: 1024,
  taskMemoryBytes: gib,
  cachesInput: false,
  spillFactor: 3,
  driverMaxResultBytes: gib,
  driverMemoryBytes: gib,
  maxFailures: 4,
};
const peakBytes = (setup: JobSetup) => {
  const run = runJob(setup);
  const times = run.stages.flatMap(({ spans }) => spans.map(({ fromMs }) => fromMs));
  return Math.max(...run.readAt(times).map(({ heldBytes }) => heldBytes));
};

describe('M2.11 a slow sink', () => {
  it('stretches the run: 10 M rows at 100/s take 100,000 s, and hold a row for each core', () => {
    const run = runJob(job);
    expect(run.failure).toBeNull();
    expect(run.endMs / 1_000).toBeCloseTo(100_000, 6);
    expect(run.readAt([run.endMs])[0]?.writtenRows).toBeCloseTo(10_000_000, 3);
    expect(peakBytes(job)).toBe(20 * 1_024);
  });

  it('holds as little when it is a hundred times slower', () => {
    const slower = { ...job, sink: { ...job.sink, limitPerSecond: 1 } };
    expect(runJob(slower).failure).toBeNull();
    expect(peakBytes(slower)).toBe(peakBytes(job));
  });

  it('is helped by larger calls when its limit counts calls, and not at all when it counts rows', () => {
    const hundred = { ...job.sink, rowsPerCall: 100 };
    expect(runJob({ ...job, sink: { ...hundred, limitCounts: 'calls' } }).endMs / 1_000).toBeCloseTo(1_000, 6);
    expect(runJob({ ...job, sink: hundred }).endMs / 1_000).toBeCloseTo(100_000, 6);
  });

  it('is not helped by more cores', () => {
    expect(runJob({ ...job, cores: 200 }).endMs / 1_000).toBeCloseTo(100_000, 6);
  });
});

describe('M2.3 task waves', () => {
  const free = { ...job, sink: { limitCounts: 'rows', rowsPerCall: 1, callMs: 0 } as const, taskOverheadMs: 50 };
  const rows = { ...stage, rows: 200_000, rowMs: 0.1 };

  it('200 tasks on 20 cores are 10 waves of 150 ms: 1.5 s; 20 tasks are 1.05 s', () => {
    expect(runJob({ ...free, stages: [rows] }).endMs).toBeCloseTo(1_500, 6);
    expect(runJob({ ...free, stages: [{ ...rows, partitions: 20 }] }).endMs).toBeCloseTo(1_050, 6);
    expect(runJob({ ...free, stages: [rows], write: { by: 'coalesce', writers: 20 } }).endMs).toBeCloseTo(1_050, 6);
  });

  it('one partition of 100,000 rows takes 10.05 s, whatever the cores', () => {
    const skewed = { ...rows, largestShare: 0.5 };
    expect(runJob({ ...free, stages: [skewed] }).endMs).toBeCloseTo(10_050, 6);
    expect(runJob({ ...free, stages: [skewed], cores: 10_000 }).endMs).toBeCloseTo(10_050, 6);
  });

  it('agrees with plain list scheduling where no sink couples the tasks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (partitions, cores, share) => {
          const largestShare = share * partitions < 1 ? 0 : share;
          const { endMs } = runJob({ ...free, stages: [{ ...rows, partitions, largestShare }], cores });
          const taskMs = partitionRows(rows.rows, partitions, largestShare).map((n) => 50 + n * 0.1);
          expect(endMs).toBeCloseTo(makespanMs(taskMs, cores), 6);
        },
      ),
    );
  });
});

describe('SS24 what does run out of memory', () => {
  const fast = { ...job, sink: { ...job.sink, limitPerSecond: 1_000_000 } };
  const skewed = { ...stage, largestShare: 0.2 };
  const shuffled = { ...fast, write: { by: 'repartition', writers: 20, shuffleRowMs: 0.001 } as const };

  it('a task that holds a partition of 1.9 GiB whole in 1 GiB, on each of its 4 attempts', () => {
    const run = runJob({ ...shuffled, stages: [{ ...skewed, holdsPartition: true }] });
    expect(run.failure).toBe('partition');
    expect(run.stages[0]?.failures.map(({ task }) => task)).toEqual([0, 0, 0, 0]);
  });

  it('not the same partition read row by row, nor the same rows spread evenly', () => {
    expect(runJob({ ...shuffled, stages: [skewed] }).failure).toBeNull();
    expect(runJob({ ...shuffled, stages: [{ ...stage, holdsPartition: true }] }).failure).toBeNull();
  });

  it('before it has written a row: a stage that holds its partitions does not write as it goes', () => {
    const holding = [{ ...skewed, holdsPartition: true }];
    const { stages, readAt, endMs } = runJob({ ...shuffled, stages: holding });
    expect(stages).toHaveLength(1);
    expect(readAt([endMs])[0]?.writtenRows).toBe(0);
    expect(() => runJob({ ...fast, stages: holding })).toThrow("pass write.by 'repartition'");
  });

  it('a collect: above spark.driver.maxResultSize it is aborted, and without that limit it fills spark.driver.memory', () => {
    const collect: JobSetup = { ...fast, write: { by: 'collect' } };
    expect(runJob(collect).failure).toBe('result size');
    expect(runJob({ ...collect, driverMemoryBytes: 16 * gib }).failure).toBe('result size');
    expect(runJob({ ...collect, driverMaxResultBytes: 0 }).failure).toBe('collect');
    expect(runJob({ ...collect, driverMaxResultBytes: 12 * gib }).failure).toBe('collect');
    expect(runJob({ ...collect, driverMaxResultBytes: 12 * gib, driverMemoryBytes: 16 * gib }).failure).toBeNull();
  });
});

describe('SS24 a cached input that does not fit into memory', () => {
  // 10 M rows of 1 KiB, of which 20 tasks can keep 5,242,880 in 5 GiB.
  const cached: JobSetup = {
    ...job,
    sink: { limitCounts: 'rows', rowsPerCall: 1, callMs: 0 },
    taskMemoryBytes: gib / 4,
    cachesInput: true,
  };
  const setup = { ...cached, stages: [{ ...stage, partitions: 20 }] };

  it('fails no job: what is left goes to disk at three times the work', () => {
    const run = runJob(setup);
    const inMemory = (20 * gib) / 4 / 1_024;
    expect(run.failure).toBeNull();
    expect(run.spilledRows).toBeCloseTo(10_000_000 - inMemory, 0);
    expect(run.stages[0]?.fullAtMs).toBeCloseTo((inMemory * 0.001) / 20, 6);
    expect(run.endMs).toBeCloseTo(((inMemory + 3 * (10_000_000 - inMemory)) * 0.001) / 20, 6);
    expect(peakBytes(setup)).toBeLessThanOrEqual(5 * gib);
  });

  it('costs nothing when all of it fits, nor when a row to disk costs as much as another', () => {
    const enough = runJob({ ...setup, taskMemoryBytes: gib });
    expect(enough).toMatchObject({ spilledRows: 0, failure: null });
    expect(enough.endMs).toBeCloseTo(500, 6);
    expect(runJob({ ...setup, spillFactor: 1 }).endMs).toBeCloseTo(500, 6);
  });
});

describe('SS25 fewer writers', () => {
  const database: JobSetup = {
    ...job,
    cores: 100,
    taskOverheadMs: 50,
    sink: { ...job.sink, connections: 40, limitPerSecond: 20_000 },
  };

  it('100 writers at a database of 40 connections: the ones above fail four times, and the job with them', () => {
    const run = runJob(database);
    expect(run.failure).toBe('connections');
    expect(run.endMs).toBeCloseTo(200, 6);
  });

  it('coalesce(40) or repartition(40) write it all at the limit of the database', () => {
    const coalesce = runJob({ ...database, write: { by: 'coalesce', writers: 40 } });
    const repartition = runJob({ ...database, write: { by: 'repartition', writers: 40, shuffleRowMs: 0.001 } });
    expect(coalesce.failure).toBeNull();
    expect(coalesce.endMs).toBeCloseTo(500_050, 3);
    expect(repartition.stages).toHaveLength(2);
    expect(repartition.failure).toBeNull();
    expect(repartition.shuffledRows).toBe(10_000_000);
  });

  it('coalesce leaves the work of its stage to the few, repartition does not', () => {
    const heavy = { ...database, stages: [{ ...stage, rowMs: 1 }] };
    const coalesce = runJob({ ...heavy, write: { by: 'coalesce', writers: 10 } });
    const repartition = runJob({ ...heavy, write: { by: 'repartition', writers: 10, shuffleRowMs: 0.001 } });
    expect(coalesce.endMs).toBeCloseTo(1_000_050, 3);
    expect(repartition.endMs).toBeCloseTo(100_100 + 500_050, 0);
  });
});

it('keeps its laws: every row once, cores and limits never exceeded', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('last stage' as const, 'coalesce' as const, 'repartition' as const),
      fc.option(fc.integer({ min: 10, max: 100_000 })),
      (rows, partitions, cores, writers, by, limit) => {
        const run = runJob({
          ...job,
          stages: [{ ...stage, rows, partitions }],
          cores,
          taskOverheadMs: 20,
          write:
            by === 'last stage' ? { by } : by === 'coalesce' ? { by, writers } : { by, writers, shuffleRowMs: 0.01 },
          sink: { limitCounts: 'rows', rowsPerCall: 5, callMs: 2, ...(limit !== null && { limitPerSecond: limit }) },
        });
        expect(run.failure).toBeNull();
        for (const ran of run.stages) {
          expect(ran.doneRows).toBe(rows);
          expect(ran.pulledRows).toBeCloseTo(rows, 3);
          for (const { runningTasks, pullingTasks, taskRowsPerSecond } of ran.spans) {
            expect(runningTasks).toBeLessThanOrEqual(cores);
            expect(pullingTasks).toBeLessThanOrEqual(runningTasks);
            if (ran.isWriting && limit !== null)
              expect(pullingTasks * taskRowsPerSecond).toBeLessThanOrEqual(limit * (1 + 1e-9));
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});
