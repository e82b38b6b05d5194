import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runScaling, type ScalingSetup } from './scaling-loop.ts';
import { drainedAtMs, instantsAt, mostChangesPer10Min, oldestAgeMs } from './scaling-readings.ts';

const s = 1_000;
const minute = 60 * s;
/** 48 partitions, replicas of 5,000/s, KEDA with a minute's worth of records for each. */
const keda: ScalingSetup = {
  arrivals: [{ fromMs: 0, recordsPerSecond: 20_000 }],
  partitions: 48,
  startReplicas: 3,
  replicaPerSecond: 5_000,
  scaler: { kind: 'keda', lagThreshold: 300_000 },
  minReplicas: 1,
  maxReplicas: 100,
  tolerance: 0,
  commitMs: 0,
  durationMs: 60 * minute,
};
/** The same group when 120,000/s come for five minutes; pods take 30 s to start, a rebalance 3 s. */
const spike: ScalingSetup = {
  ...keda,
  arrivals: [
    { fromMs: 0, recordsPerSecond: 20_000 },
    { fromMs: 5 * minute, recordsPerSecond: 120_000 },
    { fromMs: 10 * minute, recordsPerSecond: 20_000 },
  ],
  startReplicas: 8,
  minReplicas: 6,
  podStartMs: 30 * s,
  rebalance: { kind: 'eager', stopMs: 3 * s },
};

describe('M9 the standing error of scaling by lag alone', () => {
  it('begins at 900,000, has 3 replicas once and 4 for ever, and stays 975,000 records, 48.75 s, behind', () => {
    const run = runScaling({ ...keda, startLagRecords: 900_000 });
    expect(run.events).toEqual([{ atMs: 15 * s, kind: 'scale', from: 3, to: 4 }]);
    const last = run.instants.at(-1);
    expect(last).toMatchObject({ lagRecords: 975_000, replicas: 4 });
    expect(oldestAgeMs(run, 60 * minute, last?.worstLagRecords ?? 0)).toBeCloseTo(48.75 * s, 3);
    expect(drainedAtMs(run, 0)).toBeNull();
  });

  it('is larger with the usual tolerance of 0.1: one look later, at 1,050,000', () => {
    const run = runScaling({ ...keda, startLagRecords: 900_000, tolerance: 0.1 });
    expect(run.instants.at(-1)).toMatchObject({ lagRecords: 1_050_000, replicas: 4 });
  });

  it('drains with a floor of 6 replicas, or with a trigger on the rate (H7)', () => {
    expect(drainedAtMs(runScaling({ ...keda, startLagRecords: 900_000, minReplicas: 6 }), 0)).not.toBeNull();
    const scaler = { kind: 'keda' as const, lagThreshold: 300_000, rateThreshold: 3_500 };
    const rated = runScaling({ ...keda, startLagRecords: 900_000, scaler });
    expect(drainedAtMs(rated, 0)).not.toBeNull();
    expect(rated.instants.at(-1)?.replicas).toBe(6);
  });
});

describe('M9 the I/O-bound trap', () => {
  const trap: ScalingSetup = {
    ...keda,
    arrivals: [{ fromMs: 0, recordsPerSecond: 30_000 }],
    startReplicas: 8,
    cpuShareAtCapacity: 0.7,
    sinkLimits: [{ fromMs: 0, recordsPerSecond: 20_000 }],
    scaler: { kind: 'cpu', targetShare: 0.7 },
    minReplicas: 4,
    maxReplicas: 20,
    tolerance: 0.1,
  };

  it('has 8 pods at 35 % CPU against 70 % while the lag grows, and the HPA asks for 4', () => {
    const run = runScaling(trap);
    expect(run.instants[0]?.cpuShare).toBeCloseTo(0.35, 9);
    expect(run.events).toEqual([{ atMs: 300 * s, kind: 'scale', from: 8, to: 4 }]);
    expect(run.instants.at(-1)?.lagRecords).toBeCloseTo(10_000 * 3_600, 0);
  });

  it('turns into a sink with more callers when the lag scales it: 48 replicas deliver the same 20,000/s', () => {
    const run = runScaling({ ...trap, scaler: { kind: 'keda', lagThreshold: 10 }, maxReplicas: 100 });
    expect(run.instants.at(-1)).toMatchObject({ replicas: 48 });
    expect(run.instants.at(-1)?.deliveredPerSecond).toBeCloseTo(20_000, 6);
  });
});

