import { describe, expect, it } from 'vitest';
import { callsPerRecord, taskAttempts } from './attempts.ts';

describe('M12 retries that multiply', () => {
  it('are 18 calls for a record: 3 attempts of the task (retries=2) × 3 of the client × 2 overlapping runs', () => {
    expect(taskAttempts(2)).toBe(3);
    expect(callsPerRecord({ retries: 2, clientAttempts: 3, overlappingRuns: 2 })).toBe(18);
  });

  it('are 24 with retries=3, which means 4 attempts', () => {
    expect(taskAttempts(3)).toBe(4);
    expect(callsPerRecord({ retries: 3, clientAttempts: 3, overlappingRuns: 2 })).toBe(24);
  });

  it('are 3 when the orchestrator’s are blocked and runs do not overlap', () => {
    expect(callsPerRecord({ retries: 0, clientAttempts: 3, overlappingRuns: 1 })).toBe(3);
  });

  it('refuse half a retry', () => {
    expect(() => taskAttempts(0.5)).toThrow('retries');
  });
});
