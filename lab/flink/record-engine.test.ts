import { describe, expect, it } from 'vitest';
import { runRecords, type RecordSetup } from './record-engine.ts';
import { steadyState } from './steady-state.ts';

const s = 1_000;

function smallChain(bufferRecords: number): RecordSetup {
  return {
    source: { parallelism: 1, serviceMs: 1 },
    operators: [
      { name: 'map', parallelism: 1, serviceMs: 2, bufferRecords },
      { name: 'enrich', parallelism: 2, serviceMs: 20, bufferRecords },
      { name: 'sink', parallelism: 1, serviceMs: 1, bufferRecords },
    ],
    traffic: [{ fromMs: 0, recordsPerSecond: 0 }],
    startLagRecords: 1_000_000,
    durationMs: 20 * s,
    sampleMs: 100,
  };
}

describe('M3.2 the small chain, record by record', () => {
  it('from 5 to 20 s is source 100/900, map 200/800, enrich 1000/0, sink 100 busy and 900 idle, with B = 10', () => {
    const times = runRecords(smallChain(10))
      .readingsBetween(5 * s, 20 * s)
      .map(({ subtasks }) => subtasks.map((r) => [r.busyMsPerSecond, r.backPressuredMsPerSecond, r.idleMsPerSecond]));
    expect(times).toEqual([
      [[100, 900, 0]],
      [[200, 800, 0]],
      [
        [1000, 0, 0],
        [1000, 0, 0],
      ],
      [[100, 0, 900]],
    ]);
  });

  it('lets 100 a second through, with B = 1 as with B = 10 or B = 1,000', () => {
    for (const bufferRecords of [1, 10, 1_000]) {
      const [, , , sink] = runRecords(smallChain(bufferRecords)).readingsBetween(5 * s, 20 * s);
      expect(sink?.subtasks[0]?.numRecordsInPerSecond).toBe(100);
    }
  });
});

/** Ten minutes of 200 records/s through five operators: 600,000 services. */
const tenMinutes: RecordSetup = {
  source: { parallelism: 4, serviceMs: 5 },
  operators: [
    { name: 'map', parallelism: 4, serviceMs: 8, bufferRecords: 100 },
    { name: 'enrich', parallelism: 8, serviceMs: 38, bufferRecords: 100 },
    { name: 'window', parallelism: 4, serviceMs: 8, bufferRecords: 100, input: 'hash' },
    { name: 'sink', parallelism: 2, serviceMs: 5, bufferRecords: 100 },
  ],
  traffic: [{ fromMs: 0, recordsPerSecond: 200 }],
  durationMs: 600 * s,
  sampleMs: s,
};

