import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runGroupFlow, type GroupSetup } from './group-flow.ts';
import { memberRecordsPerSecond } from './poll-budget.ts';

const s = 1_000;
/** M1.8: 48 partitions, members of 5,000/s, 120,000/s for the first 300 s and 20,000/s afterwards. */
const spike: GroupSetup = {
  arrivals: [
    { fromMs: 0, recordsPerSecond: 120_000 },
    { fromMs: 300 * s, recordsPerSecond: 20_000 },
  ],
  partitions: 48,
  members: 8,
  memberCapacityPerSecond: 5_000,
  durationMs: 2_000 * s,
};
/** 48 partitions of which the first gets half of 60,000/s, the others 638/s each. */
const hotKey: GroupSetup = {
  ...spike,
  arrivals: [{ fromMs: 0, recordsPerSecond: 60_000 }],
  partitionWeights: [47, ...Array.from({ length: 47 }, () => 1)],
  durationMs: 100 * s,
};

describe('M1.8 the spike: 24,000,000 behind with 8 members, 12,000,000 with 16, 0 with 24 and 48', () => {
  it.each([
    { members: 8, lag: 24_000_000, maxWaitS: 600, drainedS: 1_500 },
    { members: 16, lag: 12_000_000, maxWaitS: 150, drainedS: 500 },
    { members: 24, lag: 0, maxWaitS: 0, drainedS: 300 },
    { members: 48, lag: 0, maxWaitS: 0, drainedS: 300 },
  ])('leaves $members members with a lag of $lag, drained at $drainedS s', ({ members, lag, maxWaitS, drainedS }) => {
    const flow = runGroupFlow({ ...spike, members });
    expect(flow.lagRecordsAt(300 * s)).toBe(lag);
    expect(flow.peakLag.records).toBe(lag);
    expect(flow.maxWaitMs).toBe(maxWaitS * s);
    expect(flow.drainedAtMs(300 * s)).toBe(drainedS * s);
  });

  it('runs 24 members at ρ = 1 and 48 at ρ = 0.5', () => {
    const busyShares = [24, 48].map(
      (members) => runGroupFlow({ ...spike, members }).stretches[0]?.members[0]?.busyShare,
    );
    expect(busyShares).toEqual([1, 0.5]);
  });

  it('peaks in record lag when it ends and in time lag ten minutes later: 200 s, 600 s, 0', () => {
    const flow = runGroupFlow(spike);
    const ageS = [300, 600, 900, 1_200, 1_500].map((atS) => flow.headOfLineAgeMsAt(atS * s) / s);
    expect(ageS).toEqual([200, 400, 600, 300, 0]);
    expect(flow.peakLag.atMs).toBe(300 * s);
  });

  it('costs 14.64 M instead of 24 M when 8 members become 16 after a minute, with an eager stop of 3 s', () => {
    const flow = runGroupFlow({
      ...spike,
      changes: [{ atMs: 60 * s, members: 16 }],
      rebalance: { kind: 'eager', stopMs: 3 * s },
    });
    expect(flow.lagRecordsAt(60 * s)).toBe(4_800_000);
    expect(flow.lagRecordsAt(63 * s)).toBe(5_160_000);
    expect(flow.lagRecordsAt(300 * s)).toBe(14_640_000);
    expect((flow.drainedAtMs(300 * s) ?? 0) - 300 * s).toBe(244 * s);
  });

  it('adds 360,000 records while nobody consumes for 3 s (M1.7)', () => {
    const flow = runGroupFlow({
      ...spike,
      members: 24,
      changes: [{ atMs: 10 * s, members: 25 }],
      rebalance: { kind: 'eager', stopMs: 3 * s },
    });
    expect(flow.lagRecordsAt(13 * s) - flow.lagRecordsAt(10 * s)).toBe(360_000);
  });

  it('stops only the partitions that move when the rebalance is cooperative: half of them from 8 to 16', () => {
    const grow = {
      ...spike,
      arrivals: [{ fromMs: 0, recordsPerSecond: 40_000 }],
      changes: [{ atMs: 10 * s, members: 16 }],
    };
    const eager = runGroupFlow({ ...grow, rebalance: { kind: 'eager', stopMs: 3 * s } });
    const cooperative = runGroupFlow({ ...grow, rebalance: { kind: 'cooperative', stopMs: 3 * s } });
    expect(eager.peakLag.records).toBe(120_000);
    expect(cooperative.peakLag.records).toBe(60_000);
  });

  it('loses records once the longest wait exceeds the retention', () => {
    const flow = runGroupFlow(spike);
    expect(flow.isWithinRetention(600 * s)).toBe(true);
    expect(flow.isWithinRetention(599 * s)).toBe(false);
  });
});

