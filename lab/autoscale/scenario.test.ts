import { describe, expect, it } from 'vitest';
import flapping from '../scenarios/autoscaling/flapping.json' with { type: 'json' };
import byDefault from '../scenarios/autoscaling/keda-default-threshold.json' with { type: 'json' };
import timeLag from '../scenarios/autoscaling/keda-time-lag.json' with { type: 'json' };
import spike from '../scenarios/autoscaling/spike-keda.json' with { type: 'json' };
import standingError from '../scenarios/autoscaling/standing-error.json' with { type: 'json' };
import { hop } from '../testing/run.ts';
import { autoscaling } from './scenario.ts';

const run = (scenario: unknown) => autoscaling.run(autoscaling.schema.parse(scenario), 0, hop);

describe('the named scenarios of an autoscaled group', () => {
  it('the default threshold goes to 12, 24, 48 before anything is late, and stays: 47.75 replica hours (H7)', async () => {
    const { events, totals } = await run(byDefault);
    expect(events.map((event) => [event.atMs, 'to' in event && event.to])).toEqual([
      [0, 12],
      [15_000, 24],
      [30_000, 48],
    ]);
    expect(totals.replicaHours).toBeCloseTo(47.75, 9);
  });

  it('a threshold of a minute takes 8 replicas, two changes, 52 s and 6.4 replica hours', async () => {
    const { totals } = await run(timeLag);
    expect(totals).toMatchObject({ mostReplicas: 8, changes: 2, maxLagMs: 51_750 });
    expect(totals.replicaHours).toBeCloseTo(6.417, 3);
  });

  it('a spike of five minutes ends with 30 replicas and 8.6 million records', async () => {
    expect((await run(spike)).totals).toMatchObject({ mostReplicas: 30, peakLagRecords: 8_610_000 });
  });

  it('flapping changes 38 times in ten minutes, and rebalances 117 times', async () => {
    expect((await run(flapping)).totals).toMatchObject({ mostChangesPer10Min: 38, rebalances: 117 });
  });

  it('scaling by lag alone stays 975,000 behind, and 1,050,000 with the tolerance of the HPA', async () => {
    expect((await run(standingError)).totals.finalLagRecords).toBe(975_000);
    expect((await run({ ...standingError, tolerance: 0.1 })).totals.finalLagRecords).toBe(1_050_000);
  });
});

describe('a sample of an autoscaled group', () => {
  it('has lag, time lag and pods of its own instant', async () => {
    // Four replicas are ready at 15 s: the lag of 937,500 at 7.5 s is as old as the run.
    const { series, sampleMs } = await run({ ...standingError, durationMs: 60_000 });
    const at = (ms: number, name: string) => series[name]?.[Math.round(ms / sampleMs)];
    expect([7_500, 15_000, 45_000].map((ms) => at(ms, 'lagRecords'))).toEqual([937_500, 975_000, 975_000]);
    expect([7_500, 15_000, 45_000].map((ms) => at(ms, 'lagMs'))).toEqual([7_500, 15_000, 45_000]);
    expect([7_500, 14_750, 15_000].map((ms) => at(ms, 'readyReplicas'))).toEqual([3, 3, 4]);
  });
});
