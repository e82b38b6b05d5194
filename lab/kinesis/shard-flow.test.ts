import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayFetch } from './prefetch.ts';
import { paceOf, type FanOutReader, type PollingReader, type Reader } from './reader.ts';
import { runShardFlow, type ShardSetup } from './shard-flow.ts';

const s = 1_000;
const h = 3_600 * s;
const free = { batchMs: 0, recordMs: 0, checkpointMs: 0 };
const defaults: PollingReader = {
  mode: 'polling',
  maxRecords: 10_000,
  idleTimeBetweenReadsInMillis: 1_500,
  maxPendingProcessRecordsInput: 4,
  callMs: 50,
  ...free,
};
const slow: PollingReader = { ...defaults, maxRecords: 100, idleTimeBetweenReadsInMillis: 1_000 };
const fanOut: FanOutReader = { mode: 'enhanced-fan-out', eventRecords: 500, deliverMs: 70, ...free };
const full: ShardSetup = {
  offered: [{ fromMs: 0, recordsPerSecond: 1_000 }],
  recordBytes: 1_000,
  producerTtlMs: 30 * s,
  retentionMs: 24 * h,
  readers: [slow],
  durationMs: 30 * h,
};
const readerOf = (setup: ShardSetup, i = 0) => {
  const reader = runShardFlow(setup).readers[i];
  if (reader === undefined) throw new RangeError(`no reader ${i}`);
  return reader;
};

describe('M7 a shard that is read too slowly', () => {
  it('is 3,240,000 records and 3,240 s (54 min) behind after 1 h of 1,000/s in and 100/s out', () => {
    const { shard } = readerOf(full);
    expect(shard.waitingAt(h)).toBe(3_240_000);
    expect(shard.ageMsAt(h)).toBeCloseTo(3_240 * s, 3);
    expect(shard.ageMsAt(h) / 60_000).toBeCloseTo(54, 6);
    expect(shard.waitingAt(h + s) - shard.waitingAt(h)).toBeCloseTo(900, 3);
  });

  it('loses 900/s to the retention of 24 h from 26.67 h on', () => {
    const { shard } = readerOf(full);
    const lossMs = (24 * h) / 0.9;
    expect(lossMs / h).toBeCloseTo(26.67, 2);
    expect(shard.expiredAt(lossMs)).toBe(0);
    expect(shard.ageMsAt(lossMs)).toBeCloseTo(24 * h, 3);
    expect(shard.expiredAt(lossMs + h)).toBeCloseTo(900 * 3_600, 0);
    expect(shard.expired.end).toBeCloseTo((900 * (30 * h - lossMs)) / s, 0);
  });

  it('takes a handful of steps for 100,000 calls', () => {
    expect(readerOf(full).shard.left.points.length).toBeLessThan(5);
  });
});

describe('M7 a shard that is read by several', () => {
  const behind = [
    { fromMs: 0, recordsPerSecond: 1_000 },
    { fromMs: 600 * s, recordsPerSecond: 500 },
  ];
  const down = { outages: [{ fromMs: 0, toMs: 300 * s }] };

  it('is read at 2,000/s by one application that catches up at 1,000 B, at 1,000/s each by two', () => {
    const one = readerOf({ ...full, offered: behind, readers: [{ ...defaults, ...down }], durationMs: h });
    expect(one.stretches.find(({ fromMs }) => fromMs === 300 * s)?.readPerSecond).toBe(2_000);
    expect(one.shard.waitingAt(600 * s)).toBeCloseTo(0, 3);
    const two = {
      ...full,
      offered: behind,
      readers: [
        { ...defaults, ...down },
        { ...defaults, ...down },
      ],
      durationMs: h,
    };
    for (const i of [0, 1]) {
      const reader = readerOf(two, i);
      expect(reader.stretches.find(({ fromMs }) => fromMs === 300 * s)?.readPerSecond).toBe(1_000);
      expect(reader.shard.waitingAt(600 * s)).toBeCloseTo(300_000, 3);
    }
  });

  it('gives a fan-out consumer 2 MB/s of its own beside a polling one (N2)', () => {
    const setup = {
      ...full,
      offered: behind,
      readers: [
        { ...defaults, ...down },
        { ...fanOut, ...down },
      ],
      durationMs: h,
    };
    for (const i of [0, 1])
      expect(readerOf(setup, i).stretches.find(({ fromMs }) => fromMs === 300 * s)?.readPerSecond).toBe(2_000);
  });

  it('refuses half of the calls of two applications that each poll five times a second', () => {
    const eager = { ...defaults, idleTimeBetweenReadsInMillis: 50 };
    expect(readerOf({ ...full, readers: [eager, eager], durationMs: 60 * s }).stretches[0]?.refusedShare).toBe(0.5);
    expect(readerOf({ ...full, readers: [eager], durationMs: 60 * s }).stretches[0]?.refusedShare).toBe(0);
  });
});

