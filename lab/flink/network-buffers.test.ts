import { describe, expect, it } from 'vitest';
import { buffersNeeded, consumptionMs, debloatedBufferBytes, debloatedBytes, gateBytes } from './network-buffers.ts';

const mib = 1024 * 1024;

describe('M3.5 network buffers', () => {
  it('hold 6.5 MiB for a gate of 100 channels and 12.75 MiB for 200, which is 12.75 s at 1 MiB/s', () => {
    expect(gateBytes(100)).toBe(6.5 * mib);
    expect(gateBytes(200)).toBe(12.75 * mib);
    expect(consumptionMs({ bytes: gateBytes(200), bytesPerSecond: mib })).toBe(12_750);
  });

  it('keep about 1 MiB in flight with a debloating target of 1 s', () => {
    expect(debloatedBytes({ bytesPerSecond: mib })).toBe(1 * mib);
    expect(debloatedBytes({ bytesPerSecond: mib, targetMs: 500 })).toBe(mib / 2);
  });

  it('number 10 for 320 MB/s and a round trip of 1 ms, 9.77 rounded up with segments of 32 KiB', () => {
    const link = { bytesPerSecond: 320_000_000, roundTripMs: 1 };
    expect(buffersNeeded({ ...link, bufferBytes: 32_000 })).toBe(10);
    expect(buffersNeeded(link)).toBe(10);
    expect(320_000 / 32_768).toBeCloseTo(9.77, 2);
  });
});

describe('debloating (F4)', () => {
  const gate = { bytesPerSecond: mib, buffers: 408 };

  it('splits the target over the buffers', () => {
    expect(debloatedBufferBytes({ ...gate, nowBytes: 32_768 })).toBe(2_570);
  });

  it('keeps the size when the change is not worth it, and never leaves its limits', () => {
    expect(debloatedBufferBytes({ ...gate, nowBytes: 3_000 })).toBe(3_000);
    expect(debloatedBufferBytes({ ...gate, bytesPerSecond: 1e12, nowBytes: 3_000 })).toBe(32_768);
    expect(debloatedBufferBytes({ ...gate, bytesPerSecond: 0, nowBytes: 300 })).toBe(256);
  });
});