describe('a group that KEDA scales through a spike', () => {
  it('follows the lag, pays for pods that start and for rebalances, and drains in the end', () => {
    const run = runScaling(spike);
    const most = Math.max(...run.instants.map(({ replicas }) => replicas));
    expect(most).toBeGreaterThan(24);
    expect(run.rebalances).toBeGreaterThanOrEqual(3);
    expect(drainedAtMs(run, 10 * minute)).not.toBeNull();
  });

  it('goes to the cap as fast as the HPA may with the default threshold of 10: from 6 to 12, 24, 48', () => {
    const run = runScaling({ ...spike, scaler: { kind: 'keda', lagThreshold: 10 } });
    const ups = run.events.flatMap((event) => (event.kind === 'scale' && event.to > event.from ? [event.to] : []));
    expect(ups).toEqual([12, 24, 48]);
  });

  it('goes to sleep after the cooldown and wakes at a poll', () => {
    const run = runScaling({
      ...keda,
      arrivals: [
        { fromMs: 0, recordsPerSecond: 0 },
        { fromMs: 20 * minute, recordsPerSecond: 1_000 },
      ],
      startReplicas: 1,
      minReplicas: 0,
    });
    expect(run.events.slice(0, 2)).toEqual([
      { atMs: 300 * s, kind: 'scale', from: 1, to: 0 },
      { atMs: 20 * minute + 15 * s, kind: 'scale', from: 0, to: 1 },
    ]);
  });

  it('throttled producers hold back what the group cannot take, and send it later', () => {
    const throttle = { highLagRecords: 500_000, lowLagRecords: 100_000, recordsPerSecond: 35_000 };
    const run = runScaling({ ...spike, scaler: { kind: 'none' }, throttle });
    const open = runScaling({ ...spike, scaler: { kind: 'none' } });
    const peakOf = ({ instants }: typeof run) => Math.max(...instants.map(({ lagRecords }) => lagRecords));
    expect(peakOf(run)).toBeLessThan(peakOf(open) / 10);
    expect(Math.max(...run.instants.map(({ heldBackRecords }) => heldBackRecords))).toBeGreaterThan(20_000_000);
  });

  it('holds a busy group, whose records are all processed, by what it has not committed yet', () => {
    const busy: ScalingSetup = { ...keda, startReplicas: 6, minReplicas: 0 };
    const scales = (setup: ScalingSetup) => runScaling(setup).events.map((event) => 'to' in event && event.to);
    expect(scales(busy)[0]).toBe(0);
    expect(runScaling({ ...busy, commitMs: 60 * s }).events).toEqual([
      { atMs: 300 * s, kind: 'scale', from: 6, to: 4 },
    ]);
    const byDefault: ScalingSetup = { ...busy, scaler: { kind: 'keda', lagThreshold: 10 }, commitMs: 5 * s };
    expect(scales(byDefault)).toEqual([12, 24, 48]);
  });

  it('stays awake while a trigger on the rate has something to count, and wakes for it', () => {
    const quiet: ScalingSetup = {
      ...keda,
      arrivals: [
        { fromMs: 0, recordsPerSecond: 100 },
        { fromMs: 20 * minute, recordsPerSecond: 0 },
        { fromMs: 40 * minute, recordsPerSecond: 100 },
      ],
      startReplicas: 1,
      minReplicas: 0,
      scaler: { kind: 'keda', lagThreshold: 300_000, activationLagThreshold: 10_000 },
    };
    const byLag = runScaling(quiet).events;
    expect(byLag.slice(0, 2)).toEqual([
      { atMs: 300 * s, kind: 'scale', from: 1, to: 0 },
      { atMs: 405 * s, kind: 'scale', from: 0, to: 1 },
    ]);
    const scaler = { ...quiet.scaler, kind: 'keda' as const, lagThreshold: 300_000, rateThreshold: 3_500 };
    expect(runScaling({ ...quiet, scaler }).events).toEqual([
      { atMs: 20 * minute + 285 * s, kind: 'scale', from: 1, to: 0 },
      { atMs: 40 * minute, kind: 'scale', from: 0, to: 1 },
    ]);
  });

  it('lets pods join that are ready at the instant of a look before it looks (M0.2)', () => {
    // Three more start for the lag at the start; when they are ready it is gone, and they leave again: two rebalances.
    const run = runScaling({
      ...keda,
      arrivals: [{ fromMs: 0, recordsPerSecond: 0 }],
      startLagRecords: 400_000,
      startReplicas: 1,
      replicaPerSecond: 100_000,
      scaler: { kind: 'keda', lagThreshold: 100_000 },
      behavior: { scaleDownStabilizationMs: 0 },
      podStartMs: 15 * s,
      durationMs: minute,
    });
    expect(run.events).toEqual([
      { atMs: 0, kind: 'scale', from: 1, to: 4 },
      { atMs: 15 * s, kind: 'scale', from: 4, to: 1 },
    ]);
    expect(run.rebalances).toBe(2);
  });

  it('does not scale out again for pods that start: an HPA on CPU waits for what it has asked for', () => {
    const run = runScaling({
      ...keda,
      arrivals: [{ fromMs: 0, recordsPerSecond: 14_000 }],
      startReplicas: 2,
      scaler: { kind: 'cpu', targetShare: 0.7 },
      tolerance: 0.1,
      podStartMs: minute,
      durationMs: 2 * minute,
    });
    expect(run.events).toEqual([
      { atMs: 15 * s, kind: 'scale', from: 2, to: 3 },
      { atMs: 90 * s, kind: 'scale', from: 3, to: 5 },
    ]);
  });

  it('is read at any time, between two of its instants', () => {
    const run = runScaling({ ...keda, startLagRecords: 900_000, tolerance: 0 });
    const at = instantsAt(run, [0, 7.5 * s, 15 * s, 60 * minute]);
    expect(at.map(({ worstLagRecords }) => Math.round(worstLagRecords))).toEqual([900_000, 937_500, 975_000, 975_000]);
    expect(at.map(({ instant }) => instant?.readyReplicas)).toEqual([3, 3, 4, 4]);
    expect(oldestAgeMs(run, 7.5 * s, at[1]?.worstLagRecords ?? 0)).toBe(7.5 * s);
  });

  it('counts the changes of the worst ten minutes', () => {
    const at = (...times: number[]) => times.map((atMs) => ({ atMs, kind: 'scale' as const, from: 1, to: 2 }));
    expect(mostChangesPer10Min(at(0, 200 * s, 590 * s, 599 * s, 600 * s, 900 * s))).toBe(4);
    expect(mostChangesPer10Min([])).toBe(0);
  });
});

