import { describe, expect, it } from 'vitest';
import {
  backlogRecords,
  blockedShare,
  bufferBytes,
  drainMs,
  drainPerSpike,
  fillMs,
  fullBufferWaitMs,
  recordsThatFit,
} from './overload.ts';

describe('M6 overload', () => {
  it('leaves (λ − μ)·t: 24 million after five minutes of 120,000/s at 40,000/s', () => {
    expect(backlogRecords({ arrivalsPerSecond: 120_000, servicePerSecond: 40_000 }, 300_000)).toBe(24_000_000);
    expect(backlogRecords({ arrivalsPerSecond: 1, servicePerSecond: 2 }, 1_000)).toBe(0);
  });

  it('drains in backlog/(μ − λ): 1,200 s at 20,000/s, never when the service does not outrun what comes', () => {
    expect(drainMs(24_000_000, { arrivalsPerSecond: 20_000, servicePerSecond: 40_000 })).toBe(1_200_000);
    expect(drainMs(1, { arrivalsPerSecond: 40_000, servicePerSecond: 40_000 })).toBe(Infinity);
    expect(drainMs(0, { arrivalsPerSecond: 50_000, servicePerSecond: 40_000 })).toBe(0);
  });

  it('is felt (λ_spike − μ)/(μ − λ_base) times as long as the spike: 4 times', () => {
    const rates = { spikePerSecond: 120_000, basePerSecond: 20_000, servicePerSecond: 40_000 };
    expect(drainPerSpike(rates)).toBe(4);
    expect(drainPerSpike({ ...rates, servicePerSecond: 120_000 })).toBe(0);
    expect(drainPerSpike({ ...rates, servicePerSecond: 20_000 })).toBe(Infinity);
  });
});

describe('M6 a bounded buffer', () => {
  it('is bought with latency: size 10,000 at μ = 500/s waits 20 s when full', () => {
    expect(fullBufferWaitMs(10_000, 500)).toBe(20_000);
    expect(fillMs(10_000, { arrivalsPerSecond: 1_000, servicePerSecond: 500 })).toBe(20_000);
    expect(fillMs(10_000, { arrivalsPerSecond: 500, servicePerSecond: 500 })).toBe(Infinity);
  });

  it('costs size × record bytes × overhead', () => {
    expect(bufferBytes(10_000, 1_024)).toBe(10_240_000);
    expect(bufferBytes(10_000, 1_024, 3)).toBe(30_720_000);
    expect(recordsThatFit(30_720_000, 1_024, 3)).toBe(10_000);
  });
});

describe('M2.10 the slow sink: 100/s behind 10,000/s', () => {
  const flow = { arrivalsPerSecond: 10_000, servicePerSecond: 100 };

  it('fills a queue of 1,000,000 in 1,000,000/9,900 = 101.0 s', () => {
    expect((fillMs(1_000_000, flow) / 1_000).toFixed(1)).toBe('101.0');
  });

  it('fills 8 GiB with 8,388,608 records of 1 KiB, and is out of memory after 847.3 s', () => {
    const records = recordsThatFit(8 * 1_024 ** 3, 1_024);
    expect(records).toBe(8_388_608);
    expect((fillMs(records, flow) / 1_000).toFixed(1)).toBe('847.3');
  });
});

describe('M11 five places between a producer of 0.5 s and a consumer of 1.5 s', () => {
  it('settle at 0.667/s, fill in 3.75 s and block the producer for 66.7 % of its time', () => {
    const flow = { arrivalsPerSecond: 1 / 0.5, servicePerSecond: 1 / 1.5 };
    expect(flow.servicePerSecond.toFixed(3)).toBe('0.667');
    expect(fillMs(5, flow)).toBeCloseTo(3_750, 9);
    expect((100 * blockedShare(flow)).toFixed(1)).toBe('66.7');
    expect(blockedShare({ arrivalsPerSecond: 1, servicePerSecond: 2 })).toBe(0);
  });
});