describe('M1.9 double the instances or the batch', () => {
  const cost = { batchOverheadMs: 20, recordMs: 0.2 };
  const flood: GroupSetup = { ...spike, arrivals: [{ fromMs: 0, recordsPerSecond: 100_000 }], durationMs: 60 * s };
  const deliveredPerSecond = (members: number, batchRecords: number, sinkLimitPerSecond = Infinity): number =>
    runGroupFlow({
      ...flood,
      members,
      memberCapacityPerSecond: memberRecordsPerSecond({ ...cost, batchRecords }),
      sinkLimitPerSecond,
    }).deliveredBy(60 * s) / 60;

  it('delivers 33,333/s; 66,667 with 16 instances, 36,364 with batches of 1,000, 72,727 with both', () => {
    const base = deliveredPerSecond(8, 500);
    expect(base).toBeCloseTo(33_333.33, 2);
    expect(deliveredPerSecond(16, 500)).toBeCloseTo(66_666.67, 2);
    expect(deliveredPerSecond(8, 1_000)).toBeCloseTo(36_363.64, 2);
    expect(deliveredPerSecond(16, 1_000)).toBeCloseTo(72_727.27, 2);
    expect(deliveredPerSecond(16, 500) / base).toBeCloseTo(2, 6);
    expect(deliveredPerSecond(8, 1_000) / base).toBeCloseTo(1.09, 2);
  });

  it('delivers what the sink takes, 50,000/s, and shows the surplus of 16 instances as blocked time', () => {
    expect(deliveredPerSecond(16, 500, 50_000)).toBeCloseTo(50_000, 6);
    const memberCapacityPerSecond = memberRecordsPerSecond({ ...cost, batchRecords: 500 });
    const flow = runGroupFlow({ ...flood, members: 16, memberCapacityPerSecond, sinkLimitPerSecond: 50_000 });
    for (const member of flow.stretches[0]?.members ?? []) {
      expect(member.deliveredPerSecond).toBeCloseTo(3_125, 6);
      expect(member.busyShare).toBeCloseTo(0.75, 6);
      expect(member.blockedShare).toBeCloseTo(0.25, 6);
      expect(member.idleShare).toBeCloseTo(0, 6);
    }
  });

  it.each([
    [8, 28_191],
    [16, 26_277],
    [24, 25_638],
    [48, 25_000],
  ])(
    'leaves the owner of a hot partition 28,191/s, 26,277/s, 25,638/s or 25,000/s behind: with %i members %d/s',
    (members, fallsBehindPerSecond) => {
      const flow = runGroupFlow({ ...hotKey, members });
      const [owner, ...others] = flow.stretches[0]?.members ?? [];
      expect(Math.round((owner?.arrivedPerSecond ?? 0) - (owner?.deliveredPerSecond ?? 0))).toBe(fallsBehindPerSecond);
      expect(Math.round(flow.lagRecordsAt(100 * s) / 100)).toBe(fallsBehindPerSecond);
      for (const other of others) {
        expect(other.arrivedPerSecond).toBeLessThan(5_000);
        expect(other.deliveredPerSecond).toBeCloseTo(other.arrivedPerSecond, 6);
      }
    },
  );
});

