import { describe, expect, it } from 'vitest';
import { createRng } from '../traffic/rng.ts';
import { RemoteService, type ServiceSpec } from './async-service.ts';

const open = (spec: Partial<ServiceSpec> = {}) =>
  new RemoteService({ latency: [{ fromMs: 0, latencyMs: 50 }], ...spec }, createRng(1));

describe('the service behind an async operator', () => {
  it('takes what its latency says at the time, within its jitter', () => {
    const latency = [
      { fromMs: 0, latencyMs: 50 },
      { fromMs: 100, latencyMs: 200 },
    ];
    const steady = open({ latency });
    expect([steady.drawLatencyMs(99), steady.drawLatencyMs(100)]).toEqual([50, 200]);
    const jittered = open({ jitterShare: 0.2 });
    const draws = Array.from({ length: 500 }, () => jittered.drawLatencyMs(0));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(40);
    expect(Math.max(...draws)).toBeLessThanOrEqual(60);
    expect(new Set(draws).size).toBeGreaterThan(15);
  });

  it('has stragglers in their share', () => {
    const service = open({ stragglerShare: 0.1, stragglerMs: 1_000 });
    const slow = Array.from({ length: 2_000 }, () => service.drawLatencyMs(0)).filter((ms) => ms === 1_000);
    expect(slow.length / 2_000).toBeCloseTo(0.1, 1);
  });

  it('admits its budget and a burst of a tenth of a second, and turns the rest away', () => {
    const service = open({ budgetPerSecond: 100 });
    const taken = (nowMs: number) =>
      Array.from({ length: 50 }, () => service.refusalAt(nowMs)).filter((why) => why === null).length;
    expect([taken(0), taken(0), taken(50)]).toEqual([10, 0, 5]);
    expect(service.refusalAt(60, 2)).toBe('over-budget');
  });

  it('is away in an outage', () => {
    const service = open({ outages: [{ fromMs: 10, toMs: 20 }] });
    expect([9, 10, 19, 20].map((nowMs) => service.refusalAt(nowMs))).toEqual([
      null,
      'unavailable',
      'unavailable',
      null,
    ]);
  });

  it('refuses a spec out of range, naming what is wrong', () => {
    expect(() => open({ latency: [] })).toThrow('begin at 0');
    expect(() => open({ jitterShare: 2 })).toThrow('jitterShare is 2');
    expect(() => open({ stragglerShare: 0.1 })).toThrow('stragglerMs is 0');
  });
});
