import { expect, it } from 'vitest';
import { latencyP95Ms } from './call-latency.ts';

it('is the p95 of the calls answered in the last second, and nothing where there was none', () => {
  const calls = [
    { startMs: 0, endMs: 10, outcome: 'ok' },
    { startMs: 0, endMs: 500, outcome: 'ok' },
    { startMs: 480, endMs: 600, outcome: 'UNAVAILABLE' },
  ];
  expect(latencyP95Ms(calls, 500, 5)).toEqual([null, 500, 500, null, null]);
});
