import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runEpochMs } from '../process/host.ts';
import { plainTopic } from '../testing/run-spark.ts';
import { withSeed } from './program-scenario-data.ts';
import { plainSpark } from '../testing/run-spark.ts';
import type { EventTimes } from './program-scenario-data.ts';
import { createTopic } from './topic.ts';

const topicWith = (changes: Partial<typeof plainTopic>, seed = 0) =>
  createTopic({ ...plainTopic, ...changes }, 60_000, seed);

describe('a topic', () => {
  it('splits its traffic by weight, and stays silent where it should', () => {
    const topic = topicWith({ partitionWeights: [3, 1], silent: [{ partition: 0, fromMs: 10_000, toMs: 20_000 }] });
    expect(topic.latestAt(10_000)).toEqual([750, 250]);
    expect(topic.latestAt(20_000)).toEqual([750, 500]);
    expect(topic.latestAt(30_000)).toEqual([1_500, 750]);
    expect(topicWith({ silent: [{ fromMs: 0, toMs: 5_000 }] }).latestAt(5_000)).toEqual([0, 0]);
    expect(topicWith({ silent: [{ fromMs: 0, toMs: 5_000 }] }).nextArrivalMs(0)).toBeCloseTo(5_020, 3);
    expect(topicWith({ partitionWeights: [1, 0] }).latestAt(60_000)[1]).toBe(0);
  });

  it('has its backlog from before the run, evenly spaced', () => {
    const [log] = topicWith({ backlogRecords: 1_000 }).logs;
    expect(log?.endOffsetAt(0)).toBe(500);
    expect(log?.arrivalOf(0)).toBe(-10_000);
    expect(log?.arrivalOf(499)).toBe(-20);
  });

  it('rises with its spike', () => {
    const spike = { fromMs: 1_000, toMs: 2_000, recordsPerSecond: 1_000 };
    expect(topicWith({ spike }).latestAt(3_000)).toEqual([600, 600]);
  });

  it('has other noise, keys and bad records for another seed, and no other for the same', () => {
    const facts = (seed: number) => {
      const { partitionWeights: _, ...noisy } = { ...plainTopic, poisonShare: 0.05, keys: 1_000 };
      const { logs } = createTopic(noisy, 60_000, seed);
      return logs.map((log) => [log.endOffsetAt(60_000), log.keyOf(7), log.poisonBelow(2_000).bad]);
    };
    expect(facts(3)).toEqual(facts(3));
    expect(facts(3)).not.toEqual(facts(4));
  });

  it('needs a weight for each partition', () => {
    expect(() => topicWith({ partitionWeights: [1] })).toThrow('1 values for 2 partitions');
  });
});

describe('event times', () => {
  const lagsOf = (eventTime: EventTimes, partition = 0) => {
    const log = topicWith({ eventTime }).logs[partition]!;
    return Array.from({ length: 1_000 }, (_, at) => Math.floor(log.arrivalOf(at)) + runEpochMs - log.timestampOf(at));
  };

  it('are arrivals unless something is said of them', () => {
    expect(new Set(lagsOf({}))).toEqual(new Set([0]));
  });

  it('lag by a fixed time and a spread, and for a share by more', () => {
    const spread = lagsOf({ lagMs: 100, spreadMs: 50 });
    expect(Math.min(...spread)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...spread)).toBeLessThanOrEqual(151);
    expect(new Set(spread).size).toBeGreaterThan(40);
    const late = lagsOf({ late: { share: 0.1, byMs: 5_000 } }).filter((lag) => lag > 0);
    expect(late.length).toBeGreaterThan(70);
    expect(late.length).toBeLessThan(130);
    expect(new Set(late)).toEqual(new Set([5_000]));
  });

  it('lag in one partition only, or run ahead in one record only', () => {
    const slow = { partition: 1, byMs: 3_000 };
    expect([lagsOf({ slow }, 0)[5], lagsOf({ slow }, 1)[5]]).toEqual([0, 3_000]);
    const future = { partition: 0, atMs: 5_000, aheadMs: 86_400_000 };
    const ahead = lagsOf({ future }).flatMap((lag, at) => (lag < 0 ? [[at, lag]] : []));
    expect(ahead).toEqual([[249, -86_400_000]]);
  });
});

describe('a seed', () => {
  it('moves incidents by no more than the wobble, and spikes by no more than 3 %', () => {
    const spike = { fromMs: 10_000, toMs: 20_000, recordsPerSecond: 1_000 };
    const silent = [{ fromMs: 5_000, toMs: 6_000 }];
    const given = { ...plainSpark, topics: [{ ...plainTopic, spike, silent }], killAtMs: 30_000, wobbleMs: 500 };
    expect(withSeed(given, () => 0.5)).toEqual(given);
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(draw, (next) => {
        const { topics, killAtMs } = withSeed(given, () => next);
        const moved = topics[0]!;
        expect(Math.abs(moved.spike!.fromMs - 10_000)).toBeLessThanOrEqual(500);
        expect(moved.silent![0]!.toMs - moved.silent![0]!.fromMs).toBe(1_000);
        expect(Math.abs(moved.spike!.recordsPerSecond - 1_000)).toBeLessThanOrEqual(30);
        expect(killAtMs! - 30_000).toBe(moved.spike!.fromMs - 10_000);
      }),
    );
  });
});
