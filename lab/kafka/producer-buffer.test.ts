import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { producerFlow } from './producer-buffer.ts';

const mib = 1024 ** 2;
const busy = { recordsPerSecond: 20_000, recordBytes: 1_024, brokerBytesPerSecond: 10 * mib };

describe('M1.10 producer buffer', () => {
  it('is full after 3.36 s of 19.53 MiB/s in and 10 MiB/s out; then the sender gets 10,240 records/s in', () => {
    expect((busy.recordsPerSecond * busy.recordBytes) / mib).toBeCloseTo(19.53, 2);
    const flow = producerFlow(busy);
    expect(flow.fullAtMs / 1_000).toBeCloseTo(3.36, 2);
    expect(flow.admittedPerSecond).toBe(10_240);
    expect(flow.isExpiring).toBe(false);
    expect(flow.isBlockFailing).toBe(false);
  });

  it('takes 128 s to get through at 0.25 MiB/s, longer than the delivery timeout: records expire', () => {
    const flow = producerFlow({ ...busy, brokerBytesPerSecond: 0.25 * mib });
    expect(flow.fullWaitMs).toBe(128_000);
    expect(flow.isExpiring).toBe(true);
    expect(producerFlow({ ...busy, brokerBytesPerSecond: 0.25 * mib, deliveryTimeoutMs: 128_000 }).isExpiring).toBe(
      false,
    );
  });

  it('blocks a sender for one record’s worth of the broker’s rate, and fails it when the broker stands still', () => {
    expect(producerFlow(busy).blockedMs).toBeCloseTo(1_000 / 10_240, 9);
    expect(producerFlow({ ...busy, senderThreads: 50 }).blockedMs).toBeCloseTo(50_000 / 10_240, 9);
    const stuck = producerFlow({ ...busy, brokerBytesPerSecond: 0 });
    expect(stuck).toMatchObject({ admittedPerSecond: 0, isBlockFailing: true, isExpiring: true });
  });

  it('stays empty when the broker keeps up', () => {
    const flow = producerFlow({ ...busy, recordsPerSecond: 10_240 });
    expect(flow).toMatchObject({ fullAtMs: Infinity, admittedPerSecond: 10_240, fullWaitMs: 0, isExpiring: false });
    expect(flow.bufferedBytesAt(1e6)).toBe(0);
  });

  it('never holds more than its memory, and is full exactly when it says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.nat(50 * mib),
        fc.nat(600_000),
        (recordsPerSecond, brokerBytesPerSecond, ms) => {
          const flow = producerFlow({ recordsPerSecond, recordBytes: 1_024, brokerBytesPerSecond });
          expect(flow.bufferedBytesAt(ms)).toBeLessThanOrEqual(32 * mib);
          if (flow.fullAtMs < Infinity) expect(flow.bufferedBytesAt(flow.fullAtMs)).toBeCloseTo(32 * mib, 3);
          expect(flow.admittedPerSecond).toBeLessThanOrEqual(recordsPerSecond);
        },
      ),
    );
  });
});
