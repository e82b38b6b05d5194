import { describe, expect, it } from 'vitest';
import type { PollingReader } from './reader.ts';
import { runStreamFlow, type StreamSetup } from './stream-flow.ts';

const s = 1_000;
const reader: PollingReader = {
  mode: 'polling',
  maxRecords: 10_000,
  idleTimeBetweenReadsInMillis: 1_500,
  maxPendingProcessRecordsInput: 4,
  callMs: 50,
  batchMs: 0,
  recordMs: 0,
  checkpointMs: 0,
};
const setup: StreamSetup = {
  offered: [{ fromMs: 0, recordsPerSecond: 8_000 }],
  recordBytes: 1_000,
  shards: 10,
  hotShardShare: 0,
  producerTtlMs: 30 * s,
  retentionMs: 86_400 * s,
  applications: [{ reader, leases: 10 }],
  durationMs: 600 * s,
};

describe('a stream of shards', () => {
  it('runs equal shards once and counts them all', () => {
    const flow = runStreamFlow(setup);
    expect(flow.classes.length).toBe(1);
    expect(flow.applicationAt(0, 600 * s)).toMatchObject({ readRecords: 4_800_000, lagRecords: 0, iteratorAgeMs: 0 });
  });

  it('throttles writes to a hot shard while the others have room', () => {
    const flow = runStreamFlow({ ...setup, hotShardShare: 0.5 });
    expect(flow.classes.map(({ shards }) => shards)).toEqual([1, 9]);
    expect(flow.writes(({ served }) => served.end)).toBeCloseTo(600_000 + 2_400_000, 0);
    expect(flow.writes(({ expired }) => expired.end)).toBeGreaterThan(1_500_000);
  });

  it('leaves shards unread when the workers’ leases are too few (N5)', () => {
    const flow = runStreamFlow({ ...setup, applications: [{ reader, leases: 8 }] });
    expect(flow.applicationAt(0, 600 * s).lagRecords).toBeCloseTo(2 * 480_000, 0);
    expect(flow.applicationAt(0, 600 * s).iteratorAgeMs).toBeCloseTo(600 * s, 0);
  });

  it('conserves what every application sees', () => {
    const two = {
      ...setup,
      hotShardShare: 0.2,
      applications: [
        { reader, leases: 10 },
        { reader, leases: 3 },
      ],
    };
    const flow = runStreamFlow(two);
    for (const ms of [100 * s, 333 * s, 600 * s])
      for (const application of [0, 1]) {
        const { readRecords, lagRecords, lostRecords } = flow.applicationAt(application, ms);
        expect(readRecords + lagRecords + lostRecords).toBeCloseTo(
          flow.writes((writes) => writes.servedAt(ms)),
          2,
        );
      }
  });
});
