import { expect, it } from 'vitest';
import { readScenario } from '../scenario/simulate.ts';

const given = {
  system: 'spark-dstreams',
  name: 'x',
  title: 'x',
  summary: 'x',
  durationMs: 60_000,
  traffic: [{ fromMs: 0, recordsPerSecond: 100 }],
  batchIntervalMs: 1_000,
  processing: [{ fromMs: 0, recordsPerSecond: 100 }],
};

it('says what to write instead of a contradiction', () => {
  const refuse = (change: object) => () => readScenario({ ...given, ...change });
  expect(refuse({})).not.toThrow();
  expect(refuse({ durationMs: 1_500 })).toThrow('write at least 2000');
  expect(refuse({ durationMs: 3_000_000, batchIntervalMs: 100 })).toThrow('write at most 2000000');
  expect(refuse({ backpressure: { enabled: false, initialRate: 10 } })).toThrow('set enabled to true');
  expect(refuse({ processing: [{ fromMs: 0, recordsPerSecond: 0 }] })).toThrow('write at least 1');
});
