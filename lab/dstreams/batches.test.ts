import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runDStreams, type DStreamsSetup } from './batches.ts';
import { defaultPidGains } from './rate-estimator.ts';

const s = 1_000;
/** 4,000/s, and 12,000/s for a minute, into an application that processes 5,000/s in batches of a second. */
const spike: DStreamsSetup = {
  arrivals: [
    { fromMs: 0, recordsPerSecond: 4_000 },
    { fromMs: 60 * s, recordsPerSecond: 12_000 },
    { fromMs: 120 * s, recordsPerSecond: 4_000 },
  ],
  batchIntervalMs: s,
  batchOverheadMs: 0,
  processing: [{ fromMs: 0, recordsPerSecond: 5_000 }],
  durationMs: 600 * s,
};

describe('SS21 backpressure is off by default', () => {
  const { batches, arrived, received } = runDStreams(spike);

  it('the receiver takes all: a batch of the spike holds 12,000 records and takes 2.4 s', () => {
    expect(batches[60]).toMatchObject({ createdMs: 61 * s, records: 12_000, processingMs: 2_400 });
    expect(received.valueAt(120 * s)).toBe(arrived.valueAt(120 * s));
  });

  it('the scheduling delay grows by 1.4 s with every batch, to 84 s', () => {
    expect(batches[61]?.schedulingDelayMs).toBe(1_400);
    expect(Math.max(...batches.map(({ schedulingDelayMs }) => schedulingDelayMs))).toBe(84 * s);
  });

  it('and falls by 0.2 s a batch after it: gone 420 s later', () => {
    expect(batches[121]?.schedulingDelayMs).toBe(83_800);
    expect(batches.findIndex(({ schedulingDelayMs }, i) => i > 120 && schedulingDelayMs === 0)).toBe(540);
  });
});

describe('SS22 backpressure on', () => {
  const { batches, limits, arrived, received } = runDStreams({ ...spike, pid: defaultPidGains });

  it('holds the receiver at what a batch can process, 5,000/s, from the second batch on', () => {
    expect(limits.slice(0, 2)).toEqual([
      { fromMs: 0, recordsPerSecond: null },
      { fromMs: 2_800, recordsPerSecond: 5_000 },
    ]);
    expect(batches[61]?.records).toBe(5_000);
  });

  it('keeps every batch on time, and leaves 420,000 records in the source instead', () => {
    expect(Math.max(...batches.map(({ schedulingDelayMs }) => schedulingDelayMs))).toBe(0);
    expect(arrived.valueAt(120 * s) - received.valueAt(120 * s)).toBe(420_000);
    expect(arrived.valueAt(540 * s) - received.valueAt(540 * s)).toBe(0);
  });
});

describe('a stream into a slow first batch', () => {
  it('takes the whole stream in until the first estimate, unless initialRate bounds it', () => {
    const burst = { ...spike, arrivals: [{ fromMs: 0, recordsPerSecond: 12_000 }], pid: defaultPidGains };
    const peakMs = (setup: DStreamsSetup) =>
      Math.max(...runDStreams(setup).batches.map(({ schedulingDelayMs }) => schedulingDelayMs));
    expect(peakMs(burst)).toBeGreaterThan(5 * s);
    expect(peakMs({ ...burst, initialRate: 5_000 })).toBe(0);
  });

  it('never takes more than receiver.maxRate, with the estimator or without', () => {
    const { batches } = runDStreams({ ...spike, maxRate: 4_500 });
    expect(Math.max(...batches.map(({ records }) => records))).toBe(4_500);
  });
});

it('keeps its laws for any traffic and gains: nothing lost, no overlap, no limit passed', () => {
  const rate = fc.integer({ min: 0, max: 20_000 });
  fc.assert(
    fc.property(
      fc.tuple(rate, rate, rate),
      fc.integer({ min: 100, max: 3_000 }),
      fc.integer({ min: 0, max: 500 }),
      fc.option(fc.record({ integral: fc.double({ min: 0, max: 2, noNaN: true }), derived: fc.constantFrom(0, 0.5) })),
      ([a, b, c], batchIntervalMs, batchOverheadMs, gains) => {
        const run = runDStreams({
          arrivals: [a, b, c].map((recordsPerSecond, i) => ({ fromMs: i * 20 * s, recordsPerSecond })),
          batchIntervalMs,
          batchOverheadMs,
          processing: [{ fromMs: 0, recordsPerSecond: 5_000 }],
          ...(gains !== null && { pid: { ...defaultPidGains, ...gains } }),
          durationMs: 60 * s,
        });
        const batched = run.batches.reduce((sum, { records }) => sum + records, 0);
        expect(batched).toBe(Math.floor(run.received.valueAt(run.batches.length * batchIntervalMs) + 1e-6));
        for (const [i, batch] of run.batches.entries()) {
          expect(batch.records).toBeGreaterThanOrEqual(0);
          expect(batch.startMs).toBeGreaterThanOrEqual(Math.max(batch.createdMs, run.batches[i - 1]?.endMs ?? 0));
        }
        for (const { atMs, value } of run.received.points)
          expect(value).toBeLessThanOrEqual(run.arrived.valueAt(atMs) + 1e-6);
      },
    ),
    { numRuns: 60 },
  );
});
