import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredReplicas } from './hpa.ts';
import { defaultLagThreshold, floorReplicas, nextDivisor, replicasForLag, thresholdForTimeLag } from './keda.ts';

const minute = { lagThreshold: 300_000 };
const partitions = 48;

describe('M9 KEDA’s Kafka scaler', () => {
  it('with a threshold of 300,000 and 48 partitions wants 3 for a lag of 900,000, 16 for 4.8 M, and 48 of 80 for 24 M', () => {
    expect(thresholdForTimeLag({ replicaPerSecond: 5_000, timeLagMs: 60_000 })).toBe(300_000);
    expect(replicasForLag(minute, { lagRecords: 900_000, partitions })).toBe(3);
    expect(replicasForLag(minute, { lagRecords: 4_800_000, partitions })).toBe(16);
    expect(replicasForLag({ ...minute, allowIdleConsumers: true }, { lagRecords: 24_000_000, partitions })).toBe(80);
    expect(replicasForLag(minute, { lagRecords: 24_000_000, partitions })).toBe(48);
  });

  it('with its default threshold of 10 wants 48 from a lag of 471 on', () => {
    const byDefault = { lagThreshold: defaultLagThreshold };
    expect(replicasForLag(byDefault, { lagRecords: 470, partitions })).toBe(47);
    expect(replicasForLag(byDefault, { lagRecords: 471, partitions })).toBe(48);
    expect(replicasForLag(byDefault, { lagRecords: 975_000, partitions })).toBe(48);
  });

  it('is held back by the HPA’s tolerance: 975,000 asks for 4 replicas, and 3 stay', () => {
    expect(replicasForLag(minute, { lagRecords: 975_000, partitions })).toBe(4);
    expect(desiredReplicas({ replicas: 3, metric: 975_000 / 3, target: 300_000 })).toBe(3);
    expect(desiredReplicas({ replicas: 3, metric: 975_000 / 3, target: 300_000, tolerance: 0 })).toBe(4);
  });

  it('rounds up to a divisor of the partitions when told to spread them evenly', () => {
    const even = { ...minute, ensureEvenDistributionOfPartitions: true };
    const lags = [300_000, 1_500_000, 2_700_000, 5_100_000, 7_500_000];
    expect(lags.map((lagRecords) => replicasForLag(even, { lagRecords, partitions }))).toEqual([1, 6, 12, 24, 48]);
    expect(nextDivisor(7, 2)).toBe(7);
  });

  it('counts only partitions that lag when told so: a hot partition asks for one', () => {
    const limited = { ...minute, limitToPartitionsWithLag: true };
    expect(replicasForLag(limited, { lagRecords: 24_000_000, partitions, partitionsWithLag: 1 })).toBe(1);
    expect(replicasForLag(limited, { lagRecords: 0, partitions, partitionsWithLag: 0 })).toBe(1);
  });

  it('needs a floor to drain: 6 replicas for 20,000/s at 0.7 of 5,000/s each (H7)', () => {
    expect(floorReplicas({ recordsPerSecond: 20_000, replicaPerSecond: 5_000 })).toBe(6);
  });

  it('never wants fewer for more lag, nor more than there are partitions', () => {
    fc.assert(
      fc.property(
        fc.nat(1e8),
        fc.nat(1e7),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        (lag, more, many, isEven) => {
          const trigger = { ...minute, ensureEvenDistributionOfPartitions: isEven };
          const less = replicasForLag(trigger, { lagRecords: lag, partitions: many });
          const greater = replicasForLag(trigger, { lagRecords: lag + more, partitions: many });
          expect(greater).toBeGreaterThanOrEqual(less);
          expect(greater).toBeLessThanOrEqual(many);
          if (isEven) expect(many % greater).toBe(0);
        },
      ),
    );
  });
});
