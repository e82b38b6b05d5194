import { describe, expect, it } from 'vitest';
import { retentionReachedAfterMs } from './retention.ts';

const hourMs = 3_600_000;

describe('M2.10 the retention in front of a slow reader', () => {
  it('of 168 h is over after 169.7 h when 100 of 10,000/s are read: the backlog ages by 0.99 s per s', () => {
    const slow = { inPerSecond: 10_000, outPerSecond: 100 };
    expect((retentionReachedAfterMs(0.99 * hourMs, slow) ?? 0) / hourMs).toBeCloseTo(1, 9);
    expect((retentionReachedAfterMs(168 * hourMs, slow) ?? 0) / hourMs).toBeCloseTo(169.7, 2);
  });

  it('is no matter when as much is read as comes', () => {
    expect(retentionReachedAfterMs(hourMs, { inPerSecond: 5, outPerSecond: 5 })).toBeNull();
    expect(retentionReachedAfterMs(hourMs, { inPerSecond: 5, outPerSecond: 6 })).toBeNull();
  });
});