describe('the record engine', () => {
  it('is quick enough to follow every record of ten minutes', () => {
    runRecords(tenMinutes);
    const before = performance.now();
    const run = runRecords(tenMinutes);
    // Around 150 ms alone on a slow core; the bound leaves room for a busy machine.
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(run.counts.reduce((sum, { processedRecords }) => sum + processedRecords, 0)).toBeGreaterThan(599_000);
  });

  it('measures from the topic to the sink: without waiting that is one service in each operator', () => {
    const calm = runRecords({ ...tenMinutes, traffic: [{ fromMs: 0, recordsPerSecond: 2 }], durationMs: 60 * s });
    expect(calm.latencyMs(50)).toBe(5 + 8 + 38 + 8 + 5);
    expect(calm.latencyMs(100)).toBe(64);
    expect(runRecords({ ...tenMinutes, durationMs: 20 }).latencyMs(99)).toBeNull();
  });

  it('sends keys by chance, so a hash needs more buffer than a round robin for the same rate', () => {
    const overloaded = { ...tenMinutes, traffic: [{ fromMs: 0, recordsPerSecond: 400 }], durationMs: 120 * s };
    const chain = (input: 'hash' | 'rebalance', bufferRecords: number): number => {
      const operators = overloaded.operators.map((operator) =>
        operator.name === 'enrich' ? { ...operator, input, bufferRecords } : operator,
      );
      return (runRecords({ ...overloaded, operators }).counts.at(-1)?.processedRecords ?? 0) / 120;
    };
    const capacity = steadyState([{ parallelism: 8, serviceMs: 38 }], Infinity).throughputPerSecond;
    expect(chain('rebalance', 2)).toBeGreaterThan(0.98 * capacity);
    expect(chain('hash', 2)).toBeLessThan(0.9 * capacity);
    expect(chain('hash', 100)).toBeGreaterThan(0.96 * capacity);
  });

  it('lets one hot key of 40 % hold a whole job to its subtask’s pace', () => {
    const operators = tenMinutes.operators.map((operator) =>
      operator.name === 'enrich' ? { ...operator, input: 'hash' as const, keys: { hotShare: 0.4 } } : operator,
    );
    const run = runRecords({ ...tenMinutes, operators });
    const [, , enrich, , sink] = run.readingsBetween(300 * s, 600 * s);
    const written = sink?.subtasks.reduce((sum, reading) => sum + reading.numRecordsInPerSecond, 0) ?? 0;
    const expected = 1000 / 38 / 0.4;
    expect(Math.abs(written - expected)).toBeLessThan(0.02 * expected);
    expect(enrich?.subtasks[0]?.busyMsPerSecond).toBeGreaterThan(999);
    for (const other of enrich?.subtasks.slice(1) ?? []) expect(other.busyMsPerSecond).toBeLessThan(300);
  });

  it('keeps each subtask’s lane on a forward edge', () => {
    const operators = tenMinutes.operators.map((operator) =>
      operator.name === 'map' ? { ...operator, input: 'forward' as const } : operator,
    );
    const run = runRecords({ ...tenMinutes, operators, source: { parallelism: 4, serviceMs: 5, partitions: 2 } });
    const [source, map] = run.readingsBetween(0, 600 * s);
    for (const [i, { numRecordsInPerSecond }] of (map?.subtasks ?? []).entries()) {
      expect(numRecordsInPerSecond).toBeCloseTo(source?.subtasks[i]?.numRecordsInPerSecond ?? -1, 1);
      if (i >= 2) expect(numRecordsInPerSecond).toBe(0);
    }
  });

  it('gives a window’s result for ten records, and splits one record in three', () => {
    const operators = tenMinutes.operators.map((operator) => {
      if (operator.name === 'map') return { ...operator, selectivity: 3 };
      return operator.name === 'enrich' ? { ...operator, serviceMs: 5, selectivity: 0.1 } : operator;
    });
    const run = runRecords({ ...tenMinutes, operators, durationMs: 60 * s });
    const [, map, enrich, window] = run.counts;
    expect(map?.emittedRecords).toBeGreaterThan(3 * (map?.processedRecords ?? 0) - 4 * 3);
    expect(Math.abs((window?.receivedRecords ?? 0) - (enrich?.processedRecords ?? 0) / 10)).toBeLessThan(8);
  });

  it('shows an incident as busy time there and held time before it', () => {
    const run = runRecords({
      ...tenMinutes,
      durationMs: 60 * s,
      incidents: [{ operator: 'sink', fromMs: 20 * s, toMs: 40 * s, serviceMs: 100 }],
    });
    const [, , , window, sink] = run.readingsBetween(35 * s, 40 * s);
    expect(sink?.subtasks.every(({ busyMsPerSecond }) => busyMsPerSecond === 1000)).toBe(true);
    expect(window?.subtasks.every(({ backPressuredMsPerSecond }) => backPressuredMsPerSecond > 900)).toBe(true);
  });

  it('draws the same times for the same seed and others for another', () => {
    const run = (seed: number): number | null =>
      runRecords({ ...tenMinutes, durationMs: 30 * s, service: 'exponential', seed }).latencyMs(99);
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });

  it('refuses what it does not know', () => {
    const operators = tenMinutes.operators.map((operator) => ({ ...operator, networkPerSecond: 5 }));
    expect(() => runRecords({ ...tenMinutes, operators })).toThrow('only the count engine knows a network');
    expect(() => runRecords(tenMinutes).lagRecordsAt(1_500)).toThrow('a multiple of 1000');
  });
});