describe('the count engine of a group', () => {
  it('counts the age from the arrival, not from the silence before it', () => {
    const flow = runGroupFlow({
      arrivals: [
        { fromMs: 0, recordsPerSecond: 100 },
        { fromMs: 1 * s, recordsPerSecond: 0 },
        { fromMs: 10 * s, recordsPerSecond: 100 },
      ],
      partitions: 1,
      members: 1,
      memberCapacityPerSecond: 100,
      changes: [{ atMs: 5 * s, sinkLimitPerSecond: 0 }],
      durationMs: 12 * s,
    });
    expect(flow.headOfLineAgeMsAt(9 * s)).toBe(0);
    expect(flow.headOfLineAgeMsAt(12 * s)).toBeCloseTo(2 * s, 3);
    expect(flow.maxWaitMs).toBeCloseTo(2 * s, 3);
  });

  it('sees a wait that is longest in the middle of a stretch', () => {
    // One second's burst of 100 takes 10 s to drain; its last record waits 9 s, those of the trickle behind it less.
    const flow = runGroupFlow({
      arrivals: [
        { fromMs: 0, recordsPerSecond: 100 },
        { fromMs: 1 * s, recordsPerSecond: 5 },
      ],
      partitions: 1,
      members: 1,
      memberCapacityPerSecond: 10,
      durationMs: 60 * s,
    });
    expect(flow.maxWaitMs).toBeCloseTo(9 * s, 3);
    expect(flow.headOfLineAgeMsAt(10 * s)).toBeCloseTo(9 * s, 3);
    expect(flow.drainedAtMs(1 * s)).toBeCloseTo(19 * s, 3);
  });

  it('takes up a slower sink and its recovery', () => {
    const flow = runGroupFlow({
      ...spike,
      arrivals: [{ fromMs: 0, recordsPerSecond: 20_000 }],
      changes: [
        { atMs: 100 * s, sinkLimitPerSecond: 0 },
        { atMs: 160 * s, sinkLimitPerSecond: Infinity },
      ],
    });
    expect(flow.lagRecordsAt(160 * s)).toBeCloseTo(1_200_000, 3);
    expect(flow.drainedAtMs(160 * s)).toBeCloseTo(220 * s, 3);
    expect(flow.maxWaitMs).toBeCloseTo(60 * s, 3);
  });

  it('conserves records and never serves beyond a limit, whatever happens', () => {
    const rate = fc.nat(10_000);
    const anySetup: fc.Arbitrary<GroupSetup> = fc.record({
      arrivals: fc
        .array(fc.record({ fromMs: fc.nat(60_000), recordsPerSecond: rate }), { maxLength: 4 })
        .map((list) => [{ fromMs: 0, recordsPerSecond: 1_000 }, ...list.toSorted((a, b) => a.fromMs - b.fromMs)]),
      partitions: fc.constant(6),
      partitionWeights: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 6, maxLength: 6 }),
      members: fc.integer({ min: 1, max: 8 }),
      memberCapacityPerSecond: fc.integer({ min: 1, max: 3_000 }),
      sinkLimitPerSecond: fc.nat(10_000),
      rebalance: fc.record({ kind: fc.constantFrom('eager' as const, 'cooperative' as const), stopMs: fc.nat(5_000) }),
      changes: fc.array(fc.record({ atMs: fc.nat(60_000), members: fc.integer({ min: 1, max: 8 }) }), { maxLength: 4 }),
      durationMs: fc.constant(60_000),
    });
    fc.assert(
      fc.property(anySetup, (setup) => {
        const flow = runGroupFlow(setup);
        let delivered = 0;
        let atMs = 0;
        for (const stretch of flow.stretches) {
          expect(stretch.fromMs).toBe(atMs);
          atMs = stretch.toMs;
          delivered += (stretch.deliveredPerSecond * (stretch.toMs - stretch.fromMs)) / s;
          expect(stretch.deliveredPerSecond).toBeLessThanOrEqual((setup.sinkLimitPerSecond ?? Infinity) + 1e-6);
          expect(Math.min(...stretch.endBacklogs)).toBeGreaterThanOrEqual(0);
          for (const member of stretch.members) {
            expect(member.deliveredPerSecond).toBeLessThanOrEqual(setup.memberCapacityPerSecond + 1e-6);
            expect(member.busyShare + member.blockedShare + member.idleShare).toBeCloseTo(1, 9);
            expect(Math.min(member.busyShare, member.blockedShare, member.idleShare)).toBeGreaterThanOrEqual(-1e-9);
          }
        }
        expect(atMs).toBe(60_000);
        expect(flow.arrivedBy(60_000)).toBeCloseTo(delivered + flow.lagRecordsAt(60_000), 3);
        expect(flow.maxWaitMs).toBeGreaterThanOrEqual(flow.headOfLineAgeMsAt(60_000) - 1e-3);
      }),
    );
  });

  it('refuses input that cannot be meant', () => {
    expect(() => runGroupFlow({ ...spike, arrivals: [] })).toThrow('fromMs 0');
    expect(() => runGroupFlow({ ...spike, partitionWeights: [1] })).toThrow('one for each of the 48 partitions');
    expect(() => runGroupFlow({ ...spike, members: 0 })).toThrow('members is 0');
    expect(() => runGroupFlow(spike).lagRecordsAt(3_000 * s)).toThrow('a time of the run');
  });
});
