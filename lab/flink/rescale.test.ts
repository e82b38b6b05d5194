import { describe, expect, it } from 'vitest';
import { catchUpMs, effectiveParallelism, replayRecords, slotsNeeded } from './rescale.ts';

describe('slots and schedulers (F33)', () => {
  it('needs as many slots as the widest operator, since operators share them', () => {
    expect(slotsNeeded([4, 4, 20, 4])).toBe(20);
  });

  it('gains nothing from more slots at a fixed parallelism', () => {
    for (const slots of [20, 40, 400])
      expect(effectiveParallelism({ scheduler: 'default', configured: 20, slots })).toBe(20);
    expect(() => effectiveParallelism({ scheduler: 'default', configured: 20, slots: 16 })).toThrow('needs as many');
  });

  it('uses slots up to the configured parallelism when adaptive, and all of them when reactive', () => {
    const run = (scheduler: 'adaptive' | 'reactive', slots: number): number =>
      effectiveParallelism({ scheduler, configured: 20, slots });
    expect([8, 20, 40].map((slots) => run('adaptive', slots))).toEqual([8, 20, 20]);
    expect([8, 20, 40, 400].map((slots) => run('reactive', slots))).toEqual([8, 20, 40, 128]);
  });
});

describe('the cost of a restart', () => {
  it('reads again what came since the checkpoint began', () => {
    expect(replayRecords({ readPerSecond: 4_000, sinceCheckpointMs: 9_000 })).toBe(36_000);
  });

  it('catches up with what the capacity has to spare, or never', () => {
    expect(catchUpMs({ lagRecords: 600_000, capacityPerSecond: 12_000, offeredPerSecond: 10_000 })).toBe(300_000);
    expect(catchUpMs({ lagRecords: 1, capacityPerSecond: 10_000, offeredPerSecond: 10_000 })).toBeNull();
    expect(catchUpMs({ lagRecords: 0, capacityPerSecond: 1, offeredPerSecond: 10 })).toBe(0);
  });
});
