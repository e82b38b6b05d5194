import { describe, expect, it } from 'vitest';
import { readScenario, ScenarioError } from '../scenario/simulate.ts';
import { scenarios } from '../scenarios/index.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import { queue } from './scenario.ts';

function traceOf(name: string, changes: object = {}, seed = 0): RunTrace {
  const given = scenarios.find((scenario) => scenario.system === 'queue' && scenario.name === name);
  const { scenario } = readScenario({ ...given, ...changes });
  return queue.run(scenario, seed, () => Promise.resolve()) as RunTrace;
}

describe('the scenarios of one queue', () => {
  it('make the knee: near the formula at ρ 0.7, and three times the stay at 0.9', () => {
    const calm = traceOf('server-70-percent-busy');
    const [, , p95] = calm.tables?.[0]?.rows ?? [];
    expect(Number(p95?.[1]) / Number(p95?.[2])).toBeCloseTo(1, 1);
    const meanOf = (name: string) => traceOf(name).totals['meanStayMs'] ?? 0;
    expect(meanOf('server-90-percent-busy') / meanOf('server-70-percent-busy')).toBeGreaterThan(3);
  });

  it('show Little’s law: records inside = throughput × stay', () => {
    const { meanInsideRecords, littleRecords } = traceOf('server-90-percent-busy').totals;
    expect(meanInsideRecords).toBeCloseTo(littleRecords ?? 0, 2);
  });

  it('make another run of every seed where chance is at work, and the same one where it is not', () => {
    const stayOf = (name: string, seed: number) => traceOf(name, {}, seed).totals['meanStayMs'];
    expect(stayOf('five-places', 1)).not.toBe(stayOf('five-places', 2));
    expect(stayOf('five-places-without-chance', 1)).toBe(stayOf('five-places-without-chance', 2));
  });

  it('read the rate that holds where records are seconds apart, and no share above 1', () => {
    const { series } = traceOf('five-places');
    for (const rate of series['servedPerSecond']?.filter((value) => value !== null) ?? [])
      expect(rate).toBeCloseTo(0.67, 0);
    expect(Math.max(...(series['busyShare'] ?? []).map((share) => share ?? 0))).toBe(1);
  });

  it('let the policies differ in age and loss, on the same records', () => {
    const at = (policy: string) => {
      const { series, totals, sampleMs } = traceOf(`overflow-${policy}`);
      return { lost: totals['lost'], oldestMs: series['oldestWaitMs']?.[45_000 / sampleMs] ?? 0 };
    };
    expect(at('block')).toMatchObject({ lost: 0 });
    expect(at('drop-newest').oldestMs).toBeCloseTo(5_000, -2);
    expect(at('drop-oldest').oldestMs).toBeCloseTo(1_667, -2);
    expect(at('drop-oldest').lost).toBe(at('drop-newest').lost);
  });

  it('refuse what contradicts itself, and say what to write', () => {
    const refused = (changes: object) => () => traceOf('unbounded-queue-slow-sink', changes);
    expect(refused({ overflow: 'drop-oldest' })).toThrow('give a capacityRecords');
    expect(refused({ durationMs: 3_600_000 })).toThrow('shorten the run');
    expect(refused({ memory: { limitBytes: 1_024, recordBytes: 4_096 } })).toThrow('raise limitBytes');
    expect(refused({ memory: { limitBytes: 1_024, recordBytes: 400, overhead: 3 } })).toThrow('raise limitBytes');
  });

  it('count the records in service in peak memory, as the limit does', () => {
    const memory = { limitBytes: 1_024_000, recordBytes: 1_024 };
    const { totals, events } = traceOf('unbounded-queue-slow-sink', { memory, servers: 3 });
    expect(events.map(({ kind }) => kind)).toContain('out-of-memory');
    expect(totals['peakBytes']).toBe(memory.limitBytes + memory.recordBytes);
    expect(totals['peakBytes']).toBe(((totals['mostWaiting'] ?? 0) + 3) * memory.recordBytes);
  });

  it('take the mean wait over the records whose service has begun: 900 that still wait do not count', () => {
    const { totals } = traceOf('unbounded-queue-slow-sink', {
      traffic: [{ fromMs: 0, recordsPerSecond: 100 }],
      service: { ms: 100 },
      durationMs: 10_000,
    });
    expect(totals['waiting']).toBeCloseTo(900, -1);
    // The last to begin came after one second and waited for nine; a record that comes at the end has to wait for ninety.
    expect(totals['meanWaitMs']).toBeCloseTo(4_455, -2);
    expect(queue.totals['meanWaitMs']?.about).toContain('whose service has begun');
  });

  it('refuse memory out of its bounds as any other field, with an error of the scenario', () => {
    for (const memory of [
      { limitBytes: 4_096, recordBytes: 0 },
      { limitBytes: 4_096, recordBytes: -1 },
      { limitBytes: -1, recordBytes: 100 },
      { limitBytes: 4_096, recordBytes: 100, overhead: -1 },
    ])
      expect(() => traceOf('unbounded-queue-slow-sink', { memory })).toThrow(ScenarioError);
  });
});
