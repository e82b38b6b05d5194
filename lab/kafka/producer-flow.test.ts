import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inFlightBytesPerSecond, runProducerFlow, type ProducerFlowSetup } from './producer-flow.ts';

const s = 1_000;
const mib = 1024 ** 2;
const setup: ProducerFlowSetup = {
  offered: [{ fromMs: 0, recordsPerSecond: 20_000 }],
  recordBytes: 1_024,
  senderThreads: 1,
  bufferBytes: 32 * mib,
  maxBlockMs: 60 * s,
  deliveryTimeoutMs: 120 * s,
  inFlightBytesPerSecond: 1e9,
  brokers: [{ fromMs: 0, bytesPerSecond: 10 * mib }],
  durationMs: 60 * s,
};

describe('M1.10 a producer over time', () => {
  it('fills 32 MiB in 3.36 s at 19.53 MiB/s in and 10 MiB/s out, and then lets in 10,240 records a second', () => {
    const { firstFullMs, sends, buffer, application } = runProducerFlow(setup);
    expect((firstFullMs ?? 0) / s).toBeCloseTo(3.36, 2);
    expect(buffer.waiting * 1_024).toBeCloseTo(32 * mib, 0);
    expect(sends.servedAt(30 * s) - sends.servedAt(29 * s)).toBeCloseTo(10_240, 2);
    expect(sends.waiting).toBeCloseTo(1, 2);
    expect(application.waiting).toBeCloseTo(60 * 20_000 - 32_768 - 60 * 10_240 - 1, 0);
    expect([sends.expired.end, buffer.expired.end]).toEqual([0, 0]);
  });

  it('expires records at 0.25 MiB/s: a full buffer would take 128 s, the delivery timeout allows 120 s', () => {
    const { buffer } = runProducerFlow({
      ...setup,
      brokers: [{ fromMs: 0, bytesPerSecond: 0.25 * mib }],
      durationMs: 600 * s,
    });
    expect(buffer.expiredAt(119 * s)).toBe(0);
    expect(buffer.expired.end).toBeGreaterThan(0);
    expect(buffer.peakAge.ageMs).toBeCloseTo(120 * s, 0);
    const patient = runProducerFlow({
      ...setup,
      brokers: [{ fromMs: 0, bytesPerSecond: 0.25 * mib }],
      deliveryTimeoutMs: 130 * s,
      durationMs: 600 * s,
    });
    expect(patient.buffer.expired.end).toBe(0);
    expect(patient.buffer.peakAge.ageMs).toBeCloseTo(128 * s, 0);
  });

  it('is held back for 5 s when a quota of 10 MB/s meets 15 MB/s over 10 s, and then keeps to it', () => {
    const { throttles, buffer } = runProducerFlow({
      ...setup,
      offered: [{ fromMs: 0, recordsPerSecond: 15_000 }],
      recordBytes: 1_000,
      brokers: [{ fromMs: 0, bytesPerSecond: 50e6 }],
      quota: { fromMs: 30 * s, bytesPerSecond: 10e6, brokers: 1 },
      durationMs: 330 * s,
    });
    expect(throttles[0]).toEqual({ atMs: 30 * s, throttleMs: 5 * s });
    expect((buffer.servedAt(330 * s) - buffer.servedAt(30 * s)) / 300).toBeCloseTo(10_000, -3);
  });
});

describe('a producer whose brokers are away', () => {
  const outage = (ms: number): ProducerFlowSetup => ({
    ...setup,
    offered: [{ fromMs: 0, recordsPerSecond: 5_000 }],
    senderThreads: 20,
    brokers: [
      { fromMs: 0, bytesPerSecond: 50 * mib },
      { fromMs: 10 * s, bytesPerSecond: 0 },
      { fromMs: 10 * s + ms, bytesPerSecond: 50 * mib },
    ],
    durationMs: 400 * s,
  });

  it('rides out half a minute without a loss: the buffer holds 6.6 s, the threads wait for the rest', () => {
    const { firstFullMs, sends, buffer } = runProducerFlow(outage(30 * s));
    expect(firstFullMs).toBeCloseTo(10 * s + (32_768 / 5_000) * s, 3);
    expect(buffer.served.end).toBeCloseTo(2_000_000, 2);
    expect([sends.expired.end, buffer.expired.end]).toEqual([0, 0]);
  });

  it('fails what each of its 20 threads holds once max.block.ms is over: 20 records in 90 s (P1)', () => {
    const { sends, buffer, application } = runProducerFlow(outage(90 * s));
    expect(sends.expired.end).toBeCloseTo(20, 2);
    expect(buffer.expired.end).toBe(0);
    expect(buffer.served.end).toBeCloseTo(1_999_980, 2);
    expect(application.waitingAt(99 * s)).toBeGreaterThan(300_000);
  });

  it('loses the whole buffer when the outage outlasts delivery.timeout.ms (P5)', () => {
    const { buffer } = runProducerFlow(outage(180 * s));
    expect(buffer.expiredAt(129 * s)).toBe(0);
    expect(buffer.expiredAt(10 * s + 130 * s)).toBeCloseTo(32_768, 0);
  });
});

