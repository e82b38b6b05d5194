import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { throttleStep, type SlaThrottle, type ThrottleState } from './throttle.ts';

const minute = 60_000;
const rule: SlaThrottle = {
  slaMs: 12 * minute,
  goodShare: 0.7,
  goodRuns: 3,
  stepMs: 15 * minute,
  leastMs: 15 * minute,
  mostMs: 240 * minute,
};
const after = (runs: readonly number[], start = 15) => {
  let state: ThrottleState = { everyMs: start * minute, good: 0 };
  return runs.map((run) => (state = throttleStep(rule, state, run * minute)).everyMs / minute);
};

describe('M12 the SLA throttle', () => {
  it('goes 15 → 30 → 60 min on two breaches, and back to 45 with a 15 min step after three good runs', () => {
    expect(after([16, 16, 8, 8, 8])).toEqual([30, 60, 60, 60, 45]);
  });

  it('starts counting anew after a run that is neither good nor a breach', () => {
    expect(after([8, 8, 10, 8, 8, 8], 60)).toEqual([60, 60, 60, 60, 60, 45]);
  });

  it('does not breach at its SLA, and is not good at 0.7 of it', () => {
    expect(after([12], 30)).toEqual([30]);
    expect(after([8.4, 8.4, 8.4], 30)).toEqual([30, 30, 30]);
  });

  it('stays within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 })), (runs) => {
        for (const every of after(runs)) {
          expect(every).toBeGreaterThanOrEqual(15);
          expect(every).toBeLessThanOrEqual(240);
        }
      }),
    );
  });
});