describe('a shard’s limits on writes and its bounded prefetch', () => {
  it('takes 1,000 records a second, makes the rest wait, and loses what producers give up on', () => {
    const { writes } = runShardFlow({
      ...full,
      offered: [{ fromMs: 0, recordsPerSecond: 1_500 }],
      durationMs: 120 * s,
    });
    expect(writes.served.end).toBe(120_000);
    // The wait grows by a third of a second per second: 30 s old after 90 s, and then 500 a second are given up.
    expect(writes.expiredAt(90 * s)).toBeCloseTo(0, 2);
    expect(writes.expired.end).toBeCloseTo(15_000, 0);
  });

  it('reads ahead no more than its prefetch holds, then no faster than its processor works', () => {
    const reader: PollingReader = { ...defaults, batchMs: 100, recordMs: 2, checkpointMs: 20 };
    const { stretches, shard, processed, pace } = readerOf({
      ...full,
      recordBytes: 100,
      readers: [reader],
      durationMs: h,
    });
    expect(pace.prefetchRecords).toBe(30_000);
    const capacity = (10_000 / (120 + 20_000)) * s;
    expect(pace.processedPerSecond).toBeCloseTo(capacity, 6);
    expect(shard.served.end - processed.end).toBeCloseTo(30_000, 3);
    expect(stretches.at(-1)).toMatchObject({ busyShare: 1 });
    expect(stretches.at(-1)?.readPerSecond).toBeCloseTo(capacity, 6);
  });
});

/** Every call as an event, in whole milliseconds: what the closed form must come to. Bytes read hold off the next call. */
function callByCall(setup: ShardSetup, reader: PollingReader): { readBy: number[]; processedBy: number[] } {
  const pace = paceOf(reader, setup.recordBytes);
  const arrivedBy = (ms: number) =>
    Math.floor(
      setup.offered.reduce((sum, { fromMs, recordsPerSecond }, i) => {
        const toMs = Math.min(ms, setup.offered[i + 1]?.fromMs ?? Infinity);
        return sum + (Math.max(0, toMs - fromMs) * recordsPerSecond) / s;
      }, 0),
    );
  const pending: number[] = [];
  let [read, processed, nextCallMs, busyUntilMs, inHand] = [0, 0, 0, 0, 0];
  const readBy: number[] = [];
  const processedBy: number[] = [];
  for (let ms = 0; ms <= setup.durationMs; ms++) {
    if (inHand > 0 && ms >= busyUntilMs) {
      processed += inHand;
      inHand = 0;
    }
    const held = pending.reduce((sum, records) => sum + records, 0);
    const limits = { inputs: pending.length, records: held, bytes: held * setup.recordBytes };
    if (ms >= nextCallMs && mayFetch(limits)) {
      const records = Math.min(pace.batchRecords, arrivedBy(ms) - read);
      read += records;
      if (records > 0) pending.push(records);
      nextCallMs = ms + Math.max(pace.cycleMs, (records * setup.recordBytes) / 2_000);
    }
    if (inHand === 0 && pending.length > 0) {
      inHand = pending.shift() ?? 0;
      busyUntilMs = ms + reader.batchMs + inHand * reader.recordMs + reader.checkpointMs;
    }
    readBy.push(read);
    processedBy.push(processed);
  }
  return { readBy, processedBy };
}