describe('what the connections carry', () => {
  const wire = {
    brokers: 3,
    partitions: 12,
    batchBytes: 16_384,
    recordBytes: 1_024,
    maxInFlightRequests: 5,
    roundTripMs: 10,
  };

  it('is requests in flight × bytes of a request for each round trip, and grows with batch.size up to 1 MiB', () => {
    expect(inFlightBytesPerSecond(wire)).toBe(3 * 5 * 4 * 16_384 * 100);
    expect(inFlightBytesPerSecond({ ...wire, batchBytes: mib })).toBe(3 * 5 * mib * 100);
    expect(inFlightBytesPerSecond({ ...wire, recordBytes: 100_000 })).toBe(3 * 5 * 400_000 * 100);
  });
});

describe('the laws of a producer', () => {
  const setups = fc.record({
    rates: fc.array(fc.nat(20_000), { minLength: 1, maxLength: 4 }),
    brokers: fc.array(fc.nat(20 * mib), { minLength: 1, maxLength: 4 }),
    senderThreads: fc.integer({ min: 1, max: 500 }),
    bufferKib: fc.integer({ min: 2, max: 40_000 }),
    maxBlockMs: fc.integer({ min: 1, max: 90_000 }),
    deliveryTimeoutMs: fc.integer({ min: 1, max: 150_000 }),
    recordBytes: fc.integer({ min: 1, max: 5_000 }),
    quota: fc.option(fc.integer({ min: 10_000, max: 10_000_000 }), { nil: undefined }),
  });

  it('accounts for every record at any time, within memory, brokers’ rate and timeouts, and runs the same twice', () => {
    fc.assert(
      fc.property(setups, ({ rates, brokers, bufferKib, quota, ...rest }) => {
        const given: ProducerFlowSetup = {
          ...setup,
          ...rest,
          offered: rates.map((recordsPerSecond, i) => ({ fromMs: i * 40 * s, recordsPerSecond })),
          brokers: brokers.map((bytesPerSecond, i) => ({ fromMs: i * 45 * s, bytesPerSecond })),
          bufferBytes: bufferKib * 1_024 + rest.recordBytes,
          ...(quota !== undefined && { quota: { fromMs: 20 * s, bytesPerSecond: quota, brokers: 1 } }),
          durationMs: 200 * s,
        };
        const { application, sends, buffer, throttles } = runProducerFlow(given);
        for (let ms = 0; ms <= 200 * s; ms += 2_500) {
          const failed = sends.expiredAt(ms) + buffer.expiredAt(ms);
          const there = application.waitingAt(ms) + sends.waitingAt(ms) + buffer.waitingAt(ms);
          expect(buffer.servedAt(ms) + failed + there).toBeCloseTo(application.arrivals.curve.valueAt(ms), 1);
          expect(buffer.waitingAt(ms) * rest.recordBytes).toBeLessThanOrEqual(given.bufferBytes + 20);
          expect(sends.waitingAt(ms)).toBeLessThanOrEqual(rest.senderThreads + 0.01);
          expect(buffer.ageMsAt(ms)).toBeLessThanOrEqual(rest.deliveryTimeoutMs + 1);
          if (ms >= s) {
            const most = Math.max(
              ...given.brokers
                .filter(({ fromMs }, i) => fromMs < ms && (given.brokers[i + 1]?.fromMs ?? Infinity) > ms - s)
                .map((each) => each.bytesPerSecond),
            );
            expect((buffer.servedAt(ms) - buffer.servedAt(ms - s)) * rest.recordBytes).toBeLessThanOrEqual(most + 50);
          }
        }
        for (const { atMs, throttleMs } of throttles)
          if (atMs + throttleMs <= 200 * s)
            expect(buffer.servedAt(atMs + throttleMs) - buffer.servedAt(atMs)).toBeLessThan(0.01);
        expect(runProducerFlow(given).buffer.served.points).toEqual(buffer.served.points);
      }),
      { numRuns: 80 },
    );
  });
});