describe('the scaling loop', () => {
  const anySetup: fc.Arbitrary<ScalingSetup> = fc.record({
    arrivals: fc
      .array(fc.record({ fromMs: fc.nat(20 * minute), recordsPerSecond: fc.nat(30_000) }), { maxLength: 3 })
      .map((list) => [{ fromMs: 0, recordsPerSecond: 1_000 }, ...list.toSorted((a, b) => a.fromMs - b.fromMs)]),
    startLagRecords: fc.nat(1e6),
    partitions: fc.integer({ min: 1, max: 24 }),
    hotPartitionShare: fc.constantFrom(0, 0.5),
    startReplicas: fc.integer({ min: 1, max: 10 }),
    replicaPerSecond: fc.integer({ min: 1, max: 5_000 }),
    sinkLimits: fc.nat(30_000).map((recordsPerSecond) => [{ fromMs: 0, recordsPerSecond }]),
    scaler: fc.constantFrom<ScalingSetup['scaler']>(
      { kind: 'none' },
      { kind: 'cpu', targetShare: 0.7 },
      { kind: 'keda', lagThreshold: 10 },
      { kind: 'keda', lagThreshold: 100_000, limitToPartitionsWithLag: true },
      { kind: 'keda', lagThreshold: 100_000, ensureEvenDistributionOfPartitions: true, rateThreshold: 900 },
    ),
    minReplicas: fc.constant(1),
    maxReplicas: fc.integer({ min: 10, max: 30 }),
    behavior: fc.constantFrom({}, { scaleDownStabilizationMs: 0 }),
    podStartMs: fc.nat(90 * s),
    rebalance: fc.record({ kind: fc.constantFrom('eager' as const, 'cooperative' as const), stopMs: fc.nat(20 * s) }),
    throttle: fc.record({
      highLagRecords: fc.constant(1e6),
      lowLagRecords: fc.nat(1e5),
      recordsPerSecond: fc.nat(9_000),
    }),
    durationMs: fc.constant(30 * minute),
  });

  it('conserves records, keeps to capacity, sink and bounds, and says the same twice', () => {
    fc.assert(
      fc.property(anySetup, (setup) => {
        const run = runScaling(setup);
        expect(JSON.stringify(runScaling(setup))).toBe(JSON.stringify(run));
        const end = run.instants.at(-1);
        const arrived = run.arrived.points.at(-1)?.value ?? 0;
        const delivered = run.delivered.points.at(-1)?.value ?? 0;
        expect(arrived - delivered - (end?.lagRecords ?? 0)).toBeCloseTo(0, 2);
        const offered = run.offeredRecords + (setup.startLagRecords ?? 0);
        expect(offered - arrived - (end?.heldBackRecords ?? 0)).toBeCloseTo(0, 2);
        for (const instant of run.instants) {
          const { replicas, readyReplicas, deliveredPerSecond, lagRecords, heldBackRecords } = instant;
          expect(replicas).toBeGreaterThanOrEqual(1);
          expect(replicas).toBeLessThanOrEqual(setup.maxReplicas);
          expect(readyReplicas).toBeLessThanOrEqual(replicas);
          expect(deliveredPerSecond).toBeLessThanOrEqual(readyReplicas * setup.replicaPerSecond * (1 + 1e-9));
          expect(deliveredPerSecond).toBeLessThanOrEqual((setup.sinkLimits?.[0]?.recordsPerSecond ?? 0) * (1 + 1e-9));
          expect(Math.min(lagRecords, heldBackRecords)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses input that cannot be meant', () => {
    expect(() => runScaling({ ...keda, arrivals: [] })).toThrow('fromMs 0');
    expect(() => runScaling({ ...keda, scaler: { kind: 'cpu', targetShare: 0.7 }, minReplicas: 0 })).toThrow(
      'only KEDA',
    );
  });
});
