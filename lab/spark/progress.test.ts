import { describe, expect, it } from 'vitest';
import { inputRowsPerSecond, offsetsBehindLatest, processedRowsPerSecond, progressOf } from './progress.ts';

const s = 1_000;

describe('M2.8 the input rate', () => {
  it('of 60,000 rows in a batch of 12 s, 30 s after the last: 2,000/s came, 5,000/s were processed', () => {
    expect(inputRowsPerSecond(60_000, 30 * s, 0)).toBe(2_000);
    expect(processedRowsPerSecond(60_000, 12 * s)).toBe(5_000);
  });

  it('as rows over the duration of the batch gives 5,000/s: the ratio to the processing rate is 1.00 always', () => {
    const progress = progressOf({
      id: 'q',
      runId: 'r',
      batchId: 7,
      triggerStartMs: 30 * s,
      triggerEndMs: 42 * s,
      previousTriggerStartMs: 0,
      sources: [
        {
          description: 'KafkaV2[Subscribe[orders]]',
          name: 'orders',
          startOffsets: [0],
          endOffsets: [60_000],
          latestOffsets: [60_000],
          numInputRows: 60_000,
        },
      ],
      sink: 'sink',
    });
    const mistaken = (progress.numInputRows / progress.durationMs.triggerExecution) * 1_000;
    expect(mistaken).toBe(5_000);
    expect((mistaken / (progress.processedRowsPerSecond ?? 0)).toFixed(2)).toBe('1.00');
    expect(progress.inputRowsPerSecond).toBe(2_000);
  });

  it('is 0 for the first trigger of a run and missing when two start in one millisecond (SS27)', () => {
    expect(inputRowsPerSecond(1_000, 0, null)).toBe(0);
    expect(inputRowsPerSecond(1_000, 5, 5)).toBeNull();
    expect(() => inputRowsPerSecond(1, 5, 6)).toThrow('triggerStartMs');
  });
});

describe('the progress of a batch', () => {
  const progress = progressOf({
    id: 'q',
    runId: 'r',
    batchId: 1,
    triggerStartMs: 3_600_000,
    triggerEndMs: 3_601_000,
    previousTriggerStartMs: 3_590_000,
    phases: { latestOffset: 10, walCommit: 40 },
    sources: [
      {
        description: 'KafkaV2[Subscribe[orders]]',
        name: 'orders',
        startOffsets: [10, 20],
        endOffsets: [15, 26],
        latestOffsets: [16, 30],
        numInputRows: 11,
      },
    ],
    eventTime: { watermarkMs: 0, maxMs: 3_599_000 },
    stateOperators: [{ numRowsTotal: 3, numRowsUpdated: 2, numRowsDroppedByWatermark: 0, memoryUsedBytes: 300 }],
    sink: 'ForeachBatchSink',
  });

  it('has the names and shapes that Spark prints', () => {
    expect(progress).toEqual({
      id: 'q',
      runId: 'r',
      name: null,
      timestamp: '1970-01-01T01:00:00.000Z',
      batchId: 1,
      numInputRows: 11,
      inputRowsPerSecond: 1.1,
      processedRowsPerSecond: 11,
      durationMs: {
        triggerExecution: 1_000,
        latestOffset: 10,
        getBatch: 0,
        queryPlanning: 0,
        walCommit: 40,
        commitOffsets: 0,
        addBatch: 950,
      },
      eventTime: { watermark: '1970-01-01T00:00:00.000Z', max: '1970-01-01T00:59:59.000Z' },
      stateOperators: [{ numRowsTotal: 3, numRowsUpdated: 2, numRowsDroppedByWatermark: 0, memoryUsedBytes: 300 }],
      sources: [
        {
          description: 'KafkaV2[Subscribe[orders]]',
          startOffset: { orders: { '0': 10, '1': 20 } },
          endOffset: { orders: { '0': 15, '1': 26 } },
          latestOffset: { orders: { '0': 16, '1': 30 } },
          numInputRows: 11,
          inputRowsPerSecond: 1.1,
          processedRowsPerSecond: 11,
          metrics: { minOffsetsBehindLatest: '1', avgOffsetsBehindLatest: '2.5', maxOffsetsBehindLatest: '4' },
        },
      ],
      sink: { description: 'ForeachBatchSink' },
    });
  });

  it('is behind per partition: the whole backlog is avg · partitions (SS31)', () => {
    const behind = offsetsBehindLatest([16, 30], [15, 26]);
    expect(behind).toEqual({ min: 1, avg: 2.5, max: 4 });
    expect(behind.avg * 2).toBe(5);
    expect(offsetsBehindLatest([], [])).toEqual({ min: 0, avg: 0, max: 0 });
  });

  it('does not let its parts exceed the whole', () => {
    const reading = { id: 'q', runId: 'r', batchId: 0, triggerStartMs: 0, previousTriggerStartMs: null, sources: [] };
    expect(() => progressOf({ ...reading, triggerEndMs: 5, phases: { walCommit: 6 }, sink: '' })).toThrow('addBatch');
  });
});
