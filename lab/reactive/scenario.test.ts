import { describe, expect, it } from 'vitest';
import { readScenario, ScenarioError } from '../scenario/simulate.ts';
import { scenarios } from '../scenarios/index.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import { reactiveStream } from './scenario.ts';

async function traceOf(name: string, changes: object = {}): Promise<RunTrace> {
  const given = scenarios.find((scenario) => scenario.system === 'reactive-stream' && scenario.name === name);
  const { scenario } = readScenario({ ...given, ...changes });
  return reactiveStream.run(scenario, 0, () => Promise.resolve());
}

describe('the scenarios of a stream inside a process', () => {
  it('grow by 90 records a second in RxJS’s array (M11, B10)', async () => {
    const { series, sampleMs } = await traceOf('concat-map-grows');
    const waiting = series['waitingRecords'] ?? [];
    const at = (seconds: number) => waiting[(seconds * 1_000) / sampleMs] ?? 0;
    expect((at(60) - at(10)) / 50).toBeCloseTo(90, 1);
  });

  it('settle by demand, and run out of memory without', async () => {
    const settled = await traceOf('demand-settles');
    expect(settled.totals['mostWaiting']).toBeLessThanOrEqual(256);
    expect(settled.totals['heldShare']).toBeCloseTo(0.75, 2);
    const dead = await traceOf('unbounded-demand');
    expect(dead.events.map(({ kind }) => kind)).toEqual(['out-of-memory']);
    expect(dead.endedMs / 1_000).toBeCloseTo(2.73, 2);
  });

  it('read the rate that holds, although the source makes its records in bursts', async () => {
    for (const [name, perSecond] of [
      ['demand-settles', 500],
      ['waiting-for-drain', 200],
    ] as const) {
      const { series } = await traceOf(name);
      for (const rate of series['madePerSecond']?.slice(150) ?? [])
        expect(Math.abs((rate ?? 0) / perSecond - 1), name).toBeLessThan(0.15);
    }
  });

  it('refuse what contradicts itself, and say what to write', async () => {
    const refused = (changes: object) => expect(traceOf('demand-settles', changes)).rejects;
    await refused({ protocol: 'push', linkMs: 5 }).toThrow('write 0');
    await refused({ protocol: 'unbounded', withoutDemand: 'drop' }).toThrow('leave it out');
    await refused({ capacityRecords: 5 }).toThrow("withoutDemand 'buffer'");
    await refused({ protocol: 'node-drain', concurrency: 2 }).toThrow('one at a time');
    await refused({ durationMs: 3_600_000 }).toThrow('shorten the run');
    await refused({ memory: { limitBytes: 1_024, recordBytes: 4_096 } }).toThrow('not one record fits');
  });

  it('refuse memory out of its bounds as any other field, with an error of the scenario', async () => {
    for (const memory of [
      { limitBytes: 4_096, recordBytes: 0 },
      { limitBytes: 4_096, recordBytes: -1 },
      { limitBytes: -1, recordBytes: 100 },
    ])
      await expect(traceOf('demand-settles', { memory })).rejects.toThrow(ScenarioError);
  });
});