describe('the closed form against an engine of single calls', () => {
  const rates = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 4 });
  const setupOf = (list: readonly number[], reader: Reader, recordBytes = 100): ShardSetup => ({
    ...full,
    offered: list.map((recordsPerSecond, i) => ({ fromMs: i * 30 * s, recordsPerSecond })),
    recordBytes,
    readers: [reader],
    durationMs: list.length * 30 * s,
  });

  it('has read the same, to within what comes in one cycle and one call, at any time of any run', () => {
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 10, max: 3_000 }),
        fc.integer({ min: 0, max: 3_000 }),
        fc.constantFrom(100, 1_000),
        (list, maxRecords, idleTimeBetweenReadsInMillis, recordBytes) => {
          const reader = { ...defaults, maxRecords, idleTimeBetweenReadsInMillis };
          const setup = setupOf(list, reader, recordBytes);
          const { shard, pace } = readerOf(setup);
          const { readBy } = callByCall(setup, reader);
          const slack = pace.batchRecords + pace.cycleMs + 2;
          for (let ms = 0; ms <= setup.durationMs; ms += 500)
            expect(Math.abs(shard.servedAt(ms) - (readBy[ms] ?? 0))).toBeLessThanOrEqual(slack);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('has read exactly the same at each call of a reader that is behind', () => {
    const setup = { ...setupOf([1_000], slow), durationMs: 90 * s };
    const { shard } = readerOf(setup);
    const { readBy } = callByCall(setup, slow);
    // The first call comes at once and finds nothing; each later one brings what the closed form has by then.
    for (let at = 1; at <= 90; at++) expect(readBy[at * s]).toBe(shard.servedAt(at * s));
  });

  it('has processed the same as one whose processor holds it back, to within its prefetch', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 8 }), (list, recordMs) => {
        const reader = { ...defaults, maxRecords: 500, batchMs: 20, recordMs, checkpointMs: 10 };
        const setup = setupOf(list, reader);
        const { processed, pace } = readerOf(setup);
        const { processedBy } = callByCall(setup, reader);
        const slack = pace.prefetchRecords + 2 * pace.batchRecords + pace.cycleMs;
        for (let ms = 0; ms <= setup.durationMs; ms += 1_000)
          expect(Math.abs(processed.curve.valueAt(ms) - (processedBy[ms] ?? 0))).toBeLessThanOrEqual(slack);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the laws of a shard', () => {
  const cost = fc.record({ batchMs: fc.nat(200), recordMs: fc.nat(5), checkpointMs: fc.nat(50) });
  const polling = fc
    .record({ maxRecords: fc.integer({ min: 1, max: 10_000 }), idleTimeBetweenReadsInMillis: fc.nat(3_000), cost })
    .map(({ cost: spent, ...rest }): Reader => ({ ...defaults, ...rest, ...spent }));
  const pushed = cost.map((spent): Reader => ({ ...fanOut, ...spent }));
  const setups = fc.record({
    rates: fc.array(fc.nat(1_600), { minLength: 1, maxLength: 4 }),
    readers: fc.array(fc.oneof(polling, pushed), { minLength: 1, maxLength: 3 }),
    recordBytes: fc.integer({ min: 50, max: 5_000 }),
    retentionS: fc.integer({ min: 20, max: 400 }),
    outageS: fc.integer({ min: 1, max: 200 }),
  });

  it('conserves records for every application, and exceeds no limit in any second', () => {
    fc.assert(
      fc.property(setups, ({ rates, readers, recordBytes, retentionS, outageS }) => {
        const durationMs = rates.length * 120 * s;
        const flow = runShardFlow({
          offered: rates.map((recordsPerSecond, i) => ({ fromMs: i * 120 * s, recordsPerSecond })),
          recordBytes,
          producerTtlMs: 30 * s,
          retentionMs: retentionS * s,
          readers: readers.map((reader, i) =>
            i === 0 ? { ...reader, outages: [{ fromMs: 10 * s, toMs: (10 + outageS) * s }] } : reader,
          ),
          durationMs,
        });
        const accepted = flow.writes.served.curve;
        const perSecond = (read: (ms: number) => number, ms: number) => read(ms) - read(ms - s);
        for (let ms = s; ms <= durationMs; ms += 7 * s) {
          expect(perSecond(accepted.valueAt, ms) * Math.max(recordBytes / 1e6, 1 / 1_000)).toBeLessThanOrEqual(
            1 + 1e-6,
          );
          let polledBytes = 0;
          for (const { shard, processed, pace } of flow.readers) {
            const read = shard.served.curve.valueAt;
            expect(read(ms) + shard.waitingAt(ms) + shard.expiredAt(ms)).toBeCloseTo(accepted.valueAt(ms), 2);
            const ahead = read(ms) - processed.curve.valueAt(ms);
            expect(ahead).toBeGreaterThanOrEqual(-1e-3);
            expect(ahead).toBeLessThanOrEqual(pace.prefetchRecords + 1e-3);
            expect(shard.ageMsAt(ms)).toBeLessThanOrEqual(retentionS * s + 1);
            const bytes = perSecond(read, ms) * recordBytes;
            expect(bytes).toBeLessThanOrEqual(2e6 + 1);
            if (pace.isPolling) polledBytes += bytes;
          }
          expect(polledBytes).toBeLessThanOrEqual(2e6 + 1);
        }
      }),
      { numRuns: 60 },
    );
  });
});
